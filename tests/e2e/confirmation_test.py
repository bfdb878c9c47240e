#!/usr/bin/env python3
"""A trial's confirmation through the real program: made of a deck's version, signed behind a link, and evidence of its case by that."""
import json, os, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence_client
from customers import LI, PROGRAM, WU, Customers
from openapi import Document

VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
PDF = {"Content-Type": "application/pdf"}
POLICY = {"name": "trial", "title": {"zh": "试用", "en": "Trial"}, "action_types": ["trial"], "gates": ["case.close"],
          "note": [], "requirement": [
              {"id": "deck", "kind": "deck", "title": {"zh": "演示文稿", "en": "Deck"}, "needs": ["version_label"]},
              {"id": "confirmation", "kind": "confirmation", "title": {"zh": "试用确认书", "en": "Confirmation"}, "target": "deck",
               "needs": ["signature"], "signature_at_least": "recorded", "waive": ["manager"]}]}


class Confirmation(Customers, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.s.document = Document(self.s.json("GET", "/openapi.json")[2])
        self.addCleanup(lambda: self.assertEqual(self.s.faults, [], "answers differ from the OpenAPI document"))
        self.assertEqual(self.s.json("POST", "/v1/policies", "admin", POLICY)[0], 201)
        opened = {"action_type": "trial", "policy": "trial", "title": "压装机试用", "customer": {"name": "苏州澄湖新能源科技股份有限公司"},
                  "site": {"latitude": "31.3", "longitude": "120.6", "name": "苏州二厂"}}
        self.case = self.s.json("POST", "/v1/cases", "rep", opened)[2]["id"]
        # A sealed PDF will do for a deck.
        self.shown = self.s.call("GET", f"/v1/quotes/{self.number}/pdf", "rep")[2]
        status, _, added = evidence_client.add(self.s, self.case, evidence_client.upload(self.s, self.case, self.shown, "方案_v1.0.pdf"), "deck")
        self.assertEqual(status, 201, added)
        self.deck, self.commitment = added["item"], added["version"]["commitment"]["sha256"]

    def confirm(self, **more):
        """-> the confirmation that was made"""
        status, headers, made = self.s.json("POST", f"/v1/cases/{self.case}/confirmations", "rep",
                                            {"deck": {"item": self.deck, "version": 1}} | more, {"Idempotency-Key": json.dumps(more)})
        self.assertEqual(status, 201, made)
        self.assertEqual(headers["location"], "/v1/confirmations/" + made["id"])
        return made

    def ask_for(self, confirmation, *signers, **more):
        self.keys += 1
        status, headers, answer = self.s.json("POST", f"/v1/confirmations/{confirmation}/signature-requests", "rep",
                                              {"signers": signers or [LI], **more}, {"Idempotency-Key": f"ask-{self.keys}"})
        self.assertEqual(status, 201, answer)
        self.assertEqual(headers["location"], "/v1/signature-requests/" + answer["id"])
        return answer

    def read(self, confirmation):
        return self.s.json("GET", "/v1/confirmations/" + confirmation, "rep")[2]

    def pdf(self, confirmation, revision):
        status, headers, data = self.s.call("GET", f"/v1/confirmations/{confirmation}/pdf?revision={revision}", "rep")
        self.assertEqual((status, headers["content-type"]), (200, "application/pdf"))
        return data

    def saved(self, name, data):
        path = os.path.join(self.s.home, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def requirement(self):
        gate = self.s.json("GET", f"/v1/cases/{self.case}/gate", "rep")[2]
        return next(each for each in gate["requirements"] if each["id"] == "confirmation")

    def offline(self, pdf, proof):
        path = self.saved("offline.pdf", pdf)
        done = subprocess.run([VERIFY, "document", path, "--proof", self.saved("offline.proof", proof), "--json",
                               "--vkey", self.s.call("GET", "/log/vkey")[2].decode().strip(), "--trust", self.s.data + ".keys/seal.cert.pem"],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def test_from_the_page_to_the_evidence(self):
        made = self.confirm(title="二厂压装机试用", result_text="压装 200 件，无不良", held_at="2026-11-20T01:00:00Z", requirement="confirmation")
        again = self.s.json("POST", f"/v1/cases/{self.case}/confirmations", "rep",
                            {"deck": {"item": self.deck, "version": 1}, "title": "二厂压装机试用", "result_text": "压装 200 件，无不良",
                             "held_at": "2026-11-20T01:00:00Z", "requirement": "confirmation"},
                            {"Idempotency-Key": json.dumps({"title": "二厂压装机试用", "result_text": "压装 200 件，无不良",
                                                            "held_at": "2026-11-20T01:00:00Z", "requirement": "confirmation"})})
        self.assertEqual((again[0], again[1]["idempotent-replayed"], again[2]["id"]), (201, "true", made["id"]))
        page = self.pdf(made["id"], 1)
        path = self.saved("page.pdf", page)
        told = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, timeout=60).stdout
        for part in ("试用确认书", "TRIAL CONFIRMATION", "二厂压装机试用", "压装 200 件，无不良", self.commitment[:32], "苏州二厂", "2026-11-20 09:00"):
            self.assertIn(part, told)
        said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60).stdout
        self.assertIn("Signature is Valid.", said)
        for who, status in (("rep2", 404), ("manager", 200), ("auditor", 200)):
            self.assertEqual(self.s.call("GET", f"/v1/confirmations/{made['id']}", who)[0], status)
        self.assertEqual(self.requirement()["state"], "missing")

        request = self.ask_for(made["id"], {**LI, "role": "生产总监"}, WU, order="in_order")
        self.assertEqual(request["confirmation"], made["id"])
        first = self.links()[0]
        message = self.messages("invitation")[0]["content"]
        self.assertEqual((message["confirmation"], message["title"]), (made["id"], "二厂压装机试用"))
        self.assertNotIn("number", message)
        session = self.session(first)
        self.assertEqual((session["confirmation"]["title"], session["consent"]["id"]), ("二厂压装机试用", "confirmation-consent-2026-1"))
        self.assertEqual(self.s.call("GET", first)[0], 200)
        self.assertEqual(self.s.call("GET", first + "/document")[2], page)
        self.sign(first)
        self.assertEqual(self.requirement()["state"], "missing")
        second = next(link for link in self.links(2) if link != first)
        size = self.s.tree_size()
        result = self.sign(second, method="typed", typed_name="Wu Fang", strokes=[])["result"]
        self.assertTrue(result["completed"])

        # Signature and evidence are one write; the evidence is the signed document.
        entries = [json.loads(each["canonical"]) for each in self.s.json("GET", f"/v1/log/entries?from={size}", "auditor")[2]["items"]]
        at = [entry["type"] for entry in entries].index("signature.signed")
        self.assertEqual(entries[at + 1]["type"], "evidence.added")
        whole = self.pdf(made["id"], 3)
        row = self.read(made["id"])
        self.assertEqual((row["status"], row["document"]["revision"]), ("accepted", 3))
        self.assertEqual(evidence_client.content(self.s, row["evidence"])[2], whole)
        item = self.s.json("GET", "/v1/evidence/" + row["evidence"], "rep")[2]
        version = item["versions"][0]
        self.assertEqual((item["kind"], item["requirement"], version["signature"]["grade"], version["target"]),
                         ("confirmation", "confirmation", "recorded", {"item": self.deck, "version": 1}))
        self.assertEqual([signer["name"] for signer in version["signers"]], ["陈立", "Wu Fang"])
        self.assertEqual(self.requirement()["state"], "met")
        history = self.s.json("GET", f"/v1/cases/{self.case}/history", "rep")[2]["events"]
        self.assertEqual((history[-1]["type"], history[-1]["details"]["confirmation"]), ("evidence.added", made["id"]))
        self.assertTrue(self.s.json("GET", f"/v1/cases/{self.case}/gate/history", "auditor")[2]["agrees"])
        self.assertEqual(self.s.call("GET", second + "/signed")[2], whole)
        self.assertEqual(self.s.call("GET", second + "/summary")[0], 200)
        self.assertEqual(self.s.json("GET", f"/v1/signature-requests?confirmation={made['id']}", "rep")[2]["items"][0]["id"], request["id"])

        # Ours, for everybody, and nothing of what it is of.
        found = self.s.json("POST", "/v1/verify", None, None, PDF, raw=whole)[2]
        self.assertEqual((found["match"], found["document"], found["status"], found["revision"], found["verdict"]),
                         ("exact", "confirmation", "accepted", 3, "authentic_current"))
        self.assertNotIn("压装", json.dumps(found, ensure_ascii=False))
        self.assertNotIn(self.case, json.dumps(found))
        for revision, data in ((1, page), (3, whole)):
            proof = self.s.call("GET", f"/v1/confirmations/{made['id']}/proof?revision={revision}", "rep")[2]
            code, verdict = self.offline(data, proof)
            self.assertEqual((code, verdict["ok"]), (0, True), verdict)
            self.assertEqual(self.offline(data + b"\n", proof)[0], 1)

        listed = self.s.json("GET", f"/v1/cases/{self.case}/confirmations", "auditor")[2]["items"]
        self.assertEqual([each["id"] for each in listed], [made["id"]])
        # Each call was held against the document.
        missing = {key for key, (_, operation) in self.s.document.operations.items() if "confirmations" in operation["tags"]} - self.s.document.called
        self.assertFalse(missing)

        # Another version of the deck makes it stale, and it stays what it was.
        upload = evidence_client.upload(self.s, self.case, page, "方案_v1.1.pdf")
        added = self.s.json("POST", f"/v1/evidence/{self.deck}/versions", "rep", {"upload": upload, "title": "方案", "change_note": "改了报价页"})
        self.assertEqual(added[0], 201, added[2])
        self.assertEqual((self.requirement()["state"], self.requirement()["reasons"]), ("invalid", ["stale_target"]))
        self.assertFalse(self.read(made["id"])["deck"]["current"])

        everything = self.s.json("GET", "/v1/log/entries?from=0&limit=1000", "auditor")[2]["items"]
        for word in ("压装", "澄湖", "陈立", "生产总监", "chen.li"):
            self.assertNotIn(word, json.dumps([each["canonical"] for each in everything], ensure_ascii=False))
        vkey = self.s.call("GET", "/log/vkey")[2].decode().strip()
        self.s.stop()
        # Who holds an export alone comes to the same gate, and finds the signed document in it.
        export = os.path.join(self.s.home, "export")
        subprocess.run([PROGRAM, "export", export, "--data", self.s.data, "--payloads", "all", "--contents"], check=True, capture_output=True, timeout=120)
        told = subprocess.run([VERIFY, "export", export, "--vkey", vkey, "--case", self.case, "--json"], capture_output=True, text=True, timeout=120)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        gate = json.loads(told.stdout)["case"]["gate"]
        self.assertEqual(next(each["state"] for each in gate["requirements"] if each["id"] == "confirmation"), "invalid")
        with open(os.path.join(export, "contents", str(version["entry_index"])), "rb") as file:
            self.assertEqual(file.read(), whole)
        for command in (["verify"], ["rebuild-index", "--check"]):
            done = subprocess.run([PROGRAM, *command, "--data", self.s.data, "--json"], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.s.start()

    def test_declined_and_revoked_ones_are_no_evidence(self):
        declined = self.confirm()
        self.ask_for(declined["id"])
        link = self.links()[0]
        self.assertEqual(self.post(link, "decline", {"reason": "结果与实际不符"})[2]["state"], "declined")
        self.assertEqual(self.read(declined["id"])["status"], "declined")
        again = self.s.json("POST", f"/v1/confirmations/{declined['id']}/signature-requests", "rep", {"signers": [LI]}, {"Idempotency-Key": "again"})
        self.assertEqual((again[0], again[2]["code"]), (409, "confirmation_declined"))
        other = self.confirm(title="另一份")
        request = self.ask_for(other["id"], WU)
        links = self.links(2)
        self.assertEqual(self.s.json("POST", f"/v1/signature-requests/{request['id']}/revoke", "rep", {})[0], 200)
        self.assertEqual(sorted(self.session(link)["state"] for link in links), ["declined", "revoked"])
        self.assertEqual(self.requirement()["state"], "missing")
        items = self.s.json("GET", f"/v1/cases/{self.case}/confirmations", "manager")[2]["items"]
        self.assertEqual([item["status"] for item in items], ["declined", "issued"])
        status, _, problem = self.s.json("POST", f"/v1/cases/{self.case}/confirmations", "rep", {"deck": {"item": self.deck, "version": 7}})
        self.assertEqual((status, problem["errors"][0]["pointer"], problem["code"]), (422, "/deck/version", "target_unknown"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
