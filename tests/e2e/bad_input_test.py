#!/usr/bin/env python3
"""What comes in wrong is refused with a code and a place, and leaves no trace: no number used, no entry written."""
import http.client, json, os, re, resource, shutil, socket, subprocess, sys, unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
NOBODY = 65534
BODY_BYTES_OVER = 9 << 20
FILE_BYTES_LEFT = 256 << 10  # of the write-ahead log, before the disk is full
ISSUES_MAX = 64


def with_line(**changed):
    body = quote()
    body["lines"][0].update(changed)
    return body


def with_lines(count):
    body = quote()
    body["lines"] *= count
    return body


def with_bytes(escape):
    return json.dumps(quote(notes="HERE")).encode().replace(b"HERE", escape)


# What is sent, its status, its code and where it points; None: the body as a whole is no JSON, so nothing can be pointed at.
CASES = [
    ("unknown member", quote(surprise=1), 422, "unknown_member", "/surprise"),
    ("unknown member of a line", with_line(foo="1"), 422, "unknown_member", "/lines/0/foo"),
    ("missing member", {k: v for k, v in quote().items() if k != "currency"}, 422, "required", "/currency"),
    ("number for a decimal", with_line(quantity=4), 422, "wrong_type", "/lines/0/quantity"),
    ("an array", [], 422, "wrong_type", ""),
    ("exponent", with_line(unit_price="1e3"), 422, "bad_decimal", "/lines/0/unit_price"),
    ("not a number", with_line(unit_price="NaN"), 422, "bad_decimal", "/lines/0/unit_price"),
    ("leading zero", with_line(unit_price="01"), 422, "bad_decimal", "/lines/0/unit_price"),
    ("14 fraction digits", with_line(unit_price="1.00000000000001"), 422, "too_many_fraction_digits", "/lines/0/unit_price"),
    ("quantity 0", with_line(quantity="0"), 422, "zero_not_allowed", "/lines/0/quantity"),
    ("10,001 lines", with_lines(10_001), 422, "too_many", "/lines"),
    ("text over its limit", quote(notes="长" * 8_001), 422, "too_long", "/notes"),
    ("control character", quote(notes="a\u0007b"), 422, "control_character", "/notes"),
    ("ill-formed UTF-8", with_bytes(b"\xff\xfe"), 400, "bad_json", None),
    ("lone surrogate", with_bytes(b"\\ud800"), 400, "bad_json", None),
    ("a character no font has", quote(notes="a\U00013000"), 422, "character_not_printable", "/notes"),
    ("an emoji", with_line(item={"name": "机\U0001F600"}), 422, "character_not_printable", "/lines/0/item/name"),
    ("totals that differ", quote(totals={"tax_inclusive": "390980.01"}), 422, "totals_differ", "/totals/tax_inclusive"),
    ("not today", quote(issue_date="2020-01-01"), 422, "issue_date_not_today", "/issue_date"),
    ("unknown series", quote(series="NO-QT"), 422, "unknown_series", "/series"),
    ("member twice", b'{"series":"SH-QT","series":"SH-QT"}', 400, "duplicate_member", "/series"),
    ("truncated", json.dumps(quote()).encode()[:-5], 400, "bad_json", None),
    ("nothing", b"", 400, "bad_json", None),
    ("open brackets", b"[" * 100_000, 413, "json_too_deep", None),
    ("deep nesting", b'{"notes":' + b"[" * 1_000 + b"]" * 1_000 + b"}", 413, "json_too_deep", None),
]
# What the message must say beside its code.
SAYS = {"ill-formed UTF-8": "ill-formed UTF-8 at byte", "a character no font has": "U+13000", "an emoji": "U+1F600", "totals that differ": "differs by 0.01", "10,001 lines": "10000", "unknown series": "NO-QT"}


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = Server(PROGRAM, STILL)
        cls.addClassCleanup(cls.s.__exit__)
        cls.s.start()
        cls.sequence = 0

    def setUp(self):
        self.size = self.s.tree_size()

    def tearDown(self):
        """After each test the tree is as it was, and the next number is the next."""
        self.assertEqual(self.s.tree_size(), self.size)
        status, _, made = self.s.issue(quote(), f"good-{self.id()}")
        type(self).sequence += 1
        self.assertEqual((status, made["sequence"]), (201, self.sequence))

    def refused(self, answer, status, code):
        self.assertEqual(answer[0], status, answer)
        self.assertTrue(answer[1]["content-type"].startswith("application/problem+json"), answer)
        problem = json.loads(answer[2])
        self.assertTrue({"type", "title", "status", "code", "detail"} <= problem.keys(), problem)
        self.assertEqual(problem["status"], status)
        self.assertIn(code, [problem["code"]] + [each["code"] for each in problem.get("errors", [])])
        return problem

    def send(self, name, body, key):
        raw = {"raw": body} if isinstance(body, bytes) else {"body": body}
        return self.s.call("POST", "/v1/quotes", "rep", headers={"Idempotency-Key": key}, **raw)

    def test_each_case_is_refused_with_its_place(self):
        for name, body, status, code, pointer in CASES:
            with self.subTest(name):
                problem = self.refused(self.send(name, body, "bad-" + name.replace(" ", "-")), status, code)
                if pointer is not None:
                    self.assertIn((pointer, code), [(each["pointer"], each["code"]) for each in problem["errors"]])
                self.assertIn(SAYS.get(name, ""), problem["detail"])
                self.assertEqual(self.s.tree_size(), self.size)

    def test_keys(self):
        self.refused(self.s.call("POST", "/v1/quotes", "rep", quote()), 400, "idempotency_key_missing")
        self.refused(self.send("", quote(), "k" * 256), 400, "idempotency_key_invalid")

    def test_a_body_over_the_limit(self):
        """The answer comes before the body is sent."""
        connection = http.client.HTTPConnection("127.0.0.1", self.s.port, timeout=30)
        connection.putrequest("POST", "/v1/quotes")
        for name, value in [("Authorization", "Bearer " + self.s.people["rep"]["token"]), ("Content-Type", "application/json"), ("Idempotency-Key", "over"),
                            ("Content-Length", str(BODY_BYTES_OVER))]:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        self.refused((answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()), 413, "body_too_large")
        connection.close()

    def test_a_client_that_drops_in_the_middle(self):
        body = json.dumps(quote()).encode()
        head = (f"POST /v1/quotes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.s.people['rep']['token']}\r\n"
                f"Content-Type: application/json\r\nIdempotency-Key: dropped\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        for sent in (head[:40], head, head + body[:-1]):
            with socket.create_connection(("127.0.0.1", self.s.port), timeout=30) as connection:
                connection.sendall(sent)


class ReusedKey(unittest.TestCase):
    def test_another_body_under_a_used_key(self):
        with Server(PROGRAM, STILL) as s:
            self.assertEqual(s.issue(quote(), "once")[2]["sequence"], 1)
            status, _, problem = s.issue(with_line(quantity="5"), "once")
            self.assertEqual((status, problem["code"]), (422, "idempotency_key_reused"))
            self.assertEqual(s.issue(quote(), "twice")[2]["sequence"], 2)


class Limited(Server):
    def command(self):
        """A write beyond the limit is to fail, as on a full disk, and not to end the process."""
        return ["/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"] + super().command()


class DiskFull(unittest.TestCase):
    def test_a_full_disk_is_said_and_loses_nothing(self):
        """The size of a file is limited instead of the disk: the write-ahead log cannot grow, as when no block is free."""
        s = Limited(PROGRAM, STILL)
        self.addCleanup(s.__exit__)
        s.start()
        made = [s.issue(quote(), "before")[2]]
        with open(s.data + "/store/" + max((f for f in os.listdir(s.data + "/store") if f.endswith(".log"))), "rb") as log:
            limit = len(log.read().rstrip(b"\0")) + FILE_BYTES_LEFT  # zeros stand ahead of what was written
        resource.prlimit(s.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        refused = None
        for i in range(ISSUES_MAX):
            status, _, answer = s.issue(quote(), f"full-{i}")
            if status != 201:
                refused = (status, answer)
                break
            made.append(answer)
        self.assertIsNotNone(refused, "the limit was never reached")
        self.assertGreaterEqual(refused[0], 500, refused)
        self.assertIn(refused[1]["code"], ("ledger_latched", "storage_failed"))
        with open(s.home + "/serve.log") as log:
            self.assertIn("the operator must check the disk", log.read())
        # Every later append is refused as well, and what was acknowledged is still read.
        self.assertGreaterEqual(s.issue(quote(), "later")[0], 500)
        self.assertNotEqual(s.call("GET", "/readyz")[0], 200)
        for each in made:
            self.assertEqual(s.call("GET", each["document"]["url"], "rep")[0], 200)
        s.stop()
        s.start()
        after = s.issue(quote(), f"full-{len(made) - 1}")
        self.assertEqual(after[0], 201)
        self.assertEqual([each["sequence"] for each in made] + [after[2]["sequence"]], list(range(1, len(made) + 2)))
        s.stop()
        self.assertEqual(subprocess.run([PROGRAM, "verify", "--data", s.data], stdout=subprocess.DEVNULL).returncode, 0)


class KeyFiles(unittest.TestCase):
    """A key file that is missing or may not be read is named, and no new one is made."""

    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(self.s.__exit__)
        self.program = shutil.copy(PROGRAM, self.s.home)
        self.user = {}
        if os.geteuid() == 0:
            # Root may read everything, so the server runs as somebody who may not.
            self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            for folder, folders, files in os.walk(self.s.home):
                for name in [folder] + [os.path.join(folder, name) for name in folders + files]:
                    os.chown(name, NOBODY, NOBODY)
        self.assertEqual(self.serve(5)[0], None, "the server does not start with its keys whole")

    def serve(self, seconds_max):
        """-> exit code (None: it was serving), stderr"""
        process = subprocess.Popen([self.program] + self.s.command()[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **self.user)
        line = process.stdout.readline()
        if line.startswith("Listening"):
            process.terminate()
            process.communicate(timeout=30)
            return None, ""
        _, errors = process.communicate(timeout=30)
        return process.returncode, errors

    def check(self, name):
        with self.subTest(name):
            code, errors = self.serve(30)
            self.assertEqual(code, 2, f"{name}: {errors}")
            self.assertRegex(errors, re.escape(name))
            done = subprocess.run([self.program, "verify", "--data", self.s.data], capture_output=True, text=True, **self.user)
            self.assertEqual(done.returncode, 2, f"{name}: {done.stdout}{done.stderr}")

    def test_missing(self):
        keys = self.s.data + ".keys"
        for name in ("log.key", "pepper.key", "subjects.keys"):
            path = os.path.join(keys, name)
            os.rename(path, path + ".away")
            self.check(name)
            self.assertFalse(os.path.exists(path), f"{name} was made anew")
            os.rename(path + ".away", path)
        self.assertEqual(self.serve(30)[0], None)

    def test_unreadable(self):
        keys = self.s.data + ".keys"
        for name in ("log.key", "pepper.key", "subjects.keys"):
            path = os.path.join(keys, name)
            owner = os.stat(path)
            if os.geteuid() == 0:
                os.chown(path, 0, 0)
            os.chmod(path, 0)
            self.check(name)
            os.chmod(path, owner.st_mode)
            os.chown(path, owner.st_uid, owner.st_gid)


class OtherTexts(unittest.TestCase):
    """What stands in later documents follows the rules of a quote's own texts, before any entry is written."""
    REASON = "单价录入错误，应为另一个价格"
    TEXTS = (("a character no font has", "\U00013000", "character_not_printable"), ("a control character", "\u0007", "control_character"),
             ("a control character of C1", "\u0085", "control_character"), ("a change of direction", "\u202e", "control_character"))

    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(self.s.__exit__)
        self.s.start()
        self.number = self.s.issue(quote(), "sound")[2]["number"]
        self.size = self.s.tree_size()

    def refused(self, method, path, who, body, code, pointer):
        status, _, problem = self.s.json(method, path, who, body, {"Idempotency-Key": "k"})
        self.assertEqual((status, problem["code"], problem["errors"][0]["pointer"]), (422, code, pointer), problem)
        self.assertEqual(self.s.tree_size(), self.size)

    def test_reasons_and_comments(self):
        path = f"/v1/quotes/{self.number}/void-requests"
        for name, text, code in self.TEXTS:
            with self.subTest(name):
                self.refused("POST", path, "rep", {"reason_code": "price_error", "reason_text": self.REASON + text}, code, "/reason_text")
        status, _, asked = self.s.json("POST", path, "rep", {"reason_code": "price_error", "reason_text": self.REASON + "e\u0301"}, {"Idempotency-Key": "v"})
        self.assertEqual(status, 201, asked)
        read = self.s.json("GET", "/v1/void-requests/" + asked["id"], "manager")[2]
        self.assertEqual(read["reason_text"], self.REASON + "\u00e9")  # NFC
        self.size += 1
        for name, text, code in self.TEXTS:
            with self.subTest(name):
                self.refused("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {"comment": "同意" + text}, code, "/comment")
        self.assertEqual(self.s.json("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {"comment": "同意"}, {"Idempotency-Key": "a"})[0], 200)

    def test_names(self):
        for name, text, code in self.TEXTS + (("two lines", "\n", "bad_name"),):
            with self.subTest(name):
                self.refused("POST", "/v1/people", "admin", {"name": "张" + text + "三", "role": "manager", "team": "east-1", "region": "east"}, code, "/name")

    def test_filters(self):
        for path, code in (("/v1/quotes?status=bogus", "bad_status"), ("/v1/void-requests?status=bogus", "bad_status"),
                           ("/v1/reports/voids?status=bogus", "bad_status"), ("/v1/quotes?bogus=1", "unknown_parameter")):
            with self.subTest(path):
                status, _, problem = self.s.json("GET", path, "manager")
                self.assertEqual((status // 100, problem["code"]), (4, code), problem)
        # What a messenger puts behind a shared page's address is nobody's mistake.
        self.assertEqual(self.s.call("GET", f"/v/{self.number}?from=singlemessage&isappinstalled=0")[0], 200)


class SealKeyMissing(unittest.TestCase):
    def test_reads_go_on_and_issuing_says_why(self):
        for name in ("seal.key.pem", "seal.cert.pem"):
            with self.subTest(name), Server(PROGRAM, STILL) as s:
                _, _, made = s.issue(quote(), "sealed")
                s.stop()
                path = os.path.join(s.data + ".keys", name)
                os.rename(path, path + ".away")
                s.start()
                size = s.tree_size()
                self.assertFalse(os.path.exists(path), "a new seal was made in silence")
                status, _, problem = s.issue(quote(), "unsealed")
                self.assertEqual(status, 503, problem)
                self.assertIn(name, problem["detail"])
                self.assertEqual(s.call("GET", "/readyz")[0], 503)
                with open(os.path.join(s.home, "serve.log")) as said:
                    self.assertIn("nothing can be issued", said.read())
                self.assertEqual(s.call("GET", made["document"]["url"], "rep")[0], 200)
                self.assertEqual(s.tree_size(), size)
                s.stop()
                os.rename(path + ".away", path)
                s.start()
                self.assertEqual(s.issue(quote(), "unsealed")[2]["sequence"], 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
