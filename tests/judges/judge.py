"""What the judges share: our programs, a folder of files, one changed bit, and a CMS held by OpenSSL."""
import json, os, re, subprocess, sys, tempfile, unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from readers import run

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFIER = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
BUILD = os.environ.get("QUOTARY_JUDGE_BUILD", os.path.join(tempfile.gettempdir(), "quotary-judges"))
GO_PATH = "/usr/share/gocode"  # of Debian's golang-golang-x-mod-dev
FLIPS = 12
VERIFIER_SECONDS_MAX = 60


def build_go(source):
    """-> the program that a judge in Go becomes, against Debian's own packages"""
    if not os.path.isdir(GO_PATH + "/src/golang.org/x/mod/sumdb"):
        raise RuntimeError("golang-golang-x-mod-dev is not installed: run ./tools/setup.sh")
    os.makedirs(BUILD, exist_ok=True)
    os.environ.update({"GO111MODULE": "off", "GOPATH": GO_PATH, "GOFLAGS": "", "GOCACHE": os.path.join(BUILD, "go-cache"), "CGO_ENABLED": "0"})
    program = os.path.join(BUILD, os.path.splitext(os.path.basename(source))[0])
    run("go", "vet", source)
    run("go", "build", "-o", program, source)
    return program


def byte_ranges(pdf):
    return [tuple(map(int, each)) for each in re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)]


def der_of(padded):
    """The one DER value at the front of /Contents, without the zeros behind it."""
    if padded[0] != 0x30 or padded[1] < 0x80:
        raise AssertionError("no long-form DER sequence in /Contents")
    count = padded[1] & 0x7F
    length = 2 + count + int.from_bytes(padded[2:2 + count], "big")
    if any(padded[length:]):
        raise AssertionError("bytes other than zeros stand behind the CMS")
    return padded[:length]


def flipped(pdf, places, random):
    """-> each place, and a copy with one bit of its byte changed"""
    for place in places:
        copy = bytearray(pdf)
        copy[place] ^= 1 << random.randrange(8)
        yield place, bytes(copy)


class Judge(unittest.TestCase):
    """A folder that goes when the class is done; `certificate` and `vkey` are of the organisation that is judged."""

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="quotary-judged-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = holder.name

    @classmethod
    def file(cls, name, content):
        """-> the path of a file with these bytes; folders in its name are made"""
        path = os.path.join(cls.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    @classmethod
    def take_keys(cls, server):
        """Files of the log's key and of the seal's certificate."""
        cls.vkey = cls.file("vkey", server.call("GET", "/log/vkey")[2])
        with open(server.data + ".keys/seal.cert.pem", "rb") as file:
            cls.certificate = cls.file("seal.cert.pem", file.read())

    def signature_of(self, pdf, ranges):
        """-> the CMS in the gap of these ranges"""
        _, first, second, _ = ranges
        gap = pdf[first:second]
        self.assertEqual((gap[:1], gap[-1:]), (b"<", b">"))
        return der_of(bytes.fromhex(gap[1:-1].decode()))

    def cms(self, pdf, ranges, signature):
        """OpenSSL's word on a CMS over these ranges of the file."""
        start, first, second, last = ranges
        content = self.file("content", pdf[start:start + first] + pdf[second:second + last])
        return run("openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", self.file("cms.der", signature), "-content", content,
                   "-CAfile", self.certificate, "-purpose", "any", "-out", os.path.join(self.folder, "out"), check=False)

    def verifier_run(self, *arguments):
        return subprocess.run([VERIFIER, "document", *arguments, "--vkey", self.vkey], capture_output=True, text=True, timeout=VERIFIER_SECONDS_MAX)

    def verifier(self, *arguments):
        """-> exit code and what quotary-verify says of a document"""
        done = self.verifier_run(*arguments, "--json")
        return done.returncode, json.loads(done.stdout)
