#!/usr/bin/env python3
"""quotary backup of a server that issues, and quotary drill, which proves each backup and says what it lacks.

QUOTARY_BACKUP_KILLS   how often a server is killed while it makes a backup (6)
QUOTARY_SEED           of the moments (drawn anew, and printed)
"""
import hashlib, json, os, random, shutil, subprocess, sys, tempfile, threading, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import STILL, Server, eventually, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
KILLS = int(os.environ.get("QUOTARY_BACKUP_KILLS", "6"))
COMMAND_SECONDS_MAX = 90


def quotary(*arguments, check=None):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{arguments}: exit {done.returncode} instead of {check}\n{done.stdout}{done.stderr}")
    return done


class Issuing:
    """Issues until it is left."""

    def __init__(self, server):
        self.server, self.stop, self.numbers = server, False, []

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def run(self):
        while not self.stop:
            try:
                status, _, answer = self.server.issue(quote(), f"load-{time.time_ns()}")
            except OSError:  # the server was killed
                return
            if status == 201:
                self.numbers.append(answer["number"])

    def __exit__(self, *_):
        self.stop = True
        self.thread.join()


class Backup(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(shutil.rmtree, self.s.home, True)
        self.addCleanup(self.s.stop, True)
        self.to = os.path.join(self.s.home, "backups")
        self.s.start()

    def back_up(self, *more):
        return json.loads(quotary("backup", "--data", self.s.data, "--to", self.to, "--json", *more, check=0).stdout)

    def drill(self, *more, check=0):
        done = quotary("drill", "--from", self.to, "--keys", self.s.data + ".keys", "--json", *more, check=check)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def test_backups_beside_issuing_are_proved_and_chained(self):
        made = []
        with Issuing(self.s) as load:
            for i in range(3):
                eventually(lambda: len(load.numbers), lambda count: count > 5 * i)
                made.append(self.back_up())
        self.assertEqual([each["backup"] for each in made], [1, 2, 3])
        for each in made:
            found = self.drill("--backup", str(each["backup"]))
            self.assertTrue(found["ok"], found)
            self.assertEqual((found["tree_size"], found["root"], found["entries_checked"]), (each["tree_size"], each["root"], each["tree_size"]))
            with open(f"{self.to}/backups/{each['backup']:09}.json", "rb") as file:
                manifest = file.read()
            self.assertEqual(hashlib.sha256(manifest).hexdigest(), each["manifest_sha256"])
            self.assertEqual(json.loads(manifest)["checkpoint"].splitlines()[1], str(each["tree_size"]))
            entry = json.loads(self.s.json("GET", f"/v1/log/entries?from={each['recorded']['index']}&limit=1", "auditor")[2]["items"][0]["canonical"])
            self.assertEqual((entry["type"], entry["body"]["manifest"], entry["body"]["tree_size"]), ("system.backup", each["manifest_sha256"], each["tree_size"]))
            self.assertNotIn(self.s.home, json.dumps(entry))
        newest = self.drill("--data", self.s.data)
        self.assertEqual(newest["lost"]["from"], made[-1]["tree_size"])
        self.assertEqual(newest["lost"]["to"], self.s.tree_size())
        text = quotary("drill", "--from", self.to, "--data", self.s.data, check=0).stdout
        lost = f"#{newest['lost']['from']} to #{newest['lost']['to'] - 1}"
        self.assertIn(lost, text)
        self.assertIn("将失去", text)
        self.assertIn("can be restored", text)

    def test_keys_are_in_none_and_said_to_be_needed(self):
        self.s.issue(quote(), "k")
        done = quotary("backup", "--data", self.s.data, "--to", self.to, check=0)
        self.assertIn("THE KEYS ARE NOT IN THIS BACKUP", done.stderr)
        self.assertIn(self.s.data + ".keys", done.stderr)
        secrets = []
        for name in ("log.key", "pepper.key", "subjects.keys", "seal.key.pem"):
            with open(os.path.join(self.s.data + ".keys", name), "rb") as file:
                content = file.read()
                secrets += [line for line in content.splitlines() if len(line) >= 32][-1:]
        for folder, _, names in os.walk(self.to):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                for secret in secrets:
                    self.assertNotIn(secret, content)
                self.assertNotIn("苏州澄湖".encode(), content)
        vkey = quotary("keys", "show", "--data", self.s.data, "--vkey", check=0).stdout.strip()
        bare = json.loads(quotary("drill", "--from", self.to, "--keys", self.s.home + "/none", "--vkey", vkey, "--json", check=0).stdout)
        self.assertFalse(bare["private_objects_read"])
        refused = quotary("drill", "--from", self.to, "--keys", self.s.home + "/none", check=2)
        self.assertIn("key_missing", refused.stderr)

    def test_a_stopped_ledger_is_backed_up_by_the_command_itself(self):
        self.s.issue(quote(), "s")
        self.s.call("GET", "/v1/quotes", "auditor")  # a record of reads beside the store
        self.s.stop()
        made = self.back_up()
        again = self.back_up("--keep", "1")
        self.assertEqual((again["backup"], again["tree_size"]), (2, made["tree_size"]))  # nothing is chained that it would lack
        self.assertLess(again["bytes_copied"], made["bytes"])
        self.assertEqual(os.listdir(self.to + "/backups"), ["000000002.json"])
        with open(f"{self.to}/backups/000000002.json") as file:
            paths = [each["path"] for each in json.load(file)["files"]]
        self.assertTrue(any(path.startswith("access/") for path in paths), paths)
        found = self.drill("--data", self.s.data)
        self.assertTrue(found["ok"])
        self.assertNotIn("lost", found)

    def test_a_damaged_file_is_named(self):
        self.s.issue(quote(), "d")
        self.back_up()
        victim = max((os.path.join(self.to, "files", name) for name in os.listdir(self.to + "/files")), key=os.path.getsize)
        with open(victim, "r+b") as file:
            file.seek(os.path.getsize(victim) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        found = self.drill(check=1)
        self.assertEqual([each["kept"] for each in found["damaged_files"]], [victim])
        os.remove(victim)
        self.assertIn("missing", self.drill(check=1)["damaged_files"][0]["detail"])
        self.back_up()
        self.assertTrue(self.drill()["ok"])

    def test_targets_that_cannot_be_are_refused(self):
        def refused(code, word, to):
            self.assertIn(word, quotary("backup", "--data", self.s.data, "--to", to, check=code).stderr)

        refused(1, "backup_inside", os.path.join(self.s.data, "backups"))
        refused(1, "backup_inside", self.s.data + ".keys")
        refused(2, "/proc/quotary", "/proc/quotary")
        os.mkdir(self.to)
        open(os.path.join(self.to, "photo"), "w").close()
        refused(2, "photo", self.to)
        refused_drill = quotary("drill", "--from", self.s.home, "--keys", self.s.data + ".keys", check=2)
        self.assertIn("no_backup", refused_drill.stderr)

    def test_a_backup_whose_server_is_killed_does_not_count(self):
        seed = int(os.environ.get("QUOTARY_SEED") or random.SystemRandom().randrange(1 << 32))
        print("QUOTARY_SEED", seed)
        draw = random.Random(seed)
        for i in range(30):
            self.s.issue(quote(), f"some-{i}")
        began = time.time()
        self.back_up()
        whole = time.time() - began
        broken = 0
        for i in range(KILLS):
            self.s.issue(quote(), f"more-{i}")
            process = subprocess.Popen([PROGRAM, "backup", "--data", self.s.data, "--to", self.to], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(draw.random() * whole)
            self.s.stop(hard=True)
            broken += process.wait(COMMAND_SECONDS_MAX) != 0
            found = self.drill()
            self.assertTrue(found["ok"], found)
            self.s.start()
        self.assertGreater(broken, 0)
        made = self.back_up("--keep", "1")
        self.assertEqual(self.drill()["tree_size"], made["tree_size"])
        with open(f"{self.to}/backups/{made['backup']:09}.json") as file:
            named = {each["sha256"] for each in json.load(file)["files"]}
        self.assertEqual(set(os.listdir(self.to + "/files")), named)  # nothing of those that were cut is left


if __name__ == "__main__":
    unittest.main(verbosity=2)
