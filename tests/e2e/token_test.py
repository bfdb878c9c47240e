#!/usr/bin/env python3
"""Keys in PKCS#11 tokens: the organisation's seal, and a rep's own card. SoftHSM stands for both."""
import os, subprocess, sys, tempfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import elsewhere
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PDF = {"Content-Type": "application/pdf"}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp(prefix="quotary-tokens-")
        os.mkdir(cls.path("tokens"))
        with open(cls.path("softhsm.conf"), "w") as f:
            f.write(f"directories.tokendir = {cls.path('tokens')}\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = cls.path("softhsm.conf")
        run("softhsm2-util", "--init-token", "--free", "--label", "Keys", "--pin", "246810", "--so-pin", "135791")
        with open(cls.path("pin"), "w") as f:
            f.write("246810\n")
        cls.authority = elsewhere.Authority()
        for number, (name, subject) in enumerate((("seal", "/O=上海衡拓自动化设备有限公司/CN=Seal"), ("card", "/O=上海衡拓自动化设备有限公司/CN=陈思远"))):
            cls.authority.person(name, subject, days=(-1, 200))
            key, certificate = cls.authority.path(name + ".key"), cls.authority.path(name + ".pem")
            run("softhsm2-util", "--import", key, "--token", "Keys", "--label", name, "--id", f"0{number + 1}", "--pin", "246810")
            run("openssl", "x509", "-in", certificate, "-outform", "DER", "-out", cls.path("der"))
            run("pkcs11-tool", "--module", MODULE, "--token-label", "Keys", "--login", "--pin", "246810", "--type", "cert", "--id", f"0{number + 1}",
                "--label", name, "--write-object", cls.path("der"))

    @classmethod
    def path(cls, name):
        return os.path.join(cls.home, name)

    def test_a_servers_seal_in_a_token(self):
        chain = self.path("chain.pem")
        with open(chain, "w") as out:
            for part in (self.authority.path("seal.pem"), self.authority.roots):
                with open(part) as f:
                    out.write(f.read())
        s = Server(PROGRAM, STILL + ("--seal-token-module", MODULE, "--seal-token", "Keys", "--seal-token-key", "seal",
                                     "--seal-token-pin-file", self.path("pin"), "--seal-token-certificate", chain))
        s.start()
        self.addCleanup(s.__exit__)
        number = s.issue(quote(), "sealed by a token")[2]["number"]
        pdf = s.call("GET", f"/v1/quotes/{number}/pdf", "rep")[2]
        found = s.json("POST", "/v1/verify", None, None, PDF, raw=pdf)[2]
        seal, = found["findings"]["signatures"]
        self.assertEqual((found["verdict"], seal["trusted"]), ("authentic_current", True))
        self.assertIn("CN=Seal", seal["signer"])
        carried = s.json("GET", f"/v1/quotes/{number}/pdf?proof=embedded", "rep")
        self.assertEqual((carried[0], carried[2]["code"]), (503, "seal_key_elsewhere"))
        path = self.path("sealed.pdf")
        with open(path, "wb") as f:
            f.write(pdf)
        self.assertIn("Signature is Valid.", subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True).stdout)
        # Without the PIN it serves, and says why nothing can be issued.
        with open(self.path("wrong"), "w") as f:
            f.write("000000\n")
        s.options[s.options.index(self.path("pin"))] = self.path("wrong")
        s.stop()
        s.start()
        status, _, problem = s.issue(quote(), "no pin")
        self.assertEqual((status, problem["code"]), (503, "token_pin"))
        self.assertEqual(s.call("GET", f"/v1/quotes/{number}", "rep")[0], 200)

    def test_a_rep_signs_with_a_card(self):
        with Server(PROGRAM, STILL + ("--signer-roots", self.authority.roots)) as s:
            number = s.issue(quote(), "to be signed")[2]["number"]
            document, signed = self.path("document.pdf"), self.path("signed.pdf")
            with open(document, "wb") as f:
                f.write(s.call("GET", f"/v1/quotes/{number}/pdf", "rep")[2])
            card = ["--token-module", MODULE, "--token", "Keys", "--token-key", "card", "--token-pin-file", self.path("pin")]
            sign = [PROGRAM, "sign", document, signed, "--name", "陈思远", *card]
            run(*sign)
            with open(signed, "rb") as f:
                pdf = f.read()
            status, _, answer = s.json("POST", f"/v1/quotes/{number}/signed-copies", "rep", None, PDF, raw=pdf)
            self.assertEqual((status, answer["fields"], answer["assurance"], answer["status"]), (201, ["Rep"], "trusted", "valid"), answer)
            row, = answer["signatures"]
            self.assertFalse(row["foreign"])
            self.assertIn("CN=陈思远", row["signer"])
            again = subprocess.run(sign, capture_output=True, text=True)
            self.assertEqual((again.returncode, "file_exists" in again.stderr), (1, True), again.stderr)
            twice = subprocess.run([PROGRAM, "sign", signed, self.path("twice.pdf"), "--name", "陈思远", *card], capture_output=True, text=True)
            self.assertEqual((twice.returncode, "field_signed" in twice.stderr), (1, True), twice.stderr)
            self.assertFalse(os.path.exists(self.path("twice.pdf")))

    def test_a_rep_signs_with_a_file(self):
        with Server(PROGRAM, STILL + ("--signer-roots", self.authority.roots)) as s:
            number = s.issue(quote(), "to be signed")[2]["number"]
            document, signed, packed = self.path("d.pdf"), self.path("s.pdf"), self.path("card.p12")
            with open(document, "wb") as f:
                f.write(s.call("GET", f"/v1/quotes/{number}/pdf", "rep")[2])
            run("openssl", "pkcs12", "-export", "-inkey", self.authority.path("card.key"), "-in", self.authority.path("card.pem"), "-out", packed,
                "-passout", "pass:secret")
            sign = [PROGRAM, "sign", document, signed, "--name", "陈思远", "--pkcs12", packed]
            wrong = subprocess.run(sign, capture_output=True, text=True, env=os.environ | {"QUOTARY_SIGN_PASSWORD": "other"})
            self.assertEqual((wrong.returncode, "seal_key_password" in wrong.stderr), (2, True), wrong.stderr)
            done = subprocess.run(sign, capture_output=True, text=True, env=os.environ | {"QUOTARY_SIGN_PASSWORD": "secret"})
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(signed, "rb") as f:
                self.assertEqual(s.json("POST", f"/v1/quotes/{number}/signed-copies", "rep", None, PDF, raw=f.read())[0], 201)


if __name__ == "__main__":
    unittest.main()
