#!/usr/bin/env python3
"""How `quotary serve` listens and stops: TLS, reachable addresses, a proxy before it, its metrics' port, SIGTERM."""
import os, signal, socket, ssl, subprocess, sys, tempfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")


def make_certificate(folder):
    paths = os.path.join(folder, "tls.pem"), os.path.join(folder, "tls.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]],
                   check=True, stderr=subprocess.DEVNULL)
    return paths


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = Server(PROGRAM)
        cls.folder = tempfile.TemporaryDirectory()
        cls.certificate, cls.key = make_certificate(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.s.__exit__()
        cls.folder.cleanup()

    def tearDown(self):
        self.s.stop()
        self.s.tls = None

    def start(self, *options, certificate=None):
        self.s.options = ["--metrics-port", "0", *options]
        self.s.tls = ssl.create_default_context(cafile=certificate) if certificate else None
        self.s.start()

    def refused(self, *options):
        """-> the exit code and what was said."""
        done = subprocess.run([PROGRAM, "serve", "--data", self.s.data, "--port", "0", *options], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    def test_tls(self):
        self.start("--host", "0.0.0.0", "--tls-certificate", self.certificate, "--tls-key", self.key, certificate=self.certificate)
        status, _, page = self.s.json("GET", "/v1/quotes", "rep")
        self.assertEqual((status, page["items"]), (200, []))
        with socket.create_connection(("127.0.0.1", self.s.port), 30) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertFalse(plain.recv(100).startswith(b"HTTP"))
        self.assertEqual(self.s.stop(), 0)

    def test_tls_that_cannot_be_had(self):
        code, said = self.refused("--metrics-port", "0", "--tls-certificate", self.certificate, "--tls-key", "none.key")
        self.assertEqual(code, 2)
        self.assertIn("none.key", said)

    def test_a_reachable_address_needs_tls_or_a_proxy(self):
        code, said = self.refused("--host", "0.0.0.0")
        self.assertEqual(code, 2)
        for word in ("0.0.0.0", "--tls-certificate", "--behind-proxy"):
            self.assertIn(word, said)

    def test_behind_a_proxy_the_last_forwarded_address_is_the_client(self):
        self.start("--host", "0.0.0.0", "--behind-proxy")
        ask = lambda client: self.s.call("GET", "/v1/verify/NONE?code=X", headers={"X-Forwarded-For": "192.0.2.1, " + client})
        answers = [ask("203.0.113.9") for _ in range(60)]
        limited = [headers for status, headers, _ in answers if status == 429]
        self.assertTrue(limited)
        self.assertGreaterEqual(int(limited[0]["retry-after"]), 1)
        self.assertEqual(answers[0][0], 200)
        self.assertEqual(ask("203.0.113.10")[0], 200)

    def test_without_a_proxy_nobody_chooses_the_address(self):
        self.start()
        for _ in range(60):
            self.assertEqual(self.s.call("GET", "/v1/verify/NONE?code=X", headers={"X-Forwarded-For": "203.0.113.9"})[0], 200)

    def test_a_private_log_is_for_auditors(self):
        self.start()
        status, headers, _ = self.s.call("GET", "/log/checkpoint")
        self.assertEqual((status, headers["cache-control"]), (200, "public, max-age=2"))
        self.assertEqual(self.s.call("GET", "/log/tile/0/000.p/1")[0], 200)
        self.s.stop()
        self.start("--private-log")
        document = self.s.json("GET", "/openapi.json")[2]["paths"]
        paths = "/log/checkpoint", "/log/vkey", "/log/tile/0/000.p/1", "/v1/log/proofs/inclusion?index=0", "/v1/log/proofs/consistency?from=1", "/v1/log/witnesses"
        for path in paths:
            self.assertEqual((self.s.json("GET", path)[0], self.s.json("GET", path, "rep")[2]["code"]), (401, "role_not_allowed"), path)
            status, headers, _ = self.s.call("GET", path, "auditor")
            self.assertEqual((status, headers.get("cache-control", "").startswith("public")), (200, False), path)
        self.assertEqual(list(document["/log/checkpoint"]["get"]["x-roles"]), ["auditor"])
        self.assertEqual(document["/log/checkpoint"]["get"]["security"], [{"bearer": []}])
        self.assertEqual(self.s.stop(), 0)

    def test_metrics_port(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            code, said = self.refused("--metrics-port", port)
            self.assertEqual(code, 2)
            self.assertIn(port, said)
        # The usual port taken by another is no reason not to serve.
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", 9480))
                taken.listen()
            except OSError:
                pass  # taken already, which is what is wanted
            self.s.options = []
            self.s.start()
            self.assertEqual(self.s.call("GET", "/healthz")[0], 200)

    def test_stop_finishes_what_has_begun(self):
        self.start()
        body = b"%PDF-1.7\n"
        with socket.create_connection(("127.0.0.1", self.s.port), 30) as idle, socket.create_connection(("127.0.0.1", self.s.port), 30) as busy:
            busy.sendall(b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/pdf\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body))
            self.assertTrue(busy.recv(100).startswith(b"HTTP/1.1 100 "))
            self.s.process.send_signal(signal.SIGTERM)
            self.assertEqual(idle.recv(1), b"")  # closed at once
            busy.sendall(body)
            answer = b""
            while piece := busy.recv(4096):
                answer += piece
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
            self.assertIn(b"connection: close", answer.lower())
            self.assertIn(b'"unknown"', answer)
        self.assertEqual(self.s.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
