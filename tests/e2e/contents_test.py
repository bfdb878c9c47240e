#!/usr/bin/env python3
"""Contents of evidence through the real program: verified, backed up, drilled, restored and erased."""
import hashlib, json, os, shutil, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import STILL, Server

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY_PROGRAM = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
HELPER = os.environ.get("QUOTARY_CONTENTS_HELPER", "build/release/tests/quotary_contents_helper")
COMMAND_SECONDS_MAX = 60


def run(program, *arguments, check=0):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
    if done.returncode != check:
        raise AssertionError(f"{arguments}: exit {done.returncode} instead of {check}\n{done.stdout}{done.stderr}")
    return done.stdout


class Contents(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(shutil.rmtree, self.s.home, True)
        self.addCleanup(self.s.stop, True)
        self.keys = self.s.data + ".keys"
        self.to = os.path.join(self.s.home, "backups")
        self.first = self.add("c1", "a" * 100_000, "second")
        self.other = self.add("c2", "a" * 100_000)

    def add(self, case, *contents):
        """-> the index and the path of each"""
        lines = run(HELPER, self.s.data, self.keys, case, *contents).splitlines()
        return [(int(index), path) for index, path in map(str.split, lines)]

    def verify(self, check=0, data=None, *more):
        return json.loads(run(PROGRAM, "verify", "--data", data or self.s.data, "--keys", self.keys, "--json", *more, check=check))

    def test_verify_names_what_is_damaged_and_may_leave_it_out(self):
        report = self.verify()
        self.assertEqual(report["contents"], {"checked": 3, "bytes": 200_006})
        index, path = self.first[0]
        with open(os.path.join(self.s.data, path), "r+b") as f:
            f.seek(70_000)
            f.write(b"x")
        report = self.verify(1)
        self.assertEqual([(p["index"], p["kind"]) for p in report["problems"]], [(index, "content_damaged")])
        self.assertIn(path, report["problems"][0]["detail"])
        self.assertIn("chunk 1", report["problems"][0]["detail"])
        text = run(PROGRAM, "verify", "--data", self.s.data, check=1)
        self.assertIn("证据文件损坏", text)
        self.assertNotIn("contents", self.verify(0, None, "--skip-contents"))
        self.assertNotIn("contents", self.verify(0, None, "--skip-payloads"))
        # Over HTTP the same, and the command's own report is taken by the server.
        with self.s:
            status, _, answer = self.s.json("POST", "/v1/log/verify", "auditor", {})
            self.assertEqual((status, answer["ok"], answer["contents"]["checked"]), (200, False, 3))
            recorded = self.verify(1)["recorded"]
            self.assertIn("index", recorded)

    def test_a_backup_holds_them_and_restores_without_a_lost_one(self):
        self.s.start()
        backup = lambda check=0: json.loads(run(PROGRAM, "backup", "--data", self.s.data, "--to", self.to, "--json", check=check))
        backup()
        self.assertLess(backup()["bytes_copied"], 100_000)  # each is copied once
        drill = json.loads(run(PROGRAM, "drill", "--from", self.to, "--keys", self.keys, "--json"))
        self.assertEqual(drill["contents"], {"checked": 3, "bytes": 200_006})
        # One is lost: the backup is made, and says so.
        lost = self.first[1][1]
        os.remove(os.path.join(self.s.data, lost))
        told = backup(1)
        self.assertEqual(told["contents_missing"], {"count": 1, "files": [lost]})
        drill = json.loads(run(PROGRAM, "drill", "--from", self.to, "--keys", self.keys, "--json", check=1))
        self.assertEqual([p["kind"] for p in drill["problems"]], ["content_missing"])
        self.s.stop()
        new = os.path.join(self.s.home, "new")
        restored = json.loads(run(PROGRAM, "restore", "--from", self.to, "--data", new, "--keys", self.keys, "--backup", "2", "--json",
                                  "--published", os.path.join(self.s.data, "published.slots"), check=1))
        self.assertIn("lost", restored)  # entries came after it; the contents are all there
        self.assertEqual(restored["contents"], {"checked": 3, "bytes": 200_006})
        self.assertTrue(os.path.exists(os.path.join(new, lost)))
        shutil.rmtree(new)
        run(PROGRAM, "restore", "--from", self.to, "--data", new, "--keys", self.keys, "--nothing-published-since", check=1)
        self.assertEqual([p["kind"] for p in self.verify(1, new)["problems"]], ["content_missing"])

    def test_an_erased_case_loses_its_files(self):
        self.s.start()
        ask = {"case": "c1", "basis": "person_request", "reason_text": "客户书面要求删除其资料"}
        status, _, asked = self.s.json("POST", "/v1/erasures", "admin", ask)
        self.assertEqual((status, asked["target"]), (201, "case:c1"))
        shown = self.s.json("GET", f"/v1/erasures/{asked['id']}", "auditor")[2]
        self.assertEqual(shown["contents"], {"count": 2, "bytes": 100_006})
        self.assertEqual(self.s.json("POST", f"/v1/erasures/{asked['id']}/approve", "region_director", {})[0], 200)
        for _, path in self.first:
            self.assertFalse(os.path.exists(os.path.join(self.s.data, path)))
        self.assertTrue(os.path.exists(os.path.join(self.s.data, self.other[0][1])))
        self.assertEqual(self.verify()["contents"], {"checked": 1, "bytes": 100_000, "erased": 2})
        # An export without facts is believed about the erasure too.
        export = os.path.join(self.s.home, "export")
        run(PROGRAM, "export", export, "--data", self.s.data, "--payloads", "all")
        vkey = run(PROGRAM, "keys", "show", "--vkey", "--data", self.s.data).strip()
        told = json.loads(run(VERIFY_PROGRAM, "export", export, "--vkey", vkey, "--json"))
        self.assertGreater(told["withheld"]["erased"], 0)
        self.assertEqual(told["problems_total"], 0)

    def test_an_export_holds_them_and_is_checked_offline(self):
        vkey = run(PROGRAM, "keys", "show", "--vkey", "--data", self.s.data).strip()
        export = os.path.join(self.s.home, "export")
        run(PROGRAM, "export", export, "--data", self.s.data, "--contents", check=1)
        made = json.loads(run(PROGRAM, "export", export, "--data", self.s.data, "--payloads", "all", "--contents", "--json"))
        self.assertEqual((made["contents_held"], made["content_bytes"]), (3, 200_006))
        index = self.first[0][0]
        content = os.path.join(export, "contents", str(index))
        with open(content) as f:
            self.assertEqual(f.read(), "a" * 100_000)
        check = lambda expect=0, target=export: json.loads(run(VERIFY_PROGRAM, "export", target, "--vkey", vkey, "--json", check=expect))
        told = check()
        self.assertEqual((told["contents_checked"], told["content_bytes"]), (3, 200_006))
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=export, check=True)
        # The gate, evaluated anew from nothing but the export.
        case = json.loads(run(VERIFY_PROGRAM, "export", export, "--vkey", vkey, "--case", "c1", "--json"))["case"]
        self.assertEqual((case["stage"], case["policy"], case["gate"]["complete"]), ("pending", "demonstration", False))
        self.assertEqual({r["id"]: r["state"] for r in case["gate"]["requirements"]}["trial_confirmation"], "missing")
        self.assertEqual([(e["entry"], e["version"]) for e in case["evidence"]], [(self.first[0][0], 1), (self.first[1][0], 2)])
        self.assertEqual(hashlib.sha256(case["policy_text"].encode()).hexdigest(), case["policy_sha256"])
        self.assertIn("待补全", run(VERIFY_PROGRAM, "export", export, "--vkey", vkey, "--case", "c1"))
        self.assertEqual(json.loads(run(VERIFY_PROGRAM, "export", export, "--vkey", vkey, "--case", "none", "--json", check=1))["code"], "case_unknown")
        bare = os.path.join(self.s.home, "bare")
        run(PROGRAM, "export", bare, "--data", self.s.data, "--payloads", "none")
        run(VERIFY_PROGRAM, "export", bare, "--vkey", vkey, "--case", "c1", check=2)
        archive = export + ".tar"
        run(PROGRAM, "export", archive, "--data", self.s.data, "--payloads", "all", "--contents")
        self.assertEqual(check(0, archive)["contents_checked"], 3)

        def tampered(change, *kinds):
            copy = os.path.join(self.s.home, "tampered")
            shutil.copytree(export, copy)
            change(copy)
            self.assertEqual([p["kind"] for p in check(1, copy)["problems"]], list(kinds))
            shutil.rmtree(copy)

        def rewritten(copy):  # by who makes SHA256SUMS right again
            path = f"{copy}/contents/{index}"
            with open(path, "w") as f:
                f.write("b" * 100_000)
            with open(f"{copy}/SHA256SUMS") as f:
                lines = f.read().splitlines()
            lines = [hashlib.sha256(b"b" * 100_000).hexdigest() + line[64:] if line.endswith(f"  contents/{index}") else line for line in lines]
            with open(f"{copy}/SHA256SUMS", "w") as f:
                f.write("\n".join(lines) + "\n")

        def surplus(copy):
            with open(f"{copy}/contents/0", "w") as f:
                f.write("named by no entry")

        tampered(rewritten, "content")
        tampered(lambda copy: os.remove(f"{copy}/contents/{index}"), "file")
        tampered(surplus, "file")
        # One that does not hold is exported by nobody.
        with open(os.path.join(self.s.data, self.first[0][1]), "r+b") as f:
            f.seek(100)
            f.write(b"x")
        other = os.path.join(self.s.home, "other")
        run(PROGRAM, "export", other, "--data", self.s.data, "--payloads", "all", "--contents", check=1)
        self.assertFalse(os.path.exists(other) or os.path.exists(other + ".partial"))
        run(PROGRAM, "export", other, "--data", self.s.data, "--payloads", "all")


if __name__ == "__main__":
    unittest.main(verbosity=2)
