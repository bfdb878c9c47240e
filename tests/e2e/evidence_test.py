#!/usr/bin/env python3
"""The evidence of one quote for a court's file: everything in it is checked by programs that are not the server."""
import glob, hashlib, html, io, json, os, re, subprocess, sys, tarfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import elsewhere
from customers import LI, PROGRAM, WU, Customers
from server import eventually, free_port, quote

SECRET = {"signing_password": "correct horse battery"}


class Evidence(Customers, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.s.stop()
        self.authority = elsewhere.Authority()
        self.authority.person("buyer", "/O=" + LI["organisation"] + "/CN=陈立")
        keys = os.path.join(self.s.home, "tsa.keys")
        subprocess.run([PROGRAM, "tsa", "init", "--keys", keys, "--name", "示例有限公司"], check=True, stdout=subprocess.DEVNULL)
        port = free_port()
        self.tsa = subprocess.Popen([PROGRAM, "tsa", "serve", "--keys", keys, "--port", str(port), "--metrics-port", "0"], stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
        self.tsa.stdout.readline()
        self.addCleanup(self.end_tsa)
        at = self.s.options.index("--index-interval-ms")
        self.s.options[at + 1] = "50"
        self.s.options += ["--tsa-url", f"http://127.0.0.1:{port}/", "--tsa-roots", keys + "/tsa.cert.pem", "--tsa-interval-s", "1",
                           "--signer-roots", self.authority.roots]
        self.s.start()
        self.folder = os.path.join(self.s.home, "evidence")

    def end_tsa(self):
        self.tsa.terminate()
        self.tsa.wait(30)
        self.tsa.stdout.close()

    def sign_in_every_way(self):
        """The seller, a customer who draws, and one who signs elsewhere."""
        self.assertEqual(self.s.json("POST", "/v1/signing-key", "rep", SECRET)[0], 201)
        self.assertEqual(self.s.json("POST", f"/v1/quotes/{self.number}/signature", "rep", SECRET, {"Idempotency-Key": "own"})[0], 201)
        self.ask(LI, WU)
        first, second = self.links(2)
        self.sign(first)
        session = self.session(second)
        self.post(second, "viewed", {"document_sha256": session["document"]["sha256"]})
        _, cookie = self.prove(second)
        pdf = self.s.call("GET", f"/v1/quotes/{self.number}/pdf?revision=3", "rep")[2]
        signed = elsewhere.sign(pdf, "Customer2", self.authority, "buyer")
        consent = session["consent"]
        query = f"consent_id={consent['id']}&consent_sha256={consent['sha256']}&locale=zh-CN&accepted=true"
        status, _, answer = self.s.json("POST", f"{second}/signed-copy?{query}", None, None, {"Content-Type": "application/pdf", "Cookie": cookie}, raw=signed)
        self.assertEqual(status, 200, answer)

    def settle(self):
        """Until the newest entry about the quote is under a trusted time, and in the subject index."""
        newest = self.s.json("GET", f"/v1/quotes/{self.number}/history", "rep")[2]["events"][-1]["index"]
        stamped = lambda: (self.s.json("GET", "/v1/log/time")[2].get("newest") or {"size": 0})["size"]
        eventually(stamped, lambda size: size > newest)
        eventually(lambda: self.s.call("GET", f"/v1/quotes/{self.number}/status-proof", "rep")[0], lambda status: status == 200)

    def export(self, *more):
        done = subprocess.run([PROGRAM, "export", self.folder, "--data", self.s.data, "--quote", self.number, *more], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as f:
            return f.read()

    def names(self):
        return sorted(os.path.relpath(path, self.folder) for path in glob.glob(self.folder + "/**", recursive=True) if os.path.isfile(path))

    def test_the_folder_stands_alone(self):
        self.sign_in_every_way()
        self.settle()
        self.export()
        os.environ["PATH"] = os.path.dirname(os.path.abspath(PROGRAM)) + os.pathsep + os.environ["PATH"]
        # What its own page says how to check it, line by line.
        page = self.read("README.html").decode()
        commands = html.unescape(re.search(r"<pre>(.*?)</pre>", page, re.S)[1]).strip().split("\n")
        self.assertEqual(len(commands), 6, commands)
        for command in commands:
            done = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, command + "\n" + done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("Signature is Valid."), 4, done.stdout)
        for link in re.findall(r'href="([^"]*)"', page):
            self.assertIn(link, self.names())
        # Every file but the sums is in the sums; each entry's payloads are what it names.
        sums = self.read("SHA256SUMS").decode()
        self.assertEqual(sorted(line.split("  ")[1] for line in sums.splitlines()), [name for name in self.names() if name != "SHA256SUMS"])
        held = {hashlib.sha256(self.read(name)).hexdigest() for name in self.names()}
        entries = [json.loads(self.read(name)) for name in self.names() if re.fullmatch(r"entries/\d+\.json", name)]
        for entry in entries:
            for named in entry["objects"]:
                if named["name"] != "revision":
                    self.assertIn(named["sha256"], held, named)
        signed = [entry for entry in entries if entry["type"].startswith("signature.") and "document_sha256" in entry["body"] and "base_sha256" in entry["body"]]
        self.assertEqual(len(signed), 3)
        for entry in signed:
            self.assertIn(entry["body"]["document_sha256"], held)
        consent, = {entry["body"]["consent_sha256"] for entry in entries if "consent_sha256" in entry["body"]}
        self.assertIn(consent, held)
        said = json.loads(self.read("summary.json"))
        self.assertEqual([row["kind"] for row in said["signatures"]], ["seller_key", "recorded", "buyer"])
        self.assertIn("trusted_time", said)
        text = subprocess.run(["pdftotext", "-layout", os.path.join(self.folder, "summary.pdf"), "-"], capture_output=True, text=True).stdout
        for words in ("第五条（一）", "第六条（三）", "第八条（二）", "第十三条（一）、（二）", "Article 26 (a) to (d)", "15 U.S.C. 7001 (d)", "不作主张", "载明买方"):
            self.assertIn(words, text)
        judged = subprocess.run(["pdfsig", os.path.join(self.folder, "summary.pdf")], capture_output=True, text=True).stdout
        self.assertIn("Signature is Valid.", judged)
        # No secret of the key folder is in it, and no whole address of a customer but in what was sent.
        everything = b"".join(self.read(name) for name in self.names() if not name.startswith("payloads/"))
        self.assertNotIn(LI["email"].encode(), everything)
        self.assertNotIn(b"PRIVATE KEY", everything)

    def test_an_archive_the_api_and_refusals(self):
        status, headers, data = self.s.call("GET", f"/v1/quotes/{self.number}/evidence", "rep")
        self.assertEqual((status, headers["content-type"]), (200, "application/x-tar"))
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            members = {member.name: tar.extractfile(member).read() for member in tar}
        self.assertIn(f"document/{self.number}-revision-1.pdf", members)
        for line in members["SHA256SUMS"].decode().splitlines():
            digest, name = line.split("  ")
            self.assertEqual(hashlib.sha256(members[name]).hexdigest(), digest)
        self.assertEqual(self.s.call("GET", f"/v1/quotes/{self.number}/evidence", "finance")[0], 200)
        self.assertEqual(self.s.call("GET", f"/v1/quotes/{self.number}/evidence")[0], 401)
        other = self.s.issue(quote("1.00"), "of a service", who="crm")[2]["number"]
        self.assertEqual(self.s.call("GET", f"/v1/quotes/{other}/evidence", "rep")[0], 404)
        # Voided: the certificate is in it. Of a stopped server too, as one file.
        asked = self.s.json("POST", f"/v1/quotes/{self.number}/void-requests", "rep", {"reason_code": "price_error", "reason_text": "单价录入错误，应为 85600 元"})[2]
        self.s.json("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {})
        self.s.stop()
        self.folder += ".tar"
        self.export()
        with tarfile.open(self.folder) as tar:
            names = tar.getnames()
        self.assertTrue(any(re.fullmatch(r"payloads/\d+-certificate\.pdf", name) for name in names), names)
        again = subprocess.run([PROGRAM, "export", self.folder, "--data", self.s.data, "--quote", self.number], capture_output=True, text=True)
        self.assertEqual(again.returncode, 1)
        self.assertIn("export_exists", again.stderr)
        none = subprocess.run([PROGRAM, "export", self.folder + "2", "--data", self.s.data, "--quote", "NOPE-1"], capture_output=True, text=True)
        self.assertNotEqual(none.returncode, 0)
        self.assertIn("quote_not_found", none.stderr)
        self.assertFalse(glob.glob(self.folder + "2*"))


if __name__ == "__main__":
    unittest.main()
