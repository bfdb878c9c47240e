#!/usr/bin/env python3
"""A seal's certificate follows another: quotary keys renew, a start with the new one, and what an auditor learns from an export,
with quotary-verify and with openssl alone."""
import json, os, re, shutil, subprocess, sys, tarfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from backup_test import quotary
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFY = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")


def openssl(*arguments, check=True):
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=check)


class Certificates(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(shutil.rmtree, self.s.home, True)
        self.addCleanup(self.s.stop)
        self.s.start()
        self.vkey = quotary("keys", "show", "--data", self.s.data, "--vkey", check=0).stdout.strip()

    def at(self, name):
        return os.path.join(self.s.home, name)

    def make(self, name):
        """A certificate of one's own -> its options' values"""
        key, certificate = self.at(name + ".key"), self.at(name + ".pem")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate, "-days", "700",
                "-subj", f"/O=上海衡拓自动化设备有限公司/CN={name}", "-utf8", "-addext", "keyUsage=critical,digitalSignature,nonRepudiation", "-addext", "basicConstraints=critical,CA:FALSE")
        os.chmod(key, 0o600)
        return certificate, key

    def renew(self, *options, check=0):
        done = quotary("keys", "renew", "--data", self.s.data, "--json", *options, check=check)
        return json.loads(done.stdout) if check == 0 else done.stderr

    def restart(self, *seal):
        self.s.stop()
        self.s.options = [*STILL, *seal]
        self.s.start()

    def walk(self):
        """-> the certificates that an auditor is told of, and the export"""
        folder = self.at(f"export-{len(os.listdir(self.s.home))}")
        quotary("export", folder, "--data", self.s.data, check=0)
        done = subprocess.run([VERIFY, "export", folder, "--vkey", self.vkey, "--json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        said = subprocess.run([VERIFY, "export", folder, "--vkey", self.vkey], capture_output=True, text=True, timeout=60).stdout
        return [each for each in json.loads(done.stdout)["certificates"] if each["use"] == "seal"], folder, said

    def renewals_in(self, folder):
        found = []
        for where, _, names in os.walk(folder):
            for name in (n for n in names if n.endswith(".tar")):
                with tarfile.open(os.path.join(where, name)) as tar:
                    texts = [tar.extractfile(member).read() for member in tar if member.isfile()]
                found += [text.decode() for text in texts if text.startswith(b"Quotary certificate ")]
        return found

    def test_the_seal_is_renewed_and_an_auditor_sees_who_said_so(self):
        self.assertEqual(self.s.issue(quote(), "before")[0], 201)
        certificate, key = self.make("second")
        made = self.renew("--next-certificate", certificate, "--next-key", key)
        shown = json.loads(quotary("keys", "show", "--data", self.s.data, "--json", check=0).stdout)
        self.assertEqual(shown["next_seal_certificate"], made["new_certificate"])
        self.restart("--seal-certificate", certificate, "--seal-key", key)
        status, _, issued = self.s.issue(quote(), "after")
        self.assertEqual(status, 201, issued)
        certificates, folder, said = self.walk()
        self.assertEqual([each.get("before") for each in certificates], [None, "renewed"])
        self.assertEqual([each["certificate"] for each in certificates], [made["old_certificate"], made["new_certificate"]])
        self.assertEqual(certificates[0]["entry"], made["adopted_by"])
        self.assertIn("second", certificates[1]["subject"])
        self.assertRegex(said, "盖章证书 seal certificate.*second.*新旧密钥共同签署 signed by both keys")

        # With openssl alone, out of the export.
        [renewal] = self.renewals_in(folder)
        statement, signatures = renewal.split("\n\n", 1)
        self.assertEqual(statement.split("\n"), ["Quotary certificate renewal v1", self.vkey.split("+")[0], "seal", str(made["adopted_by"]),
                                                  "sha256 " + made["old_certificate"], "sha256 " + made["new_certificate"]])
        with open(self.at("statement"), "w", encoding="utf-8", newline="") as file:
            file.write(statement + "\n")
        for text, trusted in zip(re.findall("-----BEGIN CMS-----.*?-----END CMS-----\n", signatures, re.S), (self.s.data + ".keys/seal.cert.pem", certificate), strict=True):
            with open(self.at("signature"), "w") as file:
                file.write(text)
            openssl("cms", "-verify", "-cades", "-binary", "-inform", "PEM", "-in", self.at("signature"), "-content", self.at("statement"), "-CAfile", trusted, "-purpose", "any", "-out", os.devnull)

    def test_a_certificate_that_nobody_signed_for_is_told_so(self):
        certificate, key = self.make("second")
        self.restart("--seal-certificate", certificate, "--seal-key", key)
        certificates, _, said = self.walk()
        self.assertEqual([each.get("before") for each in certificates], [None, "unsigned"])
        self.assertIn("旧密钥未签署", said)

    def test_a_key_in_other_hands_is_revoked_and_a_pkcs12_follows(self):
        certificate, key = self.make("second")
        openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", self.at("second.p12"), "-passout", "pass:蓝天-20")
        os.chmod(self.at("second.p12"), 0o600)
        os.environ["QUOTARY_NEXT_PASSWORD"] = os.environ["QUOTARY_SEAL_PASSWORD"] = "蓝天-20"
        self.addCleanup(lambda: [os.environ.pop(name) for name in ("QUOTARY_NEXT_PASSWORD", "QUOTARY_SEAL_PASSWORD")])
        self.assertTrue(self.renew("--next-pkcs12", self.at("second.p12"), "--revoke")["revoked"])
        self.restart("--seal-pkcs12", self.at("second.p12"))
        certificates, _, said = self.walk()
        self.assertEqual(certificates[1]["before"], "revoked")
        self.assertIn("旧证书吊销", said)

    def test_what_cannot_be_is_said(self):
        certificate, key = self.make("second")
        other = self.make("third")
        self.assertIn("next_key_missing", self.renew(check=2))
        said = self.renew("--seal-certificate", certificate, "--seal-key", key, "--next-certificate", other[0], "--next-key", other[1], check=1)
        self.assertIn("certificate_not_in_use", said)
        self.assertIn("bad_renewal", self.renew("--next-certificate", self.s.data + ".keys/seal.cert.pem", "--next-key", self.s.data + ".keys/seal.key.pem", check=1))
        self.renew("--next-certificate", certificate, "--next-key", key)
        with self.assertRaisesRegex(RuntimeError, "renewal_differs"):
            self.restart("--seal-certificate", other[0], "--seal-key", other[1])
        self.s.process.stdout.close()
        self.s.process = None
        os.remove(self.s.data + ".keys/seal.renewal")
        self.s.start()
        self.assertEqual(self.walk()[0][1]["before"], "unsigned")

    def test_the_signing_service_is_renewed_the_same_way(self):
        keys = self.s.data + ".keys/signing-service"
        hook = ["--delivery-folder", self.at("out")]
        self.restart(*hook)
        certificate, key = self.make("service")
        self.assertEqual(self.renew("--signing-service", "--next-certificate", certificate, "--next-key", key)["use"], "signing")
        self.s.stop()
        shutil.copy(certificate, keys + ".cert.pem")
        shutil.copy(key, keys + ".key.pem")
        self.restart(*hook)
        items = self.s.json("GET", "/v1/log/entries?from=0&limit=1000", "auditor")[2]["items"]
        adopted = [each["body"] for each in map(lambda item: json.loads(item["canonical"]), items) if each["type"] == "signing.certificate_adopted"]
        self.assertEqual([each.get("before") for each in adopted], [None, "renewed"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
