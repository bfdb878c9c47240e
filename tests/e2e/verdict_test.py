#!/usr/bin/env python3
"""The verdict on a file, for each row of its table, over HTTP and for files of every age."""
import json, os, shutil, subprocess, sys, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from customers import PROGRAM, Customers
from server import STILL, Server, quote


class Verdicts(Customers, unittest.TestCase):
    def pdf(self, number, query="", server=None):
        return (server or self.s).call("GET", f"/v1/quotes/{number}/pdf{query}", "rep")[2]

    def judged(self, data):
        status, headers, answer = self.s.json("POST", "/v1/verify", None, None, {"Content-Type": "application/pdf"}, raw=data)
        self.assertEqual((status, headers["cache-control"]), (200, "no-store"), answer)
        return answer

    def void(self, number):
        body = {"reason_code": "price_error", "reason_text": "单价录入错误，应为 85600 元"}
        asked = self.s.json("POST", f"/v1/quotes/{number}/void-requests", "rep", body)[2]
        self.assertEqual(self.s.json("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {})[0], 200)

    def test_documents_of_the_ledger(self):
        sealed = self.pdf(self.number)
        found = self.judged(sealed)
        self.assertEqual((found["match"], found["status"], found["verdict"]), ("exact", "valid", "authentic_current"))
        seal, = found["findings"]["signatures"]
        self.assertEqual((seal["field"], seal["kind"], seal["sound"], seal["trusted"], seal["covered"], seal["level"]),
                         ("Seal", "seal", True, True, len(sealed), "B-B"))
        self.assertEqual([each["revocation"]["state"] for each in seal["chain"]], ["nothing_to_revoke"])
        self.assertEqual(found["seal_level"], "B-B")
        listed, = self.s.json("GET", "/v1/quotes", "rep")[2]["items"]
        self.assertEqual(listed["seal_level"], "B-B")
        self.assertEqual([each["allowed"] for each in found["findings"]["revisions"]], [True, True])
        newer = self.s.issue(quote("90.00", revision_of=self.number), "newer")[2]["number"]
        self.assertEqual(self.judged(sealed)["verdict"], "authentic_superseded")
        self.void(newer)
        found = self.judged(self.pdf(newer))
        self.assertEqual((found["status"], found["verdict"]), ("voided", "authentic_voided"))

    def test_a_signed_document_names_who_signed_when(self):
        sealed = self.pdf(self.number)
        self.ask()
        self.sign(self.links()[0])
        signed = self.pdf(self.number, "?revision=2")
        found = self.judged(signed)
        self.assertEqual((found["match"], found["status"], found["revision"], found["verdict"]), ("exact", "accepted", 2, "authentic_current"))
        seal, approval = found["findings"]["signatures"]
        self.assertEqual((approval["field"], approval["kind"], approval["sound"], approval["trusted"], approval["foreign"], approval["covered"]),
                         ("Customer1", "approval", True, True, False, len(signed)))
        self.assertTrue(seal["later_changes_allowed"])
        changes = [change["what"] for change in found["findings"]["revisions"][2]["changes"]]
        self.assertTrue(any("Customer1" in what for what in changes), changes)
        # The sealed document alone is what it always was.
        self.assertEqual(self.judged(sealed)["verdict"], "authentic_current")

    def offline(self, data, proof=None, status=None):
        """-> quotary-verify document's exit code and what it says"""
        path = os.path.join(self.s.home, "offline.pdf")
        with open(path, "wb") as f:
            f.write(data)
        command = [PROGRAM + "-verify", "document", path, "--vkey", self.s.call("GET", "/log/vkey")[2].decode().strip(), "--json"]
        if proof:
            with open(path + ".tlog-proof", "wb") as f:
                f.write(proof)
            command += ["--proof", path + ".tlog-proof"]
        if status:
            with open(path + ".status-proof", "wb") as f:
                f.write(status)
            command += ["--status", path + ".status-proof"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def test_a_signed_document_is_checked_offline_by_the_proof_of_its_revision(self):
        self.ask()
        self.sign(self.links()[0])
        sealed, signed = self.pdf(self.number), self.pdf(self.number, "?revision=2")
        first = self.s.call("GET", f"/v1/quotes/{self.number}/proof", "rep")[2]
        second = self.s.call("GET", f"/v1/quotes/{self.number}/proof?revision=2", "rep")[2]
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{self.number}/proof?revision=3", "rep")[2]["code"], "revision_not_found")
        status, said = self.offline(signed, second)
        self.assertEqual((status, said["revision"], said["type"]), (0, 2, "signature.signed"), said)
        self.assertEqual([(each["kind"], each["sound"]) for each in said["findings"]["signatures"]], [("seal", True), ("approval", True)])
        self.assertEqual((self.offline(signed, first)[0], self.offline(signed, first)[1]["code"]), (1, "revision_not_proved"))
        self.assertEqual((self.offline(signed)[0], self.offline(signed)[1]["code"]), (2, "no_proof"))
        self.assertEqual(self.offline(sealed, first)[0], 0)
        self.assertEqual(self.offline(sealed, second)[0], 1)
        self.assertEqual(self.offline(signed + b"\n", second)[0], 1)
        self.assertEqual(self.offline(self.pdf(self.number, "?proof=embedded"))[0], 0)

    def status_proof(self, number):
        """Once an index root has taken up what was appended last."""
        deadline = time.time() + 20
        while True:
            status, _, proof = self.s.call("GET", f"/v1/quotes/{number}/status-proof", "rep")
            if status == 200 or time.time() > deadline:
                return proof
            time.sleep(0.2)

    def test_the_same_word_offline(self):
        """By the table, as far as proofs reach: what they do not show is asked for, and never guessed."""
        def word(data, proof=None, status=None):
            said = self.offline(data, proof, status)[1]
            return said["verdict"], said.get("verdict_needs")
        self.s.stop()
        self.s.options[self.s.options.index("--index-interval-ms") + 1] = "50"
        self.s.start()
        self.ask()
        self.sign(self.links()[0])
        sealed, signed = self.pdf(self.number), self.pdf(self.number, "?revision=2")
        first, second = (self.s.call("GET", f"/v1/quotes/{self.number}/proof{query}", "rep")[2] for query in ("", "?revision=2"))
        self.assertEqual(word(sealed), (None, "proof"))
        self.assertEqual(word(sealed, first), (None, "status_proof"))
        self.assertEqual(word(self.pdf(self.number, "?proof=embedded")), (None, "status_proof"))
        current = self.status_proof(self.number)
        self.assertEqual(word(signed, second, current), ("authentic_current", None))
        self.assertEqual(word(signed, first, current), ("signed_prefix_with_unknown_update", None))
        at = len(sealed) // 3
        for damaged in (sealed + b"\n", sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:]):
            self.assertEqual(word(damaged, first, current), ("altered", None))
        self.assertEqual(word(b"hello", first), ("unreadable", None))
        older = self.s.issue(quote(), "older")[2]["number"]
        newer = self.s.issue(quote("90.00", revision_of=older), "newer")[2]["number"]
        proofs = {number: self.s.call("GET", f"/v1/quotes/{number}/proof", "rep")[2] for number in (older, newer)}
        self.assertEqual(word(sealed, proofs[newer]), (None, "proof"))  # it speaks of another quote
        self.assertEqual(word(self.pdf(older), proofs[older], self.status_proof(older)), ("authentic_superseded", None))
        self.void(newer)
        status, said = self.offline(self.pdf(newer), proofs[newer], self.status_proof(newer))
        self.assertEqual((status, said["verdict"], said["status"]), (0, "authentic_voided", "voided"))
        status, said = self.offline(sealed, first, self.status_proof(newer))
        self.assertEqual((status, said["code"], said["verdict"]), (1, "status_of_another_quote", None))

    def test_a_proof_is_known_where_it_stands(self):
        carried = self.pdf(self.number, "?proof=embedded")
        found = self.judged(carried)
        self.assertEqual((found["match"], found["proof_embedded"], found["verdict"]), ("exact", True, "authentic_current"))
        self.assertEqual([each["kind"] for each in found["findings"]["signatures"]], ["seal", "ledger_proof"])
        # The proof of another document of this ledger, moved behind this one.
        other = self.s.issue(quote("1.00"), "other")[2]["number"]
        tail = self.pdf(other, "?proof=embedded")[len(self.pdf(other)):]
        found = self.judged(self.pdf(self.number) + tail)
        self.assertEqual((found["match"], found["verdict"]), ("altered", "altered"))

    def test_an_allowed_update_that_the_ledger_does_not_know(self):
        """Signed at a copy of this server, with its very keys: all that holds but the ledger's word."""
        self.ask()
        link = self.links()[0]
        self.s.stop()
        copy = Server.__new__(Server)
        copy.__dict__.update(self.s.__dict__)
        copy.data = os.path.join(self.s.home, "copy")
        shutil.copytree(self.s.data, copy.data)
        shutil.copytree(self.s.data + ".keys", copy.data + ".keys")
        here, self.s = self.s, copy
        self.s.start()
        self.sign(link)
        signed = self.pdf(self.number, "?revision=2")
        self.s.stop()
        self.s = here
        self.s.start()
        found = self.judged(signed)
        self.assertEqual((found["match"], found["verdict"], found["altered"]["reason"]),
                         ("altered", "signed_prefix_with_unknown_update", "update_unknown"))
        self.assertEqual(found["altered"]["known_prefix"], len(self.pdf(self.number)))
        self.assertTrue(found["findings"]["intact"])
        self.assertNotIn("status", found)

    def test_altered_files(self):
        sealed = self.pdf(self.number)
        at = len(sealed) // 3  # in the stream of a font
        inside = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:]
        for data, code in ((sealed + b"\n", "bytes_added"), (sealed + b"%more\n%%EOF\n", "bytes_added"), (sealed + sealed[-600:], "bytes_added")):
            found = self.judged(data)
            self.assertEqual((found["match"], found["verdict"], found["number"]), ("altered", "altered", self.number), found)
            self.assertEqual(found["altered"]["reason"], code)
            self.assertEqual(found["findings"]["intact_bytes"], len(sealed))
        # A seal that is broken still tells number and code: the holder of the file is told that it was altered.
        found = self.judged(inside)
        self.assertEqual((found["match"], found["verdict"]), ("altered", "altered"))
        self.assertFalse(found["findings"]["signatures"][0]["sound"])

    def test_files_of_others(self):
        self.assertEqual(self.judged(b"hello")["verdict"], "unreadable")
        self.assertEqual(self.judged(b"%PDF-1.7\n%%EOF\n")["verdict"], "unreadable")
        other = Server(PROGRAM, STILL)
        self.addCleanup(other.__exit__)
        other.start()
        number = other.issue(quote(), "first")[2]["number"]
        found = self.judged(self.pdf(number, server=other))
        self.assertEqual((found["match"], found["verdict"]), ("unknown", "not_ours"))
        seal, = found["findings"]["signatures"]
        self.assertTrue(seal["sound"])
        self.assertFalse(seal["trusted"])

    def test_nothing_of_a_file_is_kept(self):
        size = self.s.tree_size()
        self.judged(self.pdf(self.number) + b"x")
        self.assertEqual(self.s.tree_size(), size)


if __name__ == "__main__":
    unittest.main(verbosity=2)
