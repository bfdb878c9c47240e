#!/usr/bin/env python3
"""Each signed-in call of the OpenAPI document, made by each role: refused or not as the document's x-roles says."""
import json, os, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence_client
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
ROLES = ("rep", "manager", "region_director", "finance", "auditor", "crm", "admin")  # also the names of the demo's people
REFUSED = (403, "role_not_allowed")
POLICY = {"name": "visit", "title": {"zh": "拜访", "en": "Visit"}, "action_types": ["visit"], "gates": ["case.close"],
          "note": [{"id": "summary", "kind": "text", "title": {"zh": "摘要", "en": "Summary"}, "min_characters": 4}],
          "requirement": [{"id": "photo", "kind": "photo", "title": {"zh": "照片", "en": "Photo"}, "waive": ["manager"]}]}


class Roles(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.s.options += ["--delivery-folder", os.path.join(self.s.home, "out")]
        self.s.start()
        self.addCleanup(self.s.__exit__)
        self.s.json("POST", "/v1/policies", "admin", POLICY)
        case = self.s.json("POST", "/v1/cases", "rep", {"action_type": "visit", "policy": "visit", "title": "拜访", "customer": {"name": "澄湖"}})[2]["id"]
        self.s.json("POST", f"/v1/cases/{case}/notes/summary", "rep", {"text": "谈了价格"})
        evidence = evidence_client.add(self.s, case, evidence_client.upload(self.s, case, b"eins"))[2]
        upload = evidence_client.begin(self.s, case, 5)[1]["location"].rsplit("/", 1)[1]
        number = self.s.issue(quote(), "first")[2]["number"]
        shown = evidence_client.upload(self.s, case, self.s.call("GET", f"/v1/quotes/{number}/pdf", "rep")[2], "方案.pdf")
        shown = evidence_client.add(self.s, case, shown, "document")[2]["item"]
        confirmation = self.s.json("POST", f"/v1/cases/{case}/confirmations", "rep", {"deck": {"item": shown, "version": 1}})[2]["id"]
        request = self.s.json("POST", f"/v1/quotes/{number}/void-requests", "rep", {"reason_code": "price_error", "reason_text": "单价录入错误，应为 85600"})[2]
        run = self.s.json("POST", "/v1/log/verify", "auditor", {}, {"Prefer": "respond-async"})[2]
        person = self.s.json("GET", "/v1/people", "admin")[2]["items"][0]
        about = {"quote": number, "reason_text": "客户书面要求删除其资料"}
        erasure = self.s.json("POST", "/v1/erasures", "admin", about | {"basis": "other"})[2]
        hold = self.s.json("POST", "/v1/legal-holds", "finance", about)[2]
        asked = self.s.json("POST", f"/v1/quotes/{number}/signature-requests", "rep",
                            {"signers": [{"name": "陈立", "email": "chen.li@chenghu.example"}]}, {"Idempotency-Key": "ask"})[2]
        self.signer = asked["signers"][0]["id"]
        scan = self.s.json("POST", f"/v1/quotes/{number}/signed-scans", "rep", None, {"Content-Type": "application/octet-stream"}, raw=b"%PDF-1.4")[2]
        self.scan = scan["url"].rsplit("/", 1)[1]
        me = self.s.json("GET", "/v1/boards/phi", "rep")[2]["unit"]["person"]["id"]
        lead = self.s.json("POST", "/v1/leads", "rep", {"received_at": "2026-11-24T02:00:00Z", "rule": {"name": "own", "version": 1}, "chosen": me,
                                                        "candidates": [{"person": me, "score": 1}], "reason": "own"})[2]
        self.named = {"/v1/signature-requests/{id}": asked["id"], "/v1/leads/{id}": lead["id"], "/v1/boards/policies/{name}": "visit",
                      "/v1/cases/{id}": case, "/v1/policies/{name}": "visit",
                      "/v1/erasures/{id}": erasure["id"], "/v1/legal-holds/{id}": hold["id"],
                      "/v1/quotes/{number}": number, "/v1/void-requests/{id}": request["id"], "/v1/people/{id}": person["id"],
                      "/v1/evidence/{item}": evidence["item"], "/v1/confirmations/{id}": confirmation, "/v1/uploads/{upload}": upload,
                      "/v1/series/{name}": "SH-QT", "/v1/log/verifications/{id}": run["id"]}
        self.operations = [(method.upper(), path, operation) for path, methods in self.s.json("GET", "/openapi.json")[2]["paths"].items()
                           for method, operation in methods.items() if operation["security"]]

    def fill(self, path):
        for pattern, value in self.named.items():
            if path.startswith(pattern):
                path = pattern[:pattern.index("{")] + value + path[len(pattern):]
        path = path.replace("{signer}", self.signer).replace("{index}", self.scan).replace("{note}", "summary").replace("{version}", "1")
        self.assertNotIn("{", path)
        return path

    def outcome(self, method, path, operation, role):
        body = {} if "requestBody" in operation else None
        status, headers, answer = self.s.call(method, self.fill(path), role, body, {"Idempotency-Key": f"{role} {path}"})
        if method == "HEAD":
            return status, "role_not_allowed" if status == 403 else None
        problem = headers.get("content-type", "").startswith("application/problem+json")
        return status, json.loads(answer)["code"] if problem else None

    def test_each_call_by_each_role(self):
        without = [path for _, path, operation in self.operations if "x-roles" not in operation]
        self.assertEqual(without, ["/v1/sessions/current"])  # whoever is signed in may sign out
        self.assertGreater(len(self.operations), 20)
        refused = 0
        for method, path, operation in self.operations:
            for role in ROLES if "x-roles" in operation else ():
                with self.subTest(call=f"{method} {path}", role=role):
                    came = self.outcome(method, path, operation, role)
                    if role in operation["x-roles"]:
                        self.assertNotEqual(came, REFUSED)
                        # Each stands where the quote is in their sight, and it is the rep's own; an upload is nobody else's.
                        if role != "rep" and path.startswith("/v1/uploads/"):
                            self.assertEqual(came[0], 404)
                        elif role == "rep" or operation["x-roles"][role] != "self" or "{" not in path:
                            self.assertTrue(came[0] != 404 or came[1] == "person_not_found", came)
                    elif path.startswith("/v1/void-requests/{id}") and role in ("crm", "admin"):
                        self.assertIn(came, (REFUSED, (404, "void_request_not_found")))  # who sees none learns no more
                        refused += 1
                    elif path.startswith("/v1/void-requests/{id}/") and path.endswith(("/approve", "/reject")) and role == "rep":
                        self.assertEqual(came, (403, "four_eyes"))  # the request is this rep's own
                        refused += 1
                    else:
                        self.assertEqual(came, REFUSED)
                        refused += 1
        self.assertGreater(refused, 40)

    def test_a_refusal_is_told_in_words(self):
        detail = self.s.json("GET", "/v1/log/entries", "rep")[2]["detail"]
        self.assertEqual(detail, "the role rep may not read the ledger's entries")


if __name__ == "__main__":
    unittest.main(verbosity=2)
