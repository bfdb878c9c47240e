#!/usr/bin/env python3
"""What an operator meets: an init that was interrupted, a disk that takes no more."""
import os, random, resource, shutil, subprocess, sys, tempfile, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")


class Operator(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="quotary-operator-")
        self.data = os.path.join(self.home, "data")
        self.init = [PROGRAM, "init", "--data", self.data, "--origin", "ledger.example.com/quotes", "--public-url", "https://quotes.example.com",
                     "--seller-name", "某公司"]

    def tearDown(self):
        shutil.rmtree(self.home)

    def remove(self):
        for path in (self.data, self.data + ".keys"):
            shutil.rmtree(path, ignore_errors=True)

    def test_an_interrupted_init_is_completed_by_the_same_once_more(self):
        seed = random.randrange(1 << 32)
        print("seed", seed)
        draw = random.Random(seed)
        began = time.time()
        subprocess.run(self.init, check=True, stdout=subprocess.DEVNULL)
        whole = time.time() - began
        making = os.path.join(self.data + ".keys", "making")
        interrupted = 0
        for _ in range(8):
            self.remove()
            process = subprocess.Popen(self.init, stdout=subprocess.DEVNULL)
            # As late as the draw says, counted from when there is something to interrupt.
            deadline = time.time() + whole
            while not os.path.exists(making) and process.poll() is None and time.time() < deadline:
                time.sleep(0.001)
            time.sleep(draw.random() * whole / 4)
            process.kill()
            process.wait(30)
            if os.path.exists(making) and os.path.getsize(making) > 0:
                interrupted += 1
                other = subprocess.run(self.init + ["--time-zone", "Europe/Berlin"], capture_output=True, text=True, timeout=60)
                self.assertEqual(other.returncode, 1)
                self.assertIn("time_zone (Asia/Shanghai)", other.stderr)
            again = subprocess.run(self.init, capture_output=True, text=True, timeout=60)
            if again.returncode != 0:  # it had ended: what it made is whole
                self.assertIn("folder_not_empty", again.stderr)
                self.assertIn(self.data, again.stderr)
            self.assertFalse(os.path.exists(making))
            self.assertEqual(subprocess.run([PROGRAM, "verify", "--data", self.data], stdout=subprocess.DEVNULL).returncode, 0)
        self.assertGreater(interrupted, 0)

    def test_keys_inside_the_folder_are_refused_by_whatever_name(self):
        def refused(code, *command):
            done = subprocess.run([os.path.abspath(PROGRAM), *command], cwd=self.home, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("keys_inside_data", done.stderr)
            self.assertEqual(os.listdir(self.home), [])  # nothing was made

        log = "ledger.example.com/quotes+95d4a173+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
        for data, keys in (("./data", "data/keys"), ("data", self.data + "/keys"), (self.data, "data/../data/keys"), ("data", "./data")):
            refused(2, "init", "--data", data, "--keys", keys, *self.init[4:])
            refused(1, "witness", "init", "--folder", data, "--keys", keys, "--name", "w.example.com", "--log", log)

    def test_a_demo_that_was_cut_between_its_moves_is_made_anew(self):
        demo = [PROGRAM, "demo", "--data", self.data, "--empty"]
        keys, beside = self.data + ".keys", self.data + ".making"
        process = subprocess.Popen(demo, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        # Something comes into the data folder's place while it is made, so that its keys are moved and its data is not.
        until = time.time() + 60
        while not os.path.exists(beside) and time.time() < until:
            time.sleep(0.001)
        os.makedirs(self.data)
        blocking = os.path.join(self.data, "blocking")
        open(blocking, "w").close()
        said = process.communicate(timeout=60)[1]
        self.assertIn("rename_failed", said)
        self.assertTrue(os.path.exists(keys + "/demo-credentials.json") and os.path.exists(beside))

        refused = subprocess.run(demo, capture_output=True, text=True, timeout=60)
        self.assertIn("folder_not_empty", refused.stderr)
        os.remove(blocking)
        again = subprocess.run(demo + ["--origin", "other.example.com/log"], capture_output=True, text=True, timeout=60)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(sorted(os.listdir(self.home)), ["data", "data.keys"])
        vkey = subprocess.run([PROGRAM, "keys", "show", "--data", self.data, "--vkey"], capture_output=True, text=True, timeout=60).stdout
        self.assertTrue(vkey.startswith("other.example.com/log+"), vkey)
        self.assertEqual(subprocess.run([PROGRAM, "verify", "--data", self.data], stdout=subprocess.DEVNULL).returncode, 0)
        # Nobody else's keys are taken for those of such a run.
        os.rename(self.data, beside)
        os.rename(keys + "/demo-credentials.json", os.path.join(self.home, "away"))
        refused = subprocess.run(demo, capture_output=True, text=True, timeout=60)
        self.assertIn("folder_not_empty", refused.stderr)
        self.assertTrue(os.path.exists(keys + "/log.key") and os.path.exists(beside))

    def test_refused_input_leaves_nothing_in_the_way(self):
        wrong = [word.replace("ledger.example.com/quotes", "two words") for word in self.init]
        refused = subprocess.run(wrong, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("bad_origin", refused.stderr)
        subprocess.run(self.init, check=True, stdout=subprocess.DEVNULL)
        self.assertIn("folder_not_empty", subprocess.run(self.init, capture_output=True, text=True, timeout=60).stderr)

    def test_a_disk_that_takes_no_more_ends_issuing_and_nothing_else(self):
        with Server(PROGRAM) as s:
            resource.prlimit(s.process.pid, resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
            numbers, refusals = [], 0
            for i in range(200):
                status, _, answer = s.issue(quote(), f"full-{i}")
                if status == 201:
                    self.assertEqual(refusals, 0, "issued after a failed write")
                    numbers.append(answer["number"])
                else:
                    self.assertEqual((status, answer["code"]), (503, "ledger_latched"))
                    refusals += 1
                    if refusals == 3:
                        break
            self.assertEqual(refusals, 3)
            self.assertGreater(len(numbers), 0)
            status, _, ready = s.json("GET", "/readyz")
            self.assertEqual((status, ready["code"]), (503, "ledger_latched"))
            self.assertIn("store", ready["detail"])  # which file, for the operator
            self.assertNotIn(s.data, ready["detail"])  # and not where, for everybody else
            self.assertEqual(s.json("GET", "/v1/quotes/" + numbers[-1], "rep")[0], 200)
            s.stop()
            s.start()  # with room again
            for number in numbers:
                self.assertEqual(s.json("GET", "/v1/quotes/" + number, "rep")[0], 200)
            status, _, answer = s.issue(quote(), "after")
            self.assertEqual(status, 201)
            # A batch that was written when its publication failed was never acknowledged, but has its number.
            self.assertLessEqual(int(answer["number"][-6:]), len(numbers) + 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
