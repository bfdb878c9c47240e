#!/usr/bin/env python3
"""A server and an own time-stamping authority as processes: tokens in the ledger, offline checks, an outage, an export."""
import base64, json, os, re, subprocess, sys, tarfile, unittest, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, eventually, free_port, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")


def run(*command, program=PROGRAM):
    """-> the exit code, and what was said"""
    done = subprocess.run([program, *command], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


class Authority:
    """`quotary tsa`, made and served; on the same port after a restart."""

    def __init__(self, home):
        self.keys, self.port = os.path.join(home, "tsa.keys"), "0"
        code, said = run("tsa", "init", "--keys", self.keys, "--name", "示例有限公司")
        assert code == 0 and "not independent" in said, said
        self.certificate = os.path.join(self.keys, "tsa.cert.pem")
        self.process = None

    def start(self, *options):
        self.process = subprocess.Popen([PROGRAM, "tsa", "serve", "--keys", self.keys, "--port", self.port, *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("Listening"), line
        self.url = line.split()[2]
        self.port = self.url.rsplit(":", 1)[1]

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process.stdout.close()
            self.process = None


class TimeStamping(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM)
        self.addCleanup(self.s.__exit__)
        self.tsa = Authority(self.s.home)
        self.addCleanup(self.tsa.stop)
        self.tsa.start()
        self.vkey = run("keys", "show", "--data", self.s.data, "--vkey")[1].strip()

    def serve(self, *more):
        self.metrics_port = free_port()
        self.s.options = ["--metrics-port", str(self.metrics_port), "--tsa-url", self.tsa.url, "--tsa-roots", self.tsa.certificate,
                          "--tsa-interval-s", "1", "--index-interval-ms", "0", *more]
        self.s.start()

    def state(self):
        return self.s.json("GET", "/v1/log/time")[2]

    def await_state(self, holds):
        return eventually(self.state, holds)

    def issue(self, key):
        status, _, made = self.s.issue(quote(), key)
        self.assertEqual(status, 201, made)
        return made["ledger"]["index"] + 1

    def file(self, name, content):
        path = os.path.join(self.s.home, name)
        with open(path, "wb") as f:
            f.write(content)
        return path

    def verify(self, token, checkpoint, roots=None, vkey=None):
        code, said = run("token", token, "--checkpoint", checkpoint, "--vkey", vkey or self.vkey, "--roots", roots or self.tsa.certificate, "--json",
                         program=VERIFY)
        return code, json.loads(said)

    def test_a_token_in_the_ledger_that_holds_without_us(self):
        self.serve()
        size = self.issue("k")
        state = self.await_state(lambda s: s.get("newest", {}).get("size", 0) >= size)
        newest = state["newest"]
        self.assertTrue(newest["own"])
        self.assertIn("not independent", newest["authority"])
        self.assertEqual(newest["index"], newest["size"])
        token, checkpoint = self.file("token", base64.b64decode(newest["token"])), self.file("checkpoint", newest["checkpoint"].encode())
        code, said = self.verify(token, checkpoint)
        self.assertEqual((code, said["ok"], said["tree_size"], said["time"], said["own"]), (0, True, newest["size"], newest["time"], True), said)
        # The entry itself names both payloads, and an export of facts carries them.
        items = self.s.json("GET", "/v1/log/entries?limit=1000", "auditor")[2]["items"]
        entry = next(e for e in (json.loads(item["canonical"]) for item in items) if e["index"] == newest["index"])
        self.assertEqual((entry["type"], entry["body"]["size"], entry["body"]["time"]), ("system.time_token", newest["size"], newest["time"]))
        self.assertEqual([each["name"] for each in entry["objects"]], ["checkpoint", "token"])
        self.await_state(lambda s: s["state"] == "stamped")
        folder = os.path.join(self.s.home, "export")
        self.assertEqual(run("export", folder, "--data", self.s.data)[0], 0)
        with tarfile.open(os.path.join(folder, "payloads/000.tar")) as pack:
            self.assertEqual(pack.extractfile(f"{newest['index']}/token").read(), base64.b64decode(newest["token"]))
            self.assertEqual(pack.extractfile(f"{newest['index']}/checkpoint.txt").read().decode(), newest["checkpoint"])
        check = lambda roots: run("export", folder, "--vkey", self.vkey, "--tsa-roots", roots, "--json", program=VERIFY)
        code, said = check(self.tsa.certificate)
        times = json.loads(said)["trusted_times"]
        self.assertEqual((code, times["withheld"], times["newest"]["tree_size"] >= newest["size"], times["newest"]["own"]), (0, 0, True, True), said)
        code, said = check(self.s.data + ".keys/seal.cert.pem")
        said = json.loads(said)
        self.assertEqual((code, said["code"], said["trusted_times"]["held"]), (2, "tokens_unjudged", 0))
        self.assertEqual(said["trusted_times"]["unjudged"], times["held"])
        self.assertIn("does not lead to one of the given roots", said["trusted_times"]["first_unjudged"])
        code, said = run("export", folder, "--vkey", self.vkey, "--tsa-roots", self.s.data + ".keys/seal.cert.pem", program=VERIFY)
        self.assertIn("其他时间戳机构的根证书", said)
        self.assertEqual(check(os.path.join(folder, "README.txt"))[0], 2)
        # What does not hold, and what cannot be told.
        changed = bytearray(base64.b64decode(newest["token"]))
        changed[-1] ^= 1
        code, said = self.verify(self.file("changed", bytes(changed)), checkpoint)
        self.assertEqual((code, said["code"]), (1, "token_signature"))
        code, said = self.verify(token, self.file("other", self.s.call("GET", "/log/checkpoint")[2]))
        self.assertEqual((code, said["code"]), (1, "token_imprint"))
        code, said = self.verify(token, checkpoint, roots=self.s.data + ".keys/seal.cert.pem")
        self.assertEqual((code, said["code"]), (1, "token_untrusted"))
        code, said = self.verify(token, checkpoint, roots=checkpoint)
        self.assertEqual((code, said["ok"], said["code"]), (2, None, "bad_roots"))
        code, said = run("token", token, "--checkpoint", checkpoint, "--vkey", self.vkey, "--roots", self.tsa.certificate, program=VERIFY)
        self.assertEqual(code, 0)
        for word in ("成立 / holds", "自建", "not independent", "own authority"):
            self.assertIn(word, said)
        self.assertRegex(self.s.call("GET", "/readyz")[2].decode(), r"^ready\ntime: signed to \d+, stamped to \d+ at \d{4}-.*\(own authority\)\n$")
        code, said = run("tsa", "status", "--data", self.s.data)
        self.assertEqual((code, said.split(":")[0]), (0, "stamped"), said)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        self.assertRegex(text, r"\nquotary_time_stamped_size [1-9]")
        self.assertIn("\nquotary_time_stamping_lost 0\n", text)

    def test_an_outage_is_seen_stops_nothing_and_is_caught_up(self):
        self.serve()
        first = self.issue("1")
        self.await_state(lambda s: s.get("newest", {}).get("size", 0) >= first and s["state"] == "stamped")
        self.tsa.stop()
        second = self.issue("2")
        state = self.await_state(lambda s: s["state"] == "failing")
        self.assertEqual(state["failure"]["code"], "unreachable")
        self.assertNotIn("detail", state["failure"])  # where the authority is, is not the public's business
        self.assertEqual((state["pending"]["from"] < second, state["signed"]["size"]), (True, second))
        self.assertLess(state["newest"]["size"], second)
        self.assertIn("pending since", self.s.call("GET", "/readyz")[2].decode())
        code, said = run("tsa", "status", "--data", self.s.data)
        self.assertEqual((code, said.split(":")[0]), (1, "failing"), said)
        self.assertIn("next try", said)
        self.issue("3")  # issuing goes on
        # A restart forgets neither what is stamped nor since when the rest waits.
        self.s.stop()
        self.s.start()
        again = self.await_state(lambda s: s["state"] == "failing")
        self.assertEqual((again["pending"]["since"], again["newest"]["token"]), (state["pending"]["since"], state["newest"]["token"]))
        self.tsa.start()
        self.await_state(lambda s: s["newest"]["size"] > second and s["state"] == "stamped")
        self.assertEqual(run("tsa", "status", "--data", self.s.data)[0], 0)
        self.s.stop()
        self.assertEqual(run("verify", "--data", self.s.data)[0], 0)

    def test_what_cannot_be_used_is_named(self):
        code, said = run("serve", "--data", self.s.data, "--port", "0", "--metrics-port", "0", "--tsa-url", self.tsa.url)
        self.assertEqual(code, 2)
        self.assertIn("--tsa-roots", said)
        code, said = run("serve", "--data", self.s.data, "--port", "0", "--metrics-port", "0", "--tsa-url", self.tsa.url, "--tsa-roots", PROGRAM)
        self.assertEqual(code, 2, said)
        code, said = run("tsa", "init", "--keys", self.tsa.keys)
        self.assertEqual(code, 1)
        self.assertIn("keys_exist", said)
        code, said = run("tsa", "serve", "--keys", os.path.join(self.s.home, "none"), "--port", "0")
        self.assertEqual(code, 2)
        self.assertIn("quotary tsa init", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
