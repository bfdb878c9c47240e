"""A device that makes and uses a passkey as a browser would say it (W3C Web Authentication Level 2), by openssl."""
import base64, hashlib, os, subprocess, tempfile

ES256, EDDSA = -7, -8  # of COSE (RFC 9053)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    def __init__(self, origin, algorithm=ES256):
        self.origin, self.host, self.algorithm = origin, origin.split("//")[1].split(":")[0], algorithm
        self.home = tempfile.mkdtemp(prefix="quotary-passkey-")
        kind = ["ED25519"] if algorithm == EDDSA else ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        self.run("genpkey", "-algorithm", *kind, "-out", self.path("key"))

    def path(self, name):
        return os.path.join(self.home, name)

    def run(self, *arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments}: {done.stderr}")
        return done.stdout

    def public_key(self):
        """COSE_Key in CBOR; the key stands at the end of its SubjectPublicKeyInfo."""
        der = self.run("pkey", "-in", self.path("key"), "-pubout", "-outform", "DER")
        if self.algorithm == EDDSA:
            return b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20" + der[-32:]
        return b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + der[-64:-32] + b"\x22\x58\x20" + der[-32:]

    def said(self, kind, challenge):
        return f'{{"type":"{kind}","challenge":"{challenge}","origin":"{self.origin}","crossOrigin":false}}'.encode()

    def authenticator(self, flags):
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + bytes(4)

    def registration(self, challenge):
        data = self.authenticator(0x45) + bytes(16) + b"\0\x0acredential" + self.public_key()
        return {"client_data": base64url(self.said("webauthn.create", challenge)), "authenticator_data": base64url(data)}

    def assertion(self, challenge):
        client, data = self.said("webauthn.get", challenge), self.authenticator(0x05)
        with open(self.path("signed"), "wb") as f:
            f.write(data + hashlib.sha256(client).digest())
        digest = [] if self.algorithm == EDDSA else ["-digest", "sha256"]
        signature = self.run("pkeyutl", "-sign", "-rawin", *digest, "-inkey", self.path("key"), "-in", self.path("signed"))
        return {"client_data": base64url(client), "authenticator_data": base64url(data), "signature": base64url(signature)}
