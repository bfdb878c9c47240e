#!/usr/bin/env python3
"""Policies and cases through the real program: a policy in TOML over HTTP and the command line, a case to its end."""
import json, os, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
TOML = """name = "visit"
title = { zh = "客户拜访", en = "Visit" }
action_types = ["visit"]
gates = ["quote.issue", "case.close"]

[[note]]
id = "summary"
kind = "text"
title = { zh = "拜访摘要", en = "Summary" }
min_characters = 10

[[requirement]]
id = "site_photo"
kind = "photo"
title = { zh = "现场照片", en = "Photo on site" }
max_age = "24h"
needs = ["geo", "captured_at"]
waive = ["manager"]
"""
SUMMARY = {"text": "与采购部谈了交期与价格，客户希望三月底前到货。"}
REASON = "客户现场禁止拍照，主管到场确认"


class Cases(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(self.s.__exit__)
        self.file = os.path.join(self.s.home, "visit.toml")
        self.write(TOML)

    def write(self, text):
        with open(self.file, "w") as f:
            f.write(text)

    def policy(self, *words):
        return subprocess.run([PROGRAM, "policy", words[0], "--data", self.s.data, *words[1:]], capture_output=True, text=True, timeout=60)

    def send(self, path, text, media="application/toml", who="admin", **headers):
        return self.s.json("POST", path, who, None, {"Content-Type": media, **headers}, raw=text.encode())

    def test_a_policy_is_checked_and_published_from_both_sides(self):
        # Nobody serves: the command opens the ledger itself.
        checked = self.policy("check", self.file)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("would be version 1", checked.stdout)
        self.s.start()
        # Over the socket of the one that serves.
        made = self.policy("publish", self.file)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(json.loads(made.stdout)["version"], 1)
        status, _, second = self.send("/v1/policies", TOML.replace('max_age = "24h"\n', ""), **{"Idempotency-Key": "k"})
        self.assertEqual((status, second["version"]), (201, 2))
        again, headers, _ = self.send("/v1/policies", TOML.replace('max_age = "24h"\n', ""), **{"Idempotency-Key": "k"})
        self.assertEqual((again, headers["idempotent-replayed"]), (201, "true"))
        shown = json.loads(self.policy("show", "visit", "--version", "1").stdout)
        self.assertEqual(shown["policy"], self.s.json("GET", "/v1/policies/visit?version=1", "rep")[2]["policy"])
        self.assertEqual(shown["policy"]["requirement"][0]["max_age"], "24h")
        # The canonical form is a policy again, and the same.
        status, _, checked = self.s.json("POST", "/v1/policies:check", "admin", shown["policy"])
        self.assertEqual((status, checked["sha256"]), (200, shown["sha256"]))
        listed = self.policy("list")
        self.assertEqual([json.loads(line)["version"] for line in listed.stdout.splitlines()], [2])
        self.assertEqual(self.policy("show", "nothing").returncode, 2)

    def test_faults_are_named_from_both_sides(self):
        self.s.start()
        size = self.s.tree_size()
        wrong = TOML.replace('waive = ["manager"]', 'waive = ["manger", "rep"]')
        self.write(wrong)
        refused = self.policy("publish", self.file)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("policy_invalid", refused.stderr)
        self.assertIn("/requirement/0/waive", refused.stderr)
        self.assertIn("unknown_role", refused.stderr)
        for path in ("/v1/policies", "/v1/policies:check"):
            status, _, problem = self.send(path, wrong)
            self.assertEqual((status, problem["code"]), (422, "policy_invalid"))
            self.assertEqual({fault["code"] for fault in problem["errors"]}, {"unknown_role", "role_may_not_waive"})
            self.assertEqual(self.send(path, "title = ")[2]["code"], "bad_toml")
            self.assertEqual(self.send(path, TOML, "text/plain")[0], 415)
            self.assertEqual(self.send(path, "#" * (64 << 10) + TOML)[0], 413)
            self.assertEqual(self.send(path, TOML, who="manager")[2]["code"], "role_not_allowed")
        self.assertEqual(self.s.tree_size(), size)

    def test_a_case_from_its_opening_to_its_end(self):
        self.s.start()
        self.assertEqual(self.send("/v1/policies", TOML)[0], 201)
        request = {"action_type": "visit", "policy": "visit", "title": "澄湖二厂拜访", "customer": {"name": "苏州澄湖新能源科技股份有限公司"}}
        status, headers, case = self.s.json("POST", "/v1/cases", "rep", request, {"Idempotency-Key": "open"})
        self.assertEqual((status, case["stage_zh"]), (201, "待补全"))
        path = headers["location"]
        self.assertEqual(self.s.json("GET", path, "rep2")[0], 404)
        status, _, problem = self.s.issue(quote(case_id=case["id"]), "held")
        self.assertEqual((status, problem["code"]), (409, "gate_incomplete"))
        self.assertEqual([(fault["pointer"], fault["code"]) for fault in problem["errors"]],
                         [("/case_id", "site_photo"), ("/case_id", "note:summary")])
        status, _, problem = self.s.issue(quote(case_id=case["id"]), "anothers", "rep2")
        self.assertEqual((status, problem["errors"][0]["code"]), (422, "case_unknown"))

        self.assertFalse(self.s.json("POST", path + "/notes/summary", "rep", {"text": "短"})[2]["complete"])
        self.assertTrue(self.s.json("POST", path + "/notes/summary", "rep", SUMMARY)[2]["complete"])
        self.assertEqual(self.s.json("GET", path + "/notes/summary", "manager")[2]["content"], SUMMARY)
        self.assertEqual(self.s.json("POST", path + "/waivers", "region_director", {"requirement": "site_photo", "reason": REASON})[2]["code"],
                         "waiver_not_allowed")
        self.assertEqual(self.s.json("POST", path + "/waivers", "manager", {"requirement": "site_photo", "reason": REASON})[0], 201)
        gate = self.s.json("GET", path + "/gate", "rep")[2]
        self.assertEqual((gate["stage"], gate["sentences"]), ("complete", []))

        status, _, issued = self.s.issue(quote(case_id=case["id"]), "held")
        self.assertEqual(status, 201)
        self.assertEqual(self.s.json("POST", path + "/close", "rep", {})[2]["stage"], "closed")
        self.assertEqual(self.s.issue(quote(case_id=case["id"]), "late")[2]["code"], "case_is_closed")
        # A stricter text would hold nothing open back: none is open.
        self.assertEqual(self.send("/v1/policies:check", TOML)[2]["trial"]["open"], 0)

        history = self.s.json("GET", path + "/gate/history", "auditor")[2]
        self.assertEqual([event["stage"] for event in history["events"]], ["pending", "pending", "pending", "complete", "closed"])
        self.assertTrue(history["agrees"])
        entries = [json.loads(each["canonical"]) for each in self.s.json("GET", "/v1/log/entries?from=0", "auditor")[2]["items"]]
        self.assertEqual([entry["body"]["case"] for entry in entries if entry["type"] == "quote.issued"], [case["id"]])
        for word in ("澄湖", "拍照", "交期"):
            self.assertNotIn(word, json.dumps(entries, ensure_ascii=False))
        self.s.stop()
        compared = subprocess.run([PROGRAM, "rebuild-index", "--data", self.s.data, "--check", "--json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(compared.returncode, 0, compared.stdout + compared.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
