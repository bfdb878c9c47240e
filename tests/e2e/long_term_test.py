#!/usr/bin/env python3
"""Documents climb to B-LTA in the background: with our own authority, through its outage, after a customer's signature."""
import json, os, re, shutil, subprocess, sys, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import elsewhere
from customers import LI, PROGRAM, Customers
from openapi import Document
from server import eventually, free_port, quote


class LongTerm(Customers, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.s.stop()
        self.keys_of_tsa = os.path.join(self.s.home, "tsa.keys")
        subprocess.run([PROGRAM, "tsa", "init", "--keys", self.keys_of_tsa, "--name", "示例有限公司"], check=True, stdout=subprocess.DEVNULL)
        self.tsa_port, self.tsa = free_port(), None
        self.s.options += ["--tsa-url", f"http://127.0.0.1:{self.tsa_port}/", "--tsa-roots", os.path.join(self.keys_of_tsa, "tsa.cert.pem"),
                           "--seal-level", "B-LTA", "--long-term-settle-s", "0"]
        self.addCleanup(self.end_tsa)

    def start_tsa(self):
        self.tsa = subprocess.Popen([PROGRAM, "tsa", "serve", "--keys", self.keys_of_tsa, "--port", str(self.tsa_port), "--metrics-port", "0"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.tsa.stdout.readline()

    def end_tsa(self):
        if self.tsa:
            self.tsa.terminate()
            self.tsa.wait(30)
            self.tsa.stdout.close()
            self.tsa = None

    def state(self):
        return self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["state"]

    def at_top(self):
        return eventually(self.state, lambda state: state["seal_level"] == "B-LTA")

    def status(self, *more):
        done = subprocess.run([PROGRAM, "ltv", "status", "--data", self.s.data, "--json", *more], capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def time_stamp_holds(self, pdf):
        """The last time-stamp over the document, by OpenSSL: of what its ByteRange says, by the authority's certificate."""
        a, b, c, d = map(int, re.findall(rb"/ByteRange \[(\d+) +(\d+) +(\d+) +(\d+) *\]", pdf)[-1])
        der = bytes.fromhex(pdf[b + 1:c - 1].decode())
        size = int.from_bytes(der[2:4], "big") + 4  # 30 82 xx xx
        for name, data in (("token", der[:size]), ("covered", pdf[a:a + b] + pdf[c:c + d])):
            with open(os.path.join(self.s.home, name), "wb") as f:
                f.write(data)
        done = subprocess.run(["openssl", "ts", "-verify", "-token_in", "-in", os.path.join(self.s.home, "token"), "-data",
                               os.path.join(self.s.home, "covered"), "-CAfile", os.path.join(self.keys_of_tsa, "tsa.cert.pem")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(c + d, len(pdf))

    def offline(self, pdf, revision):
        """What quotary-verify says by the proof of that revision, with the roots of seal and authority."""
        path = os.path.join(self.s.home, "offline.pdf")
        for name, data in ((path, pdf), (path + ".proof", self.s.call("GET", f"/v1/quotes/{self.number}/proof?revision={revision}", "rep")[2])):
            with open(name, "wb") as f:
                f.write(data)
        done = subprocess.run([PROGRAM + "-verify", "document", path, "--proof", path + ".proof", "--json",
                               "--vkey", self.s.call("GET", "/log/vkey")[2].decode().strip(), "--trust", self.s.data + ".keys/seal.cert.pem",
                               "--tsa-roots", os.path.join(self.keys_of_tsa, "tsa.cert.pem")], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def pdfsig(self, data):
        path = os.path.join(self.s.home, "judged.pdf")
        with open(path, "wb") as f:
            f.write(data)
        self.assertEqual(subprocess.run(["qpdf", "--check", path], capture_output=True, timeout=60).returncode, 0)
        return subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60).stdout

    def test_a_seal_waits_for_its_own_time_and_not_for_long(self):
        self.start_tsa()
        at = self.s.options.index("--seal-level")
        self.s.options[at:at + 2] = ["--seal-time-ms", "2000"]
        self.s.start()
        level = lambda number: self.s.json("GET", f"/v1/quotes/{number}", "rep")[2]["state"]["seal_level"]
        self.assertEqual(level(self.number), "B-B")  # from before
        issued = self.s.issue(quote(), "timed")[2]
        timed = issued["number"]
        self.assertEqual(issued["seal_level"], "B-T")
        self.assertEqual(level(timed), "B-T")
        pdf = self.s.call("GET", f"/v1/quotes/{timed}/pdf", "rep")[2]
        found = self.s.json("POST", "/v1/verify", None, None, {"Content-Type": "application/pdf"}, raw=pdf)[2]
        seal, = found["findings"]["signatures"]
        self.assertEqual((found["verdict"], seal["level"], seal["trusted"]), ("authentic_current", "B-T", True), seal)
        self.assertIn("proved_time", seal)
        self.assertIn("Signature is Valid.", self.pdfsig(pdf))
        self.end_tsa()
        until = [self.s.issue(quote(), f"without {i}")[2]["number"] for i in range(3)]
        self.assertEqual([level(number) for number in until], ["B-B"] * 3)
        self.assertIn("degraded: seal time", self.s.call("GET", "/readyz")[2].decode())
        self.s.stop()
        done = subprocess.run([PROGRAM, "verify", "--data", self.s.data], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_document_climbs_and_stays_what_it_was(self):
        self.start_tsa()
        self.s.start()
        sealed = self.s.call("GET", f"/v1/quotes/{self.number}/pdf", "rep")[2]
        state = self.at_top()
        newest = state["newest"]["revision"]
        self.assertIn("proof_ends", state)
        before = sealed
        for revision in range(2, newest + 1):
            pdf = self.s.call("GET", f"/v1/quotes/{self.number}/pdf?revision={revision}", "rep")[2]
            self.assertTrue(pdf.startswith(before))
            found = self.s.json("POST", "/v1/verify", None, None, {"Content-Type": "application/pdf"}, raw=pdf)[2]
            self.assertEqual((found["match"], found["verdict"], found["revision"], found["findings"]["intact"]),
                             ("exact", "authentic_current", revision, True), found)
            before = pdf
        self.assertEqual({each["field"]: each["level"] for each in found["findings"]["signatures"]}["Seal"], "B-LTA")
        said = self.offline(before, newest)
        seal = said["findings"]["signatures"][0]
        self.assertEqual((seal["level"], seal["trusted"], said["verdict_needs"]), ("B-LTA", True, "status_proof"), said)
        self.assertLess(seal["proved_time"], time.strftime("%Y-%m-%dT%H:%M:%S.999Z", time.gmtime()))
        said = self.pdfsig(before)
        self.assertEqual(said.count("Signature is Valid."), 1, said)  # it does not verify time-stamps
        self.time_stamp_holds(before)
        self.assertEqual(self.s.call("GET", f"/v1/quotes/{self.number}/pdf", "rep")[2], sealed)
        code, status = self.status("--by", "2099-01-01")
        self.assertEqual((code, status["documents"], status["unverifiable"]["total"]), (0, {"B-LTA": 1}, 1))
        ending, = status["unverifiable"]["items"]
        self.assertEqual((ending["ends"], ending["ends_with"]), (state["proof_ends"], "elliptic curves and RSA, by the plan for algorithms"))
        code, status = self.status("--by", "2027-01-01")
        self.assertEqual((code, status["unverifiable"]["total"]), (0, 0))
        self.s.stop()
        done = subprocess.run([PROGRAM, "verify", "--data", self.s.data], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.s.start()

    def renew(self, before):
        return subprocess.run([PROGRAM, "ltv", "renew", "--data", self.s.data, "--before", before], capture_output=True, text=True, timeout=60)

    def test_a_proof_is_renewed_when_the_operator_asks(self):
        # An authority whose certificate ends in 400 days; then the same one with ten years.
        certificate = os.path.join(self.keys_of_tsa, "tsa.cert.pem")
        with open(certificate) as f:
            long_lived = f.read()
        subprocess.run(["openssl", "req", "-x509", "-key", os.path.join(self.keys_of_tsa, "tsa.key.pem"), "-subj", "/O=Testing/CN=Short", "-days", "400",
                        "-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "keyUsage=critical,digitalSignature", "-addext",
                        "basicConstraints=critical,CA:FALSE", "-out", certificate], check=True, capture_output=True)
        with open(certificate) as f:
            short_lived = f.read()
        roots = os.path.join(self.s.home, "roots.pem")
        with open(roots, "w") as f:
            f.write(short_lived + long_lived)
        self.s.options[self.s.options.index("--tsa-roots") + 1] = roots
        self.start_tsa()
        self.s.start()
        first = self.at_top()
        self.assertLess(first["proof_ends"], "2030")
        # Another one by the same certificate lasts no longer: nothing is added.
        day = str(int(first["proof_ends"][:4]) + 1) + "-12-31"
        self.assertEqual(self.renew(day).returncode, 0)
        self.end_tsa()
        with open(certificate, "w") as f:
            f.write(long_lived)
        self.start_tsa()
        time.sleep(1.1)  # a restarted authority gives no time before its last one, rounded up
        self.assertEqual(self.state()["newest"], first["newest"])
        said = self.renew(day)
        self.assertEqual(said.returncode, 0, said.stderr)
        state = eventually(self.state, lambda state: state["proof_ends"] > day)
        self.assertGreater(state["newest"]["revision"], first["newest"]["revision"])
        code, status = self.status("--by", day)
        self.assertEqual((code, status["unverifiable"]["total"]), (0, 0))
        self.assertIn("bad_before", self.renew("soon").stderr)
        self.s.stop()
        self.assertIn("long_term_off", self.renew(day).stderr)

    def test_what_ends_is_named_where_nothing_is_done_for_later(self):
        at = self.s.options.index("--tsa-url")
        del self.s.options[at:]
        authority = elsewhere.Authority()
        self.addCleanup(shutil.rmtree, authority.home, ignore_errors=True)
        authority.person("buyer", "/O=" + LI["organisation"] + "/CN=陈立")
        self.s.options += ["--signer-roots", authority.roots]
        self.s.start()
        day = lambda days: time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86_400))
        named = lambda by: {row["number"]: row for row in self.status("--by", by)[1]["unverifiable"]["items"]}
        # Recorded by the signing service, and brought with a certificate of some 20 days.
        brought = self.s.issue(quote(), "brought")[2]["number"]
        self.ask()
        self.sign(self.links()[0])
        pdf = self.s.call("GET", f"/v1/quotes/{brought}/pdf", "rep")[2]
        status, _, answer = self.s.json("POST", f"/v1/quotes/{brought}/signed-copies", "rep", None, {"Content-Type": "application/pdf"},
                                        raw=elsewhere.sign(pdf, "Customer1", authority, "buyer"))
        self.assertEqual(status, 201, answer)
        self.assertEqual(named(day(19)), {})
        found = named(day(22))
        self.assertEqual(list(found), [brought])
        self.assertIn("the certificate of CN=陈立", found[brought]["ends_with"])
        self.assertLess(found[brought]["ends"], day(22))
        # The other one lasts as long as the organisation's own certificates and their algorithm.
        self.assertEqual(list(named("2035-12-31")), [brought])
        self.assertIn("elliptic curves", named("2036-01-02")[self.number]["ends_with"])
        text = subprocess.run([PROGRAM, "ltv", "status", "--data", self.s.data, "--by", day(22)], capture_output=True, text=True, timeout=60).stdout
        self.assertIn("随之终止 ends with: the certificate of CN=陈立", text)
        self.assertNotIn(self.number, text)
        document = Document(self.s.json("GET", "/openapi.json")[2])
        self.assertEqual(document.check("GET", "/v1/log/long-term?by=" + day(22), *self.s.call("GET", "/v1/log/long-term?by=" + day(22), "auditor")), [])

    def test_an_outage_is_shown_and_made_good(self):
        self.s.options[-1:] = ["0"]
        self.s.start()
        eventually(lambda: self.s.call("GET", "/readyz")[2].decode(), lambda text: "degraded: long-term proof" in text)
        self.assertNotEqual(self.state()["seal_level"], "B-LTA")
        code, status = self.status()
        self.assertEqual((code, status["waiting"]), (1, 1), status)
        self.assertIn("since", status["failing"])
        self.assertEqual(self.s.issue(quote(), "meanwhile")[0], 201)
        self.s.stop()
        self.start_tsa()
        self.s.start()
        self.at_top()
        eventually(lambda: self.s.call("GET", "/readyz")[2].decode(), lambda text: "long-term" not in text)

    def test_a_customer_comes_first_and_the_signed_document_climbs_again(self):
        self.start_tsa()
        self.s.start()
        first = self.at_top()["newest"]["revision"]
        self.ask()
        link = self.links()[0]
        self.sign(link)
        # The signature is behind what was proved, so the proof is made anew.
        state = eventually(self.state, lambda state: state["newest"]["revision"] > first + 1 and state["seal_level"] == "B-LTA")
        pdf = self.s.call("GET", f"/v1/quotes/{self.number}/pdf?revision={state['newest']['revision']}", "rep")[2]
        found = self.s.json("POST", "/v1/verify", None, None, {"Content-Type": "application/pdf"}, raw=pdf)[2]
        levels = {each["field"]: each["level"] for each in found["findings"]["signatures"]}
        self.assertEqual((found["verdict"], levels["Seal"], levels["Customer1"]), ("authentic_current", "B-LTA", "B-LTA"), found)
        said = self.pdfsig(pdf)
        self.assertEqual(said.count("Signature is Valid."), 2, said)
        self.time_stamp_holds(pdf)

    def test_it_is_refused_without_an_authority(self):
        at = self.s.options.index("--tsa-url")
        del self.s.options[at:at + 4]
        with self.assertRaises(RuntimeError):
            self.s.start()
        self.s.process.stdout.close()
        self.s.process = None


if __name__ == "__main__":
    unittest.main(verbosity=2)
