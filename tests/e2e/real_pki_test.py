#!/usr/bin/env python3
"""A seal from a real authority: an intermediate, revocation lists and an OCSP responder over HTTP. The document climbs to
B-LTA with what they give, waits visibly while they are down, and nothing is made up."""
import json, os, re, shutil, subprocess, sys, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import readers
from pki import Pki, openssl
from server import STILL, Server, eventually, free_port, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
PDF = {"Content-Type": "application/pdf"}


class RealPki(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = Pki()
        cls.addClassCleanup(shutil.rmtree, cls.pki.home, ignore_errors=True)
        cls.seals = {"answers": cls.pki.certify("seal"), "both": cls.pki.certify("seal with a list", lists=True)}

    def setUp(self):
        self.pki.asked, self.pki.given, self.pki.page = [], set(), None
        self.addCleanup(self.pki.stop)
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(self.s.__exit__)
        self.tsa_keys, self.tsa_port = os.path.join(self.s.home, "tsa.keys"), free_port()
        subprocess.run([PROGRAM, "tsa", "init", "--keys", self.tsa_keys, "--name", "示例有限公司"], check=True, stdout=subprocess.DEVNULL)
        self.tsa_roots = os.path.join(self.tsa_keys, "tsa.cert.pem")
        self.tsa = subprocess.Popen([PROGRAM, "tsa", "serve", "--keys", self.tsa_keys, "--port", str(self.tsa_port), "--metrics-port", "0"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.end_tsa)
        self.tsa.stdout.readline()

    def end_tsa(self):
        self.tsa.terminate()
        self.tsa.wait(30)
        self.tsa.stdout.close()

    def serve(self, seal):
        chain, key = self.seals[seal]
        self.s.options += ["--seal-certificate", chain, "--seal-key", key, "--seal-roots", self.pki.path("root.pem"), "--seal-level", "B-LTA",
                           "--tsa-url", f"http://127.0.0.1:{self.tsa_port}/", "--tsa-roots", self.tsa_roots, "--long-term-settle-s", "0"]
        self.s.start()
        status, _, made = self.s.issue(quote(), "sealed by a chain")
        self.assertEqual(status, 201, made)
        self.number = made["number"]
        self.sealed = self.pdf(1)

    def pdf(self, revision):
        return self.s.call("GET", f"/v1/quotes/{self.number}/pdf?revision={revision}", "rep")[2]

    def state(self):
        return self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["state"]

    def at_top(self):
        state = eventually(self.state, lambda state: state["seal_level"] == "B-LTA")
        return self.pdf(state["newest"]["revision"]), state["newest"]["revision"]

    def ready(self):
        return self.s.call("GET", "/readyz")[2].decode()

    def status(self):
        done = subprocess.run([PROGRAM, "ltv", "status", "--data", self.s.data, "--json"], capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def look_again(self):
        subprocess.run([PROGRAM, "ltv", "renew", "--data", self.s.data, "--before", time.strftime("%Y-%m-%d")], check=True, capture_output=True, timeout=60)

    def store_of(self, pdf):
        """What the document's DSS holds, as qpdf reads it: -> {"Certs": [DER], "CRLs": [DER], "OCSPs": [DER]}"""
        path = os.path.join(self.s.home, "judged.pdf")
        with open(path, "wb") as f:
            f.write(pdf)
        readers.run("qpdf", "--check", path)
        show = lambda number, *more: readers.run("qpdf", f"--show-object={number}", *more, path).stdout
        root = re.search(r"/Root (\d+) 0 R", show("trailer").decode())[1]
        store = show(re.search(r"/DSS (\d+) 0 R", show(root).decode())[1]).decode()
        out = {}
        for kind in ("Certs", "CRLs", "OCSPs"):
            found = re.search(rf"/{kind} \[([^\]]*)\]", store)
            out[kind] = [show(number, "--filtered-stream-data") for number in re.findall(r"(\d+) 0 R", found[1])] if found else []
        return out

    def certificate(self, name):
        return openssl("x509", "-in", self.pki.path(name + ".pem"), "-outform", "DER")

    def openssl_holds(self, store):
        """openssl's word on each list and each answer."""
        for der in store["CRLs"]:
            done = subprocess.run(["openssl", "crl", "-inform", "DER", "-noout", "-CAfile", self.pki.path("root.pem")], input=der, capture_output=True, timeout=60)
            self.assertIn(b"verify OK", done.stdout + done.stderr)
        for der in store["OCSPs"]:
            path = os.path.join(self.s.home, "answer")
            with open(path, "wb") as f:
                f.write(der)
            said = subprocess.run(["openssl", "ocsp", "-respin", path, "-issuer", self.pki.path("intermediate.pem"), "-cert", self.pki.path("seal.pem"),
                                   "-CAfile", self.pki.path("root.pem"), "-verify_other", self.pki.path("intermediate.pem"), "-no_nonce"],
                                  capture_output=True, text=True, timeout=60)
            self.assertIn("Response verify OK", said.stdout + said.stderr)
            self.assertIn(": good", said.stdout)

    def seal_level(self, pdf):
        found = self.s.json("POST", "/v1/verify", None, None, PDF, raw=pdf)[2]
        self.assertEqual((found["verdict"], found["findings"]["intact"]), ("authentic_current", True), found)
        return {each["field"]: each for each in found["findings"]["signatures"]}["Seal"]

    def test_it_climbs_with_a_list_and_an_answer(self):
        self.pki.serve()
        self.serve("answers")
        pdf, revision = self.at_top()
        self.assertTrue(pdf.startswith(self.sealed))
        self.assertEqual(sorted(set(self.pki.asked)), ["/ocsp", "/root.crl"])
        store = self.store_of(pdf)
        # To the byte what was given, and nothing else.
        self.assertEqual(store["CRLs"], [self.pki.read("root.crl")])
        self.assertEqual(len(store["OCSPs"]), 1)
        self.assertIn(store["OCSPs"][0], self.pki.given)
        for name in ("seal", "intermediate", "root", "responder"):
            self.assertIn(self.certificate(name), store["Certs"], name)
        self.openssl_holds(store)
        seal = self.seal_level(pdf)
        self.assertEqual((seal["level"], seal["trusted"]), ("B-LTA", True), seal)
        # Somebody who trusts the root alone finds the same, without a network.
        self.pki.stop()
        path = os.path.join(self.s.home, "offline.pdf")
        for name, data in ((path, pdf), (path + ".proof", self.s.call("GET", f"/v1/quotes/{self.number}/proof?revision={revision}", "rep")[2])):
            with open(name, "wb") as f:
                f.write(data)
        done = subprocess.run([PROGRAM + "-verify", "document", path, "--proof", path + ".proof", "--json", "--vkey",
                               self.s.call("GET", "/log/vkey")[2].decode().strip(), "--trust", self.pki.path("root.pem"), "--tsa-roots", self.tsa_roots],
                              capture_output=True, text=True, timeout=60)
        said = json.loads(done.stdout)
        self.assertEqual((done.returncode, said["findings"]["signatures"][0]["level"], said["findings"]["signatures"][0]["trusted"]), (0, "B-LTA", True), said)

    def test_a_list_stands_in_for_a_responder_that_is_busy(self):
        self.pki.serve()
        answer = self.pki.answer
        self.pki.answer = lambda method, path, body: (503, "text/plain", b"busy\n") if path == "/ocsp" else answer(method, path, body)
        self.addCleanup(self.pki.__dict__.pop, "answer")
        self.serve("both")
        pdf, _ = self.at_top()
        store = self.store_of(pdf)
        self.assertEqual(store["OCSPs"], [])
        self.assertEqual(sorted(store["CRLs"]), sorted([self.pki.read("root.crl"), self.pki.read("intermediate.crl")]))
        self.assertEqual(self.seal_level(pdf)["level"], "B-LTA")

    def test_it_waits_for_who_is_down_and_makes_nothing_up(self):
        self.serve("answers")
        waits = lambda why: eventually(self.status, lambda said: said[1].get("failing", {}).get("code") == "material_missing" and why in said[1]["failing"]["detail"])
        code, status = waits("unreachable")
        self.assertEqual((code, status["waiting"], status["documents"]), (1, 1, {"B-B": 1}), status)
        self.assertIn(self.pki.url(""), status["failing"]["detail"])
        eventually(self.ready, lambda text: "degraded: long-term proof" in text)

        def nothing_is_made_up():
            state = self.state()
            self.assertEqual((state["seal_level"], state["seal_pending"]), ("B-B", "B-LTA"))
            self.assertNotIn("newest", state)
            self.assertEqual(self.pdf(1), self.sealed)
            self.assertNotIn(b"/DSS", self.sealed)

        nothing_is_made_up()
        self.assertEqual(self.s.issue(quote(), "meanwhile")[0], 201)
        # Somebody answers, but not what was asked: a sign-in page, an answer on nothing, another authority's list.
        self.pki.serve()
        for why, page in (("bad_material", (200, "text/html", b"<html>sign in</html>")), ("ocsp", (200, "application/ocsp-response", bytes.fromhex("30030a0103")))):
            self.pki.page = page
            self.pki.asked.clear()
            self.look_again()
            eventually(lambda: list(self.pki.asked), lambda asked: "/ocsp" in asked and "/root.crl" in asked)
            self.assertEqual(self.status()[0], 1, why)
            nothing_is_made_up()
        self.pki.page = None
        self.look_again()
        pdf, _ = self.at_top()
        self.assertTrue(pdf.startswith(self.sealed))
        self.openssl_holds(self.store_of(pdf))
        eventually(self.ready, lambda text: "long-term" not in text)
        code, status = eventually(self.status, lambda said: said[1]["waiting"] == 0)
        self.assertEqual((code, status["documents"]), (0, {"B-LTA": 2}), status)
        self.s.stop()
        done = subprocess.run([PROGRAM, "verify", "--data", self.s.data], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
