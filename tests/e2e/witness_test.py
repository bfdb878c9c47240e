#!/usr/bin/env python3
"""A server and its witnesses as processes: cosigned checkpoints, proofs that need no trust in us, an outage, a fork."""
import base64, hashlib, json, os, re, shutil, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import STILL, Server, eventually, quote
from serve_test import make_certificate

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")


def run(*command):
    """-> the exit code, and what was said on stdout."""
    done = subprocess.run([PROGRAM, *command], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def read(path):
    with open(path) as f:
        return f.read()


def make_vkey(origin):
    """A log's verification key, of nobody's log."""
    key = b"\x01" + hashlib.sha256(origin.encode()).digest()
    key_id = hashlib.sha256(origin.encode() + b"\n" + key).hexdigest()[:8]
    return f"{origin}+{key_id}+{base64.b64encode(key).decode()}"


class Witness:
    """`options` go to `quotary witness serve`."""

    def __init__(self, home, name, vkey, options=()):
        self.folder, self.name, self.options, self.port = os.path.join(home, name), name, list(options), "0"
        code, said = run("witness", "init", "--folder", self.folder, "--name", name + ".example.com", "--log", vkey)
        assert code == 0, said
        self.vkey = re.search(r"policies: (\S+)", said).group(1)

    def start(self):
        self.log = open(self.folder + ".log", "a")
        self.process = subprocess.Popen([PROGRAM, "witness", "serve", "--folder", self.folder, "--port", self.port, *self.options],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("Listening"), line
        self.port = line.rsplit(":", 1)[1].strip()  # the same one after a restart
        self.url = line.split()[2]

    def stop(self, hard=False):
        (self.process.kill if hard else self.process.terminate)()
        status = self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        return status

    def said(self):
        return read(self.folder + ".log")

    def show(self):
        code, said = run("witness", "show", "--folder", self.folder, "--json")
        return code, json.loads(said)


class Witnessing(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.vkey = run("keys", "show", "--data", self.s.data, "--vkey")[1].strip()
        self.witnesses = []

    def tearDown(self):
        for witness in self.witnesses:
            if witness.process.poll() is None:
                witness.stop()
        self.s.__exit__()

    def add(self, name, options=()):
        witness = Witness(self.s.home, name, self.vkey, options)
        witness.start()
        self.witnesses.append(witness)
        return witness

    def policy(self, quorum):
        path = os.path.join(self.s.home, "policy")
        with open(path, "w") as f:
            f.write(f"log {self.vkey}\n")
            for witness in self.witnesses:
                f.write(f"witness {witness.name} {witness.vkey} {witness.url}\n")
            f.write(quorum)
        return path

    def serve(self, policy, *more):
        self.s.options = [*STILL, "--witness-policy", policy, "--witness-interval-ms", "50", *more]
        self.s.start()

    def state(self):
        return self.s.json("GET", "/v1/log/witnesses")[2]

    def await_state(self, holds):
        return eventually(self.state, holds)

    def issue(self, key):
        status, _, made = self.s.issue(quote(), key)
        self.assertEqual(status, 201, made)
        return made

    def test_a_proof_that_needs_no_trust_in_us(self):
        certificate, key = make_certificate(self.s.home)
        self.add("w1")
        self.add("w2", ["--tls-certificate", certificate, "--tls-key", key])  # over https, under a root of its own
        policy = self.policy("group both all w1 w2\nquorum both\n")
        self.serve(policy, "--witness-ca", certificate)
        made = self.issue("k")
        size = made["ledger"]["index"] + 1
        state = self.await_state(lambda s: s.get("witnessed", {}).get("size", 0) >= size)
        self.assertEqual([each["state"] for each in state["witnesses"]], ["cosigned", "cosigned"])
        self.assertFalse(state["degraded"])
        status, headers, checkpoint = self.s.call("GET", "/log/checkpoint")
        for witness in self.witnesses:
            self.assertIn(f"\u2014 {witness.name}.example.com ".encode(), checkpoint)
            code, shown = witness.show()
            self.assertEqual((code, shown["ok"]), (0, True))
        self.assertRegex(self.s.call("GET", "/readyz")[2].decode(), r"^ready\nwitnesses: signed to \d+, witnessed to \d+ by 2 of 2 since \d{4}-")
        code, said = run("witness", "status", "--data", self.s.data)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"signed to \d+, witnessed to \d+ by 2 of 2 since ")
        # Offline, with the policy of whoever checks.
        pdf, proof = (os.path.join(self.s.home, name) for name in ("quote.pdf", "quote.tlog-proof"))
        for path, name in ((pdf, "pdf"), (proof, "proof")):
            with open(path, "wb") as f:
                f.write(self.s.call("GET", f"/v1/quotes/{made['number']}/{name}", "rep")[2])
        command = [VERIFY, "document", pdf, "--proof", proof, "--vkey", self.vkey, "--json", "--policy"]
        done = subprocess.run([*command, policy], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([w["key"] for w in json.loads(done.stdout)["witnesses"]], ["w1.example.com", "w2.example.com"])
        # An export carries their lines: at the witnessed checkpoint, and beside a newer one that nobody has cosigned.
        witnessed, newest = (os.path.join(self.s.home, name) for name in ("witnessed", "newest"))
        self.s.stop()  # notes what is witnessed by then
        code, said = run("export", witnessed, "--data", self.s.data, "--witnessed", "--witness-policy", policy)
        self.assertEqual(code, 0, said)
        self.s.options = list(STILL)
        self.s.start()
        self.issue("later")
        self.assertEqual(run("export", newest, "--data", self.s.data)[0], 0)
        check = lambda folder, *more: subprocess.run([VERIFY, "export", folder, "--vkey", self.vkey, "--json", *more], capture_output=True, text=True)
        done = check(witnessed, "--policy", os.path.join(witnessed, "keys/witness-policy.txt"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([w["key"] for w in json.loads(done.stdout)["witnesses"]], ["w1.example.com", "w2.example.com"])
        self.assertTrue(os.path.exists(os.path.join(newest, "witnessed")))
        self.assertEqual(check(newest).returncode, 0)
        done = check(newest, "--policy", policy)
        self.assertEqual((done.returncode, json.loads(done.stdout)["code"]), (1, "too_few_witnesses"))
        # The proof of the answer is of before anybody was asked: it holds, but not for who wants witnesses.
        with open(proof, "w") as f:
            f.write(made["ledger"]["proof"])
        done = subprocess.run([*command, policy], capture_output=True, text=True)
        self.assertEqual((done.returncode, json.loads(done.stdout)["code"]), (1, "too_few_witnesses"))

    def test_https_needs_a_root(self):
        certificate, key = make_certificate(self.s.home)
        self.add("w1", ["--tls-certificate", certificate, "--tls-key", key])
        self.serve(self.policy("quorum w1\n"))
        state = self.await_state(lambda s: s["witnesses"][0]["state"] == "failing")
        self.assertEqual(state["witnesses"][0]["code"], "unreachable")
        self.assertNotIn("witnessed", state)

    def test_an_outage_is_seen_and_stops_nothing(self):
        witness = self.add("w1")
        self.serve(self.policy("quorum w1\n"))
        first = self.issue("1")["ledger"]["index"] + 1
        before = self.await_state(lambda s: s.get("witnessed", {}).get("size", 0) >= first)["witnessed"]["size"]
        witness.stop(hard=True)
        second = self.issue("2")["ledger"]["index"] + 1
        state = self.await_state(lambda s: s["witnesses"][0]["state"] == "failing")
        self.assertEqual((state["witnessed"]["size"], state["signed"]["size"]), (before, second))
        self.assertGreater(state["behind_ms"], 0)
        self.assertIn(f"\n{before}\n".encode(), self.s.call("GET", "/log/checkpoint")[2])
        self.assertIn(f"\n{second}\n", state["signed"]["checkpoint"])
        # A restart of the server forgets nothing of it.
        self.s.stop()
        self.s.start()
        self.assertEqual(self.state()["witnessed"]["size"], before)
        witness.start()
        self.await_state(lambda s: s["witnessed"]["size"] >= second)
        self.assertEqual(witness.show()[0], 0)

    def test_a_fork_under_the_same_key_is_caught(self):
        witness = self.add("w1")
        policy = self.policy("quorum w1\n")
        self.serve(policy)
        size = self.issue("1")["ledger"]["index"] + 1
        self.await_state(lambda s: s.get("witnessed", {}).get("size", 0) >= size)
        self.s.stop()
        # Whoever holds data and keys makes a second history beside the first.
        data, other = self.s.data, os.path.join(self.s.home, "other")
        for suffix in ("", ".keys"):
            shutil.copytree(data + suffix, other + suffix, ignore=shutil.ignore_patterns("operator.sock"))
        self.s.start()
        common = size
        for i in range(2, 7):  # each is cosigned by itself, so that the other history meets one of its size
            size = self.issue(str(i))["ledger"]["index"] + 1
            self.await_state(lambda s: s["witnessed"]["size"] >= size)
        self.s.stop()
        self.s.data = other
        self.serve(policy)
        self.issue("another 2")
        state = self.await_state(lambda s: s["witnesses"][0]["state"] == "refused")
        self.assertTrue(state["degraded"])
        self.assertEqual(state["witnessed"]["size"], common)
        self.assertIn(b"degraded: witnesses", self.s.call("GET", "/readyz")[2])
        code, said = run("witness", "status", "--data", other)
        self.assertEqual(code, 1)
        self.assertIn("refused", said)
        # Both checkpoints are on file, each signed by the log: nobody need take our word for it.
        eventually(witness.said, lambda said: "SPLIT VIEW" in said)
        code, shown = witness.show()
        self.assertEqual((code, shown["ok"]), (1, False))
        pair = shown["logs"][0]["contradictions"][0]
        self.assertIn(pair["size"], range(common + 1, size + 1))
        self.assertEqual(pair["cosigned"].split("\n")[:2], pair["refused"].split("\n")[:2])
        self.assertNotEqual(pair["cosigned"].split("\n")[2], pair["refused"].split("\n")[2])
        # And the ledger itself holds that its witness was lost.
        def losses():
            entries = self.s.json("GET", "/v1/log/entries?limit=1000", "auditor")[2]["items"]
            return [e for e in (json.loads(item["canonical"]) for item in entries) if e["type"] == "system.witness_lost"]
        events = eventually(losses, bool)
        self.assertIn(events[0]["body"]["code"], ("ahead", "refused"))
        self.s.stop()
        self.assertEqual(run("verify", "--data", other)[0], 0)  # the copy alone shows nothing
        self.s.data = data

    def test_a_policy_that_cannot_be_used_is_named(self):
        self.add("w1")
        path = self.policy("quorum w2\n")
        code, said = run("serve", "--data", self.s.data, "--port", "0", "--metrics-port", "0", "--witness-policy", path)
        self.assertEqual(code, 2)
        self.assertIn("line 3: no earlier line defines 'w2'", said)
        code, said = run("witness", "init", "--folder", self.witnesses[0].folder, "--name", "x.example.com", "--log", self.vkey)
        self.assertEqual(code, 1)
        self.assertIn("witness_exists", said)

    def test_logs_are_added_one_at_a_time_and_to_a_stopped_witness(self):
        witness = self.add("w1")
        others = [make_vkey(f"log-{i}.example.com") for i in range(6)]
        command = ["witness", "add-log", "--folder", witness.folder, "--log"]
        listed = lambda: read(os.path.join(witness.folder, "logs"))
        before = listed()
        code, said = run(*command, others[0])
        self.assertEqual(code, 1, said)
        self.assertIn("stop its `quotary witness serve`", said)
        self.assertIn("(locked)", said)
        self.assertEqual(listed(), before)
        witness.stop()
        # Of several at once, each is in the list or was told that it is not.
        adding = [subprocess.Popen([PROGRAM, *command, vkey], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for vkey in others]
        added = [vkey for vkey, process in zip(others, adding) if process.wait(60) == 0]
        self.assertTrue(added)
        self.assertEqual([vkey for vkey in others if vkey in listed()], added)
        for vkey in set(others) - set(added):
            self.assertEqual(run(*command, vkey)[0], 0)
        witness.start()
        code, shown = witness.show()
        self.assertEqual((code, len(shown["logs"])), (0, 7))
        code, said = run("witness", "add-log", "--folder", witness.folder + "-2", "--log", others[0])
        self.assertIn("no_witness", said)
        self.assertFalse(os.path.exists(witness.folder + "-2"))

    def test_a_torn_end_of_the_refused_ones_is_shown(self):
        witness = self.add("w1")
        witness.stop()
        refused = os.path.join(witness.folder, "origins", hashlib.sha256(self.vkey.split("+")[0].encode()).hexdigest(), "refused.notes")
        with open(refused, "a") as f:
            f.write("split 2026-11-")
        code, said = run("witness", "show", "--folder", witness.folder)
        self.assertEqual(code, 0, said)
        self.assertIn("refused.notes holds 0 whole records, all checked; the 14 bytes behind them only begin one", said)
        log = witness.show()[1]["logs"][0]
        self.assertEqual((log["refused"], log["torn_bytes"], log["faults"]), (0, 14, []))

    def test_a_log_that_cannot_be_read_makes_no_key(self):
        folder = os.path.join(self.s.home, "mistaken")
        init = ("witness", "init", "--folder", folder, "--name", "x.example.com", "--log")
        code, said = run(*init, self.vkey[:-3])
        self.assertEqual(code, 1)
        self.assertIn("bad_vkey", said)
        self.assertEqual(run(*init, self.vkey)[0], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
