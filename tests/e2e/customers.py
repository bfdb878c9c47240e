"""What customers do behind their links, for tests of a server that delivers into a folder."""
import glob, json, os

from server import STILL, Server, eventually, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
LI = {"name": "陈立", "organisation": "苏州澄湖新能源科技股份有限公司", "email": "chen.li@chenghu.example"}
WU = {"name": "Wu Fang", "phone": "+8613800138000", "language": "en"}


class Customers:
    """Beside unittest.TestCase."""

    def setUp(self):
        self.s = Server(PROGRAM, STILL + ("--access-log",))
        self.out = os.path.join(self.s.home, "out")
        self.s.options += ["--delivery-folder", self.out]
        self.s.start()
        self.addCleanup(self.s.__exit__)
        self.said = []  # the server's log of before a restart
        self.keys = 0
        self.number = self.s.issue(quote(), "first")[2]["number"]

    def messages(self, kind):
        out = []
        for path in glob.glob(os.path.join(self.out, kind + "-*.json")):
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            with open(path) as f:
                out.append(json.load(f))
        return sorted(out, key=lambda message: message["time"])

    def ask(self, *signers, **more):
        self.keys += 1
        status, headers, answer = self.s.json("POST", f"/v1/quotes/{self.number}/signature-requests", "rep",
                                              {"signers": signers or [LI], **more}, {"Idempotency-Key": f"ask-{self.keys}"})
        self.assertEqual(status, 201, answer)
        self.assertEqual(headers["location"], "/v1/signature-requests/" + answer["id"])
        return answer

    def links(self, count=1):
        messages = eventually(lambda: self.messages("invitation"), lambda found: len(found) >= count)
        return ["/sign/" + each["content"]["link"].rsplit("/", 1)[1] for each in messages]

    def session(self, link, **named):
        status, headers, session = self.s.json("GET", link + "/session", **named)
        self.assertEqual(status, 200, session)
        self.assertEqual((headers["cache-control"], headers["referrer-policy"]), ("no-store", "no-referrer"))
        return session

    def post(self, link, call, body=None, cookie=None, key="page-1"):
        headers = {"Idempotency-Key": key} | ({"Cookie": cookie} if cookie else {})
        return self.s.json("POST", f"{link}/{call}", None, body or {}, headers)

    def prove(self, link):
        self.assertEqual(self.post(link, "code")[0], 200)
        code = self.messages("code")[-1]["content"]["code"]
        status, headers, session = self.post(link, "code/check", {"code": code})
        self.assertEqual(status, 200, session)
        self.assertTrue(session["factors"][1]["done"])
        cookie = headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=Strict", f"Path={link}"):
            self.assertIn(part, cookie)
        return code, cookie.split(";")[0]

    def signing(self, session, **more):
        consent = session["consent"]
        return {"document_sha256": session["document"]["sha256"], "method": "drawn", "strokes": [[[120, 400], [130, 410]]],
                "consent": {"id": consent["id"], "sha256": consent["sha256"], "locale": "zh-CN", "accepted": True}} | more

    def sign(self, link, key="page-1", **how):
        """The whole way of one signer; -> the session behind it"""
        session = self.session(link)
        self.assertEqual(self.post(link, "viewed", {"document_sha256": session["document"]["sha256"]})[0], 200)
        _, cookie = self.prove(link)
        status, _, signed = self.post(link, "sign", self.signing(session, **how), cookie, key)
        self.assertEqual(status, 200, signed)
        self.assertEqual(signed["state"], "signed")
        again = self.post(link, "sign", self.signing(session, **how), cookie, key)
        self.assertEqual((again[0], again[2]["result"]), (200, signed["result"]))
        twice = self.post(link, "sign", self.signing(session, **how), cookie, "another")
        self.assertEqual((twice[0], twice[2]["code"]), (409, "already_signed"))
        return signed
