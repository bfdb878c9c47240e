#!/usr/bin/env python3
"""Documents that were signed elsewhere, and the seller's own signature, over HTTP."""
import json, os, re, subprocess, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import elsewhere
from customers import LI, PROGRAM, Customers
from openapi import Document
from server import quote

BUYER = "/O=" + LI["organisation"] + "/CN=陈立"
PDF = {"Content-Type": "application/pdf"}


class Elsewhere(Customers, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = elsewhere.Authority()
        for name, subject in (("buyer", BUYER), ("seller", "/O=上海衡拓自动化设备有限公司/CN=陈思远")):
            cls.authority.person(name, subject)
        cls.authority.person("nobody", BUYER, self_signed=True)

    def setUp(self):
        super().setUp()
        self.s.stop()
        self.s.options += ["--signer-roots", self.authority.roots]
        self.s.start()
        self.s.document = Document(self.s.json("GET", "/openapi.json")[2])
        self.addCleanup(lambda: self.assertEqual(self.s.faults, [], "answers differ from the OpenAPI document"))
        self.pdf = self.document()

    def document(self, revision=1, number=None):
        return self.s.call("GET", f"/v1/quotes/{number or self.number}/pdf?revision={revision}", "rep")[2]

    def bring(self, pdf, who="rep", number=None):
        status, _, answer = self.s.json("POST", f"/v1/quotes/{number or self.number}/signed-copies", who, None, PDF, raw=pdf)
        return status, answer

    def refused(self, pdf, status, code, **more):
        got, answer = self.bring(pdf, **more)
        self.assertEqual((got, answer["code"]), (status, code), answer)
        return answer

    def verdict(self, pdf):
        return self.s.json("POST", "/v1/verify", None, None, PDF, raw=pdf)[2]

    def test_the_buyers_certificate_accepts_the_quote(self):
        for pades in (True, False):
            with self.subTest(pades=pades):
                number = self.s.issue(quote(), f"pades-{pades}")[2]["number"]
                signed = elsewhere.sign(self.document(number=number), "Customer1", self.authority, "buyer", pades)
                status, answer = self.bring(signed, number=number)
                self.assertEqual(status, 201, answer)
                self.assertEqual((status, answer["revision"], answer["fields"], answer["assurance"], answer["status"]),
                                 (201, 2, ["Customer1"], "buyer", "accepted"), answer)
                row, = answer["signatures"]
                self.assertTrue(row["foreign"] and row["sound"] and row["trusted"])
                self.assertEqual(self.document(2, number), signed)
                again = self.bring(signed, number=number)
                self.assertEqual((again[0], again[1]["ledger"]["index"]), (201, answer["ledger"]["index"]))
                found = self.verdict(signed)
                self.assertEqual((found["verdict"], found["status"], found["revision"]), ("authentic_current", "accepted", 2))
                self.assertTrue(all(each["trusted"] for each in found["findings"]["signatures"]))
        proof = self.s.call("GET", f"/v1/quotes/{number}/proof?revision=2", "rep")[2]
        for name, data in (("signed.pdf", signed), ("proof", proof)):
            with open(os.path.join(self.s.home, name), "wb") as f:
                f.write(data)
        done = subprocess.run([PROGRAM + "-verify", "document", os.path.join(self.s.home, "signed.pdf"), "--proof", os.path.join(self.s.home, "proof"),
                               "--vkey", self.s.call("GET", "/log/vkey")[2].decode().strip(), "--json"], capture_output=True, text=True)
        self.assertEqual((done.returncode, json.loads(done.stdout)["type"]), (0, "signature.added"), done.stdout)

    def test_others_certificates_are_recorded_and_accept_nothing(self):
        for name, field, assurance in (("seller", "Customer1", "trusted"), ("nobody", "Customer2", "unknown")):
            signed = elsewhere.sign(self.pdf, field, self.authority, name)
            status, answer = self.bring(signed)
            self.assertEqual((status, answer["assurance"], answer["status"]), (201, assurance, "valid"), answer)
            self.pdf = signed
        status, answer = self.bring(elsewhere.sign(self.pdf, "Customer3", self.authority, "buyer"))
        self.assertEqual((status, answer["revision"], answer["status"]), (201, 4, "accepted"), answer)
        history = self.s.json("GET", f"/v1/quotes/{self.number}/history", "auditor")[2]["events"]
        self.assertEqual([each["details"]["assurance"] for each in history if each["type"] == "signature.added"], ["trusted", "unknown", "buyer"])

    def test_a_certificate_that_does_not_hold_accepts_nothing(self):
        """Each names the buyer, and its signature is sound: what is wrong is the certificate."""
        self.authority.person("ended", BUYER, days=(-30, -2))
        self.authority.person("coming", BUYER, days=(2, 30))
        self.authority.person("server", BUYER, purpose="serverAuth")
        self.authority.person("weak", BUYER, digest="sha1")
        for name, code, more in (("ended", "certificate_expired", {"days_ago": 5}), ("server", "certificate_purpose", {}),
                                 ("weak", "certificate_weak", {})):
            number = self.s.issue(quote(), name)[2]["number"]
            status, answer = self.bring(elsewhere.sign(self.document(number=number), "Customer1", self.authority, name, **more), number=number)
            self.assertEqual((status, answer["assurance"], answer["status"]), (201, "unknown", "valid"), answer)
            self.assertEqual(answer["signatures"][0]["level_fault"], code)
        # At the time that the signature itself claims these were not valid: no signature of theirs.
        for name, more in (("ended", {}), ("coming", {})):
            refusal = self.refused(elsewhere.sign(self.pdf, "Customer1", self.authority, name, **more), 422, "change_not_allowed")
            self.assertEqual(refusal["errors"][0]["code"], "signature_time")

    def test_what_is_no_signed_copy_is_refused_in_plain_words(self):
        self.refused(self.pdf, 409, "nothing_added")
        self.refused(b"no PDF", 422, "not_this_document")
        self.refused(self.pdf.replace(b"/MediaBox", b"/MediaBix", 1) + b"x", 422, "not_this_document")
        self.refused(self.pdf + b"more", 422, "change_not_allowed")
        other = self.s.issue(quote("1.00"), "other")[2]["number"]
        self.refused(elsewhere.sign(self.document(number=other), "Customer1", self.authority, "buyer"), 422, "not_this_document")
        carried = self.s.call("GET", f"/v1/quotes/{self.number}/pdf?proof=embedded", "rep")[2]
        self.refused(carried, 422, "proof_inside")
        # Signed, and changed on the way: what the page shows, another field's rectangle, a new annotation.
        page = re.findall(rb"/Kids \[ ?(\d+) 0 R", self.pdf)[-1]

        def drawn(objects):
            objects[int(page)] = elsewhere.last_object(self.pdf, int(page)) + b" /Rotate 90 >>"
        refusal = self.refused(elsewhere.sign(self.pdf, "Customer1", self.authority, "buyer", change=drawn), 422, "change_not_allowed")
        self.assertEqual(refusal["errors"][0]["code"], "page_changed")

        def hidden(objects):
            number = min(objects)
            objects[number] = re.sub(rb"/Rect ?\[[^\]]*\]", b"/Rect [0 0 0 0]", objects[number])
        refusal = self.refused(elsewhere.sign(self.pdf, "Customer1", self.authority, "buyer", change=hidden), 422, "change_not_allowed")
        self.assertEqual(refusal["errors"][0]["code"], "field_changed")
        signed = elsewhere.sign(self.pdf, "Customer1", self.authority, "buyer")
        at = signed.index(b"0" * 1000, signed.rindex(b"/Contents <")) - 10  # within the signature's value, which stands last
        digit = b"0" if signed[at:at + 1] != b"0" else b"1"
        self.refused(signed[:at] + digit + signed[at + 1:], 422, "change_not_allowed")
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["state"]["status"], "valid")
        self.assertEqual(self.bring(signed)[0], 201)
        # A second copy of the first revision comes too late.
        late = self.refused(elsewhere.sign(self.pdf, "Customer2", self.authority, "buyer"), 409, "document_changed")
        self.assertIn("revision 1", late["detail"])

    def test_scopes_and_states(self):
        signed = elsewhere.sign(self.pdf, "Customer1", self.authority, "buyer")
        self.assertEqual(self.bring(signed, "auditor")[0], 403)
        self.assertEqual(self.bring(signed, "finance")[0], 403)
        asked = self.ask()
        self.refused(signed, 409, "signature_request_open")
        self.assertEqual(self.s.json("POST", f"/v1/signature-requests/{asked['id']}/revoke", "rep", {})[0], 200)
        newer = self.s.issue(quote("90.00", revision_of=self.number), "newer")[2]["number"]
        self.refused(signed, 409, "quote_superseded")
        self.assertEqual(self.bring(elsewhere.sign(self.document(number=newer), "Customer1", self.authority, "buyer"), number=newer)[0], 201)

    def handed_in(self, link, pdf, cookie, **more):
        consent = self.session(link)["consent"]
        given = {"consent_id": consent["id"], "consent_sha256": consent["sha256"], "locale": "zh-CN", "accepted": "true"} | more
        query = "&".join(f"{name}={value}" for name, value in given.items())
        status, _, answer = self.s.json("POST", f"{link}/signed-copy?{query}", None, None, PDF | {"Cookie": cookie}, raw=pdf)
        return status, answer

    def test_a_customer_hands_in_their_copy_behind_the_link(self):
        self.ask(LI, {**LI, "email": "second@chenghu.example"})
        first, second = self.links(2)
        session = self.session(first)
        self.assertIn("certificate", session["methods"])
        signed = elsewhere.sign(self.pdf, "Customer1", self.authority, "nobody")
        self.assertEqual(self.handed_in(first, signed, "")[1]["code"], "not_viewed")
        self.assertEqual(self.post(first, "viewed", {"document_sha256": session["document"]["sha256"]})[0], 200)
        self.assertEqual(self.handed_in(first, signed, "")[1]["code"], "factor_missing")
        _, cookie = self.prove(first)
        self.assertEqual(self.handed_in(first, signed, cookie, accepted="no")[1]["code"], "consent_missing")
        wrong = elsewhere.sign(self.pdf, "Customer2", self.authority, "nobody")
        self.assertEqual(self.handed_in(first, wrong, cookie)[1]["code"], "field_differs")
        status, answer = self.handed_in(first, signed, cookie)
        self.assertEqual((status, answer["state"], answer["result"]["document"]["revision"]), (200, "signed", 2), answer)
        self.assertEqual(self.handed_in(first, signed, cookie)[0], 200, "the same bytes again")
        self.assertEqual(self.handed_in(first, wrong, cookie)[1]["code"], "already_signed")
        self.assertEqual(self.s.call("GET", first + "/signed")[2], signed)
        # The second signs here, on what the first handed in; then the quote is accepted.
        self.sign(second, key="second")
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["state"]["status"], "accepted")
        kinds = [(each["field"], each["foreign"]) for each in self.verdict(self.document(3))["findings"]["signatures"]]
        self.assertEqual(kinds, [("Seal", False), ("Customer1", True), ("Customer2", False)])
        summary = self.s.call("GET", first + "/summary")
        self.assertEqual(summary[0], 200)
        path = os.path.join(self.s.home, "summary.pdf")
        with open(path, "wb") as f:
            f.write(summary[2])
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
        self.assertIn("本人数字证书", text)

    def test_the_seller_signs_with_an_own_key(self):
        secret = "correct horse battery"
        sign = lambda who="rep", password=secret, key="s", number=None: self.s.json(
            "POST", f"/v1/quotes/{number or self.number}/signature", who, {"signing_password": password}, {"Idempotency-Key": key})
        self.assertEqual(sign()[2]["code"], "signing_key_missing")
        self.assertEqual(self.s.json("POST", "/v1/signing-key", "rep", {"signing_password": "short"})[2]["code"], "bad_signing_password")
        self.assertEqual(self.s.json("POST", "/v1/signing-key", "auditor", {"signing_password": secret})[0], 403)
        status, _, made = self.s.json("POST", "/v1/signing-key", "rep", {"signing_password": secret})
        self.assertEqual(status, 201, made)
        self.assertIn("CN=陈思远", made["subject"])
        self.assertEqual(self.s.json("GET", "/v1/signing-key", "rep")[2]["certificate_sha256"], made["certificate_sha256"])
        self.assertEqual(sign(password=secret + "!")[2]["code"], "signing_password_wrong")
        self.assertEqual(sign("manager")[0], 404, "another's quote")
        status, _, signed = sign()
        self.assertEqual((status, signed["fields"], signed["source"], signed["assurance"], signed["status"]), (201, ["Rep"], "own_key", "trusted", "valid"), signed)
        self.assertEqual((sign()[0], sign()[2]["ledger"]["index"]), (201, signed["ledger"]["index"]))
        self.assertEqual(sign(key="twice")[2]["code"], "field_signed")
        second = self.document(2)
        found = self.verdict(second)
        rep = found["findings"]["signatures"][1]
        self.assertEqual((found["verdict"], rep["field"], rep["trusted"], rep["certificate_sha256"]), ("authentic_current", "Rep", True, made["certificate_sha256"]))
        path = os.path.join(self.s.home, "rep.pdf")
        with open(path, "wb") as f:
            f.write(second)
        said = subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout
        self.assertEqual(said.count("Signature is Valid."), 2, said)
        # The customer signs on top; a new key ends the old one, and what it signed stays trusted.
        self.ask()
        self.sign(self.links()[0])
        newer = self.s.json("POST", "/v1/signing-key", "rep", {"signing_password": secret + "2"})[2]
        files = os.listdir(os.path.join(self.s.data + ".keys", "people"))
        self.assertEqual(len(files), 1, files)
        self.assertIn(newer["certificate_sha256"][:16], files[0])
        with open(os.path.join(self.s.data + ".keys", "people", files[0])) as f:
            self.assertIn("BEGIN ENCRYPTED PRIVATE KEY", f.read())
        other = self.s.issue(quote("2.00"), "other")[2]["number"]
        self.assertEqual(sign(key="old", number=other)[2]["code"], "signing_password_wrong")
        self.assertEqual(sign(password=secret + "2", key="new", number=other)[0], 201)
        self.assertTrue(all(each["trusted"] for each in self.verdict(self.document(3))["findings"]["signatures"]))
        self.assertEqual(self.s.json("POST", "/v1/signing-key/revoke", "rep")[0], 200)
        self.assertEqual(os.listdir(os.path.join(self.s.data + ".keys", "people")), [])
        third = self.s.issue(quote("3.00"), "third")[2]["number"]
        self.assertEqual(sign(password=secret + "2", key="revoked", number=third)[2]["code"], "signing_key_missing")
        self.s.stop()
        checked = subprocess.run([PROGRAM, "verify", "--data", self.s.data], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_scans_of_signed_paper_are_kept_and_accept_nothing(self):
        bring = lambda data, who="rep": self.s.json("POST", f"/v1/quotes/{self.number}/signed-scans", who, None,
                                                    {"Content-Type": "application/octet-stream"}, raw=data)
        scans = {"application/pdf": b"%PDF-1.4\nscanned", "image/jpeg": b"\xff\xd8\xff\xe0picture", "image/png": b"\x89PNG\r\n\x1a\npicture"}
        for kind, data in scans.items():
            status, _, answer = bring(data)
            self.assertEqual((status, answer["media_type"], answer["assurance"], answer["status"]), (201, kind, "scan", "valid"), answer)
            again = bring(data)
            self.assertEqual((again[0], again[2]["ledger"]["index"]), (201, answer["ledger"]["index"]))
            status, headers, got = self.s.call("GET", answer["url"], "rep")
            self.assertEqual((status, headers["content-type"], got), (200, "application/octet-stream", data))
            self.assertTrue(headers["content-disposition"].startswith("attachment"))
        self.assertEqual(bring(b"<html><script>alert(1)</script>")[2]["code"], "scan_kind")
        self.assertEqual(bring(scans["image/png"], "auditor")[0], 403)
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{self.number}/signed-scans/1", "rep")[2]["code"], "scan_not_found")
        self.assertEqual(len(self.document()), len(self.pdf))
        state = self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["state"]
        self.assertEqual((state["status"], "newest" in state), ("valid", False))
        self.s.stop()
        checked = subprocess.run([PROGRAM, "verify", "--data", self.s.data], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.s.start()

    def test_guesses_of_the_password_are_slowed_down(self):
        self.s.json("POST", "/v1/signing-key", "rep", {"signing_password": "correct horse battery"})
        codes = [self.s.json("POST", f"/v1/quotes/{self.number}/signature", "rep", {"signing_password": f"guess number {i}"},
                             {"Idempotency-Key": f"g{i}"})[2]["code"] for i in range(12)]
        self.assertEqual(codes, ["signing_password_wrong"] * 10 + ["login_throttled"] * 2)


if __name__ == "__main__":
    unittest.main()
