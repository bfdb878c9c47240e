#!/usr/bin/env python3
"""Go's sumdb/note and sumdb/tlog open our checkpoint, check our proofs and rebuild our root from the served tiles."""
import base64, concurrent.futures, os, re, shutil, subprocess, tempfile, unittest

from judge import HERE, PROGRAM, Judge, build_go
from server import STILL, Server, quote

# More than one full tile, so that a second level is served.
QUOTES = 260
CLIENTS = 8
TILE_WIDTH = 256


class LogJudge(Judge):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.judge = build_go(os.path.join(HERE, "log_judge.go"))
        with Server(PROGRAM, STILL) as s:
            with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
                made = list(pool.map(lambda i: s.issue(quote(f"{i + 1}.00"), f"judged-{i}")[2], range(QUOTES)))
            cls.take(s, made)
            cls.exported = os.path.join(cls.folder, "exported")
            subprocess.run([PROGRAM, "export", cls.exported, "--data", s.data], check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def fetch(cls, s, path, name, who=None):
        status, _, body = s.call("GET", path, who)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:200]}")
        cls.file(name, body)
        return body

    @classmethod
    def take(cls, s, made):
        cls.fetch(s, "/log/vkey", "vkey")
        size = int(cls.fetch(s, "/log/checkpoint", "checkpoint").splitlines()[1])
        level, width = 0, size
        while width:
            for number in range(width // TILE_WIDTH):
                cls.fetch(s, f"/log/tile/{level}/{number:03}", f"tile/{level}/{number:03}")
            if width % TILE_WIDTH:
                path = f"tile/{level}/{width // TILE_WIDTH:03}.p/{width % TILE_WIDTH}"
                cls.fetch(s, "/log/" + path, path)
            level, width = level + 1, width // TILE_WIDTH
        for each in (made[0], made[QUOTES // 2], made[-1]):
            cls.file(f"proofs/{each['number']}-answered.tlog-proof", each["ledger"]["proof"].encode())
            cls.fetch(s, f"/v1/quotes/{each['number']}/proof", f"proofs/{each['number']}-served.tlog-proof", "rep")
        lines = []
        for older in (1, 7, TILE_WIDTH - 1, TILE_WIDTH, TILE_WIDTH + 1, size - 1):
            _, _, proof = s.json("GET", f"/v1/log/proofs/consistency?from={older}&to={size}")
            lines.append(" ".join([str(older), str(size), proof["from_root"]] + proof["hashes"]))
        cls.file("consistency", "\n".join(lines).encode())
        cls.size = size

    def judged(self):
        return subprocess.run([self.judge, self.folder], capture_output=True, text=True, timeout=60)

    def refuses(self, name, change, why):
        """The judge refuses the folder with one file changed, for the reason given."""
        path = os.path.join(self.folder, name)
        with open(path, "rb") as file:
            whole = file.read()
        try:
            self.file(name, change(whole))
            done = self.judged()
            self.assertEqual(done.returncode, 1, f"{name}: {done.stdout}{done.stderr}")
            self.assertIn(why, done.stdout)
        finally:
            self.file(name, whole)

    def test_everything_holds(self):
        done = self.judged()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, rf"^size {self.size}, .*, 6 inclusion proofs, 6 consistency proofs\n$")

    def test_an_export_is_the_same_log(self):
        """Its tiles and checkpoint stand where those of a served log do; proofs that the server gave hold against them."""
        with tempfile.TemporaryDirectory(prefix="quotary-judged-") as folder:
            shutil.copytree(os.path.join(self.exported, "tile"), os.path.join(folder, "tile"))
            shutil.copy(os.path.join(self.exported, "checkpoint"), folder)
            shutil.copy(os.path.join(self.exported, "keys/log.vkey"), os.path.join(folder, "vkey"))
            shutil.copy(os.path.join(self.folder, "consistency"), folder)
            shutil.copytree(os.path.join(self.folder, "proofs"), os.path.join(folder, "proofs"))
            done = subprocess.run([self.judge, folder], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r"^size \d+, .*, 6 inclusion proofs, 6 consistency proofs\n$")
            path = os.path.join(folder, "tile/1/000.p/1")
            with open(path, "rb") as file:
                whole = file.read()
            with open(path, "wb") as file:
                file.write(bytes([whole[0] ^ 1]) + whole[1:])
            self.assertEqual(subprocess.run([self.judge, folder], capture_output=True, timeout=60).returncode, 1)

    def test_a_changed_checkpoint_is_refused(self):
        at = lambda place: lambda whole: whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:]
        with open(os.path.join(self.folder, "checkpoint"), "rb") as file:
            whole = file.read()
        # The last digit of the size, a byte of the root, and one of the signature's.
        self.refuses("checkpoint", at(whole.index(b"\n", whole.index(b"\n") + 1) - 1), "checkpoint: ")
        self.refuses("checkpoint", at(whole.index(b"\n\n") - 10), "checkpoint: ")
        self.refuses("checkpoint", at(len(whole) - 40), "checkpoint: ")

    def test_a_key_of_somebody_else_is_refused(self):
        def other(whole):
            name, number, key = whole.decode().strip().split("+", 2)
            changed = bytearray(base64.b64decode(key))
            changed[-1] ^= 1
            return f"{name}+{number}+{base64.b64encode(bytes(changed)).decode()}\n".encode()
        self.refuses("vkey", other, "vkey: ")

    def test_a_changed_tile_is_refused(self):
        flip = lambda whole: whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]
        self.refuses("tile/0/000", flip, "tiles: ")
        self.refuses("tile/1/000.p/1", lambda whole: bytes([whole[0] ^ 1]) + whole[1:], "")

    def test_a_changed_proof_is_refused(self):
        name = "proofs/" + sorted(os.listdir(os.path.join(self.folder, "proofs")))[0]

        def entry(whole):
            extra = re.search(rb"extra (\S+)", whole).group(1)
            changed = bytearray(base64.b64decode(extra))
            changed[20] ^= 1
            return whole.replace(extra, base64.b64encode(bytes(changed)))

        def hash_of(whole):
            lines = whole.split(b"\n")
            changed = bytearray(base64.b64decode(lines[3]))
            changed[0] ^= 1
            lines[3] = base64.b64encode(bytes(changed))
            return b"\n".join(lines)

        def index(whole):
            return re.sub(rb"index (\d+)", lambda found: b"index %d" % (int(found.group(1)) + 1), whole)

        for change in (entry, hash_of, index):
            self.refuses(name, change, os.path.basename(name))

    def test_a_changed_consistency_proof_is_refused(self):
        self.refuses("consistency", lambda whole: whole[:-1] + (b"0" if whole[-1:] != b"0" else b"1"), "consistency ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
