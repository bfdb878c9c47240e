#!/usr/bin/env python3
"""Readers that are not ours judge one sealed Chinese quote: qpdf, poppler, zbar and OpenSSL; each must refuse a changed byte."""
import base64, hashlib, json, os, random, re, unittest

from judge import FLIPS, PROGRAM, Judge, byte_ranges, flipped
from play_test import IN_WORDS, complete_quote
from readers import run, scan, text_of
from server import Server


def byte_range(pdf):
    ranges = byte_ranges(pdf)
    if len(ranges) != 1:
        raise AssertionError(f"{len(ranges)} byte ranges in a document sealed once")
    return ranges[0]


class DocumentJudge(Judge):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with Server(PROGRAM) as s:
            asked = complete_quote()
            asked["lines"][0]["item"]["seller_id"] = "SP-200"
            status, _, cls.made = s.issue(asked, "judged")
            if status != 201:
                raise RuntimeError(f"could not issue: {cls.made}")
            cls.pdf = s.call("GET", cls.made["document"]["url"], "rep")[2]
            cls.quote = s.json("GET", "/v1/quotes/" + cls.made["number"], "rep")[2]["quote"]
            cls.take_keys(s)
        cls.path = cls.file("quote.pdf", cls.pdf)
        cls.proof = cls.file("quote.tlog-proof", cls.made["ledger"]["proof"].encode())
        print("seed of the changed bytes:", cls.made["document"]["sha256"])
        cls.random = random.Random(cls.made["document"]["sha256"])

    def changed(self):
        """Copies with one bit of one signed byte changed."""
        start, first, second, last = byte_range(self.pdf)
        places = [start + self.random.randrange(first) for _ in range(FLIPS)] + [second + self.random.randrange(last)]
        return flipped(self.pdf, places, self.random)

    def test_bytes_and_hash(self):
        self.assertEqual((len(self.pdf), hashlib.sha256(self.pdf).hexdigest()), (self.made["document"]["size"], self.made["document"]["sha256"]))

    def test_qpdf_finds_no_fault(self):
        self.assertIn(b"No syntax or stream encoding errors found", run("qpdf", "--check", self.path).stdout)
        self.assertNotEqual(run("qpdf", "--check", self.file("short.pdf", self.pdf[:len(self.pdf) // 2]), check=False).returncode, 0)

    def test_fonts_are_embedded_and_mapped(self):
        lines = run("pdffonts", self.path).stdout.decode().splitlines()[2:]
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertRegex(line, r"CID Type 0C\s+Identity-H\s+yes yes yes", line)

    def test_text_comes_out_right(self):
        printed = text_of(self.path)
        flat = re.sub(r"\s+", "", printed)
        for text in (self.made["number"], "报价单", "上海衡拓自动化设备有限公司", "苏州澄湖新能源科技股份有限公司", "苏州工业园区星湖街1号", "视觉检测单元", IN_WORDS,
                     self.made["verify_url"], "第1页/共1页"):
            self.assertIn(text, flat)
        for label, amount in (("行金额合计", "615,256.99"), ("整单优惠", "-5,000.00"), ("不含税金额", "610,256.99"), ("税额13%", "69,856.06"),
                              ("税额6%", "4,374.16"), ("应付总额", "684,487.21")):
            # The label may head a column as well.
            amounts = [line[-len(amount):] for line in (re.sub(r"\s+", "", line) for line in printed.splitlines()) if label in line and line[-1:].isdigit()]
            self.assertEqual(amounts, [amount], label)
        for line in self.quote["lines"]:
            self.assertIn(line["item"]["name"], flat)
        self.assertIn("SP-200", printed)  # on one line: its column is as wide as it
        self.assertNotIn("\ufffd", printed)

    def test_the_qr_reads(self):
        self.assertEqual(scan(self.path), [self.made["verify_url"]])

    def test_the_attached_quote_is_the_recorded_one(self):
        self.assertEqual(re.findall(r"^\d+: (.*)$", run("pdfdetach", "-list", self.path).stdout.decode(), re.M), ["quote.json"])
        target = os.path.join(self.folder, "detached.json")
        run("pdfdetach", "-save", "1", "-o", target, self.path)
        with open(target, "rb") as file:
            attached = file.read()
        self.assertEqual(json.loads(attached), self.quote)
        # RFC 8785 for what a quote holds: strings, integers, arrays, objects.
        self.assertEqual(attached, json.dumps(self.quote, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        entry = json.loads(base64.b64decode(re.search(r"^extra (\S+)$", self.made["ledger"]["proof"], re.M).group(1)))
        hashes = {each["name"]: each["sha256"] for each in entry["objects"]}
        self.assertEqual((hashes["quote"], hashes["pdf"]), (hashlib.sha256(attached).hexdigest(), self.made["document"]["sha256"]))

    def test_poppler_finds_the_seal_valid(self):
        said = run("pdfsig", self.path).stdout.decode()
        self.assertIn("Signature Field Name: Seal", said)
        self.assertIn("Signature Type: ETSI.CAdES.detached", said)
        self.assertIn("Total document signed", said)
        self.assertEqual(said.count("Signature is Valid."), 1)
        self.assertEqual(said.count("The signature form field is not signed."), 4)

    def test_poppler_refuses_a_changed_byte(self):
        for place, pdf in self.changed():
            said = run("pdfsig", self.file("changed.pdf", pdf), check=False).stdout.decode(errors="replace")
            self.assertFalse("Signature is Valid." in said and "Total document signed" in said, f"byte {place}: {said}")

    def test_the_seal_certifies(self):
        """The catalog's permissions name the one signature, which allows filling of fields only (DocMDP P 2)."""
        objects = json.loads(run("qpdf", "--json=1", "--json-key=objects", self.path).stdout)["objects"]
        signatures = [name for name, value in objects.items() if isinstance(value, dict) and value.get("/Type") == "/Sig"]
        catalog = objects[objects["trailer"]["/Root"]]
        self.assertEqual(signatures, [catalog["/Perms"]["/DocMDP"]])
        self.assertEqual([(each["/TransformMethod"], each["/TransformParams"]["/P"]) for each in objects[signatures[0]]["/Reference"]], [("/DocMDP", 2)])

    def test_openssl_verifies_the_cms(self):
        ranges = byte_range(self.pdf)
        start, first, second, last = ranges
        self.assertEqual((start, second + last), (0, len(self.pdf)))
        signature = self.signature_of(self.pdf, ranges)
        done = self.cms(self.pdf, ranges, signature)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"CAdES Verification successful", done.stderr)
        for place, pdf in self.changed():
            self.assertNotEqual(self.cms(pdf, ranges, signature).returncode, 0, f"byte {place}")
        # The last bytes of the DER are the signature's value.
        self.assertNotEqual(self.cms(self.pdf, ranges, signature[:-1] + bytes([signature[-1] ^ 1])).returncode, 0)

    def judged(self, pdf):
        return self.verifier(self.file("ours.pdf", pdf), "--proof", self.proof, "--trust", self.certificate)

    def test_our_own_verifier_agrees(self):
        code, said = self.judged(self.pdf)
        self.assertEqual((code, said["ok"], said["seal"]["valid"], said["seal"]["trusted"]), (0, True, True, True), said)
        for place, pdf in self.changed():
            code, said = self.judged(pdf)
            self.assertEqual((code, said["code"], said["seal"]["valid"]), (1, "document_altered", False), f"byte {place}: {said}")
        code, said = self.judged(self.pdf + b"\n")
        self.assertEqual((code, said["known_prefix"]), (1, len(self.pdf)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
