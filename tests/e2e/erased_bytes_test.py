#!/usr/bin/env python3
"""After an erasure nothing is left: every byte of the folders, of what is made from them later, of the server's answers and of its
memory is looked through for what was erased and for the keys that were destroyed. The same looks find it before."""
import base64, contextlib, glob, hashlib, json, os, random, shutil, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence_client as client
from cases_test import TOML
from customers import PROGRAM, Customers
from server import quote

REGION_BYTES_MAX = 512 << 20  # of the process's memory: a sanitizer's own tables are larger, and hold no text
KEYS_HEAD_BYTES, KEY_RECORD_BYTES = 16, 96
GROUNDS = {"basis": "person_request", "reason_text": "客户书面要求删除其全部资料"}


def spellings(text):
    """A text as it may stand in a file, and the hashes by which it could be guessed."""
    plain = text.encode()
    digest = hashlib.sha256(plain).digest()
    escaped = json.dumps(text)[1:-1].encode()
    out = {plain, text.encode("utf-16-be"), text.encode("utf-16-le"), escaped, escaped.upper(), plain.hex().encode(), base64.b64encode(plain)}
    return out | {digest, digest.hex().encode(), base64.b64encode(digest)}


def pieces(content):
    """Of bytes that are like no others."""
    digest = hashlib.sha256(content).digest()
    middle = len(content) // 2
    return {content[middle:middle + 24], content[-24:], digest, digest.hex().encode(), base64.b64encode(digest)}


def found_in(data, needles):
    return {name for name, spelled in needles.items() if any(each in data for each in spelled)}


def keys_in(folder):
    """Of subjects that are not erased."""
    with open(os.path.join(folder, "subjects.keys"), "rb") as file:
        records = file.read()[KEYS_HEAD_BYTES:]
    found = {records[at + 32:at + 64] for at in range(0, len(records), KEY_RECORD_BYTES)}
    return {key for key in found if any(key)}


def memory_of(process):
    """What it may write to, region by region."""
    with open(f"/proc/{process.pid}/maps") as maps, open(f"/proc/{process.pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            begin, end = (int(each, 16) for each in place.split("-"))
            if "w" not in rights or end - begin > REGION_BYTES_MAX:
                continue
            with contextlib.suppress(OSError):  # gone meanwhile
                memory.seek(begin)
                yield memory.read(end - begin)


class ErasedBytes(Customers, unittest.TestCase):
    def setUp(self):
        before = os.environ.get("TMPDIR")
        self.addCleanup(lambda: os.environ.update(TMPDIR=before) if before else os.environ.pop("TMPDIR"))
        super().setUp()
        self.s.stop()
        os.environ["TMPDIR"] = self.tmp = os.path.join(self.s.home, "tmp")
        os.mkdir(self.tmp)
        self.s.start()
        self.random = random.Random(os.urandom(8))
        self.needles = {}
        self.paths = []  # whose answers show what is to be erased

    def marked(self, words):
        text = f"{words}{self.random.getrandbits(64):016x}"
        self.needles[words] = spellings(text)
        return text

    def content(self, name, data=None):
        data = data or self.random.randbytes(100_000)
        self.needles[name] = pieces(data)
        return data

    def made(self, answer, status=201):
        self.assertEqual(answer[0], status, answer[2])
        return json.loads(answer[2]) if isinstance(answer[2], bytes) else answer[2]

    def make_customer(self):
        buyer = {"name": self.marked("买家"), "contact": {"name": self.marked("联系人"), "email": self.marked("mail") + "@example.com"}}
        body = quote(buyer=buyer, notes=self.marked("备注"))
        body["lines"][0]["item"]["name"] = self.marked("型号")
        self.number = self.made(self.s.issue(body, "erased"))["number"]
        signer = {"name": self.marked("签字人"), "email": self.marked("signer") + "@example.com"}
        request = self.ask(signer, message=self.marked("请签字"))["id"]
        self.paths += [("rep", f"/v1/quotes/{self.number}"), ("rep", "/v1/quotes"), ("rep", f"/v1/quotes/{self.number}/history"),
                       ("rep", f"/v1/signature-requests/{request}"), ("rep", "/v1/signature-requests")]
        return {"quote": self.number}

    def make_case(self):
        self.made(self.s.json("POST", "/v1/policies", "admin", None, {"Content-Type": "application/toml"}, raw=TOML.encode()))
        request = {"action_type": "visit", "policy": "visit", "title": self.marked("拜访"), "customer": {"name": self.marked("客户")}, "site": {"latitude": "31.298333", "longitude": "120.585", "name": self.marked("现场")}}
        case = self.made(self.s.json("POST", "/v1/cases", "rep", request))["id"]
        self.made(self.s.json("POST", f"/v1/cases/{case}/notes/summary", "rep", {"text": self.marked("客户希望三月底前到货，交期与价格已谈妥")}))
        reason = {"requirement": "site_photo", "reason": self.marked("客户现场禁止拍照，主管到场确认")}
        self.made(self.s.json("POST", f"/v1/cases/{case}/waivers", "manager", reason))
        subprocess.run([client.HELPER, "files", self.tmp, "1"], check=True)
        with open(self.tmp + "/photo.jpg", "rb") as file:
            photo = file.read()
        shutil.rmtree(self.tmp)
        os.mkdir(self.tmp)
        self.add_evidence(case, self.content("照片", photo), "photo", "image/jpeg")
        self.add_evidence(case, self.content("文件"), "other", "")
        # One that nobody finished.
        unfinished = self.content("未传完")
        path = client.begin(self.s, case, len(unfinished) + 1, self.marked("未传完的文件"))[1]["location"]
        self.assertEqual(client.patch(self.s, path, 0, unfinished)[0], 204)
        for who in ("rep", "auditor"):
            self.paths += [(who, f"/v1/cases/{case}"), (who, "/v1/cases"), (who, f"/v1/cases/{case}/notes/summary"), (who, f"/v1/cases/{case}/evidence"),
                           (who, f"/v1/cases/{case}/gate"), (who, f"/v1/cases/{case}/history")]
        return {"case": case}

    def add_evidence(self, case, data, kind, media):
        name = self.marked("文件名" + kind)
        upload = client.upload(self.s, case, data, name, media)
        item = self.made(client.add(self.s, case, upload, kind, title=self.marked("材料" + kind)))["item"]
        self.paths += [("rep", f"/v1/evidence/{item}/versions/1/content"), ("rep", f"/v1/evidence/{item}")]

    def make_person(self):
        name = self.marked("周雨桐")
        person = self.made(self.s.json("POST", "/v1/people", "admin", {"name": name, "role": "rep", "team": "east-1", "region": "east"}))["id"]
        self.paths += [("admin", "/v1/people"), ("auditor", "/v1/people")]
        return {"person": person}

    def erase(self, about):
        asked = self.made(self.s.json("POST", "/v1/erasures", "admin", about | GROUNDS))["id"]
        done = self.made(self.s.json("POST", f"/v1/erasures/{asked}/approve", "region_director", {}), 200)
        self.assertTrue(done["key_destroyed"])

    def answers(self):
        """-> each with the path that it is of"""
        always = [("auditor", "/v1/log/entries?limit=1000"), ("auditor", "/v1/erasures"), ("finance", "/v1/reports/voids"), (None, "/metrics"), (None, "/readyz")]
        return [(path, self.s.call("GET", path, who)[2]) for who, path in self.paths + always]

    def found_in_answers(self):
        return set().union(*(found_in(body, self.needles) for _, body in self.answers()))

    def files(self, *left_out):
        """All below the test's folder but these."""
        for folder, _, names in os.walk(self.s.home):
            for name in names:
                path = os.path.join(folder, name)
                if not any(path.startswith(os.path.join(self.s.home, each)) for each in left_out) and os.path.isfile(path):
                    with open(path, "rb") as file:
                        yield path, file.read()

    def expect_in_no_file(self, needles, *left_out):
        for path, data in self.files(*left_out):
            self.assertEqual(found_in(data, needles), set(), path)

    def make_all_of(self, name):
        """A backup and exports."""
        where = os.path.join(self.s.home, name)
        os.mkdir(where)
        for command in (("backup", "--to", where + "/backup"), ("export", where + "/all", "--payloads", "all", "--contents"), ("export", where + "/facts"), ("export", where + "/one.tar", "--payloads", "all")):
            done = subprocess.run([PROGRAM, *command, "--data", self.s.data], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for command in (("drill", "--from", where + "/backup", "--keys", self.s.data + ".keys"), ("verify", "--data", self.s.data)):
            done = subprocess.run([PROGRAM, *command], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return where

    def expect_keys_in_memory(self, keys, there):
        try:
            seen = {key for region in memory_of(self.s.process) for key in keys if key in region}
        except PermissionError:
            self.skipTest("this machine lets nobody read a process's memory")
        self.assertEqual(len(seen), len(keys) if there else 0, "keys in the server's memory")

    def test_after_an_erasure_nothing_is_left(self):
        subjects = [self.make_customer(), self.make_case(), self.make_person()]
        shown = self.found_in_answers()
        self.assertEqual(set(self.needles) - shown, {"未传完", "未传完的文件"})
        # What is private stands nowhere in plain, but in an export that is asked to hold it.
        self.expect_in_no_file(self.needles, "out")
        where = self.make_all_of("before")
        exported = set().union(*(found_in(data, self.needles) for path, data in self.files("data", "out") if path.startswith(where)))
        self.assertEqual(set(self.needles) - exported, {"未传完", "未传完的文件"})

        keys_before = keys_in(self.s.data + ".keys")
        for about in subjects:
            self.erase(about)
        destroyed = {f"key {i}": {key, key.hex().encode(), base64.b64encode(key)} for i, key in enumerate(keys_before - keys_in(self.s.data + ".keys"))}
        self.assertGreaterEqual(len(destroyed), len(subjects))
        self.assertEqual(self.found_in_answers(), set())
        self.make_all_of("after")
        for step in ("at once", "after a restart"):
            with self.subTest(step):
                self.expect_in_no_file(destroyed)
                self.expect_in_no_file(self.needles, "out", "before/all", "before/one.tar")
            self.s.stop()
            self.s.start()
        # A start reads everything that there is, and so do these answers.
        self.assertEqual(self.found_in_answers(), set())
        left = set().union(*(found_in(region, self.needles) for region in memory_of(self.s.process)))
        self.assertEqual(left, set())

    def test_a_destroyed_key_is_in_no_memory(self):
        before = keys_in(self.s.data + ".keys")
        subject = self.make_customer()
        made = keys_in(self.s.data + ".keys") - before
        self.assertEqual(len(made), 1)
        self.expect_keys_in_memory(made, True)
        self.found_in_answers()
        self.erase(subject)
        self.expect_keys_in_memory(made, False)
        self.s.stop()
        self.s.start()
        self.found_in_answers()
        self.expect_keys_in_memory(made, False)


if __name__ == "__main__":
    unittest.main(verbosity=2)
