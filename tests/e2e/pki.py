"""A certification authority with an intermediate that answers for its certificates over HTTP: revocation lists and an
OCSP responder. All of it is openssl's; it knows nothing of Quotary."""
import contextlib, http.server, os, subprocess, tempfile, threading

from server import free_port

CRL_TYPE, OCSP_TYPE = "application/pkix-crl", "application/ocsp-response"


def openssl(*arguments, stdin=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments}: {done.stderr.decode(errors='replace')}")
    return done.stdout


class Pki:
    """root -> intermediate -> those whom certify() names. serve() and stop() are its web site; `page`, when set, is what
    it answers to everything instead."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="quotary-pki-")
        self.port, self.site = free_port(), None
        self.asked, self.given, self.page, self.serial = [], set(), None, 1
        self.lock = threading.Lock()
        self.authority("root", None)
        self.authority("intermediate", "root")
        self.certify("responder", "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n")
        for name in ("root", "intermediate"):
            self.make_list(name)

    def path(self, name):
        return os.path.join(self.home, name)

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def issue(self, name, subject, extensions, issuer):
        self.serial += 1
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path(name + ".key"),
                "-out", self.path(name + ".csr"), "-utf8", "-subj", subject)
        os.chmod(self.path(name + ".key"), 0o600)
        by = ["-CA", self.path(issuer + ".pem"), "-CAkey", self.path(issuer + ".key")] if issuer else ["-signkey", self.path(name + ".key")]
        openssl("x509", "-req", "-in", self.path(name + ".csr"), *by, "-set_serial", self.serial, "-days", "800",
                "-extfile", self.write("extensions", extensions + "subjectKeyIdentifier=hash\n"), "-out", self.path(name + ".pem"))
        with open(self.path((issuer or name) + ".index"), "a") as f:
            f.write(f"V\t391231235959Z\t\t{self.serial:02X}\tunknown\t{subject}\n")

    def authority(self, name, issuer):
        extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
        if issuer:
            extensions += f"crlDistributionPoints=URI:{self.url(issuer + '.crl')}\n"
        self.issue(name, f"/O=Testing/CN={name}", extensions, issuer)

    def certify(self, name, extensions=None, lists=False):
        """-> the PEM file of its chain, and that of its key. It names the responder, and with `lists` its issuer's list."""
        if extensions is None:
            extensions = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n"
            extensions += f"authorityInfoAccess=OCSP;URI:{self.url('ocsp')}\n"
            if lists:
                extensions += f"crlDistributionPoints=URI:{self.url('intermediate.crl')}\n"
        self.issue(name, f"/O=上海衡拓自动化设备有限公司/CN={name}", extensions, "intermediate")
        chain = self.write(name + ".chain.pem", "".join(self.read(each + ".pem").decode() for each in (name, "intermediate", "root")))
        return chain, self.path(name + ".key")

    def make_list(self, name):
        configuration = self.write("list.conf", "[ca]\ndefault_ca=own\n[own]\ndatabase=%s\ndefault_md=sha256\ndefault_crl_days=7\n" % self.path(name + ".index"))
        openssl("ca", "-gencrl", "-config", configuration, "-keyfile", self.path(name + ".key"), "-cert", self.path(name + ".pem"),
                "-out", self.path(name + ".crl.pem"))
        openssl("crl", "-in", self.path(name + ".crl.pem"), "-outform", "DER", "-out", self.path(name + ".crl"))

    def answer(self, method, path, body):
        with self.lock:
            self.asked.append(path)
            if self.page is not None:
                return self.page
            if method == "GET" and path in ("/root.crl", "/intermediate.crl"):
                said = 200, CRL_TYPE, self.read(path[1:])
            elif method == "POST" and path == "/ocsp":
                with open(self.path("question"), "wb") as f:
                    f.write(body)
                openssl("ocsp", "-index", self.path("intermediate.index"), "-CA", self.path("intermediate.pem"), "-rsigner",
                        self.path("responder.pem"), "-rkey", self.path("responder.key"), "-reqin", self.path("question"), "-respout",
                        self.path("answer"), "-ndays", "7")
                said = 200, OCSP_TYPE, self.read("answer")
            else:
                return 404, "text/plain", b"no such place\n"
            self.given.add(said[2])
            return said

    def serve(self):
        pki = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self):
                status, kind, body = pki.answer(self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            do_GET = do_POST = reply

            def log_message(self, *_):
                pass

        self.site = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.thread = threading.Thread(target=self.site.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self):
        if self.site:
            self.site.shutdown()
            self.thread.join()
            self.site.server_close()
            self.site = None
