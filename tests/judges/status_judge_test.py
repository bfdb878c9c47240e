#!/usr/bin/env python3
"""A status proof before a reader that is not ours (FORMAT.md, hashlib and OpenSSL) and before ours: both say the same, and refuse what was changed."""
import base64, hashlib, json, os, random, subprocess, time, unittest

from judge import FLIPS, HERE, PROGRAM, VERIFIER, VERIFIER_SECONDS_MAX, Judge, flipped
from server import Server, quote

STATUS_SECONDS_MAX = 30
EMPTY = bytes(32)
VOID = {"reason_code": "duplicate", "reason_text": "重复录入，另有一份有效报价单"}
ED25519_DER = bytes.fromhex("302a300506032b6570032100")
sha256 = lambda content: hashlib.sha256(content).digest()


def decoded(text):
    """Base64 of one form: Python's own reading lets the last character's unused bits be anything."""
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text, "base64")
    return data


class Refused(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Refused(what)


def inclusion_root(leaf, at, size, path):
    """RFC 9162 section 2.1.3.2"""
    require(at < size, "index")
    last = size - 1
    for step in path:
        require(last > 0, "path")
        if at & 1 or at == last:
            leaf = sha256(b"\1" + step + leaf)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            leaf = sha256(b"\1" + leaf + step)
        at, last = at >> 1, last >> 1
    require(last == 0, "path")
    return leaf


def index_root(key, last, count, siblings):
    node = sha256(b"\2" + key + last.to_bytes(8, "big") + count.to_bytes(8, "big"))
    for depth, sibling in zip(range(len(siblings) - 1, -1, -1), siblings):
        right = key[depth // 8] >> (7 - depth % 8) & 1
        node = sha256(b"\3" + (sibling + node if right else node + sibling))
    return node


class Reader:
    """Raises Refused, or has the entries about the subject and M."""

    def __init__(self, text, vkey, folder):
        head, _, note = text.partition("\n\n")
        self.lines = head.split("\n")
        require(self.lines.pop(0) == "quotary-status-proof@v1", "header")
        self.subject, last, count = self.take("subject"), int(self.take("last")), int(self.take("count"))
        siblings = self.hashes()
        self.size, self.root = self.open(note, vkey, folder)
        index = self.entry()
        require(index["type"] == "index.root" and index["body"]["algorithm"] == "quotary-subject-index-v1", "index.root")
        self.m = index["body"]["size"]
        require(self.m <= index["index"], "M")
        require(index_root(sha256(self.subject.encode()), last, count, siblings).hex() == index["body"]["index_root"], "index")
        self.entries = []
        while self.lines:
            self.entries.append(self.entry())
        require(len(self.entries) == count, "count")
        before = None
        for sequence, entry in enumerate(self.entries, 1):
            require((entry["subject"], entry["subject_seq"], entry.get("subject_prev")) == (self.subject, sequence, before), "chain")
            before = entry["index"]
        require(before == last and last < self.m, "last")

    def take(self, name):
        require(self.lines and self.lines[0].startswith(name + " "), name)
        return self.lines.pop(0)[len(name) + 1:]

    def hashes(self):
        found = []
        while self.lines and not self.lines[0].startswith("extra "):
            line = self.lines.pop(0)
            found.append(EMPTY if line == "-" else decoded(line))
            require(len(found[-1]) == 32, "hash")
        return found

    def entry(self):
        canonical, index = decoded(self.take("extra")), int(self.take("index"))
        require(inclusion_root(sha256(b"\0" + canonical), index, self.size, self.hashes()) == self.root, "inclusion")
        entry = json.loads(canonical)
        require(entry["index"] == index, "index")
        return entry

    @staticmethod
    def open(note, vkey, folder):
        """C2SP signed-note; the signature is held by OpenSSL."""
        text, _, signatures = note.partition("\n\n")
        text += "\n"
        name, _, key = vkey.strip().split("+", 2)
        lines = [line for line in signatures.split("\n") if line.startswith(f"\u2014 {name} ")]
        require(len(lines) == 1, "signature line")
        paths = [os.path.join(folder, each) for each in ("key.der", "text", "signature")]
        contents = [ED25519_DER + base64.b64decode(key)[1:], text.encode(), decoded(lines[0].rsplit(" ", 1)[1])[4:]]
        for path, content in zip(paths, contents):
            with open(path, "wb") as file:
                file.write(content)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0], "-rawin", "-in", paths[1], "-sigfile", paths[2]],
                              capture_output=True)
        require(done.returncode == 0, "signature")
        origin, size, root = text.splitlines()[:3]
        require(origin == name, "origin")
        return int(size), decoded(root)


class StatusJudge(Judge):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(PROGRAM)
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()
        cls.take_keys(cls.server)
        cls.numbers = [cls.server.issue(quote(f"{i + 1}.00"), f"status-{i}")[2]["number"] for i in range(20)]
        asked = cls.server.json("POST", f"/v1/quotes/{cls.numbers[7]}/void-requests", "rep", VOID)[2]
        status, _, decided = cls.server.json("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {})
        if status != 200:
            raise RuntimeError(f"could not void: {decided}")
        cls.proofs = {number: cls.proof(number) for number in cls.numbers}

    @classmethod
    def proof(cls, number):
        until = time.time() + STATUS_SECONDS_MAX
        while True:
            status, _, body = cls.server.call("GET", f"/v1/quotes/{number}/status-proof", "rep")
            if status == 200:
                return body
            if status != 503 or time.time() > until:
                raise RuntimeError(f"no status proof: {status} {body}")
            time.sleep(0.1)

    def theirs(self, proof, vkey=None):
        """-> the types of the entries, or None when refused"""
        try:
            return [entry["type"] for entry in Reader(proof.decode(), vkey or self.read_vkey(), self.folder).entries]
        except (Refused, ValueError, KeyError, IndexError, TypeError):
            return None

    def read_vkey(self):
        with open(self.vkey) as file:
            return file.read()

    def ours(self, proof, vkey=None):
        done = subprocess.run([VERIFIER, "status", self.file("judged.status-proof", proof), "--vkey", vkey or self.vkey, "--json"], capture_output=True, text=True,
                              timeout=VERIFIER_SECONDS_MAX)
        return done.returncode, json.loads(done.stdout)

    def test_both_say_the_same(self):
        for number, proof in self.proofs.items():
            voided = number == self.numbers[7]
            code, said = self.ours(proof)
            self.assertEqual((code, said["status"], said["number"]), (0, "voided" if voided else "issued", number))
            self.assertEqual([entry["type"] for entry in said["entries"]], self.theirs(proof))
            self.assertEqual(len(said["entries"]), 3 if voided else 1)

    def test_golden_file(self):
        folder = os.path.join(HERE, "../golden/index")
        with open(os.path.join(folder, "voided.status-proof"), "rb") as file:
            proof = file.read()
        vkey = os.path.join(folder, "voided.vkey")
        with open(vkey) as file:
            self.assertEqual(self.theirs(proof, file.read()), ["quote.issued", "void.requested", "void.approved"])
        code, said = self.ours(proof, vkey)
        self.assertEqual((code, said["status"], said["as_of"]["entry"]), (0, "voided", 6))

    def test_changed_bits_are_refused_by_both(self):
        proof = self.proofs[self.numbers[7]]
        drawn = random.Random(hashlib.sha256(proof).hexdigest())
        for place, changed in flipped(proof, [drawn.randrange(len(proof)) for _ in range(FLIPS)], drawn):
            with self.subTest(place=place):
                self.assertEqual(self.ours(changed)[0], 1)
                self.assertIsNone(self.theirs(changed))

    def test_an_entry_kept_back_is_missed_by_both(self):
        proof = self.proofs[self.numbers[7]].decode()
        head, _, note = proof.partition("\n\n")
        short = (head[:head.rindex("\nextra ")] + "\n\n" + note).encode()
        code, said = self.ours(short)
        self.assertEqual((code, said["code"]), (1, "status_incomplete"))
        self.assertIsNone(self.theirs(short))

    def test_what_cannot_be_checked_is_said_apart(self):
        proof = self.file("a.status-proof", self.proofs[self.numbers[0]])
        for arguments in (["missing", "--vkey", self.vkey], [proof, "--vkey", "missing"], [proof]):
            self.assertEqual(subprocess.run([VERIFIER, "status", *arguments], capture_output=True).returncode, 2)
        done = subprocess.run([VERIFIER, "status", proof, "--vkey", self.vkey], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"截至 as of: 前 the first \d+ 条记录 entries")
        self.assertRegex(done.stdout, r"As of the first \d+ entries")

    def test_the_folder_holds(self):
        done = subprocess.run([PROGRAM, "verify", "--data", self.server.data, "--json"], capture_output=True, text=True)
        self.assertEqual((done.returncode, json.loads(done.stdout)["ok"]), (0, True), done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
