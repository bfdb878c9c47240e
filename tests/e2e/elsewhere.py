"""Signs a field of a PDF as another program would: with openssl's CMS and an incremental update of its own making. It
knows nothing of Quotary but where the fields are."""
import os, re, subprocess, tempfile, time

ROOM = 16_000  # digits reserved for the signature


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")


class Authority:
    """A certification authority in a folder, and people whom it certifies."""

    def __init__(self, name="Test Authority"):
        self.home = tempfile.mkdtemp(prefix="quotary-authority-")
        self.roots = self.path("ca.pem")
        self._certify("ca", f"/O=Testing/CN={name}", "ca", (-60, 400), "sha256",
                      "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n")

    def path(self, name):
        return os.path.join(self.home, name)

    def person(self, name, subject, self_signed=False, days=(-1, 20), purpose="", digest="sha256"):
        """-> the name under which sign() finds the key. `days`: from now, of its first and last"""
        extensions = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n"
        extensions += f"extendedKeyUsage={purpose}\n" if purpose else ""
        self._certify(name, subject, name if self_signed else "ca", days, digest, extensions)
        return name

    def _certify(self, name, subject, issuer, days, digest, extensions):
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path(name + ".key"), "-out",
            self.path(name + ".csr"), "-utf8", "-subj", subject)
        for file, text in (("extensions", extensions), ("index.txt", ""), ("index.txt.attr", ""),
                           ("ca.cnf", f"[ca]\ndefault_ca=one\n[one]\ndatabase={self.path('index.txt')}\nnew_certs_dir={self.home}\n"
                                      "rand_serial=yes\npolicy=any\nunique_subject=no\n[any]\nO=optional\nCN=optional\n")):
            with open(self.path(file), "w") as f:
                f.write(text)
        first, last = (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + day * 86400)) for day in days)
        by = ["-selfsign"] if issuer == name else ["-cert", self.path(issuer + ".pem")]
        run("openssl", "ca", "-batch", "-notext", "-config", self.path("ca.cnf"), *by, "-keyfile", self.path(issuer + ".key"),
            "-in", self.path(name + ".csr"), "-out", self.path(name + ".pem"), "-startdate", first, "-enddate", last, "-md", digest,
            "-extfile", self.path("extensions"), "-preserveDN", "-utf8")

    def cms(self, name, content, pades):
        with open(self.path("content"), "wb") as f:
            f.write(content)
        run("openssl", "cms", "-sign", "-binary", "-md", "sha256", "-nosmimecap", *(["-cades"] if pades else []), "-outform", "DER", "-in", self.path("content"), "-signer",
            self.path(name + ".pem"), "-inkey", self.path(name + ".key"), "-certfile", self.roots, "-out", self.path("cms"))
        with open(self.path("cms"), "rb") as f:
            der = f.read()
        # Programs of before PAdES often write BER: here the outermost value has no length, and an end.
        return der if pades else b"\x30\x80" + der[4:] + b"\0\0"


def last_object(pdf, number):
    """The dictionary of an object's newest version, without its closing brackets."""
    found = re.findall(rb"\n%d 0 obj\s*(<<.*?>>)\s*endobj" % number, pdf, re.S)
    return found[-1].rstrip()[:-2].rstrip()


def field_number(pdf, name):
    for number in re.findall(rb"\n(\d+) 0 obj\s*<<[^\0]*?endobj", pdf):
        body = re.findall(rb"\n%s 0 obj\s*<<.*?endobj" % number, pdf, re.S)[-1]
        if b"/FT /Sig" in body and b"/T (%s)" % name.encode() in body:
            return int(number)
    raise RuntimeError("no field " + name)


def append(pdf, objects, size):
    """An incremental update with these objects."""
    out = pdf
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    trailer = re.findall(rb"trailer\s*<<(.*?)>>\s*startxref", pdf, re.S)[-1]
    trailer = re.sub(rb"/Size \d+|/Prev \d+", b"", trailer)
    before = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    return out + b"trailer\n<<%s/Size %d\n/Prev %s\n>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, size, before, table)


def sign(pdf, field, authority, name, pades=True, change=None, days_ago=0):
    """The PDF with one more revision, in which the field is signed. `change` may alter the objects before that; the signature says that it is from
    `days_ago`."""
    number = field_number(pdf, field)
    size = int(re.findall(rb"/Size (\d+)", pdf)[-1])
    kind = b"ETSI.CAdES.detached" if pades else b"adbe.pkcs7.detached"
    date = time.strftime("D:%Y%m%d%H%M%S+00'00'", time.gmtime(time.time() - days_ago * 86400)).encode()
    signature = (b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /%s /M (%s) /Name (Someone) /ByteRange [0 %s] /Contents <%s> >>"
                 % (kind, date, b"0000000000 " * 3, b"0" * ROOM))
    objects = {number: last_object(pdf, number) + b"\n/V %d 0 R >>" % size, size: signature}
    if change:
        change(objects)
    whole = append(pdf, objects, size + 1)
    begin = whole.rindex(b"/Contents <") + len(b"/Contents ")
    end = begin + ROOM + 2
    at = whole.rindex(b"[0 0000000000 ")
    numbers = b"[0 %010d %010d %010d " % (begin, end, len(whole) - end)
    whole = whole[:at] + numbers + whole[at + len(numbers):]
    digits = authority.cms(name, whole[:begin] + whole[end:], pades).hex().encode()
    return whole[:begin] + b"<" + digits.ljust(ROOM, b"0") + b">" + whole[end:]
