#!/usr/bin/env python3
"""OpenSSL's `ts` as the other side of RFC 3161: it accepts our authority's tokens, and our client accepts its."""
import base64, http.server, os, subprocess, sys, tempfile, threading, unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import time_stamp_test

CONFIG = """
[ tsa ]
default_tsa = it
[ it ]
dir = {home}
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/leaf.pem
certs = $dir/ca.pem
signer_key = $dir/leaf.key
signer_digest = sha512
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha1
"""
PURPOSE = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"


def openssl(*arguments, check=True):
    done = subprocess.run(["openssl", *arguments], capture_output=True, timeout=60)
    if check and done.returncode != 0:
        raise RuntimeError(f"openssl {arguments}: {done.stderr.decode()}")
    return done


class OpensslAuthority:
    """A chain of its own, and `openssl ts -reply` behind HTTP."""

    def __init__(self, home):
        self.home, self.process = home, None
        place = lambda name: os.path.join(home, name)
        for name, text in (("config", CONFIG.format(home=home)), ("serial", "1000\n"), ("purpose", PURPOSE)):
            with open(place(name), "w") as f:
                f.write(text)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", place("ca.key"), "-out", place("ca.pem"), "-days", "30", "-subj", "/CN=A root of a judge")
        openssl("req", "-newkey", "rsa:3072", "-nodes", "-keyout", place("leaf.key"), "-out", place("leaf.csr"), "-subj", "/CN=Another's time-stamps")
        openssl("x509", "-req", "-in", place("leaf.csr"), "-CA", place("ca.pem"), "-CAkey", place("ca.key"), "-CAcreateserial", "-out", place("leaf.pem"),
                "-days", "20", "-extfile", place("purpose"))
        self.certificate = place("ca.pem")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                with open(place("query"), "wb") as f:
                    f.write(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                openssl("ts", "-reply", "-config", place("config"), "-queryfile", place("query"), "-out", place("reply"))
                with open(place("reply"), "rb") as f:
                    body = f.read()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/tsr"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class TimeStampJudge(time_stamp_test.TimeStamping):
    # The tests of the class are run by its own file.
    test_a_token_in_the_ledger_that_holds_without_us = test_an_outage_is_seen_stops_nothing_and_is_caught_up = test_what_cannot_be_used_is_named = None

    def newest(self):
        self.serve()
        size = self.issue("k")
        newest = self.await_state(lambda s: s.get("newest", {}).get("size", 0) >= size)["newest"]
        return newest, self.file("token", base64.b64decode(newest["token"])), self.file("checkpoint", newest["checkpoint"].encode())

    def test_openssl_accepts_our_token(self):
        newest, token, checkpoint = self.newest()
        judge = lambda data: openssl("ts", "-verify", "-token_in", "-in", token, "-data", data, "-CAfile", self.tsa.certificate, check=False)
        done = judge(checkpoint)
        self.assertEqual((done.returncode, b"Verification: OK" in done.stdout), (0, True), done.stdout + done.stderr)
        self.assertNotEqual(judge(self.file("other", newest["checkpoint"].encode() + b"\n")).returncode, 0)
        said = openssl("ts", "-reply", "-token_in", "-in", token, "-token_out", "-text").stdout.decode()
        for words in ("Hash Algorithm: sha256", "Policy OID: " + newest["policy"], "Accuracy: unspecified"):
            self.assertIn(words, said)
        # And a whole answer to a question of OpenSSL's own, with another digest.
        query, reply = (os.path.join(self.s.home, name) for name in ("query", "reply"))
        openssl("ts", "-query", "-data", checkpoint, "-sha512", "-cert", "-out", query)
        curl = subprocess.run(["curl", "-sS", "-H", "Content-Type: application/timestamp-query", "--data-binary", "@" + query, "-o", reply, self.tsa.url + "/"],
                              capture_output=True, timeout=60)
        self.assertEqual(curl.returncode, 0, curl.stderr)
        done = openssl("ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", self.tsa.certificate, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_our_client_accepts_openssl_s_token(self):
        self.tsa.stop()
        home = tempfile.TemporaryDirectory(prefix="quotary-tsa-")
        self.addCleanup(home.cleanup)
        self.tsa = OpensslAuthority(home.name)
        self.addCleanup(self.tsa.stop)
        newest, token, checkpoint = self.newest()
        self.assertFalse(newest["own"])
        self.assertEqual((newest["authority"], newest["policy"], newest["accuracy_ms"]), ("CN=Another's time-stamps", "1.2.3.4.1", 1501))
        code, said = self.verify(token, checkpoint)
        self.assertEqual((code, said["ok"], said["own"]), (0, True, False), said)
        done = openssl("ts", "-verify", "-token_in", "-in", token, "-data", checkpoint, "-CAfile", self.tsa.certificate, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
