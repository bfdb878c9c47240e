#!/usr/bin/env python3
"""Evidence through the real program: uploads that break off, processes that are killed, ranges, flat memory."""
import hashlib, http.client, json, os, random, sys, threading, unittest, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence_client as client
from openapi import Document
from server import STILL, Server, eventually, free_port

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
MEMORY_GROWTH_KB_MAX = 64 << 10
LARGE_BYTES = 200 << 20


def peak_kb(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def has_a_sanitizer(server):
    """Which keeps memory that was freed."""
    with open(f"/proc/{server.process.pid}/maps") as maps:
        text = maps.read()
    return "libasan" in text or "libtsan" in text


def files_below(folder):
    return sorted(name for _, _, names in os.walk(folder) for name in names)


def send_large(server, case, size):
    """Sends a file of so many bytes in one PATCH, adds it and reads it back, a piece at a time -> the answer."""
    piece = random.Random(4).randbytes(1 << 20)
    path = client.begin(server, case, size)[1]["location"]
    token = {"Authorization": "Bearer " + server.people["rep"]["token"]}
    whole, read = hashlib.sha256(), hashlib.sha256()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.putrequest("PATCH", path)
    for name, value in (client.TUS | token | {"Upload-Offset": "0", "Content-Type": client.PART, "Content-Length": str(size)}).items():
        connection.putheader(name, value)
    connection.endheaders()
    for _ in range(size >> 20):
        connection.send(piece)
        whole.update(piece)
    answer = connection.getresponse()
    assert answer.status == 204, answer.read()
    connection.close()
    status, _, added = client.add(server, case, path.rsplit("/", 1)[1], sha256=whole.hexdigest())
    assert status == 201, added
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request("GET", added["version"]["links"]["content"], headers=token)
    answer = connection.getresponse()
    while part := answer.read(1 << 20):
        read.update(part)
    connection.close()
    assert read.hexdigest() == whole.hexdigest()
    return added


class Evidence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = Server(PROGRAM, STILL)
        cls.case, cls.other_case = client.open_case(cls.s), client.open_case(cls.s, "rep2")
        cls.s.start()
        cls.s.document = Document(cls.s.json("GET", "/openapi.json")[2])

    @classmethod
    def tearDownClass(cls):
        cls.s.__exit__()
        if cls.s.faults:
            raise AssertionError("answers differ from the OpenAPI document:\n" + "\n".join(sorted(set(cls.s.faults))))
        missing = {key for key, (_, operation) in cls.s.document.operations.items() if "evidence" in operation["tags"]} - cls.s.document.called
        if missing:
            raise AssertionError(f"no test made these calls of the OpenAPI document: {sorted(missing)}")

    def item(self, content, **more):
        status, _, added = client.add(self.s, self.case, client.upload(self.s, self.case, content), **more)
        self.assertEqual(status, 201, added)
        return added["item"]

    def test_ready_to_take_evidence(self):
        self.assertNotIn(b"evidence", self.s.call("GET", "/readyz")[2])

    def test_what_is_spoken(self):
        status, headers, _ = self.s.call("OPTIONS", "/v1/uploads")
        self.assertEqual((status, headers["tus-version"], headers["tus-extension"]), (204, "1.0.0", "creation,termination,expiration"))
        self.assertEqual(headers["tus-max-size"], str(2 << 30))

    def test_an_upload_that_breaks_off_is_gone_on_with(self):
        content = random.Random(1).randbytes(3_000_001)
        status, headers, _ = client.begin(self.s, self.case, len(content), "现场 一.bin", "application/x-thing")
        self.assertEqual((status, headers["tus-resumable"], headers["upload-offset"]), (201, "1.0.0", "0"))
        self.assertIn("GMT", headers["upload-expires"])
        path = headers["location"]
        client.patch_and_break_off(self.s, path, 0, content, 1_500_000)
        # Whole pieces of what came before the break are there.
        status, headers, _ = eventually(lambda: client.head(self.s, path), lambda a: a[0] == 200 and int(a[1]["upload-offset"]) >= 1_000_000)
        self.assertEqual((headers["upload-length"], headers["cache-control"]), ("3000001", "no-store"))
        offset = int(headers["upload-offset"])
        self.assertLessEqual(offset, 1_500_000)
        self.assertEqual(client.patch(self.s, path, 0, content)[0], 409)
        upload = path.rsplit("/", 1)[1]
        status, _, early = client.add(self.s, self.case, upload)
        self.assertEqual((status, early["code"]), (409, "upload_incomplete"))
        status, headers, _ = client.patch(self.s, path, offset, content[offset:])
        self.assertEqual((status, headers["upload-offset"]), (204, "3000001"))
        status, headers, added = client.add(self.s, self.case, upload, sha256=hashlib.sha256(content).hexdigest())
        self.assertEqual((status, headers["location"]), (201, "/v1/evidence/" + added["item"]))
        self.assertEqual(client.content(self.s, added["item"])[2], content)
        self.assertEqual(client.head(self.s, path)[0], 404)

    def test_refusals_by_the_protocol(self):
        code = lambda answer: (answer[0], json.loads(answer[2])["code"] if answer[2] else None)
        path = client.begin(self.s, self.case, 10)[1]["location"]
        self.assertEqual(code(self.s.call("PATCH", path, "rep", None, {"Upload-Offset": "0", "Content-Type": client.PART}, raw=b"1")), (412, "tus_version"))
        self.assertEqual(code(client.patch(self.s, path, 0, b"1", **{"Content-Type": "text/plain"})), (415, "media_type_not_taken"))
        self.assertEqual(code(self.s.call("PATCH", path, "rep", None, client.TUS | {"Content-Type": client.PART}, raw=b"1")), (400, "upload_offset_missing"))
        self.assertEqual(code(client.patch(self.s, path, 1, b"1")), (409, "offset_differs"))
        status, headers, _ = client.patch(self.s, path, 0, b"x" * 11)
        self.assertEqual((status, headers["tus-resumable"]), (413, "1.0.0"))
        self.assertEqual(code(client.patch(self.s, path, 0, b"1", "rep2")), (404, "upload_unknown"))
        self.assertEqual(client.head(self.s, path, "manager")[0], 404)
        self.assertEqual(code(client.patch(self.s, path, 0, b"1", "auditor")), (403, "role_not_allowed"))
        self.assertEqual(code(client.begin(self.s, self.case, 0)), (422, "upload_empty"))
        self.assertEqual(code(client.begin(self.s, self.case, (2 << 30) + 1)), (413, "upload_too_large"))
        self.assertEqual(code(client.begin(self.s, self.case, 5, sha256="00")), (422, "bad_sha256"))
        self.assertEqual(code(client.begin(self.s, self.other_case, 5)), (404, "case_not_found"))
        self.assertEqual(code(self.s.call("POST", f"/v1/cases/{self.case}/uploads", "rep", None, client.TUS)), (400, "upload_length_missing"))
        bad = client.TUS | {"Upload-Length": "5", "Upload-Metadata": "filename ???"}
        self.assertEqual(code(self.s.call("POST", f"/v1/cases/{self.case}/uploads", "rep", None, bad)), (400, "bad_header"))
        self.assertEqual(self.s.call("DELETE", path, "rep", None, client.TUS)[0], 204)
        self.assertEqual(client.head(self.s, path)[0], 404)

    def test_ranges(self):
        content = random.Random(2).randbytes(200_000)
        item = self.item(content)
        status, headers, body = client.content(self.s, item)
        self.assertEqual((status, body), (200, content))
        self.assertEqual(headers["accept-ranges"], "bytes")
        self.assertTrue(headers["content-disposition"].startswith("attachment;"))
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertIn("sandbox", headers["content-security-policy"])
        etag = headers["etag"]
        for asked, first, last in (("bytes=0-0", 0, 0), ("bytes=65535-65540", 65535, 65540), ("bytes=199990-", 199990, 199999),
                                   ("bytes=-10", 199990, 199999), ("bytes=100-999999", 100, 199999), ("bytes=-999999", 0, 199999)):
            status, headers, body = client.content(self.s, item, Range=asked)
            self.assertEqual((status, headers["content-range"]), (206, f"bytes {first}-{last}/200000"), asked)
            self.assertEqual(body, content[first:last + 1], asked)
        for asked in ("bytes=5-1", "bytes=0-1,5-6", "lines=1-2", "bytes=x-", "bytes=-"):
            self.assertEqual(client.content(self.s, item, Range=asked)[0], 200, asked)
        for asked in ("bytes=200000-", "bytes=-0"):
            status, headers, _ = client.content(self.s, item, Range=asked)
            self.assertEqual((status, headers["content-range"]), (416, "bytes */200000"), asked)
        self.assertEqual(client.content(self.s, item, Range="bytes=0-9", **{"If-Range": etag})[0], 206)
        self.assertEqual(client.content(self.s, item, Range="bytes=0-9", **{"If-Range": '"other"'})[0], 200)
        self.assertEqual(client.content(self.s, item, **{"If-None-Match": etag})[0], 304)
        status, headers, body = self.s.call("HEAD", f"/v1/evidence/{item}/versions/1/content", "rep")
        self.assertEqual((status, headers["content-length"], body), (200, "200000", b""))
        self.assertEqual(client.content(self.s, item, who="rep2")[0], 404)
        self.assertEqual(client.content(self.s, item, version=2)[0], 404)

    def test_versions_proof_difference_and_withdrawal(self):
        item = self.item(b"eins", version_label="1.0")
        path = f"/v1/evidence/{item}"
        body = {"upload": client.upload(self.s, self.case, b"zwei"), "title": "第二版"}
        self.assertEqual(self.s.json("POST", path + "/versions", "rep", body)[2]["code"], "change_note_missing")
        status, _, second = self.s.json("POST", path + "/versions", "rep", body | {"change_note": "改了价格", "parent": 1})
        self.assertEqual((status, second["version"]["version"]), (201, 2), second)
        self.assertTrue(self.s.call("GET", path + "/versions/2/proof", "rep")[2].startswith(b"c2sp.org/tlog-proof@v1\n"))
        self.assertTrue(self.s.call("GET", path + "/versions/2/sheet", "rep")[2].startswith(b"%PDF-"))
        self.assertFalse(self.s.json("GET", path + "/difference?from=1&to=2", "rep")[2]["comparable"])
        status, _, gone = self.s.json("POST", path + "/versions/2/withdraw", "rep", {"reason": "传错了文件"})
        self.assertEqual((status, gone["status"]), (200, "withdrawn"))
        read = self.s.json("GET", path, "manager")[2]
        self.assertEqual((read["current_version"], read["versions"][1]["withdrawn"]["reason"]), (1, "传错了文件"))
        self.assertEqual(client.content(self.s, item, version=2)[2], b"zwei")
        self.assertIn(item, [each["item"] for each in self.s.json("GET", f"/v1/cases/{self.case}/evidence", "auditor")[2]["items"]])

    def test_the_same_content_in_two_cases(self):
        content = random.Random(3).randbytes(5_000)
        item = self.item(content)
        theirs = client.upload(self.s, self.other_case, content, who="rep2")
        status, _, added = client.add(self.s, self.other_case, theirs, who="rep2")
        self.assertEqual(added["version"]["flags"], ["duplicate_of"])
        self.assertNotIn("duplicate_of", added["version"])  # another's case
        seen = self.s.json("GET", "/v1/evidence/" + added["item"], "region_director")[2]["versions"][0]
        self.assertEqual(seen["duplicate_of"], {"case": self.case, "item": item, "version": 1})
        self.assertNotEqual(seen["commitment"]["sha256"], self.s.json("GET", "/v1/evidence/" + item, "rep")[2]["versions"][0]["commitment"]["sha256"])

    def test_what_does_not_fit_is_refused(self):
        upload = client.upload(self.s, self.case, b"no picture", "a.jpg", "image/jpeg")
        self.assertEqual(client.add(self.s, self.case, upload, "photo")[2]["code"], "kind_mismatch")
        status, _, differs = client.add(self.s, self.case, upload, sha256="0" * 64)
        self.assertEqual((status, differs["code"], differs["errors"][0]["pointer"]), (422, "hash_differs", "/sha256"))
        status, _, added = client.add(self.s, self.case, upload, key="fits")
        self.assertIn("mime_mismatch", added["version"]["flags"])
        status, headers, again = client.add(self.s, self.case, upload, key="fits")
        self.assertEqual((status, headers.get("idempotent-replayed"), again), (201, "true", added))


class Limits(unittest.TestCase):
    def test_an_operator_may_set_them_and_see_how_far_they_are_used(self):
        port = free_port()
        server = Server(PROGRAM, ("--metrics-port", str(port), "--upload-bytes-max", "1000", "--open-upload-bytes-max", "1500"))
        self.addCleanup(server.__exit__)
        case = client.open_case(server)
        server.start()
        self.assertEqual(server.call("OPTIONS", "/v1/uploads", None)[1]["tus-max-size"], "1000")
        told = lambda size: (lambda answer: (answer[0], json.loads(answer[2]).get("code")))(client.begin(server, case, size))
        self.assertEqual(told(1001), (413, "upload_too_large"))
        self.assertEqual(told(1000), (201, None))
        self.assertEqual(told(501), (503, "uploads_full"))
        content = b"x" * 500
        status, _, added = client.add(server, case, client.upload(server, case, content))
        self.assertEqual(status, 201, added)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        for line in ("quotary_uploads_open 1", "quotary_uploads_open_bytes 1000", "quotary_inspections_total 1", "quotary_inspection_failures_total 0"):
            self.assertIn(line, lines)


class Memory(unittest.TestCase):
    def test_a_large_file_takes_no_more_memory_than_a_small_one(self):
        server = Server(PROGRAM, STILL)
        self.addCleanup(server.__exit__)
        case = client.open_case(server)
        server.start()
        client.add(server, case, client.upload(server, case, b"small"))
        before = peak_kb(server)
        added = send_large(server, case, LARGE_BYTES)
        self.assertIn("too_large_to_inspect", added["version"]["flags"])
        growth = peak_kb(server) - before
        print(f"peak memory grew by {growth} KB over an upload and a download of {LARGE_BYTES >> 20} MB", file=sys.stderr)
        if not has_a_sanitizer(server):
            self.assertLess(growth, MEMORY_GROWTH_KB_MAX)


class Killed(unittest.TestCase):
    ROUNDS = 3

    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(self.s.__exit__)
        self.cases = [client.open_case(self.s) for _ in range(self.ROUNDS)]
        self.s.start()
        self.acknowledged, self.tried = {}, {}

    def write_until_killed(self, case):
        """Uploads and adds one after another; what was tried and not answered stays in self.tried."""
        for number in range(90):
            content = f"{case} {number} ".encode() * random.randint(1, 30_000)
            key = f"{case} {number}"
            try:
                upload = client.upload(self.s, case, content)
                self.tried[key] = (case, upload, content)
                status, _, added = client.add(self.s, case, upload, key=key)
                self.assertEqual(status, 201, added)
            except (OSError, http.client.HTTPException, ValueError):
                return
            self.acknowledged[added["item"]] = content
            del self.tried[key]

    def test_what_was_acknowledged_is_there_and_nothing_else(self):
        for case in self.cases:
            half = random.Random(5).randbytes(2_000_000)
            path = client.begin(self.s, case, len(half))[1]["location"]
            client.patch(self.s, path, 0, half[:1_000_000])
            writer = threading.Thread(target=self.write_until_killed, args=(case,))
            writer.start()
            before = len(self.acknowledged)
            eventually(lambda: len(self.acknowledged), lambda count: count >= before + 2)
            self.s.stop(hard=True)
            writer.join()
            self.s.start()
            # The upload that was under way goes on from what the disk holds.
            status, headers, _ = client.head(self.s, path)
            offset = int(headers["upload-offset"])
            self.assertTrue(status == 200 and offset <= 1_000_000, (status, offset))
            self.assertEqual(client.patch(self.s, path, offset, half[offset:])[0], 204)
            status, _, added = client.add(self.s, case, path.rsplit("/", 1)[1])
            self.assertEqual(status, 201, added)
            self.acknowledged[added["item"]] = half
            # What nobody answered is sent again: once at most it becomes a version.
            for key, (of_case, upload, content) in self.tried.items():
                status, _, added = client.add(self.s, of_case, upload, key=key)
                if status == 201:
                    self.acknowledged[added["item"]] = content
                else:
                    self.assertEqual(added["code"], "upload_incomplete", added)
            self.tried.clear()
        listed = [each["item"] for case in self.cases for each in self.s.json("GET", f"/v1/cases/{case}/evidence", "rep")[2]["items"]]
        self.assertEqual(sorted(listed), sorted(self.acknowledged))
        for item, content in self.acknowledged.items():
            self.assertEqual(client.content(self.s, item)[2], content)
        left = client.begin(self.s, self.cases[0], 5)[1]["location"].rsplit("/", 1)[1]
        self.s.stop()
        client.sweep(self.s, 9)
        self.assertEqual(files_below(os.path.join(self.s.data, "uploads")), [])
        self.assertEqual(len(files_below(os.path.join(self.s.data, "blobs"))), len(self.acknowledged))
        self.s.start()
        self.assertEqual(client.head(self.s, "/v1/uploads/" + left)[0], 404)
        for item, content in self.acknowledged.items():
            self.assertEqual(client.content(self.s, item)[2], content)


if __name__ == "__main__":
    unittest.main(verbosity=2)
