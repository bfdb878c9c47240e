#!/usr/bin/env python3
"""The log's key is replaced, and then revoked: by the operator's commands, as customers, auditors and witnesses see it."""
import json, os, shutil, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, eventually, quote
from witness_test import Witness, make_vkey

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")


class Rotation(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM)
        self.addCleanup(shutil.rmtree, self.s.home, True)
        self.addCleanup(self.s.stop)
        self.vkey = self.keys("show", "--vkey").strip()

    def quotary(self, *arguments, status=0):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def keys(self, *arguments, status=0):
        return self.quotary("keys", arguments[0], "--data", self.s.data, *arguments[1:], status=status)

    def rotate(self, *more):
        self.s.stop()
        said = json.loads(self.keys("rotate", "--json", *more))
        self.s.start()
        self.assertEqual(self.s.call("GET", "/log/vkey")[2].decode().strip(), said["vkey"])
        return said

    def file(self, name, data):
        path = os.path.join(self.s.home, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def taken(self, name, path, who="rep"):
        status, _, data = self.s.call("GET", path, who)
        self.assertEqual(status, 200, data)
        return self.file(name, data)

    def verify(self, *arguments):
        """-> exit code, the JSON"""
        done = subprocess.run([VERIFY, *arguments, "--json"], capture_output=True, text=True, timeout=120)
        self.assertTrue(done.stdout, done.stderr)
        return done.returncode, json.loads(done.stdout)

    def holds(self, *arguments):
        code, found = self.verify(*arguments)
        self.assertEqual((code, found["ok"]), (0, True), found)
        return found

    def refused(self, code, *arguments):
        status, found = self.verify(*arguments)
        self.assertEqual((status, found["code"]), (1, code), found)

    def documents(self, key):
        number = self.s.issue(quote(), key)[2]["number"]
        return (self.taken(key + ".pdf", f"/v1/quotes/{number}/pdf?proof=embedded"), self.taken(key + ".tlog-proof", f"/v1/quotes/{number}/proof"), number)

    def test_old_and_new_documents_hold_from_either_key(self):
        self.s.start()
        self.assertEqual(self.s.json("GET", "/log/succession")[2]["code"], "no_succession")
        self.keys("succession", status=2)
        before = self.documents("before")
        next_vkey = json.loads(self.keys("prepare", "--json"))["vkey"]
        self.assertEqual(json.loads(self.keys("prepare", "--json"))["vkey"], next_vkey)
        self.assertIn("stop the server first", self.keys("rotate", status=1))
        said = self.rotate()
        self.assertEqual((said["vkey"], said["old_vkey"], said["revoked"], said["resumed"]), (next_vkey, self.vkey, False, False))
        after = self.documents("after")
        succession = self.taken("log.succession", "/log/succession", None)
        with open(succession, encoding="utf-8") as file:
            self.assertEqual(file.read(), self.keys("succession"))
        for vkey in (self.vkey, next_vkey):
            for document in (before, after):
                self.holds("document", document[0], "--vkey", vkey, "--succession", succession)
                self.holds("proof", document[1], "--vkey", vkey, "--succession", succession)
            self.assertEqual(self.holds("keys", succession, "--vkey", vkey)["vkey"], next_vkey)
            self.quotary("verify", "--data", self.s.data, "--vkey", vkey, "--succession", succession)
        # Who knows one key alone takes what that one signed.
        self.holds("document", before[0], "--vkey", self.vkey)
        self.refused("note_signature", "document", after[0], "--vkey", self.vkey)
        # What customers still have is known to the public check too.
        with open(before[0], "rb") as file:
            said = self.s.json("POST", "/v1/verify", raw=file.read())[2]
        self.assertEqual((said["match"], said["proof_embedded"]), ("exact", True), said)
        self.assertIn("retired by entry", self.keys("show"))
        self.quotary("verify", "--data", self.s.data)
        self.assertTrue(self.s.json("POST", "/v1/log/verify", "auditor", {})[2]["ok"])

    def test_an_export_leads_from_the_older_key(self):
        self.s.start()
        self.documents("before")
        said = self.rotate()
        self.documents("after")
        folder = os.path.join(self.s.home, "export")
        self.quotary("export", folder, "--data", self.s.data)
        with open(folder + "/keys/log.vkey", encoding="utf-8") as file:
            self.assertEqual(file.read(), said["vkey"] + "\n")
        for vkey in (self.vkey, said["vkey"]):
            self.holds("export", folder, "--vkey", vkey)
        self.refused("other_succession", "export", folder, "--vkey", make_vkey(self.vkey.split("+")[0]))
        path = folder + "/keys/log.succession"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("\nindex ", "\nindex 1", 1))
        code, found = self.verify("export", folder, "--vkey", self.vkey)
        self.assertEqual((code, found["ok"]), (1, False), found)

    def test_a_revoked_key_is_believed_no_more(self):
        self.s.start()
        before = self.documents("before")
        said = self.rotate("--revoke")
        self.assertTrue(said["revoked"])
        again = self.taken("again.tlog-proof", f"/v1/quotes/{before[2]}/proof")
        succession = self.taken("log.succession", "/log/succession", None)
        self.refused("revoked_key", "proof", before[1], "--vkey", said["vkey"], "--succession", succession)
        self.refused("revoked_key", "keys", succession, "--vkey", self.vkey)
        self.holds("proof", again, "--vkey", said["vkey"], "--succession", succession)
        self.holds("document", self.taken("again.pdf", f"/v1/quotes/{before[2]}/pdf?proof=embedded"), "--vkey", said["vkey"])
        self.assertIn("revoked by entry", self.keys("show"))
        # The document itself is still the one that was issued, whatever became of the key.
        with open(self.taken("plain.pdf", f"/v1/quotes/{before[2]}/pdf"), "rb") as file:
            self.assertEqual(self.s.json("POST", "/v1/verify", raw=file.read())[2]["match"], "exact")
        self.quotary("verify", "--data", self.s.data)
        folder = os.path.join(self.s.home, "export")
        self.quotary("export", folder, "--data", self.s.data)
        self.holds("export", folder, "--vkey", said["vkey"])
        self.refused("revoked_key", "export", folder, "--vkey", self.vkey)

    def test_a_witness_that_knows_both_keys_goes_on(self):
        next_vkey = json.loads(self.keys("prepare", "--json"))["vkey"]
        witness = Witness(self.s.home, "w1", self.vkey)
        self.quotary("witness", "add-log", "--folder", witness.folder, "--log", next_vkey)
        witness.start()
        self.addCleanup(witness.stop)
        policy = self.file("policy", f"log {self.vkey}\nlog {next_vkey}\nwitness w1 {witness.vkey} {witness.url}\nquorum w1\n".encode())
        self.s.options += ["--witness-policy", policy]
        self.s.start()
        self.s.issue(quote(), "one")
        state = lambda: self.s.json("GET", "/v1/log/witnesses")[2]
        reached = lambda: eventually(state, lambda said: said.get("witnessed", {}).get("size") == said["signed"]["size"])
        first = reached()["witnessed"]["size"]
        self.rotate()
        self.s.issue(quote(), "two")
        second = reached()["witnessed"]
        self.assertGreater(second["size"], first)
        succession = self.taken("log.succession", "/log/succession", None)
        note = self.file("note", second["checkpoint"].encode())
        self.assertEqual(len(self.holds("checkpoint", note, "--vkey", self.vkey, "--succession", succession, "--policy", policy)["witnesses"]), 1)


if __name__ == "__main__":
    unittest.main()
