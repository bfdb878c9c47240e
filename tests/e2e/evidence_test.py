#!/usr/bin/env python3
"""The evidence of one quote for a court's file: everything in it is checked by programs that are not the server."""
import glob, hashlib, html, io, json, os, re, shutil, subprocess, sys, tarfile, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import elsewhere
from customers import LI, PROGRAM, WU, Customers
from passkey_device import EDDSA, ES256, Device
from pki import Pki, openssl
from server import eventually, free_port, quote

SECRET = {"signing_password": "correct horse battery"}
SITE = "http://localhost:8480"  # printed into documents; browsers make passkeys for it without TLS


class Evidence(Customers, unittest.TestCase):
    def setUp(self):
        os.environ["QUOTARY_PUBLIC_URL"] = SITE
        self.addCleanup(os.environ.pop, "QUOTARY_PUBLIC_URL")
        super().setUp()
        self.s.stop()
        self.authority = elsewhere.Authority()
        self.addCleanup(shutil.rmtree, self.authority.home, ignore_errors=True)
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

    def commands(self):
        """What its own page says how to check it: lists of lines."""
        return [html.unescape(each).strip().split("\n") for each in re.findall(r"<pre>(.*?)</pre>", self.read("README.html").decode(), re.S)]

    def run_line(self, command):
        path = os.path.dirname(os.path.abspath(PROGRAM)) + os.pathsep + os.environ["PATH"]
        return subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, text=True, timeout=60, env=os.environ | {"PATH": path})

    def run_commands(self, commands):
        """-> what the last one says"""
        for command in commands:
            done = self.run_line(command)
            self.assertEqual(done.returncode, 0, command + "\n" + done.stdout + done.stderr)
        return done.stdout

    def entries(self):
        found = [json.loads(self.read(name)) for name in self.names() if re.fullmatch(r"entries/\d+\.json", name)]
        for entry in found:
            self.assertIn(f"entries/{entry['index']}.tlog-proof", self.names())
        return found

    def summary_text(self):
        return subprocess.run(["pdftotext", "-layout", os.path.join(self.folder, "summary.pdf"), "-"], capture_output=True, text=True).stdout

    def test_the_folder_stands_alone(self):
        self.sign_in_every_way()
        self.settle()
        self.export()
        page = self.read("README.html").decode()
        commands, = self.commands()
        self.assertEqual(len(commands), 7, commands)
        self.assertEqual(self.run_commands(commands).count("Signature is Valid."), 4)
        # Changed entries and proofs are seen, and by which line: the sums could be made right again.
        for changed, seen in ((".json", [0, 3]), (".tlog-proof", [0, 2, 3])):
            name = next(each for each in self.names() if each.startswith("entries/") and each.endswith(changed))
            whole = self.read(name)
            with open(os.path.join(self.folder, name), "wb") as f:
                f.write(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
            found = [i for i, command in enumerate(commands) if self.run_line(command).returncode]
            self.assertTrue(set(seen) <= set(found), (name, found))
            with open(os.path.join(self.folder, name), "wb") as f:
                f.write(whole)
        for link in re.findall(r'href="([^"]*)"', page):
            self.assertIn(link, self.names())
        # Every file but the sums is in the sums; each entry's payloads are what it names.
        sums = self.read("SHA256SUMS").decode()
        self.assertEqual(sorted(line.split("  ")[1] for line in sums.splitlines()), [name for name in self.names() if name != "SHA256SUMS"])
        held = {hashlib.sha256(self.read(name)).hexdigest() for name in self.names()}
        entries = self.entries()
        # The entries behind certificates/*.pem are there too, and what they hold is what stands in those files.
        types = [entry["type"] for entry in entries]
        for kind, name in (("seal.certificate_adopted", "organisation"), ("signing.certificate_adopted", "organisation"), ("person.signing_key_added", "seller")):
            entry = entries[types.index(kind)]
            self.assertEqual(types.count(kind), 1)
            self.assertIn(self.read(f"payloads/{entry['index']}-certificate.pem"), self.read(f"certificates/{name}.pem"))
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
        self.assertEqual([row["level"] for row in said["signatures"]] + [said["seal"]["level"]], ["B-B"] * 4)
        self.assertEqual({row["type"] for row in said["entries_behind"]}, {"seal.certificate_adopted", "signing.certificate_adopted", "person.signing_key_added"})
        text = self.summary_text()
        self.assertEqual(text.count("时间未经证明"), 4, text)
        for words in ("第五条（一）", "第六条（三）", "第八条（二）", "第十三条（一）、（二）", "Article 26 (a) to (d)", "15 U.S.C. 7001 (d)", "不作主张", "载明买方"):
            self.assertIn(words, text)
        judged = subprocess.run(["pdfsig", os.path.join(self.folder, "summary.pdf")], capture_output=True, text=True).stdout
        self.assertIn("Signature is Valid.", judged)
        # No secret of the key folder is in it, and no whole address of a customer but in what was sent.
        everything = b"".join(self.read(name) for name in self.names() if not name.startswith("payloads/"))
        self.assertNotIn(LI["email"].encode(), everything)
        self.assertNotIn(b"PRIVATE KEY", everything)

    def test_what_it_takes_to_judge_signatures_later_is_there(self):
        pki = Pki()
        self.addCleanup(shutil.rmtree, pki.home, ignore_errors=True)
        pki.serve()
        self.addCleanup(pki.stop)
        chain, key = pki.certify("seal")
        self.s.stop()
        self.s.options += ["--seal-level", "B-LTA", "--long-term-settle-s", "0", "--seal-certificate", chain, "--seal-key", key,
                           "--seal-roots", pki.path("root.pem")]
        self.s.start()
        self.number = self.s.issue(quote(), "under an authority")[2]["number"]
        state = lambda: self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["state"]
        eventually(state, lambda found: found["seal_level"] == "B-LTA")
        self.ask(LI)
        self.sign(self.links()[0])
        eventually(state, lambda found: found["seal_level"] == "B-LTA" and found["status"] == "accepted")
        self.settle()
        self.export()
        self.run_commands(self.commands()[0])
        path = lambda name: os.path.join(self.folder, "revocation", name)
        kept = {name: self.read("revocation/" + name) for name in os.listdir(path(""))}
        lists, answers = ([name for name in kept if name.endswith(ending)] for ending in (".crl", ".ocsp"))
        self.assertTrue(lists and answers, kept.keys())
        pem = {}
        for owner in ("seal", "intermediate", "root"):
            der = openssl("x509", "-in", pki.path(owner + ".pem"), "-outform", "DER")
            pem[owner] = os.path.join(self.s.home, owner + ".pem")
            openssl("x509", "-inform", "DER", "-in", path(next(name for name, data in kept.items() if data == der)), "-out", pem[owner])
        # The intermediate certificate by the root's list, the seal's by the responder's answer.
        listed = os.path.join(self.s.home, "list.pem")
        openssl("crl", "-inform", "DER", "-in", path(lists[0]), "-CAfile", pem["root"], "-out", listed)
        openssl("verify", "-crl_check", "-CAfile", pem["root"], "-CRLfile", listed, pem["intermediate"])
        done = subprocess.run(["openssl", "ocsp", "-respin", path(answers[0]), "-issuer", pem["intermediate"], "-cert", pem["seal"], "-CAfile", pem["root"],
                               "-verify_other", pem["intermediate"], "-no_nonce"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Response verify OK", done.stderr)
        self.assertIn("seal.pem: good", done.stdout)
        said = json.loads(self.read("summary.json"))
        row, = said["signatures"]
        self.assertEqual((said["seal"]["level"], row["level"]), ("B-LTA", "B-LTA"))
        self.assertLess(said["seal"]["proved_time"], row["proved_time"])
        self.assertEqual(self.summary_text().count("B-LTA：不晚于"), 2)

    def confirm(self, link, device, known=False):
        """Reads, proves, makes a passkey where none is known, and signs with it."""
        session = self.session(link)
        self.assertEqual(self.post(link, "viewed", {"document_sha256": session["document"]["sha256"]})[0], 200)
        _, cookie = self.prove(link)
        if not known:
            status, _, asked = self.post(link, "passkey/new", cookie=cookie)
            self.assertEqual(status, 200, asked)
            self.assertEqual(self.post(link, "passkey", device.registration(asked["challenge"]), cookie)[0], 200)
        signing = self.signing(session)
        status, _, asked = self.post(link, "passkey/challenge", signing, cookie)
        self.assertEqual(status, 200, asked)
        status, _, signed = self.post(link, "sign", signing | {"passkey": device.assertion(asked["challenge"])}, cookie)
        self.assertEqual((status, signed.get("state")), (200, "signed"), signed)

    def by_name(self, count):
        """Links of the newest request by their signer."""
        return {self.session(link)["signer"]["name"]: link for link in self.links(count)[-2:]}

    def test_passkeys_of_an_earlier_quote_and_strangers_certificates(self):
        self.authority.person("other", "/O=别的公司/CN=他人")
        self.authority.person("nobody", "/O=" + LI["organisation"] + "/CN=陈立", self_signed=True)
        lis, wus = Device(SITE, ES256), Device(SITE, EDDSA)
        for device in (lis, wus):
            self.addCleanup(shutil.rmtree, device.home, ignore_errors=True)
        factors = {"factors": ["link", "code", "passkey"]}
        self.ask(LI | factors)
        self.confirm(self.links()[0], lis)
        earlier, self.number = self.number, self.s.issue(quote(), "second")[2]["number"]
        self.ask(LI | factors, WU | factors)
        links = self.by_name(3)
        self.confirm(links["陈立"], lis, known=True)
        self.confirm(links["Wu Fang"], wus)
        for name, field, assurance in (("other", "Customer3", "trusted"), ("nobody", "Rep", "unknown")):
            newest = self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["state"]["newest"]["revision"]
            pdf = self.s.call("GET", f"/v1/quotes/{self.number}/pdf?revision={newest}", "rep")[2]
            status, _, answer = self.s.json("POST", f"/v1/quotes/{self.number}/signed-copies", "rep", None, {"Content-Type": "application/pdf"},
                                            raw=elsewhere.sign(pdf, field, self.authority, name))
            self.assertEqual((status, answer.get("assurance")), (201, assurance), answer)
        self.settle()
        self.export()
        said = json.loads(self.read("summary.json"))
        self.assertEqual([row["kind"] for row in said["signatures"]], ["passkey", "passkey", "trusted", "unknown"])
        text = re.sub(r"\s", "", self.summary_text())
        for words in ("由签署服务记录，经通行密钥确认", "受信任证书，未载明买方", "不受信任的证书", "可离线核验", "不表明签署人有权代表买方", "任何人都可制作此类证书"):
            self.assertIn(words, text)
        # The entry of the earlier quote that made the passkey known, and what it holds; nothing else of that quote.
        entries = {entry["index"]: entry for entry in self.entries()}
        of_earlier = [entry for entry in entries.values() if entry["subject"] == "quote:" + earlier]
        self.assertEqual([entry["type"] for entry in of_earlier], ["signature.passkey_registered"])
        self.assertIn(f"payloads/{of_earlier[0]['index']}-passkey.json", self.names())
        self.assertIn({"index": of_earlier[0]["index"], "type": "signature.passkey_registered"}, said["entries_behind"])
        general, *of_passkeys = self.commands()
        self.run_commands(general)
        self.assertEqual(len(of_passkeys), 2)
        for lines in of_passkeys:
            self.assertGreater(len(lines), 8)
            self.run_commands(lines)
        # Each file counts: with another byte in it some line says so.
        for lines in of_passkeys:
            for name in sorted({name for line in lines for name in re.findall(r"(?:passkeys|payloads)/[\w.-]+", line)}):
                whole = self.read(name)
                with open(os.path.join(self.folder, name), "wb") as f:
                    f.write(whole.replace(b"A", b"B", 1) if name.endswith(".pem") else whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
                self.assertTrue(any(self.run_line(line).returncode for line in lines), name)
                with open(os.path.join(self.folder, name), "wb") as f:
                    f.write(whole)

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
