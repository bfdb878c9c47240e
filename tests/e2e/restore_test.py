#!/usr/bin/env python3
"""quotary restore: goes on where nothing is lost, is for reading alone where signed entries are, and never forks."""
import contextlib, json, os, random, shutil, subprocess, sys, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence_client
from backup_test import PROGRAM, quotary
from server import STILL, Server, eventually, quote
from witness_test import Witness


VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
POLICY = {"name": "visit", "title": {"zh": "拜访", "en": "Visit"}, "action_types": ["visit"], "gates": [], "note": [],
          "requirement": [{"id": "material", "kind": "other", "title": {"zh": "材料", "en": "Material"}}]}
INDEXED = ("--metrics-port", "0", "--index-interval-ms", "100")


def verify(*arguments):
    """quotary-verify -> exit code, the JSON"""
    done = subprocess.run([VERIFY, *arguments, "--json"], capture_output=True, text=True, timeout=120)
    return done.returncode, json.loads(done.stdout or json.dumps({"stderr": done.stderr}))


class Restored(Server):
    """A server on a restored folder, with the keys of the one that it was."""

    def __init__(self, other, data, options=(), base=STILL):
        self.program, self.tls, self.document, self.faults = PROGRAM, None, None, []
        self.options = [*base, "--keys", other.data + ".keys", *options]
        self.home, self.data, self.people, self.process = other.home, data, other.people, None

    def __exit__(self, *_):
        self.stop()


class Restore(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(shutil.rmtree, self.s.home, True)
        self.addCleanup(self.s.stop, True)
        self.to = os.path.join(self.s.home, "backups")
        self.new = os.path.join(self.s.home, "new")
        self.slots = self.s.data + "/published.slots"
        self.s.start()

    def file(self, name, data):
        path = os.path.join(self.s.home, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def back_up(self):
        return json.loads(quotary("backup", "--data", self.s.data, "--to", self.to, "--json", check=0).stdout)

    def restore(self, *more, check, data=None):
        done = quotary("restore", "--from", self.to, "--data", data or self.new, "--keys", self.s.data + ".keys", "--json", *more, check=check)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def report(self):
        """-> a case and its item of evidence"""
        self.assertEqual(self.s.json("POST", "/v1/policies", "admin", POLICY)[0], 201)
        status, _, case = self.s.json("POST", "/v1/cases", "rep", {
            "action_type": "visit", "policy": "visit", "title": "现场拜访", "customer": {"name": "苏州澄湖新能源科技股份有限公司"}})
        self.assertEqual(status, 201, case)
        status, _, added = evidence_client.add(self.s, case["id"], evidence_client.upload(self.s, case["id"], b"as it was", "note.txt"))
        self.assertEqual(status, 201, added)
        return case["id"], added["item"]

    def test_nothing_lost_goes_on(self):
        number = self.s.issue(quote(), "a")[2]["number"]
        self.s.call("GET", "/v1/quotes", "auditor")
        self.s.stop()
        made = self.back_up()
        done = self.restore("--published", self.slots, check=0)
        self.assertEqual((done["writable"], done["tree_size"], done["recorded"]["index"]), (True, made["tree_size"], made["tree_size"]))
        with Restored(self.s, self.new) as again:
            status, _, answer = again.issue(quote(), "b")
            self.assertEqual((status, int(answer["number"][-6:])), (201, int(number[-6:]) + 1))
            self.assertEqual(again.written_since(made["tree_size"])[:2], ["system.restored", "system.started"])
            self.assertEqual(again.call("GET", f"/v1/quotes/{number}/pdf", "rep")[0], 200)
        quotary("verify", "--data", self.new, "--keys", self.s.data + ".keys", check=0)

    def test_lost_entries_are_named_and_nothing_is_written(self):
        made = self.s.issue(quote(), "a")[2]
        case, item = self.report()
        backup = self.back_up()
        lost = self.s.issue(quote(), "b")[2]
        self.assertIn("old_ledger_runs", self.restore("--published", self.slots, check=1))
        self.assertFalse(os.path.exists(self.new))
        self.s.stop()
        done = self.restore("--published", self.slots, check=1)
        self.assertFalse(done["writable"])
        self.assertEqual(done["lost"]["from"], backup["tree_size"])
        self.assertGreater(done["lost"]["to"], lost["ledger"]["index"])
        shutil.rmtree(self.new)
        said = quotary("restore", "--from", self.to, "--data", self.new, "--keys", self.s.data + ".keys", "--published", self.slots, check=1).stdout
        self.assertIn(f"#{done['lost']['from']} to #{done['lost']['to'] - 1}", said)
        for _ in range(2):
            with Restored(self.s, self.new) as reading:
                status, _, ready = reading.json("GET", "/readyz")
                self.assertEqual((status, ready["code"]), (503, "ledger_read_only"))
                self.assertEqual(reading.issue(quote(), "c")[0], 503)
                status, _, pdf = reading.call("GET", made["document"]["url"], "rep")
                self.assertEqual((status, pdf[:5]), (200, b"%PDF-"))
                self.assertEqual(reading.call("GET", f"/v1/quotes/{made['number']}", "rep")[0], 503)  # a lost entry may have voided it
                # Or withdrawn the evidence; what a version holds is the same for ever.
                for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/evidence", f"/v1/evidence/{item}", f"/v1/evidence/{item}/difference",
                             "/v1/evidence/" + "0" * 8 + item[8:]):
                    status, _, answer = reading.json("GET", path, "rep")
                    self.assertEqual((status, answer["code"]), (503, "status_unknown"), path)
                status, _, content = evidence_client.content(reading, item)
                self.assertEqual((status, content), (200, b"as it was"))
            with contextlib.suppress(FileNotFoundError):  # the published checkpoint in the slots is enough
                os.remove(self.new + "/lost")
        self.assertIn("rolled_back", quotary("users", "list", "--data", self.new, "--keys", self.s.data + ".keys", check=1).stderr)

    def test_a_successor_goes_on_where_entries_are_lost(self):
        vkey = quotary("keys", "show", "--data", self.s.data, "--vkey", check=0).stdout.strip()
        origin = vkey.split("+")[0] + "/2"
        kept = self.s.issue(quote(), "kept")[2]["number"]
        early_proof = self.file("early.tlog-proof", self.s.call("GET", f"/v1/quotes/{kept}/proof", "rep")[2])
        self.back_up()
        lost = [self.s.issue(quote(), f"lost-{i}")[2]["number"] for i in range(3)]
        lost_pdf = self.file("lost.pdf", self.s.call("GET", f"/v1/quotes/{lost[1]}/pdf?proof=embedded", "rep")[2])
        kept_proof = self.file("kept.tlog-proof", self.s.call("GET", f"/v1/quotes/{kept}/proof", "rep")[2])
        self.s.stop()
        self.assertIn("nothing_lost", quotary("restore", "--data", self.s.data, "--successor", origin, check=1).stderr)
        done = self.restore("--published", self.slots, "--successor", origin, check=0)
        successor = done["successor"]
        self.assertEqual((successor["origin"], successor["old_vkey"], successor["index"]), (origin, vkey, done["lost"]["from"]))
        self.assertEqual([(each["series"], each["last"] - each["first"] + 1) for each in successor["burned"]], [("SH-QT", 3)])
        with Restored(self.s, self.new, base=INDEXED) as after:
            issued = after.issue(quote(), "lost-0")[2]  # the request is as lost as its answer
            self.assertEqual(int(issued["number"][-6:]), int(lost[-1][-6:]) + 1)
            self.assertEqual(after.call("GET", f"/v1/quotes/{lost[0]}", "rep")[0], 404)
            self.assertEqual(after.json("GET", f"/v1/quotes/{kept}", "rep")[2]["status"], "issued")
            succession = self.file("log.succession", after.call("GET", "/log/succession")[2])
            proof = self.file("numbers", eventually(lambda: after.call("GET", "/v1/series/SH-QT/numbers-proof", "auditor"), lambda answer: answer[0] == 200)[2])
            new_pdf = self.file("new.pdf", after.call("GET", f"/v1/quotes/{issued['number']}/pdf?proof=embedded", "rep")[2])
            self.assertEqual(after.json("POST", "/v1/log/verify", "auditor", {})[2]["ok"], True)
            code, said = verify("numbers", proof, "--vkey", successor["vkey"])
            self.assertEqual((code, said["by_status"]["burned"]), (0, 3), said)
            quotary("verify", "--data", self.new, "--keys", self.s.data + ".keys", check=0)
            quotary("export", self.s.home + "/export", "--data", self.new, "--keys", self.s.data + ".keys", check=0)
        for trusted in (vkey, successor["vkey"]):
            for command in (("document", lost_pdf), ("document", new_pdf), ("proof", kept_proof), ("numbers", proof)):
                code, said = verify(*command, "--vkey", trusted, "--succession", succession)
                self.assertEqual((code, said["ok"]), (0, True), said)
            self.assertEqual(verify("export", self.s.home + "/export", "--vkey", trusted, "--earlier", early_proof)[0], 0)
            # This one's checkpoint covers what was lost: it proves its entry, and can be compared with nothing.
            code, said = verify("export", self.s.home + "/export", "--vkey", trusted, "--earlier", kept_proof)
            self.assertEqual((code, said["code"]), (2, "over_lost_entries"), said)
        # The server of before the loss signs no more.
        self.assertIn("other_history", quotary("users", "list", "--data", self.s.data, check=1).stderr)

    def test_what_was_erased_after_the_backup_stays_erased(self):
        number = self.s.issue(quote(), "a")[2]["number"]
        self.back_up()
        asked = self.s.json("POST", "/v1/erasures", "admin", {"quote": number, "basis": "other", "reason_text": "客户书面要求删除其资料"})[2]
        self.assertTrue(self.s.json("POST", f"/v1/erasures/{asked['id']}/approve", "region_director", {})[2]["key_destroyed"])
        vkey = quotary("keys", "show", "--data", self.s.data, "--vkey", check=0).stdout.strip()
        self.s.stop()
        # Whoever says that nothing was written since says that a key was destroyed for no reason.
        done = self.restore("--nothing-published-since", check=1, data=self.new + "2")
        self.assertEqual({each["kind"] for each in done["problems"]}, {"payload"})
        self.assertIn("no entry of the ledger says so", done["problems"][0]["detail"])
        quotary("drill", "--from", self.to, "--data", self.s.data, check=0)
        done = self.restore("--published", self.slots, check=1)
        self.assertEqual((done["ok"], done["writable"], done["problems"]), (True, False, []))
        keys = ("--data", self.new, "--keys", self.s.data + ".keys")
        self.assertIn("依据的记录不在此处", quotary("verify", *keys, check=1).stdout)  # the lost entries are what does not hold
        with Restored(self.s, self.new) as reading:
            status, _, said = reading.json("GET", f"/v1/quotes/{number}/pdf", "rep")
            self.assertEqual((status, said["code"]), (410, "erased"))
        quotary("restore", *keys, "--successor", "ledger.example.com/next", check=0)
        with Restored(self.s, self.new) as after:
            status, _, said = after.json("GET", f"/v1/quotes/{number}/pdf", "rep")
            self.assertEqual((status, said["code"]), (410, "erased"))
            entries = [json.loads(each["canonical"]) for each in after.json("GET", "/v1/log/entries?from=0&limit=1000", "auditor")[2]["items"]]
            restated = [each for each in entries if each["type"] == "erasure.restated"]
            self.assertEqual(len(restated), 1)
            self.assertIn(f"by entry {restated[0]['index']}", said["detail"])
            self.assertEqual(after.json("POST", "/v1/log/verify", "auditor", {})[2]["ok"], True)
            self.assertEqual(after.issue(quote(), "b")[0], 201)  # the customer comes back, under a key of their own
            succession = self.file("log.succession", after.call("GET", "/log/succession")[2])
        self.assertIn(f"#{restated[0]['index']}", quotary("verify", *keys, check=0).stdout)
        quotary("export", self.s.home + "/export", *keys, "--payloads", "all", check=0)
        code, said = verify("export", self.s.home + "/export", "--vkey", vkey, "--succession", succession)
        self.assertEqual((code, said["ok"]), (0, True), said)

    def test_a_restored_folder_can_be_succeeded_later(self):
        self.back_up()
        self.s.issue(quote(), "lost")
        self.s.stop()
        self.restore("--published", self.slots, check=1)
        said = quotary("restore", "--data", self.new, "--keys", self.s.data + ".keys", "--successor", "ledger.example.com/next", check=0).stdout
        self.assertIn("ledger.example.com/next", said)
        self.assertIn("后继账本", said)
        with Restored(self.s, self.new) as after:
            self.assertEqual(after.issue(quote(), "on")[0], 201)

    def test_without_a_word_from_outside_it_is_read_only(self):
        self.s.stop()
        self.back_up()
        self.assertFalse(self.restore(check=1)["writable"])
        self.assertIn("entries_lost", quotary("users", "list", "--data", self.new, "--keys", self.s.data + ".keys", check=1).stderr)
        self.assertIn("folder_not_empty", self.restore("--nothing-published-since", check=1))
        self.assertTrue(self.restore("--nothing-published-since", check=0, data=self.new + "2")["writable"])

    def test_a_killed_or_damaged_restore_opens_in_no_way(self):
        for i in range(20):
            self.s.issue(quote(), f"k-{i}")
        self.s.stop()
        self.back_up()
        command = [PROGRAM, "restore", "--from", self.to, "--data", self.new, "--keys", self.s.data + ".keys", "--published", self.slots]
        began = time.time()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        whole = time.time() - began
        killed = tries = 0
        # Six times anywhere, and on until one of them fell into the copying.
        while tries < 6 or (killed == 0 and tries < 60):
            tries += 1
            shutil.rmtree(self.new)
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            time.sleep(random.random() * whole)
            process.kill()
            process.wait(60)
            if os.path.exists(self.new + "/restoring"):
                killed += 1
                for act in ("serve", "users"):
                    more = ["--port", "0"] if act == "serve" else ["list"]
                    said = quotary(act, *more, "--data", self.new, "--keys", self.s.data + ".keys", check=2).stderr
                    self.assertTrue("restore_unfinished" in said or "no_ledger" in said, said)
            elif os.path.exists(self.new + "/published.slots"):
                quotary("verify", "--data", self.new, "--keys", self.s.data + ".keys", check=0)
            os.makedirs(self.new, exist_ok=True)
        self.assertGreater(killed, 0)
        shutil.rmtree(self.new)
        victim = max((os.path.join(self.to, "files", name) for name in os.listdir(self.to + "/files")), key=os.path.getsize)
        with open(victim, "r+b") as file:
            file.truncate(os.path.getsize(victim) - 1)
        self.assertEqual([each["kept"] for each in self.restore("--published", self.slots, check=1)["damaged_files"]], [victim])
        self.assertTrue(os.path.exists(self.new + "/restoring"))

    def test_a_witness_that_has_seen_more_is_believed(self):
        vkey = quotary("keys", "show", "--data", self.s.data, "--vkey", check=0).stdout.strip()
        witness = Witness(self.s.home, "w1", vkey)
        witness.start()
        self.addCleanup(witness.stop)
        policy = os.path.join(self.s.home, "policy")
        with open(policy, "w") as file:
            file.write(f"log {vkey}\nwitness w1 {witness.vkey} {witness.url}\nquorum w1\n")
        self.s.stop()
        self.s.options += ["--witness-policy", policy, "--witness-interval-ms", "10"]

        def seen_all():
            # What a server writes at its end is seen by nobody, so it is killed.
            eventually(lambda: json.loads(self.s.call("GET", "/v1/log/witnesses")[2]), lambda state: state.get("witnessed", {}).get("size") == state["signed"]["size"])
            self.s.stop(hard=True)

        self.s.start()
        seen_all()
        self.back_up()
        self.assertTrue(self.restore("--witness-policy", policy, check=0)["writable"])
        shutil.rmtree(self.new)
        self.s.start()
        self.s.issue(quote(), "w")
        seen_all()
        done = self.restore("--witness-policy", policy, check=1)
        self.assertIn("w1.example.com", done["lost"]["where"])
        self.assertFalse(done["writable"])
        shutil.rmtree(self.new)
        witness.stop()
        self.assertIn("w1.example.com", self.restore("--witness-policy", policy, check=2))
        witness.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
