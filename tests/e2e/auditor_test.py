#!/usr/bin/env python3
"""An auditor with an export, the log's key and quotary-verify, and nothing else: the server is thrown away first. What happened is established
from the export; a history that was written anew with every key in hand is caught by a checkpoint that was kept; a log that says what it must
not is caught by what it says."""
import hashlib, json, os, shutil, subprocess, sys, tempfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forger import Forger
from server import Server, eventually, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
REASON = {"reason_code": "price_error", "reason_text": "单价录入错误，应为 85600 元"}


class Auditor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp(prefix="quotary-auditor-")
        cls.addClassCleanup(shutil.rmtree, cls.home)
        with Server(PROGRAM) as s:
            cls.made = [s.issue(quote(f"{i + 1}.00"), f"audited-{i}")[2] for i in range(4)]
            cls.pdf = cls.keep("quote.pdf", s.call("GET", cls.made[1]["document"]["url"], "rep")[2])
            cls.voided = cls.made[1]["number"]
            asked = s.json("POST", f"/v1/quotes/{cls.voided}/void-requests", "rep", REASON)[2]
            cls.own_approval = s.json("POST", f"/v1/void-requests/{asked['id']}/approve", "rep", {})[0]
            status, _, approved = s.json("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {})
            if status != 200:
                raise RuntimeError(approved)
            cls.kept = cls.keep("kept.checkpoint", s.call("GET", "/log/checkpoint")[2])
            cls.later = s.issue(quote("5.00"), "audited-4")[2]
            # So that an index.root covers all of it.
            eventually(lambda: s.call("GET", f"/v1/quotes/{cls.later['number']}/status-proof", "rep")[0], lambda status: status == 200)
            cls.vkey = s.call("GET", "/log/vkey")[2].decode().strip()
            cls.history = s.json("GET", f"/v1/quotes/{cls.voided}/history", "rep")[2]["events"]
            for payloads in ("all", "facts", "none"):
                subprocess.run([PROGRAM, "export", cls.at(payloads), "--data", s.data, "--payloads", payloads], check=True, stdout=subprocess.DEVNULL)
            shutil.copy(s.data + ".keys/log.key", cls.at("log.key"))
        # The server, its folder and its keys are gone.

    @classmethod
    def at(cls, name):
        return os.path.join(cls.home, name)

    @classmethod
    def keep(cls, name, content):
        with open(cls.at(name), "wb") as file:
            file.write(content)
        return cls.at(name)

    def run_check(self, folder, *options):
        return subprocess.run([VERIFY, "export", folder, "--vkey", self.vkey, *options], capture_output=True, text=True, timeout=60)

    def check(self, folder, *options):
        """-> exit code, the JSON"""
        done = self.run_check(folder, *options, "--json")
        self.assertTrue(done.stdout, done.stderr)
        return done.returncode, json.loads(done.stdout)

    def forged(self, change=None, **how):
        """The export of a log whose key signed something else."""
        forger = Forger(self.at("all"), self.at("log.key"))
        if change:
            change(forger)
        folder = tempfile.mkdtemp(prefix="forged-", dir=self.home) + "/export"
        return forger.write(folder, **how)

    def kinds(self, folder, *options):
        code, said = self.check(folder, *options)
        self.assertEqual((code, said["ok"]), (1, False), said)
        return said["code"], {problem["kind"] for problem in said["problems"]}, said

    # What is true.

    def test_all_of_it_is_established(self):
        self.assertEqual(self.own_approval, 403)
        code, said = self.check(self.at("all"), "--earlier", self.kept, "--quote", self.voided, "--document", self.pdf, "--series", "SH-QT")
        self.assertEqual((code, said["ok"], said["problems_total"]), (0, True, 0), said)
        told, (issued, asked, approved) = said["quote"], self.history
        # Issued at T, with exactly these bytes.
        self.assertEqual((told["number"], told["issued_at"]), (self.voided, self.made[1]["issued_at"]))
        with open(self.pdf, "rb") as file:
            self.assertEqual(told["document_sha256"], hashlib.sha256(file.read()).hexdigest())
        self.assertEqual((told["document_held"], told["document"]), (True, "exact"))
        # Voided at U by two people with names.
        self.assertEqual((told["status"], told["since"], told["reason_code"]), ("voided", approved["time"], "price_error"))
        void = told["void"]
        self.assertEqual((void["requested_by"], void["requested_role"], void["requested_at"]), (asked["actor"]["id"], "rep", asked["time"]))
        self.assertEqual((void["approved_by"], void["approved_role"]), (approved["actor"]["id"], "manager"))
        self.assertNotEqual(void["requested_by"], void["approved_by"])
        self.assertTrue(void["requested_name"] and void["approved_name"] and void["requested_name"] != void["approved_name"])
        self.assertEqual([entry["index"] for entry in told["entries"]], [event["index"] for event in self.history])
        # The series has no gap.
        (period,) = said["series"]["periods"]
        self.assertEqual((period["numbers"], period["first"], period["last"]), (5, self.made[0]["number"], self.later["number"]))
        self.assertEqual([each["number"] for each in period["voided"]], [self.voided])
        # And how much that rests on.
        self.assertEqual((said["records"]["checked"], said["records"]["entries"]), (True, said["tree_size"]))
        self.assertEqual((said["records"]["numbers"], said["records"]["voids"]), (5, 1))
        self.assertGreaterEqual(said["records"]["index_roots"], 1)

    def test_it_is_told_to_people_in_both_languages(self):
        done = self.run_check(self.at("all"), "--quote", self.voided, "--series", "SH-QT")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for words in ("申请作废，另一人", "another person,", "编号在每一期都从 1 起连续", "without a gap or a duplicate", "批准作废 approved by", "(manager)"):
            self.assertIn(words, done.stdout)

    def test_what_is_withheld_is_not_claimed(self):
        code, said = self.check(self.at("facts"), "--quote", self.voided, "--series", "SH-QT")
        self.assertEqual((code, said["quote"]["status"], said["quote"]["document_held"]), (0, "voided", False), said)
        self.assertEqual(said["quote"]["void"]["approved_name"], None)
        self.assertEqual(self.check(self.at("facts"), "--quote", self.voided, "--document", self.pdf)[1]["quote"]["document"], "exact")
        # Without facts the entries hold, and what they come to is left unchecked.
        code, said = self.check(self.at("none"))
        self.assertEqual((code, said["records"]["checked"], said["records"]["entries"]), (0, False, 0), said)
        self.assertNotIn("numbers", said["records"])
        self.assertIn("编号、作废与封期未核对", self.run_check(self.at("none")).stdout)
        for question in (("--quote", self.voided), ("--series", "SH-QT")):
            code, said = self.check(self.at("none"), *question)
            self.assertEqual((code, said["ok"], said["code"]), (2, None, "facts_withheld"), said)

    def test_questions_that_the_export_answers_with_no(self):
        other = self.keep("other.pdf", b"%PDF-1.7 another")
        for question, want in ((("--quote", "SHQT1999-000001"), "quote_unknown"), (("--series", "XX"), "series_unknown"),
                               (("--series", "SH-QT", "--period", "1999"), "period_unknown"),
                               (("--quote", self.voided, "--document", other), "document_altered")):
            code, said = self.check(self.at("all"), *question)
            self.assertEqual((code, said["ok"], said["code"]), (1, False, want), said)
        self.assertEqual(self.run_check(self.at("all"), "--period", "2026").returncode, 2)

    # What is forged by who holds every key.

    def test_the_forger_writes_what_holds(self):
        code, said = self.check(self.forged(), "--quote", self.voided, "--series", "SH-QT")
        self.assertEqual((code, said["records"]["index_roots"]), (0, 1), said)

    def test_a_void_that_never_was_is_caught_by_a_kept_checkpoint_alone(self):
        def change(f):  # as many entries as before, and none of them says anything
            for kind in ("void.requested", "void.approved"):
                (place,) = f.find(kind)
                entry = f.entries[place][0]
                entry.pop("request", None)
                entry.update(type="system.note", subject="system:note", body={}, objects=[], actor={"id": "system", "role": "system"})
                f.entries[place] = (entry, [])

        folder = self.forged(change)
        code, said = self.check(folder, "--quote", self.voided, "--series", "SH-QT")
        self.assertEqual((code, said["quote"]["status"], said["records"]["voids"]), (0, "issued", 0), said)
        code, said = self.check(folder, "--quote", self.voided, "--earlier", self.kept)
        self.assertEqual((code, said["code"], said["rewritten"]), (1, "history_rewritten", True), said)

    def test_another_document_is_caught_by_a_kept_checkpoint_alone(self):
        def change(f):
            entry, payloads = f.entries[f.find("quote.issued", number=self.voided)[0]]
            place = [each["name"] for each in entry["objects"]].index("pdf")
            payloads[place] = (payloads[place][0], payloads[place][1] + b"\n% more")

        folder = self.forged(change)
        self.assertEqual(self.check(folder, "--quote", self.voided)[0], 0)
        self.assertEqual(self.check(folder, "--earlier", self.kept)[1]["code"], "history_rewritten")
        self.assertEqual(self.check(folder, "--quote", self.voided, "--document", self.pdf)[1]["code"], "document_altered")

    # What no log may say, whoever signed it.

    def test_an_index_that_leaves_something_out(self):
        code, kinds, _ = self.kinds(self.forged(lie_about_index=True))
        self.assertEqual((code, kinds), ("records_refused", {"index"}))

    def test_a_number_that_is_missing(self):
        number = self.made[2]["number"]
        folder = self.forged(lambda f: f.remove(lambda entry: entry["body"].get("number") == number))
        code, kinds, said = self.kinds(folder)
        self.assertEqual((code, kinds), ("records_refused", {"number_gap"}), said)
        self.assertEqual(self.check(folder, "--series", "SH-QT")[0], 1)

    def test_a_number_that_was_given_twice(self):
        def change(f):
            body = f.entries[f.find("quote.issued", number=self.later["number"])[0]][0]
            first = f.entries[f.find("quote.issued", number=self.made[0]["number"])[0]][0]
            body["body"]["number"], body["body"]["sequence"], body["subject"] = first["body"]["number"], first["body"]["sequence"], first["subject"]

        code, kinds, _ = self.kinds(self.forged(change))
        self.assertEqual((code, kinds), ("records_refused", {"number_duplicate"}))

    def test_a_void_that_nobody_asked_for(self):
        folder = self.forged(lambda f: f.remove(lambda entry: entry["type"] == "void.requested"))
        code, kinds, _ = self.kinds(folder)
        self.assertEqual((code, kinds), ("records_refused", {"state"}))
        self.assertEqual(self.kinds(folder, "--quote", self.voided)[0], "bad_history")

    def test_a_void_by_one_person(self):
        def change(f):
            f.entries[f.find("void.approved")[0]][0]["actor"] = f.entries[f.find("void.requested")[0]][0]["actor"]

        folder = self.forged(change)
        code, kinds, said = self.kinds(folder)
        self.assertEqual((code, kinds), ("records_refused", {"state"}))
        self.assertIn("four_eyes", said["problems"][0]["detail"])
        self.assertEqual(self.kinds(folder, "--quote", self.voided)[0], "four_eyes")
        done = self.run_check(folder, "--quote", self.voided)
        self.assertIn("申请人和决定人是同一个人", done.stdout)
        self.assertIn("who asked for it also decided", done.stdout)

    def test_a_void_by_someone_who_was_never_added(self):
        def change(f):
            f.entries[f.find("void.approved")[0]][0]["actor"]["id"] = "01a22015-3afa-7677-b0c5-000000000000"

        code, said = self.check(self.forged(change), "--quote", self.voided)
        self.assertEqual((code, said["code"]), (1, "actor_unknown"), said)

    def test_a_name_cannot_steer_the_terminal(self):
        def change(f):
            for place in f.find("person.added", role="manager"):
                entry, payloads = f.entries[place]
                at = [each["name"] for each in entry["objects"]].index("name")
                payloads[at] = (payloads[at][0], json.dumps({"name": "\u202e\u001b[2J"}).encode())

        done = self.run_check(self.forged(change), "--quote", self.voided)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("\u202e", done.stdout)
        self.assertNotIn("\x1b", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
