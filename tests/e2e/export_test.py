#!/usr/bin/env python3
"""quotary export of a ledger that goes on, and what checks it: quotary-verify, sha256sum, openssl and tar."""
import hashlib, io, json, os, re, shutil, subprocess, sys, tarfile, tempfile, threading, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from readers import run
from server import Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
QUOTES = 12


def flip(path, place):
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 1]))


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = Server(PROGRAM)
        cls.addClassCleanup(shutil.rmtree, cls.s.home, True)
        cls.s.start()
        cls.addClassCleanup(cls.s.stop)
        cls.made = [cls.s.issue(quote(f"{i + 1}.00"), f"exported-{i}")[2] for i in range(QUOTES)]
        cls.vkey = run(PROGRAM, "keys", "show", "--data", cls.s.data, "--vkey").stdout.decode().strip()

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="quotary-export-")
        self.addCleanup(shutil.rmtree, self.home)
        self.folder = os.path.join(self.home, "export")

    def export(self, *options, folder=None, status=0):
        done = subprocess.run([PROGRAM, "export", folder or self.folder, "--data", self.s.data, *options], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def check(self, *options, folder=None, vkey=None):
        """-> exit code, the JSON"""
        done = subprocess.run([VERIFY, "export", folder or self.folder, "--vkey", vkey or self.vkey, "--json", *options], capture_output=True, text=True, timeout=120)
        return done.returncode, json.loads(done.stdout)

    def holds(self, **more):
        code, found = self.check(**more)
        self.assertEqual((code, found["ok"]), (0, True), found)
        return found

    def test_one_archive_is_the_folder(self):
        archive = self.folder + ".tar"
        self.export("--payloads", "all", folder=archive)
        self.assertTrue(self.holds(folder=archive)["ok"])
        self.assertEqual(os.listdir(self.home), ["export.tar"])
        os.mkdir(self.folder)
        subprocess.run(["tar", "-xf", archive, "-C", self.folder], check=True)
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=self.folder, check=True)
        self.holds()
        with tarfile.open(archive) as read:
            self.assertEqual(read.getnames()[-1], "SHA256SUMS")
        flip(archive, os.path.getsize(archive) // 2)
        self.assertEqual(self.check(folder=archive)[0], 1)
        self.assertEqual(self.check(folder=self.home + "/nothing.tar")[0], 2)
        self.assertIn("export_exists", self.export(folder=archive, status=1))

    def test_exports_while_quotes_are_issued_hold_each(self):
        stop = threading.Event()
        issued = []

        def issue():
            while not stop.is_set():
                issued.append(self.s.issue(quote("9.00"), f"meanwhile-{len(issued)}")[0])

        writer = threading.Thread(target=issue)
        writer.start()
        try:
            sizes = []
            for i in range(4):
                folder = os.path.join(self.home, str(i))
                self.export("--payloads", ("none", "facts", "all")[i % 3], folder=folder)
                sizes.append(self.holds(folder=folder)["tree_size"])
        finally:
            stop.set()
            writer.join()
        self.assertEqual(set(issued), {201})
        self.assertEqual(sizes, sorted(sizes))
        self.assertGreater(sizes[-1], sizes[0])  # the ledger went on meanwhile

    def test_documents_come_out_as_they_were_served(self):
        self.export("--payloads", "all")
        found = self.holds()
        self.assertEqual(found["withheld"]["by_choice"], 0)
        held = {}
        for name in os.listdir(os.path.join(self.folder, "payloads")):
            path, again = os.path.join(self.folder, "payloads", name), io.BytesIO()
            with tarfile.open(path) as pack, tarfile.TarFile(fileobj=again, mode="w", format=tarfile.USTAR_FORMAT) as made:
                for member in pack.getmembers():
                    content = pack.extractfile(member).read()
                    held[hashlib.sha256(content).hexdigest()] = member.name
                    made.addfile(member, io.BytesIO(content))
                size = made.offset
            with open(path, "rb") as file:
                self.assertEqual(file.read(), again.getvalue()[:size] + bytes(1024))  # what Python's own ustar writer makes
        for each in self.made:
            name = held[each["document"]["sha256"]]
            self.assertRegex(name, rf"^{each['ledger']['index']}/\w+\.pdf$")

    def test_facts_hold_no_names_and_nothing_holds_a_key(self):
        self.export()
        found = self.holds()
        self.assertGreaterEqual(found["withheld"]["by_choice"], 2 * QUOTES)
        self.assertRegex(found["withheld"]["listed"][0]["name"], r"^\d+/\w+")
        secrets = ["苏州澄湖".encode(), b"PRIVATE KEY"]
        with open(self.s.data + ".keys/log.key", "rb") as file:
            secrets.append(file.read().strip().splitlines()[-1])
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                for secret in secrets:
                    self.assertNotIn(secret, content, name)
        with open(os.path.join(self.folder, "keys/seal-certificate.pem")) as file:
            self.assertIn("BEGIN CERTIFICATE", file.read())

    def test_without_the_key_folder(self):
        away = os.path.join(self.home, "no-keys")
        self.assertIn("key_missing", self.export("--keys", away, "--vkey", self.vkey, "--payloads", "all", status=2))
        self.assertFalse(os.path.exists(self.folder + ".partial"))
        self.export("--keys", away, "--vkey", self.vkey)
        self.holds()

    def test_what_the_readme_says_works_without_quotary(self):
        self.export()
        done = subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        with open(os.path.join(self.folder, "README.txt")) as file:
            readme = file.read()
        block = re.search(r"with OpenSSL 3:\n\n(.*?)\n\n", readme, re.S).group(1)
        commands = "\n".join(line.strip() for line in block.splitlines()).replace("'VKEY'", f"'{self.vkey}'").replace("/tmp/", self.home + "/")
        done = subprocess.run(["sh", "-ec", commands], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Signature Verified Successfully", done.stdout)
        flip(os.path.join(self.folder, "checkpoint"), 3)
        done = subprocess.run(["sh", "-ec", commands], cwd=self.folder, capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        name = run("tar", "-tf", os.path.join(self.folder, "payloads/000.tar")).stdout.decode().splitlines()[-1]
        fact = run("tar", "-xOf", os.path.join(self.folder, "payloads/000.tar"), name).stdout
        self.assertTrue(self.bundles_hold(hashlib.sha256(fact).hexdigest()))
        with open(os.path.join(self.folder, "index.html")) as file:
            page = file.read()
        self.assertNotIn("<script", page)
        self.assertNotIn("http", page)
        self.assertIn(self.vkey, page)

    def bundles_hold(self, text):
        for folder, _, names in os.walk(os.path.join(self.folder, "tile/entries")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    if text.encode() in file.read():
                        return True
        return False

    def test_damage_is_named_and_told_in_both_languages(self):
        self.export()
        path = os.path.join(self.folder, "payloads/000.tar")
        flip(path, 600)
        code, found = self.check()
        self.assertEqual((code, found["ok"], found["code"]), (1, False, "export_damaged"))
        self.assertIn("payloads/000.tar", {problem["file"] for problem in found["problems"]})
        self.assertIn("payload", {problem["kind"] for problem in found["problems"]})
        told = subprocess.run([VERIFY, "export", self.folder, "--vkey", self.vkey], capture_output=True, text=True)
        self.assertEqual(told.returncode, 1)
        for words in ("不成立 / does not hold", "内容与记录的哈希不符", "payloads/000.tar"):
            self.assertIn(words, told.stdout)

    def test_exit_codes_and_refusals(self):
        self.export()
        self.assertIn("export_exists", self.export(status=1))
        for inside in (self.s.data + "/export", self.s.data + ".keys/export"):
            self.assertIn("export_inside", self.export(folder=inside, status=1))
            self.assertFalse(os.path.exists(inside + ".partial"))
        self.holds()
        code, found = self.check(folder=self.home)
        self.assertEqual((code, found["ok"], found["code"]), (2, None, "no_export"))
        self.assertEqual(self.check(vkey="nonsense+00+AA")[0], 2)
        other = "ledger.example.com/quotes+95d4a173+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
        self.assertEqual(self.check(vkey=other)[0], 1)
        policy = os.path.join(self.home, "policy")
        with open(policy, "w") as file:
            file.write(f"log {self.vkey}\nwitness w witness.example.com/w1+969980cf+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X\nquorum w\n")
        code, found = self.check("--policy", policy)
        self.assertEqual((code, found["code"]), (1, "too_few_witnesses"))
        self.assertIn("not_witnessed", self.export("--witnessed", folder=self.folder + "2", status=2))

    def test_a_failed_export_takes_nothing_of_another_away(self):
        held_up = os.path.join(self.home, "certificate")
        os.mkfifo(held_up)
        failing = subprocess.Popen([PROGRAM, "export", self.folder, "--data", self.s.data, "--seal-certificate", held_up], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(1)  # it waits for someone who writes into the pipe
        os.mkdir(self.folder + ".partial")  # as another export that has begun meanwhile
        open(held_up, "w").close()
        told, _ = failing.communicate(timeout=60)
        self.assertEqual(failing.returncode, 2, told)
        self.assertTrue(os.path.exists(self.folder + ".partial"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
