#!/usr/bin/env python3
"""quotary-verify with a succession of keys: the published cases, as whoever holds an older key would check them."""
import json, os, subprocess, tempfile, unittest

VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
HERE = os.path.dirname(os.path.abspath(__file__))


class Succession(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(HERE, "../golden/succession/successions.json"), encoding="utf-8") as file:
            self.set = json.load(file)
        folder = tempfile.TemporaryDirectory(prefix="quotary-succession-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def verify(self, *arguments):
        """-> exit code, the JSON"""
        done = subprocess.run([VERIFY, *arguments, "--json"], capture_output=True, text=True, timeout=60)
        self.assertTrue(done.stdout, done.stderr)
        return done.returncode, json.loads(done.stdout)

    def test_keys_walks_or_names_the_break(self):
        unchecked = {"bad_succession", "unknown_algorithm"}
        for case in self.set["cases"]:
            with self.subTest(case["name"]):
                code, found = self.verify("keys", self.file("keys", case["succession"]), "--vkey", case["trusted"])
                wanted = case.get("code")
                self.assertEqual(found.get("code"), wanted, found)
                self.assertEqual(code, 0 if wanted is None else 2 if wanted in unchecked else 1)
                if wanted is None:
                    self.assertEqual(found["vkey"], case["current"])

    def test_a_checkpoint_is_believed_of_the_key_of_its_time(self):
        keys = self.file("keys", self.set["succession"])
        for note in self.set["notes"]:
            with self.subTest(note["name"]):
                code, found = self.verify("checkpoint", self.file("note", note["note"]), "--vkey", self.set["trusted"], "--succession", keys)
                self.assertEqual((code, found.get("code")), (1 if "code" in note else 0, note.get("code")), found)

    def test_a_proof_by_a_later_key_needs_the_succession(self):
        # The second rotation's own proof is one by the second key.
        case = next(c for c in self.set["cases"] if c["name"] == "from the second rotation on")
        head = case["succession"].encode().split(b"\n", 4)
        proof = self.file("proof", head[4][: int(head[3])].decode())
        keys = self.file("keys", self.set["succession"])
        self.assertEqual(self.verify("proof", proof, "--vkey", self.set["trusted"])[1]["code"], "note_signature")
        code, found = self.verify("proof", proof, "--vkey", self.set["trusted"], "--succession", keys)
        self.assertEqual((code, found["ok"]), (0, True), found)

    def test_a_policy_takes_each_key_of_the_succession(self):
        keys = self.file("keys", self.set["succession"])
        policy = self.file("policy", "quorum none\n")
        current = next(n for n in self.set["notes"] if n["name"] == "the current key")
        code, found = self.verify("checkpoint", self.file("note", current["note"]), "--vkey", self.set["trusted"], "--succession", keys, "--policy", policy)
        self.assertEqual((code, found["ok"], found["witnesses"]), (0, True, []), found)

    def test_a_succession_that_does_not_hold_is_not_used(self):
        keys = self.file("keys", self.set["succession"])
        current = next(n for n in self.set["notes"] if n["name"] == "the current key")
        stranger = next(c for c in self.set["cases"] if c.get("code") == "other_succession")["trusted"]
        code, found = self.verify("checkpoint", self.file("note", current["note"]), "--vkey", stranger, "--succession", keys)
        self.assertEqual((code, found["ok"], found["code"]), (2, None, "other_succession"))

    def test_people_read_the_walk_in_both_languages(self):
        done = subprocess.run([VERIFY, "keys", self.file("keys", self.set["succession"]), "--vkey", self.set["trusted"]], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("曾用公钥 retired key"), 3)
        self.assertIn("成立 / holds", done.stdout)


if __name__ == "__main__":
    unittest.main()
