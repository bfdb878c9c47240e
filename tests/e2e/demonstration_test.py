#!/usr/bin/env python3
"""A demonstration from the visit to the month's figures, as those who take part see it: a rep with a phone, the
customer, a manager, and an auditor who has the export alone."""
import json, os, subprocess, sys, tempfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence_client as client
from customers import LI, PROGRAM, Customers
from server import quote

VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
POLICY = """name = "demonstration"
title = { zh = "现场演示", en = "On-site demonstration" }
action_types = ["demonstration"]
gates = ["quote.issue", "case.close"]

[[note]]
id = "next_step"
kind = "step"
title = { zh = "下一步", en = "Next step" }

[[requirement]]
id = "site_photo"
kind = "photo"
title = { zh = "现场照片", en = "Photo on site" }
max_age = "24h"
needs = ["geo", "captured_at"]
refuse_flags = ["duplicate_of", "geo_far_from_site", "future_time"]
waive = ["manager"]

[[requirement]]
id = "deck"
kind = "deck"
title = { zh = "演示文稿", en = "Slide deck" }
needs = ["version_label", "change_note"]

[[requirement]]
id = "trial_confirmation"
kind = "confirmation"
title = { zh = "试用确认书", en = "Trial confirmation" }
needs = ["signature"]
target = "deck"
waive = ["manager"]
"""
SUZHOU = {"latitude": "31.299000", "longitude": "120.585000", "name": "苏州工厂"}
STEP = {"what": "寄送样机合同", "date": "2026-12-15", "deliverable": "双方盖章的试用协议"}


class Demonstration(Customers, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.files = tempfile.TemporaryDirectory()
        self.addCleanup(self.files.cleanup)
        subprocess.run([client.HELPER, "files", self.files.name, "1"], check=True)
        self.publish(POLICY)

    def publish(self, policy):
        made = self.s.json("POST", "/v1/policies", "admin", None, {"Content-Type": "application/toml"}, raw=policy.encode())
        self.assertEqual(made[0], 201, made[2])

    def file(self, name):
        with open(os.path.join(self.files.name, name), "rb") as file:
            return file.read()

    def open(self):
        status, _, case = self.s.json("POST", "/v1/cases", "rep", {
            "action_type": "demonstration", "policy": "demonstration", "title": "伺服压装机现场演示",
            "customer": {"name": "苏州澄湖新能源科技股份有限公司"}, "site": SUZHOU})
        self.assertEqual(status, 201, case)
        return case["id"]

    def report(self, case, name, kind, **more):
        status, _, added = client.add(self.s, case, client.upload(self.s, case, self.file(name), name), kind, **more)
        self.assertEqual(status, 201, added)
        return added

    def next_version(self, item, case, name, **more):
        upload = client.upload(self.s, case, self.file(name), name)
        status, _, added = self.s.json("POST", f"/v1/evidence/{item}/versions", "rep", {"upload": upload, "title": "演示文稿"} | more)
        self.assertEqual(status, 201, added)
        return added

    def gate(self, case, who="rep"):
        """-> the stage, and how each requirement stands"""
        status, _, gate = self.s.json("GET", f"/v1/cases/{case}/gate", who)
        self.assertEqual(status, 200, gate)
        return gate["stage"], {each["id"]: each["state"] if not each.get("reasons") else f"{each['state']}:{each['reasons'][0]}"
                               for each in gate["requirements"]}

    def issue(self, case, key):
        return self.s.issue(quote(case_id=case), key)

    def export(self):
        """The server's ledger with all that belongs to it -> the folder, and the log's key"""
        vkey = self.s.call("GET", "/log/vkey")[2].decode().strip()
        self.s.stop()
        export = os.path.join(self.files.name, "export")
        subprocess.run([PROGRAM, "export", export, "--data", self.s.data, "--payloads", "all", "--contents"], check=True, stdout=subprocess.DEVNULL)
        return export, vkey

    def verify(self, export, vkey, case):
        done = subprocess.run([VERIFY, "export", export, "--vkey", vkey, "--case", case, "--json"], capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout)

    def test_from_the_visit_to_the_figures(self):
        case = self.open()
        missing = {"site_photo": "missing", "deck": "missing", "trial_confirmation": "missing", "note:next_step": "missing"}
        self.assertEqual(self.gate(case), ("pending", missing))
        # A quote waits, and is told what for.
        status, _, refused = self.issue(case, "early")
        self.assertEqual((status, refused["code"]), (409, "gate_incomplete"))
        self.assertEqual(len(refused["errors"]), 4)
        self.assertIn("现场照片", json.dumps(refused, ensure_ascii=False))

        photo = self.report(case, "photo.jpg", "photo", requirement="site_photo")
        self.assertEqual(photo["version"]["flags"], [])
        deck = self.report(case, "deck_v1.pptx", "deck", requirement="deck", version_label="V1")
        scan = self.report(case, "scan.pdf", "confirmation", requirement="trial_confirmation", signature="wet_scan",
                           signer={"name": "陈立"}, target={"item": deck["item"], "version": 1})
        self.assertEqual(self.s.json("POST", f"/v1/cases/{case}/notes/next_step", "rep", STEP)[0], 201)
        self.assertEqual(self.gate(case)[0], "complete")
        # What was confirmed is not what is on the table any more.
        self.next_version(deck["item"], case, "deck_v2.pptx", version_label="V2", change_note="节拍改为 10 秒，增加报价页")
        stage, stands = self.gate(case)
        self.assertEqual((stage, stands["trial_confirmation"]), ("pending", "invalid:stale_target"))
        difference = self.s.json("GET", f"/v1/evidence/{deck['item']}/difference?from=1&to=2", "manager")[2]
        self.assertIn("节拍 10 秒", json.dumps(difference, ensure_ascii=False))
        self.assertEqual(self.issue(case, "stale")[0], 409)
        self.next_version(scan["item"], case, "scan.pdf", change_note="按 V2 重新签字", signature="wet_scan",
                          signer={"name": "陈立"}, target={"item": deck["item"], "version": 2})
        self.assertEqual(self.gate(case, "manager")[0], "complete")
        status, _, issued = self.issue(case, "now")
        self.assertEqual(status, 201, issued)

        # The manager sees the month with the numbers behind it.
        month = self.s.json("GET", "/v1/boards/phi", "manager")[2]
        self.assertEqual((month["counts"]["actions_due"], month["counts"]["actions_complete"]), (1, 1))
        self.assertEqual((month["counts"]["fields_required"], month["counts"]["fields_filled"]), (1, 1))
        self.assertEqual((month["action_completion"], month["phi"]), ("1.0000", None))
        self.assertEqual(self.s.json("GET", "/v1/boards/overview", "manager")[2]["stages"][1], {"stage": "complete", "cases": 1})

        # The history can be replayed, and comes to the same.
        history = self.s.json("GET", f"/v1/cases/{case}/gate/history", "auditor")[2]
        self.assertEqual(history["agrees"], True)
        stages = [each["stage"] for each in history["events"]]
        self.assertEqual((stages[0], stages.count("complete"), stages[-1]), ("pending", 2, "complete"))
        self.assertEqual(self.s.json("POST", f"/v1/cases/{case}/close", "rep", {})[0], 200)
        self.assertEqual(self.s.json("POST", "/v1/log/verify", "auditor", {})[2]["ok"], True)
        status, headers, sheet = self.s.call("GET", f"/v1/evidence/{photo['item']}/versions/1/sheet", "manager")
        self.assertEqual((status, headers["content-type"], sheet[:5]), (200, "application/pdf", b"%PDF-"))

        # An auditor with nothing but the export and the key comes to the same.
        export, vkey = self.export()
        code, told = self.verify(export, vkey, case)
        self.assertEqual((code, told["ok"]), (0, True), told)
        contents = os.path.join(export, "contents")
        name = sorted(os.listdir(contents))[0]
        with open(os.path.join(contents, name), "r+b") as file:
            file.write(b"x")
        code, told = self.verify(export, vkey, case)
        self.assertEqual((code, told["ok"]), (1, False), told)

    def test_the_customers_signature_is_the_last_piece(self):
        self.publish(POLICY.replace('needs = ["signature"]', 'needs = ["signature"]\nsignature_at_least = "recorded"'))
        case = self.open()
        self.report(case, "photo.jpg", "photo", requirement="site_photo")
        deck = self.report(case, "deck_v1.pptx", "deck", requirement="deck", version_label="V1")
        self.assertEqual(self.s.json("POST", f"/v1/cases/{case}/notes/next_step", "rep", STEP)[0], 201)
        # A scan is less than the policy asks for.
        self.report(case, "scan.pdf", "confirmation", requirement="trial_confirmation", signature="wet_scan", signer={"name": "陈立"},
                    target={"item": deck["item"], "version": 1})
        stage, stands = self.gate(case)
        self.assertEqual((stage, stands["trial_confirmation"]), ("pending", "invalid:signature_too_weak"))
        status, _, made = self.s.json("POST", f"/v1/cases/{case}/confirmations", "rep", {
            "deck": {"item": deck["item"], "version": 1}, "title": "压装机演示", "requirement": "trial_confirmation"}, {"Idempotency-Key": "made"})
        self.assertEqual(status, 201, made)
        status, _, asked = self.s.json("POST", f"/v1/confirmations/{made['id']}/signature-requests", "rep", {"signers": [LI]},
                                       {"Idempotency-Key": "asked"})
        self.assertEqual(status, 201, asked)
        link = self.links()[0]
        self.assertEqual(self.gate(case)[0], "pending")
        self.assertEqual(self.issue(case, "early")[0], 409)
        self.sign(link)
        stage, stands = self.gate(case)
        self.assertEqual((stage, stands["trial_confirmation"]), ("complete", "met"))
        self.assertEqual(self.issue(case, "now")[0], 201)
        month = self.s.json("GET", "/v1/boards/phi", "manager")[2]
        self.assertEqual((month["counts"]["actions_due"], month["counts"]["actions_complete"]), (1, 1))
        code, told = self.verify(*self.export(), case)
        self.assertEqual((code, told["ok"]), (0, True), told)

    def test_a_photo_from_elsewhere_or_of_before_does_not_do(self):
        subprocess.run([client.HELPER, "files", self.files.name, "25"], check=True)
        case = self.open()
        self.report(case, "photo.jpg", "photo", requirement="site_photo")
        self.assertEqual(self.gate(case)[1]["site_photo"], "invalid:too_old")
        status, _, waived = self.s.json("POST", f"/v1/cases/{case}/waivers", "manager",
                                        {"requirement": "site_photo", "reason": "客户现场禁止拍照，主管到场确认"})
        self.assertEqual(status, 201, waived)
        self.assertEqual(self.gate(case)[1]["site_photo"], "waived")
        # The same picture again, for another visit.
        other = self.open()
        again = self.report(other, "photo.jpg", "photo", requirement="site_photo")
        self.assertIn("duplicate_of", again["version"]["flags"])
        self.assertEqual(again["version"]["duplicate_of"]["case"], case)


if __name__ == "__main__":
    unittest.main(verbosity=2)
