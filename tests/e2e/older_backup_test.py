#!/usr/bin/env python3
"""Every older backup restored, and what witnesses make of it: none that lacks a signed entry is written to, none is written to
on the word of nobody, and whoever forces one to be is caught with the evidence kept."""
import contextlib, hashlib, http.server, json, os, shutil, struct, sys, threading, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from backup_test import PROGRAM, quotary
from restore_test import Restored
from server import STILL, Server, eventually, free_port, quote
from witness_test import Witness

SLOT_BYTES = 64 << 10


def slots_of(note):
    """A slot file as FORMAT.md has it, whose newest publication is this note."""
    text = note.encode()
    head = b"QTRYSLT2" + struct.pack(">QI", 1, 2 + len(text)) + struct.pack(">H", len(text)) + text
    return bytes(SLOT_BYTES) + (head + hashlib.sha256(head).digest()).ljust(SLOT_BYTES, b"\0")


class Impostor:
    """Answers each question as it is told to, at a witness's address."""

    def __init__(self, status, body, content_type="text/plain"):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class OlderBackups(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(shutil.rmtree, self.s.home, True)
        self.addCleanup(self.s.stop, True)
        self.keys, self.slots = self.s.data + ".keys", self.s.data + "/published.slots"
        self.to, self.new = os.path.join(self.s.home, "backups"), os.path.join(self.s.home, "new")
        self.vkey = quotary("keys", "show", "--data", self.s.data, "--vkey", check=0).stdout.strip()
        self.witnesses, self.made = [], []

    def add_witness(self, name):
        witness = Witness(self.s.home, name, self.vkey)
        witness.start()
        self.addCleanup(lambda: witness.process.poll() is None and witness.stop())
        self.witnesses.append(witness)
        return witness

    def policy(self, quorum="none", **urls):
        """Over all witnesses, each at its own address or at the one given."""
        path = os.path.join(self.s.home, "policy")
        with open(path, "w") as file:
            file.write(f"log {self.vkey}\n")
            for each in self.witnesses:
                file.write(f"witness {each.name} {each.vkey} {urls.get(each.name, each.url)}\n")
            file.write(f"quorum {quorum}\n")
        return path

    def witnessed(self, server, policy):
        server.options = [*STILL, "--witness-policy", policy, "--witness-interval-ms", "10"]
        if server.data != self.s.data:
            server.options += ["--keys", self.keys]
        return server

    def issue(self, server=None):
        server = server or self.s
        status, _, made = server.issue(quote(), f"key-{len(self.made)}")
        self.assertEqual(status, 201, made)
        self.made.append(made)
        return made

    def await_seen(self, server):
        """All that is signed has the quorum."""
        eventually(lambda: server.json("GET", "/v1/log/witnesses")[2], lambda now: now.get("witnessed", {}).get("size") == now["signed"]["size"])

    def back_up(self, data=None, to=None):
        return json.loads(quotary("backup", "--data", data or self.s.data, "--to", to or self.to, "--json", "--keys", self.keys, check=0).stdout)

    def restore(self, *more, check, data=None, source=None):
        """-> the JSON, or what was said when nothing could be done"""
        shutil.rmtree(data or self.new, ignore_errors=True)
        done = quotary("restore", "--from", source or self.to, "--data", data or self.new, "--keys", self.keys, "--json", *more, check=check)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def expect_never_written(self, data, *codes):
        said = quotary("users", "list", "--data", data, "--keys", self.keys).stderr
        self.assertTrue(any(code in said for code in codes), said)

    def expect_read_only(self, backup, issued, lost_to):
        done = self.restore("--backup", str(backup["backup"]), "--published", self.slots, check=1)
        self.assertEqual((done["ok"], done["writable"], done["problems"]), (True, False, []))
        self.assertEqual((done["tree_size"], done["lost"]["from"], done["lost"]["to"]), (backup["tree_size"], backup["tree_size"], lost_to))
        self.expect_never_written(self.new, "entries_lost")
        self.assertIn(f"#{backup['tree_size']} to #{lost_to - 1}", quotary("users", "list", "--data", self.new, "--keys", self.keys, check=1).stderr)
        with Restored(self.s, self.new) as reading:
            self.assertEqual(reading.json("GET", "/readyz")[2]["code"], "ledger_read_only")
            self.assertEqual(reading.issue(quote(), "more")[0], 503)
            for made in self.made[:issued]:
                self.assertEqual(reading.call("GET", made["document"]["url"], "rep")[2][:5], b"%PDF-")
            for made in self.made[issued:]:
                self.assertIn(reading.call("GET", made["document"]["url"], "rep")[0], (404, 503))
        os.remove(self.new + "/lost")
        self.expect_never_written(self.new, "rolled_back")
        self.assertIn("truncation", quotary("verify", "--data", self.new, "--keys", self.keys, "--json", check=1).stdout)
        # The newer backups alone say the same, as far as they go.
        done = self.restore("--backup", str(backup["backup"]), "--nothing-published-since", check=1)
        self.assertEqual((done["writable"], done["lost"]["from"]), (False, backup["tree_size"]))
        self.expect_never_written(self.new, "entries_lost")

    def test_every_older_backup_is_for_reading_alone_and_the_last_goes_on(self):
        self.s.start()
        backups = []
        for count in (1, 2, 3):
            for _ in range(count):
                self.issue()
            backups.append((self.back_up(), len(self.made)))
        self.issue()
        self.s.stop()
        last = self.back_up()
        for backup, issued in backups:
            with self.subTest(backup=backup["backup"]):
                self.expect_read_only(backup, issued, last["tree_size"])
        done = self.restore("--published", self.slots, check=0)
        self.assertEqual((done["writable"], done["tree_size"]), (True, last["tree_size"]))
        with Restored(self.s, self.new) as again:
            numbers = [int(made["number"][-6:]) for made in self.made]
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
            self.assertEqual(int(self.issue(again)["number"][-6:]), numbers[-1] + 1)
            for made in self.made:
                self.assertEqual(again.call("GET", made["document"]["url"], "rep")[2][:5], b"%PDF-")
        quotary("verify", "--data", self.new, "--keys", self.keys, check=0)

    def test_the_witness_that_has_seen_most_is_believed(self):
        ahead, behind = self.add_witness("w1"), self.add_witness("w2")
        self.witnessed(self.s, self.policy("w1")).start()
        self.await_seen(self.s)
        behind.stop()
        self.issue()
        self.await_seen(self.s)
        backup = self.back_up()
        self.issue()
        self.await_seen(self.s)
        size = self.s.tree_size()
        self.s.stop(hard=True)
        # One of them cannot be asked, and might have seen more than the other.
        self.assertIn("w2.example.com", self.restore("--witness-policy", self.policy(), check=2))
        self.expect_never_written(self.new, "restore_unfinished")
        behind.start()
        done = self.restore("--witness-policy", self.policy(), "--nothing-published-since", check=1)
        self.assertEqual((done["lost"]["from"], done["lost"]["to"]), (backup["tree_size"], size))
        self.assertIn("w1.example.com", done["lost"]["where"])
        self.expect_never_written(self.new, "entries_lost")
        # Alone, one that was away, or is new, knows nothing of what came after the backup: it unlocks nothing, asked as often as
        # you like.
        self.witnesses.remove(ahead)
        self.add_witness("w3")
        for _ in range(2):
            done = self.restore("--witness-policy", self.policy(), check=1)
            self.assertEqual((done["writable"], "lost" in done), (False, False))
            self.expect_never_written(self.new, "entries_lost")

    def test_whoever_answers_in_a_witness_s_place_unlocks_nothing(self):
        self.add_witness("w1")
        self.witnessed(self.s, self.policy("w1")).start()
        self.back_up()
        self.issue()
        self.await_seen(self.s)
        self.s.stop(hard=True)
        for status, body in ((200, b""), (200, b"<html>sign in</html>"), (409, b"3\n"), (404, b"no such log\n"), (500, b"out of order\n")):
            with self.subTest(status=status, body=body), Impostor(status, body) as impostor:
                said = self.restore("--witness-policy", self.policy(w1=impostor.url), check=2)
                self.assertIn("witness w1.example.com", said)
                self.expect_never_written(self.new, "restore_unfinished")
        closed = f"http://127.0.0.1:{free_port()}"
        self.assertIn("unreachable", self.restore("--witness-policy", self.policy(w1=closed), check=2))
        self.assertIn("no_url", self.restore("--witness-policy", self.policy(w1=""), check=2))
        self.assertIn("lost", self.restore("--witness-policy", self.policy(), check=1))

    def expect_caught(self, witness, data, policy):
        """A server on the fork is refused, and both signed checkpoints of one size are kept."""
        with Restored(self.s, data) as fork:
            fork.stop()
            self.witnessed(fork, policy).start()
            self.assertLessEqual(fork.tree_size(), self.size)
            eventually(witness.show, lambda shown: shown[0] == 1)
            while fork.tree_size() <= self.size:
                self.issue(fork)
            state = eventually(lambda: fork.json("GET", "/v1/log/witnesses")[2], lambda now: now["witnesses"][0]["state"] == "refused")
            self.assertTrue(state["degraded"])
            self.assertLessEqual(state.get("witnessed", {}).get("size", 0), self.common)
            self.assertIn(b"degraded: witnesses", fork.call("GET", "/readyz")[2])
        self.assertIn("SPLIT VIEW", witness.said())
        code, shown = witness.show()
        self.assertEqual((code, shown["ok"]), (1, False))
        return shown["logs"][0]

    def test_a_restored_folder_that_is_forced_to_write_is_caught(self):
        witness = self.add_witness("w1")
        policy = self.policy("w1")
        self.witnessed(self.s, policy).start()
        self.issue()
        self.await_seen(self.s)
        self.common = self.back_up()["tree_size"]
        for _ in range(7):  # each is cosigned by itself, so that the fork meets one of its size
            self.await_seen(self.s)
            self.issue()
        self.await_seen(self.s)
        self.size = self.s.tree_size()
        self.s.stop(hard=True)
        numbers = {made["number"] for made in self.made}

        # Taking the marks away is not enough, but who writes the folder can also put the slots of that day back.
        self.restore("--published", self.slots, check=1)
        os.remove(self.new + "/lost")
        self.expect_never_written(self.new, "rolled_back")
        with open(f"{self.to}/backups/000000001.json") as manifest, open(self.new + "/published.slots", "wb") as slots:
            slots.write(slots_of(json.load(manifest)["checkpoint"]))
        with Restored(self.s, self.new) as fork:
            self.assertIn(self.issue(fork)["number"], numbers)  # this is what all of it is to prevent
        quotary("verify", "--data", self.new, "--keys", self.keys, check=0)  # by itself the fork holds
        log = self.expect_caught(witness, self.new, policy)
        self.assertEqual(log["size"], self.size)  # nothing of the fork was cosigned
        pair = log["contradictions"][0]
        self.assertIn(pair["size"], range(self.common + 1, self.size + 1))
        origin = self.vkey.split("+")[0]
        for note in (pair["cosigned"], pair["refused"]):
            self.assertEqual(note.split("\n")[:2], [origin, str(pair["size"])])
        self.assertNotEqual(pair["cosigned"].split("\n")[2], pair["refused"].split("\n")[2])

        # A backup of the fork is restored nowhere that the witness is asked, and the honest one is what it was.
        forks = os.path.join(self.s.home, "forks")
        self.back_up(data=self.new, to=forks)
        other = os.path.join(self.s.home, "other")
        self.assertFalse(self.restore("--witness-policy", policy, check=1, data=other, source=forks)["writable"])
        said = self.restore("--witness-policy", policy, "--published", self.new + "/published.slots", check=1, data=other, source=forks)
        self.assertIn("refused", said)
        self.assertIn("w1.example.com", said)
        self.expect_never_written(other, "restore_unfinished")
        self.assertEqual(self.restore("--witness-policy", policy, check=1, data=other)["lost"]["to"], self.size)
        self.assertEqual(len(witness.show()[1]["logs"][0]["contradictions"]), len(log["contradictions"]))

    def test_a_false_word_that_nothing_was_published_is_caught(self):
        witness = self.add_witness("w1")
        policy = self.policy("w1")
        self.witnessed(self.s, policy).start()
        self.await_seen(self.s)
        self.common = self.back_up()["tree_size"]
        for _ in range(7):
            self.await_seen(self.s)
            self.issue()
        self.await_seen(self.s)
        self.size = self.s.tree_size()
        self.s.stop(hard=True)
        self.assertFalse(self.restore("--witness-policy", policy, "--nothing-published-since", check=1)["writable"])
        self.assertTrue(self.restore("--nothing-published-since", check=0)["writable"])
        log = self.expect_caught(witness, self.new, policy)
        self.assertEqual(log["size"], self.size)
        self.assertTrue(log["contradictions"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
