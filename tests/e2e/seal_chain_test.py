#!/usr/bin/env python3
"""A seal whose chain stops: seen before anything is sealed with it, and refused where the operator named the roots."""
import os, shutil, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pki import Pki
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")


class SealChain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki = Pki()
        cls.addClassCleanup(shutil.rmtree, cls.pki.home, ignore_errors=True)
        cls.pki.certify("seal")
        cls.pki.authority("other", None)

    def ready(self, *names, roots=None):
        """-> what /readyz says, what issuing answers, and the server's own log"""
        server = Server(PROGRAM, STILL)
        chain = self.pki.write("offered.pem", "".join(self.pki.read(name + ".pem").decode() for name in names))
        server.options += ["--seal-certificate", chain, "--seal-key", self.pki.path("seal.key")]
        server.options += ["--seal-roots", self.pki.path(roots + ".pem")] if roots else []
        try:
            server.start()
            status, _, text = server.call("GET", "/readyz")
            issued, _, answer = server.issue(quote(), "k")
            with open(os.path.join(server.home, "serve.log")) as f:
                log = f.read()
            return (status, text.decode()), (issued, answer.get("code")), log
        finally:
            server.__exit__()

    def test_a_whole_chain_is_no_matter(self):
        for names, roots in ((("seal", "intermediate", "root"), None), (("seal", "intermediate", "root"), "root"), (("seal", "intermediate"), "root"), (("seal",), "intermediate")):
            with self.subTest(names=names, roots=roots):
                (status, text), issued, _ = self.ready(*names, roots=roots)
                self.assertEqual((status, issued[0]), (200, 201), text)
                self.assertNotIn("degraded: seal:", text)

    def test_a_chain_that_stops_is_shown(self):
        (status, text), issued, log = self.ready("seal")
        self.assertEqual((status, issued[0]), (200, 201), text)
        said = "the certificate of CN=intermediate,O=Testing, which issued that of CN=seal,O=上海衡拓自动化设备有限公司, is missing"
        self.assertIn("degraded: seal: the seal: " + said, text)
        self.assertIn("(seal_chain_incomplete)", text)
        self.assertIn(said, log)

    def test_one_that_leads_to_none_of_the_roots_seals_nothing(self):
        for names, missing in ((("seal",), "intermediate"), (("seal", "intermediate"), "root")):
            with self.subTest(names=names):
                (status, text), issued, log = self.ready(*names, roots="other" if missing == "root" else "root")
                self.assertEqual((status, issued), (503, (503, "seal_chain_incomplete")), text)
                self.assertIn(f"the certificate of CN={missing},O=Testing", text)
                self.assertIn("nothing can be issued", log)

    def test_a_root_of_its_own_that_is_none_of_them_is_shown(self):
        (status, text), issued, _ = self.ready("seal", "intermediate", "root", roots="other")
        self.assertEqual((status, issued[0]), (200, 201), text)
        self.assertIn("(seal_chain_root_differs)", text)


if __name__ == "__main__":
    unittest.main()
