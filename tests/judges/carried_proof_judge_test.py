#!/usr/bin/env python3
"""A quote's PDF that carries its own proof, before readers that are not ours and before ours: both signatures hold, nothing else changed."""
import base64, datetime, hashlib, json, os, random, re, unittest

from judge import FLIPS, PROGRAM, Judge, byte_ranges, flipped
from play_test import complete_quote
from readers import run, text_of
from server import Server

REFUSED = 1


class CarriedProofJudge(Judge):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(PROGRAM)
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()
        status, _, cls.made = cls.server.issue(complete_quote(), "carried")
        if status != 201:
            raise RuntimeError(f"could not issue: {cls.made}")
        cls.url = cls.made["document"]["url"]
        cls.sealed = cls.server.call("GET", cls.url, "rep")[2]
        status, cls.headers, cls.pdf = cls.server.call("GET", cls.url + "?proof=embedded", "rep")
        if status != 200:
            raise RuntimeError(f"no PDF with its proof: {status} {cls.pdf}")
        cls.path, cls.sealed_path = cls.file("carried.pdf", cls.pdf), cls.file("sealed.pdf", cls.sealed)
        cls.take_keys(cls.server)
        print("seed of the changed bytes:", cls.made["document"]["sha256"])
        cls.random = random.Random(cls.made["document"]["sha256"])

    def changed_update(self):
        """Copies with one bit of what the second signature alone covers changed."""
        first, second, last = byte_ranges(self.pdf)[1][1:]
        places = [self.random.randrange(len(self.sealed), first) for _ in range(FLIPS)] + [second + self.random.randrange(last)]
        return flipped(self.pdf, places, self.random)

    def ask(self, pdf):
        status, _, answer = self.server.json("POST", "/v1/verify", raw=pdf, headers={"Content-Type": "application/pdf"})
        self.assertEqual(status, 200)
        return answer

    def test_the_sealed_bytes_are_its_front(self):
        self.assertEqual(self.pdf[:len(self.sealed)], self.sealed)
        self.assertEqual(hashlib.sha256(self.sealed).hexdigest(), self.made["document"]["sha256"])

    def test_it_is_the_same_file_each_time(self):
        tag = '"' + hashlib.sha256(self.pdf).hexdigest() + '"'
        self.assertEqual(self.headers["etag"], tag)
        self.assertEqual(self.headers["cache-control"], "private, max-age=86400")
        # More entries move the newest checkpoint, not the first one that covered this entry.
        self.assertEqual(self.server.issue(complete_quote(), "another")[0], 201)
        self.assertEqual(self.server.call("GET", self.url + "?proof=embedded", "rep")[2], self.pdf)
        self.assertEqual(self.server.call("GET", self.url + "?proof=embedded", "rep", headers={"If-None-Match": tag})[0], 304)
        self.assertEqual(self.server.call("GET", self.url, "rep")[2], self.sealed)

    def test_what_else_may_be_asked(self):
        status, _, answer = self.server.json("GET", self.url + "?proof=beside", "rep")
        self.assertEqual((status, answer["code"]), (422, "bad_proof"))
        self.assertEqual(self.server.call("GET", self.url + "?proof=embedded&revision=1", "rep")[2], self.pdf)
        self.assertEqual(self.server.call("GET", self.url + "?proof=embedded&revision=2", "rep")[0], 404)
        self.assertEqual(self.server.call("GET", self.url + "?proof=embedded")[0], 401)

    def test_qpdf_finds_no_fault(self):
        self.assertIn(b"No syntax or stream encoding errors found", run("qpdf", "--check", self.path).stdout)

    def test_poppler_finds_both_signatures_valid(self):
        said = run("pdfsig", self.path).stdout.decode()
        names = re.findall(r"Signature Field Name: (.*)", said)
        self.assertEqual([name for name in names if name in ("Seal", "LedgerProof")], ["Seal", "LedgerProof"], said)
        self.assertEqual(said.count("Signature is Valid."), 2, said)
        self.assertEqual(said.count("Total document signed"), 1, said)
        for place, pdf in self.changed_update():
            said = run("pdfsig", self.file("changed.pdf", pdf), check=False).stdout.decode(errors="replace")
            self.assertFalse(said.count("Signature is Valid.") == 2 and "Total document signed" in said, f"byte {place}: {said}")

    def test_poppler_shows_the_time_of_the_entry(self):
        extra = re.search(r"^extra (\S+)$", self.made["ledger"]["proof"], re.M).group(1)
        entry = datetime.datetime.fromisoformat(json.loads(base64.b64decode(extra))["time"].replace("Z", "+00:00"))
        said = run("pdfsig", self.path).stdout.decode()
        times = re.findall(r"Signing Time: (.*)", said)
        self.assertEqual(len(times), 2, said)
        self.assertEqual(times[1].strip(), entry.astimezone().strftime("%b %d %Y %H:%M:%S"), said)

    def test_the_certification_is_unbroken(self):
        """DocMDP P 2 of the seal, and only the page's list of annotations and the form's of fields have grown."""
        objects = [json.loads(run("qpdf", "--json=1", "--json-key=objects", path).stdout)["objects"] for path in (self.sealed_path, self.path)]
        before, after = objects
        catalog = after["trailer"]["/Root"]
        self.assertEqual(before[catalog], after[catalog])
        seal = after[after[catalog]["/Perms"]["/DocMDP"]]
        self.assertEqual(seal["/Reference"][0]["/TransformParams"]["/P"], 2)
        added = sorted(set(after) - set(before))
        changed = sorted(name for name in before if name != "trailer" and before[name] != after[name])
        kinds = sorted(after[name].get("/Type", "form") for name in added + changed)
        self.assertEqual(kinds, ["/Annot", "/Page", "/Sig", "form"])
        for name in changed:
            for key in before[name]:
                if key in ("/Annots", "/Fields"):
                    self.assertEqual(after[name][key][:-1], before[name][key])
                else:
                    self.assertEqual(after[name][key], before[name][key])
        widget = next(after[name] for name in added if after[name].get("/Subtype") == "/Widget")
        self.assertEqual((widget["/T"], widget["/Rect"], widget["/FT"]), ("LedgerProof", [0, 0, 0, 0], "/Sig"))

    def test_it_looks_and_reads_the_same(self):
        self.assertEqual(text_of(self.path), text_of(self.sealed_path))
        pictures = []
        for path in (self.path, self.sealed_path):
            run("pdftoppm", "-r", "60", "-png", "-singlefile", path, os.path.join(self.folder, "page"))
            with open(os.path.join(self.folder, "page.png"), "rb") as file:
                pictures.append(file.read())
        self.assertEqual(*pictures)
        self.assertEqual(run("pdfdetach", "-list", self.path).stdout, run("pdfdetach", "-list", self.sealed_path).stdout)

    def test_openssl_verifies_each_cms_on_its_range(self):
        ranges = byte_ranges(self.pdf)
        self.assertEqual(len(ranges), 2)
        for (start, first, second, last), end in zip(ranges, (len(self.sealed), len(self.pdf))):
            self.assertEqual((start, second + last), (0, end))
            done = self.cms(self.pdf, (start, first, second, last), self.signature_of(self.pdf, (start, first, second, last)))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"CAdES Verification successful", done.stderr)
        seal, carrier = (self.signature_of(self.pdf, each) for each in ranges)
        for place, pdf in self.changed_update():
            self.assertNotEqual(self.cms(pdf, ranges[1], carrier).returncode, 0, f"byte {place}")
            self.assertEqual(self.cms(pdf, ranges[0], seal).returncode, 0, f"byte {place}")

    def test_openssl_reads_the_proof_out_of_it(self):
        """Without our programs: the attribute under our OID is the .tlog-proof, as text."""
        signature = self.file("carrier.der", self.signature_of(self.pdf, byte_ranges(self.pdf)[1]))
        lines = run("openssl", "asn1parse", "-inform", "DER", "-in", signature).stdout.decode().splitlines()
        at = next(i for i, line in enumerate(lines) if "2.25.190629969624545144876528195087932285763" in line)
        self.assertIn("SET", lines[at + 1])
        place, head, length = map(int, re.match(r"\s*(\d+):d=\d+\s+hl=(\d+) l=\s*(\d+) prim: OCTET STRING", lines[at + 2]).groups())
        with open(signature, "rb") as file:
            proof = file.read()[place + head:place + head + length]
        code, said = self.verifier(self.sealed_path, "--proof", self.file("read.tlog-proof", proof))
        self.assertEqual((code, said["ok"], said["index"]), (0, True, self.made["ledger"]["index"]))

    def test_our_verifier_needs_nothing_else(self):
        code, said = self.verifier(self.path, "--trust", self.certificate)
        self.assertEqual((code, said["ok"], said["proof_embedded"], said["seal"]["valid"], said["seal"]["trusted"]), (0, True, True, True, True), said)
        self.assertEqual((said["sealed"]["sha256"], said["index"]), (self.made["document"]["sha256"], self.made["ledger"]["index"]))
        for place, pdf in self.changed_update():
            code, said = self.verifier(self.file("ours.pdf", pdf))
            self.assertEqual((code, said["ok"]), (REFUSED, False), f"byte {place}: {said}")
        code, said = self.verifier(self.sealed_path)
        self.assertEqual((code, said["ok"], said["code"], said["seal"]["valid"]), (2, None, "no_proof", True))

    def test_it_tells_people_in_two_languages(self):
        for path, code, words in ((self.path, 0, ("成立", "holds", "未被改动", "unchanged", "有效 valid")), (self.sealed_path, 2, ("未能核对", "印章成立", "The seal holds")),
                                  (self.file("cut.pdf", self.pdf[:-400]), 1, ("不成立", "被追加了内容", "something was appended"))):
            done = self.verifier_run(path)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            for word in words:
                self.assertIn(word, done.stdout + done.stderr)

    def test_the_public_verification_knows_it(self):
        answer = self.ask(self.pdf)
        self.assertEqual((answer["match"], answer["status"], answer["number"], answer["proof_embedded"]), ("exact", "valid", self.made["number"], True), answer)
        self.assertEqual(answer["sealed"], {"sha256": self.made["document"]["sha256"], "size": len(self.sealed)})
        self.assertNotIn("proof_embedded", self.ask(self.sealed))
        for place, pdf in self.changed_update():
            answer = self.ask(pdf)
            self.assertEqual((answer["match"], "status" in answer, answer["altered"]["known_prefix"]), ("altered", False, len(self.sealed)), f"byte {place}")
            self.assertEqual(answer["altered"]["reason"], answer["findings"]["code"])
            self.assertEqual(answer["verdict"], "altered")
        self.assertEqual(self.ask(self.pdf + b"\n")["altered"]["reason"], "bytes_added")
        # Another quote's proof behind this one's seal, cut from its file: refused, since its tables lie elsewhere.
        _, _, other = self.server.issue(complete_quote(), "other proof")
        others = self.server.call("GET", other["document"]["url"] + "?proof=embedded", "rep")[2]
        answer = self.ask(self.sealed + others[other["document"]["size"]:])
        self.assertEqual((answer["match"], answer["number"]), ("altered", self.made["number"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
