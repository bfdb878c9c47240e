#!/usr/bin/env python3
"""Someone who holds the disk and every key rewrites history: all that the folder itself says holds, and whoever kept anything from
before has the evidence."""
import json, os, shutil, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")


class Rewritten(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = s = Server(PROGRAM, STILL)
        cls.addClassCleanup(s.__exit__)
        s.start()
        cls.quotes(["honest 1", "honest 2"])
        s.stop()
        shutil.copytree(s.data, s.data + ".before")
        s.start()
        cls.quotes(["honest 3", "honest 4"])
        cls.kept = cls.take("kept.checkpoint", "/log/checkpoint")
        cls.size = s.tree_size()
        cls.old_proof = cls.take("kept.tlog-proof", f"/v1/quotes/{cls.number}/proof", "rep")
        cls.vkey = cls.take("vkey", "/log/vkey")
        cls.quotes(["honest 5"])
        cls.newer = cls.take("newer.checkpoint", "/log/checkpoint")
        cls.growth = cls.take("growth.json", f"/v1/log/proofs/consistency?from={cls.size}&to={s.tree_size()}")
        cls.honest = os.path.join(s.home, "honest.export")
        cls.export(cls.honest)
        # From here on: another past under the same key.
        s.stop()
        shutil.rmtree(s.data)
        shutil.move(s.data + ".before", s.data)
        s.start()
        cls.quotes(["invented 1", "invented 2"])
        cls.of_same_size = cls.take("same.checkpoint", "/log/checkpoint")
        cls.quotes(["invented 3", "invented 4"])
        cls.forged = cls.take("forged.checkpoint", "/log/checkpoint")
        cls.forged_growth = cls.take("forged.json", f"/v1/log/proofs/consistency?from={cls.size}&to={s.tree_size()}")
        cls.forged_export = os.path.join(s.home, "forged.export")
        cls.export(cls.forged_export)

    @classmethod
    def quotes(cls, keys):
        for key in keys:
            status, _, made = cls.s.issue(quote(), key)
            if status != 201:
                raise RuntimeError(made)
            cls.number = made["number"]

    @classmethod
    def take(cls, name, path, who=None):
        status, _, body = cls.s.call("GET", path, who)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:200]}")
        place = os.path.join(cls.s.home, name)
        with open(place, "wb") as file:
            file.write(body)
        return place

    @classmethod
    def export(cls, folder):
        subprocess.run([PROGRAM, "export", folder, "--data", cls.s.data], check=True, stdout=subprocess.DEVNULL)

    def offline(self, *command):
        done = subprocess.run([VERIFY, *command, "--vkey", self.vkey, "--json"], capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def verify(self, *options):
        done = subprocess.run([PROGRAM, "verify", "--data", self.s.data, "--json", *options], capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def test_by_itself_the_rewritten_ledger_holds(self):
        self.assertEqual(self.verify()[0], 0)
        self.assertEqual(self.offline("export", self.forged_export)[0], 0)
        self.assertEqual(self.offline("checkpoint", self.forged)[0], 0)

    def test_an_earlier_checkpoint_shows_that_the_log_only_grew(self):
        code, said = self.offline("checkpoint", self.newer, "--earlier", self.kept, "--consistency", self.growth)
        self.assertEqual((code, said["ok"], said["earlier"]["tree_size"]), (0, True, self.size), said)
        self.assertEqual(self.offline("checkpoint", self.kept, "--earlier", self.kept)[0], 0)
        self.assertEqual(self.offline("export", self.honest, "--earlier", self.kept, self.newer, self.old_proof)[0], 0)

    def test_an_earlier_checkpoint_catches_it(self):
        code, said = self.verify("--earlier", self.kept)
        self.assertEqual((code, [p["kind"] for p in said["problems"]], said["problems"][0]["index"]), (1, ["checkpoint"], self.size - 1), said)
        self.assertIn("another history", said["problems"][0]["detail"])
        code, said = self.offline("export", self.forged_export, "--earlier", self.kept)
        self.assertEqual((code, said["code"], said["problems"][0]["index"]), (1, "history_rewritten", self.size - 1), said)
        self.assertEqual(said["problems"][0]["file"], self.kept)
        # No proof that it can give holds.
        code, said = self.offline("checkpoint", self.forged, "--earlier", self.kept, "--consistency", self.forged_growth)
        self.assertEqual((code, said["code"]), (1, "consistency"), said)

    def test_an_old_proof_in_a_customers_hands_catches_it(self):
        self.assertEqual(self.verify("--earlier", self.old_proof)[0], 1)
        code, said = self.offline("export", self.forged_export, "--earlier", self.old_proof)
        self.assertEqual((code, said["code"]), (1, "history_rewritten"), said)

    def test_two_roots_of_one_size_are_the_evidence(self):
        code, said = self.offline("checkpoint", self.of_same_size, "--earlier", self.kept)
        self.assertEqual((code, said["code"], said["tree_size"]), (1, "history_rewritten", self.size), said)
        done = subprocess.run([VERIFY, "checkpoint", self.of_same_size, "--earlier", self.kept, "--vkey", self.vkey], capture_output=True, text=True)
        self.assertIn("账本的历史被改写", done.stdout)
        self.assertIn("history was rewritten", done.stdout)

    def test_what_cannot_be_compared_is_no_finding(self):
        for command, want in ((("checkpoint", self.newer, "--earlier", self.kept), "no_consistency_proof"),
                              (("checkpoint", self.newer, "--earlier", self.kept, "--consistency", self.vkey), "bad_consistency_proof"),
                              (("checkpoint", self.newer, "--earlier", self.vkey), "bad_note"),
                              (("checkpoint", self.kept, "--earlier", self.newer), "earlier_too_late")):
            code, said = self.offline(*command)
            self.assertEqual((code, said["ok"]), (2, None), said)
            self.assertEqual(said["code"], want)
        code, said = self.verify("--earlier", self.vkey)
        self.assertEqual((code, said["ok"]), (2, None), said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
