"""A seal's certificate as an authority gives it: under an intermediate one under a root, whose revocation list and OCSP
answers are served over HTTP. Made by openssl."""
import http.server, os, subprocess, tempfile, threading


class Chain:
    """root.pem issued middle.pem (which names a revocation list), and that seal.pem (which names an OCSP responder)."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="quotary-chain-")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, media_type, body):
                self.send_response(200)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer("application/pkix-crl", outer.revocation_list())

            def do_POST(self):
                self.answer("application/ocsp-response", outer.ocsp_answer(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        place = f"http://127.0.0.1:{self.server.server_port}/"
        self.issue("root", None, "critical,CA:TRUE", "critical,keyCertSign,cRLSign", "")
        self.issue("middle", "root", "critical,CA:TRUE", "critical,digitalSignature,keyCertSign,cRLSign", f"crlDistributionPoints=URI:{place}root.crl")
        self.issue("seal", "middle", "critical,CA:FALSE", "critical,digitalSignature", f"authorityInfoAccess=OCSP;URI:{place}")
        serial = self.run("x509", "-in", self.path("seal.pem"), "-noout", "-serial").decode().strip().split("=")[1]
        self.write("index", f"V\t491231235959Z\t\t{serial}\tunknown\t/CN=seal\n")
        self.write("revoked", "")
        self.write("config", f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.path('revoked')}\ndefault_md=sha256\ndefault_crl_days=30\n")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def path(self, name):
        return os.path.join(self.home, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def run(self, *arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments}: {done.stderr}")
        return done.stdout

    def issue(self, name, issuer, constraints, usage, more):
        self.run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path(name + ".key"),
                 "-out", self.path(name + ".csr"), "-subj", f"/O=Testing/CN={name}")
        self.write("extensions", f"basicConstraints={constraints}\nkeyUsage={usage}\nsubjectKeyIdentifier=hash\n{more}\n")
        by = ["-CA", self.path(issuer + ".pem"), "-CAkey", self.path(issuer + ".key"), "-CAcreateserial"] if issuer else ["-signkey", self.path(name + ".key")]
        self.run("x509", "-req", "-in", self.path(name + ".csr"), *by, "-days", "400", "-extfile", self.path("extensions"), "-out", self.path(name + ".pem"))

    def bundle(self, *names):
        """-> the path of a file with those certificates"""
        text = "".join(self.read(name + ".pem").decode() for name in names)
        self.write("bundle-" + "-".join(names) + ".pem", text)
        return self.path("bundle-" + "-".join(names) + ".pem")

    def der(self, name):
        return self.run("x509", "-in", self.path(name + ".pem"), "-outform", "DER")

    def revocation_list(self):
        pem = self.run("ca", "-gencrl", "-config", self.path("config"), "-cert", self.path("root.pem"), "-keyfile", self.path("root.key"))
        self.write("list.pem", pem.decode())
        return self.run("crl", "-in", self.path("list.pem"), "-outform", "DER")

    def ocsp_answer(self, question):
        with open(self.path("question"), "wb") as f:
            f.write(question)
        self.run("ocsp", "-index", self.path("index"), "-CA", self.path("middle.pem"), "-rsigner", self.path("middle.pem"), "-rkey",
                 self.path("middle.key"), "-reqin", self.path("question"), "-respout", self.path("answer"), "-ndays", "2")
        return self.read("answer")

    def options(self, *names, roots=None):
        """For a server whose seal has that chain; `roots` is what it is to lead to."""
        out = ["--seal-certificate", self.bundle(*names), "--seal-key", self.path(names[0] + ".key")]
        return out + (["--seal-roots", self.path(roots + ".pem")] if roots else [])
