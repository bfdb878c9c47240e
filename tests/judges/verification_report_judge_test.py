#!/usr/bin/env python3
"""Readers that are not ours judge the sealed report on a verification, of a ledger that holds and of one that does not."""
import http.client, json, random, re, socket, unittest

from judge import FLIPS, PROGRAM, Judge, byte_ranges, flipped
from readers import run, text_of
from server import Server, quote

PROBLEMS = 45


class OverSocket(http.client.HTTPConnection):
    """The operator's server."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class VerificationReportJudge(Judge):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with Server(PROGRAM) as s:
            if s.issue(quote(), "judged")[0] != 201:
                raise RuntimeError("could not issue")
            cls.held = s.json("POST", "/v1/log/verify", "auditor", {})[2]
            path = f"/v1/log/verifications/{cls.held['id']}/report"
            status, cls.headers, cls.pdf = s.call("GET", path, "auditor")
            if status != 200:
                raise RuntimeError(f"no report: {cls.pdf}")
            cls.refusals = [s.call("GET", path, who)[0] for who in ("rep", None)] + [s.call("GET", path.replace(cls.held["id"], "x"), "auditor")[0]]
            cls.bad = s.call("GET", f"/v1/log/verifications/{cls.tell_of_problems(s)}/report", "auditor")[2]
            cls.take_keys(s)
        cls.path, cls.bad_path = cls.file("holds.pdf", cls.pdf), cls.file("bad.pdf", cls.bad)

    @classmethod
    def tell_of_problems(cls, s):
        """The operator's program says that it found some; -> the id of that run"""
        found = {name: cls.held[name] for name in ("mode", "from", "tree_size", "root", "entries_checked", "objects_checked", "private_objects_read")}
        found.update(problems_total=PROBLEMS, problems=[{"index": i, "kind": "leaf", "detail": "changed"} for i in range(PROBLEMS)])
        connection = OverSocket(s.data + "/operator.sock")
        connection.request("POST", "/operator/verifications.add", json.dumps(found), {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        entry = s.json("GET", f"/v1/log/entries?from={answer['recorded']['index']}&limit=1", "auditor")[2]["items"][0]["canonical"]
        return json.loads(entry)["body"]["run"]

    def test_how_it_is_served(self):
        self.assertEqual((self.headers["content-type"], self.headers["cache-control"]), ("application/pdf", "no-store"))
        self.assertEqual(self.refusals, [403, 401, 404])

    def test_qpdf_finds_no_fault(self):
        for path in (self.path, self.bad_path):
            self.assertIn(b"No syntax or stream encoding errors found", run("qpdf", "--check", path).stdout)

    def test_fonts_are_embedded_and_mapped(self):
        for path in (self.path, self.bad_path):
            for line in run("pdffonts", path).stdout.decode().splitlines()[2:]:
                self.assertRegex(line, r"CID Type 0C\s+Identity-H\s+yes yes yes", line)

    def test_text_comes_out_right(self):
        flat = re.sub(r"\s+", "", text_of(self.path))
        for text in ("账本核对报告", "未发现改动HOLDS", "上海衡拓自动化设备有限公司", self.held["root"], self.held["id"], f"#{self.held['recorded']['index']}"):
            self.assertIn(text, flat)
        flat = re.sub(r"\s+", "", text_of(self.bad_path))
        for text in (f"不成立：发现{PROBLEMS}处问题DOESNOTHOLD", "#39leaf记录本身被改动", f"另有{PROBLEMS - 40}处未列出", "quotaryverify"):
            self.assertIn(text, flat)

    def test_poppler_finds_the_seal_valid(self):
        for path in (self.path, self.bad_path):
            said = run("pdfsig", path).stdout.decode()
            for text in ("Signature Field Name: Seal", "Signature Type: ETSI.CAdES.detached", "Total document signed"):
                self.assertIn(text, said)
            self.assertEqual(said.count("Signature is Valid."), 1)

    def test_a_changed_byte_is_refused(self):
        (ranges,) = byte_ranges(self.pdf)
        signature = self.signature_of(self.pdf, ranges)
        done = self.cms(self.pdf, ranges, signature)
        self.assertEqual(done.returncode, 0, done.stderr)
        draw = random.Random(self.held["root"])
        places = [draw.randrange(ranges[1]) for _ in range(FLIPS)] + [ranges[2] + draw.randrange(ranges[3])]
        for place, pdf in flipped(self.pdf, places, draw):
            self.assertNotEqual(self.cms(pdf, ranges, signature).returncode, 0, f"byte {place}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
