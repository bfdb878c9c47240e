#!/usr/bin/env python3
"""quotary verify beside a running server and without one: what it checks, and what the ledger then says of it."""
import json, os, subprocess, sys, tempfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
SEED = "5e" * 32


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = Server(PROGRAM)
        cls.addClassCleanup(cls.s.__exit__)

    def setUp(self):
        self.s.start()
        self.assertEqual(self.s.issue(quote(), f"of {self.id()}")[0], 201)

    def tearDown(self):
        self.s.stop()

    def run_verify(self, *options):
        return subprocess.run([PROGRAM, "verify", "--data", self.s.data, *options], capture_output=True, text=True, timeout=120)

    def verify(self, *options):
        done = self.run_verify("--json", *options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def entry(self, index):
        return json.loads(self.s.json("GET", f"/v1/log/entries?from={index}&limit=1", "auditor")[2]["items"][0]["canonical"])

    def size(self):
        return int(self.s.call("GET", "/log/checkpoint")[2].splitlines()[1])

    def test_beside_a_server_the_result_is_an_entry(self):
        report = self.verify()
        self.assertEqual((report["ok"], report["mode"], report["from"]), (True, "full", 0))
        entry = self.entry(report["recorded"]["index"])
        body = entry["body"]
        self.assertEqual((entry["type"], body["made_by"], body["asked_by"]), ("system.verification", "command_line", "operator"))
        self.assertEqual((body["tree_size"], body["root"], body["entries"], body["problems"]),
                         (report["tree_size"], report["root"], report["entries_checked"], 0))
        # The next one begins there, also that of the server.
        further = self.verify("--incremental")
        self.assertEqual((further["mode"], further["from"]), ("incremental", report["tree_size"]))
        self.assertEqual(further["entries_checked"], further["tree_size"] - report["tree_size"])
        status, _, own = self.s.json("POST", "/v1/log/verify", "auditor", {"mode": "incremental"})
        self.assertEqual((status, own["from"], own["ok"]), (200, further["tree_size"], True))
        said = self.run_verify("--incremental").stdout
        self.assertIn("增量 incremental", said)
        self.assertRegex(said, r"记入账本 entry   #\d+")

    def test_its_report_is_a_sealed_page(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.pdf")
            made = self.verify("--report", path)
            self.assertEqual(made["report"], {"file": path})
            checked = subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout
            self.assertIn("Signature is Valid", checked)
            words = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
            self.assertIn(made["recorded"]["run"], words)
            self.assertIn("命令行", words)
            self.assertIn("核对报告 report", self.run_verify("--report", path).stdout)
            self.s.stop()
            os.remove(path)
            done = self.run_verify("--report", path)
            self.assertEqual((done.returncode, os.path.exists(path)), (0, False))
            self.assertIn("no_report", done.stderr)

    def test_a_sample_states_its_seed(self):
        report = self.verify("--sample", "3", "--seed", SEED)
        self.assertEqual((report["mode"], report["entries_checked"], report["sample"]), ("sampled", 3, {"seed": SEED, "size": 3}))
        self.assertEqual(self.entry(report["recorded"]["index"])["body"]["seed"], SEED)
        again = self.verify("--sample", "3")
        self.assertEqual(again["entries_checked"], 3)
        self.assertNotEqual(again["sample"]["seed"], SEED)
        for wrong in (["--sample", "3", "--seed", "5E" * 32], ["--sample", "3", "--seed", "00"]):
            done = self.run_verify(*wrong)
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertIn("bad_seed", done.stderr)
        for wrong in (["--sample", "3", "--incremental"], ["--seed", SEED], ["--sample", "0"]):
            self.assertNotEqual(self.run_verify(*wrong).returncode, 0)

    def test_without_a_server_it_says_so_and_writes_nothing(self):
        self.s.stop()

        def stamps():
            out = {}
            for folder, _, names in os.walk(self.s.data):
                for name in names:
                    status = os.stat(os.path.join(folder, name))
                    out[os.path.join(folder, name)] = (status.st_size, status.st_mtime_ns)
            return out

        before = stamps()
        for options in ([], ["--incremental"], ["--sample", "2"]):
            report = self.verify(*options)
            self.assertEqual((report["ok"], report["recorded"]["code"]), (True, "no_server"))
        self.assertIn("未记入账本", self.run_verify().stdout)
        self.assertEqual(stamps(), before)

    def test_a_store_that_is_gone_is_named(self):
        self.s.stop()
        os.rename(self.s.data + "/store", self.s.home + "/store")
        self.addCleanup(os.rename, self.s.home + "/store", self.s.data + "/store")
        report = json.loads(self.run_verify("--json").stdout)
        self.assertEqual((report["ok"], [each["kind"] for each in report["problems"]]), (False, ["store"]))
        done = self.run_verify()
        self.assertEqual(done.returncode, 1)
        self.assertIn("存储无法打开 / the store cannot be opened", done.stdout)
        self.assertNotIn("key folder", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
