#!/usr/bin/env python3
"""Customers' links over HTTP: what a browser sees, what no log holds, and what a restart does not lose."""
import base64, glob, hashlib, hmac, http.client, http.server, json, os, re, subprocess, sys, threading, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import elsewhere
from customers import LI, PROGRAM, WU, Customers
from server import eventually, quote

DOTS_PER_INCH = 150


class Signing(Customers, unittest.TestCase):
    def log(self):
        with open(os.path.join(self.s.home, "serve.log")) as f:
            return "".join(self.said) + f.read()

    def restart(self, hard=False):
        self.s.stop(hard)
        self.said.append(self.log()[len("".join(self.said)):])
        self.s.start()

    def test_from_the_link_to_the_code_and_nothing_of_it_in_a_log(self):
        request = self.ask(message="请审阅后签字。")
        link = self.links()[0]
        token = link.rsplit("/", 1)[1]
        self.assertEqual(len(token), 43)
        session = self.session(link)
        self.assertEqual((session["state"], session["signer"]["name"], session["message"]), ("open", "陈立", "请审阅后签字。"))
        self.assertEqual(session["factors"][1]["address"], "c***@chenghu.example")
        status, headers, document = self.s.call("GET", link + "/document")
        self.assertEqual((status, headers["etag"]), (200, f'"{session["document"]["sha256"]}"'))
        self.assertEqual(document, self.s.call("GET", f"/v1/quotes/{self.number}/pdf", "rep")[2])
        status, _, viewed = self.post(link, "viewed", {"document_sha256": session["document"]["sha256"]})
        self.assertEqual(status, 200, viewed)
        self.assertIsNotNone(viewed["viewed_at"])
        wrong = self.post(link, "sign", self.signing(session))
        self.assertEqual((wrong[0], wrong[2]["code"], wrong[2]["factor"]), (422, "factor_missing", "code"))
        code, cookie = self.prove(link)
        soon = self.post(link, "code")
        self.assertEqual(soon[0], 200)  # the code before was used
        soon = self.post(link, "code")
        self.assertEqual((soon[0], soon[2]["code"]), (429, "code_too_soon"))
        self.assertTrue(1 <= int(soon[1]["retry-after"]) <= 60)
        newest = self.messages("code")[-1]["content"]["code"]
        wrong = self.post(link, "code/check", {"code": f"{(int(newest) + 1) % 1_000_000:06}"})
        self.assertEqual((wrong[0], wrong[2]["code"], wrong[2]["attempts_left"]), (422, "code_wrong", 4))
        # The proof is this browser's, and ends with the server.
        self.assertTrue(self.session(link, headers={"Cookie": cookie})["factors"][1]["done"])
        self.assertFalse(self.session(link)["factors"][1]["done"])
        self.restart()
        self.assertFalse(self.session(link, headers={"Cookie": cookie})["factors"][1]["done"])
        self.assertIsNotNone(self.session(link)["viewed_at"])
        # Wrong calls below a link are told no more of it than right ones.
        for method, path in (("GET", link + "/nothing"), ("PUT", link), ("GET", link + "/%zz"), ("GET", "/%73ign/" + token + "/x")):
            connection = http.client.HTTPConnection("127.0.0.1", self.s.port, timeout=30)
            connection.request(method, path)
            answer = connection.getresponse()
            self.assertGreaterEqual(answer.status, 400)
            self.assertNotIn(token, answer.read().decode())
            connection.close()
        answers = [self.s.call("GET", path, who)[2].decode() for path, who in (
            (f"/v1/signature-requests/{request['id']}", "rep"), ("/v1/signature-requests", "rep"),
            (f"/v1/quotes/{self.number}/history", "rep"), ("/v1/log/entries?from=0&limit=1000", "auditor"), ("/readyz", None))]
        proof = cookie.split("=")[1]
        self.s.stop()
        for text in answers + [self.log()]:
            for secret in (token, proof, f'"{code}"'):
                self.assertNotIn(secret, text)
        self.assertIn("/sign/{token}/session", self.log())
        for folder, _, files in os.walk(self.s.data):
            for name in files:
                with open(os.path.join(folder, name), "rb") as f:
                    held = f.read()
                for secret in (token.encode(), proof.encode(), "chen.li@".encode()):
                    self.assertNotIn(secret, held, name)
        self.s.start()

    def summary(self, path, who=None):
        status, _, page = self.s.call("GET", path, who)
        self.assertEqual(status, 200, page[:400])
        name = os.path.join(self.s.home, "summary.pdf")
        with open(name, "wb") as file:
            file.write(page)
        self.assertIn("Signature is Valid.", subprocess.run(["pdfsig", "-nocert", name], capture_output=True, text=True, timeout=60).stdout)
        return subprocess.run(["pdftotext", "-layout", name, "-"], capture_output=True, text=True, timeout=60).stdout

    def test_two_customers_sign_and_the_document_says_so(self):
        self.ask({**LI, "role": "采购总监"}, WU, order="in_order")
        first = self.links()[0]
        sealed = self.s.call("GET", f"/v1/quotes/{self.number}/pdf", "rep")[2]
        self.sign(first, strokes=[[[500, 6000], [2500, 1500], [4500, 7500]], [[5200, 3000], [9000, 3100]]])
        second = next(link for link in self.links(2) if link != first)
        self.assertEqual(self.session(second)["document"]["revision"], 2)
        result = self.sign(second, method="typed", typed_name="Wu Fang", strokes=[])["result"]
        self.assertEqual(result["document"]["revision"], 3)
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["status"], "accepted")
        whole = self.s.call("GET", second + "/signed")[2]
        self.assertEqual(hashlib.sha256(whole).hexdigest(), result["document"]["sha256"])
        self.assertEqual(whole, self.s.call("GET", f"/v1/quotes/{self.number}/pdf?revision=3", "rep")[2])
        # Each is told where the document with all signatures and its evidence are, and finds them there.
        told = eventually(lambda: self.messages("completed"), lambda found: len(found) >= 3)
        self.assertEqual(sorted(each["channel"] for each in told), ["email", "person", "phone"])
        for message in told:
            who = "rep" if message["channel"] == "person" else None
            document, summary = ("/" + message["content"][name].split("/", 3)[3] for name in ("document", "summary"))
            self.assertEqual(self.s.call("GET", document, who)[2], whole)
            self.assertIn("ALL HAVE SIGNED", self.summary(summary, who))
        self.assertEqual(self.session(first)["result"]["document"], result["document"])
        self.assertEqual(self.s.call("GET", f"/v1/quotes/{self.number}/pdf", "rep")[2], sealed)
        self.assertTrue(whole.startswith(sealed))
        found = self.s.json("GET", "/v1/verify/sha256/" + result["document"]["sha256"])[2]
        self.assertEqual((found["match"], found["status"], found["number"]), ("exact", "accepted", self.number))
        path = os.path.join(self.s.home, "signed.pdf")
        with open(path, "wb") as file:
            file.write(whole)
        said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60).stdout
        self.assertEqual(said.count("Signature is Valid."), 3, said)
        self.assertEqual(subprocess.run(["qpdf", "--check", path], capture_output=True, timeout=60).returncode, 0)
        request = self.s.json("GET", f"/v1/signature-requests?number={self.number}", "rep")[2]["items"][0]["id"]
        told = self.summary(f"/v1/signature-requests/{request}/summary", "rep")
        for part in ("全部签署", "ALL HAVE SIGNED", "陈立", "Wu Fang", "手写 Drawn", "采购总监", "键入姓名 Typed", "验证码 One-time code",
                     "c***@chenghu.example", "127.0.0.1", result["document"]["sha256"][:40], "consent-2026-1"):
            self.assertIn(part, told)
        # A signer is told by what they proved who they are themselves, and not how others did.
        told = self.summary(second + "/summary")
        self.assertIn("陈立", told)
        self.assertNotIn("c***@chenghu.example", told)
        self.s.stop()
        done = subprocess.run([PROGRAM, "verify", "--data", self.s.data, "--json"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.s.start()

    def saved(self, name, data):
        path = os.path.join(self.s.home, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def pixels(self, pdf, name):
        """-> width, height and the grey values of the first page, and the rows from its top"""
        path = self.saved(name + ".pdf", pdf)
        subprocess.run(["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-singlefile", path, path[:-4]], check=True, timeout=60)
        with open(path[:-4] + ".pgm", "rb") as file:
            kind, size, _, grey = file.read().split(b"\n", 3)
        self.assertEqual(kind, b"P5")
        width, height = map(int, size.split())
        return width, height, grey

    def test_the_field_shows_who_signed_how_and_the_certificate_is_the_services(self):
        self.ask({**LI, "role": "采购总监"})
        link = self.links()[0]
        before = self.s.call("GET", f"/v1/quotes/{self.number}/pdf", "rep")[2]
        self.sign(link, strokes=[[[500, 6000], [2500, 1500], [4500, 7500]], [[5200, 3000], [9000, 3100]]])
        after = self.s.call("GET", link + "/signed")[2]
        # What differs on the page is within the field's box: the drawn signature, and three lines of print below it.
        field = elsewhere.last_object(before, elsewhere.field_number(before, "Customer1"))
        left, bottom, right, top = (float(each) for each in re.search(rb"/Rect ?\[([^\]]*)\]", field).group(1).split())
        (width, height, was), (_, _, now) = self.pixels(before, "before"), self.pixels(after, "after")
        points = [(i % width * 72 / DOTS_PER_INCH, (height - i // width) * 72 / DOTS_PER_INCH, was[i] - now[i])
                  for i in range(len(was)) if was[i] != now[i]]
        self.assertTrue(all(left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1 for x, y, _ in points))
        for low, high in ((2, 8), (8, 13.2), (13.4, 18.8), (21, 51)):
            ink = [x for x, y, darker in points if low <= y - bottom <= high and darker > 30]
            self.assertGreater(len(ink), 60, (low, high))
            self.assertGreater(max(ink) - min(ink), 40, (low, high))
        # The same as text, in the signature's own dictionary and on the evidence page; the field has outlines of letters.
        added = after[len(before):]
        texts = {name: bytes.fromhex(re.search(rb"/%s ?<([0-9A-Fa-f]+)>" % name, added).group(1).decode()).decode("utf-16")
                 for name in (b"Name", b"Reason")}
        self.assertEqual(texts[b"Name"], "陈立 (苏州澄湖新能源科技股份有限公司)")
        self.assertEqual(texts[b"Reason"], "手写签名 drawn，由签署服务记录 recorded by the signing service；"
                                           "签署链接 Link，验证码 One-time code c***@chenghu.example")
        told = self.summary(link + "/summary")
        for part in ("陈立", "采购总监", "手写 Drawn", "签署链接 Link", "验证码 One-time code", "c***@chenghu.example"):
            self.assertIn(part, told)
        # Who vouches is the signing service, and its certificate is nobody else's.
        cms = self.saved("cms", bytes.fromhex(re.findall(rb"/Contents ?<([0-9A-Fa-f]+)>", added)[-1].decode()))
        chain = subprocess.run(["openssl", "pkcs7", "-inform", "DER", "-in", cms, "-print_certs"], capture_output=True, text=True, timeout=60).stdout
        certificates = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", chain, re.S)
        self.assertEqual(len(certificates), 1, chain)
        subject = subprocess.run(["openssl", "x509", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus"], input=certificates[0],
                                 capture_output=True, text=True, timeout=60).stdout
        self.assertIn("CN=Quotary signing service 签署服务", subject)
        self.assertIn("records signatures of others", subject)
        for name in ("陈立", "采购总监", LI["organisation"]):
            self.assertNotIn(name, subject)

    def void(self):
        request = self.s.json("POST", f"/v1/quotes/{self.number}/void-requests", "rep",
                              {"reason_code": "price_error", "reason_text": "单价录入错误，应为 85600 元"})[2]["id"]
        self.assertEqual(self.s.json("POST", f"/v1/void-requests/{request}/approve", "manager", {})[0], 200)

    def test_what_ended_is_told_with_409_in_plain_words(self):
        seen = []

        def ended(end, state, code, words):
            with self.subTest(end=state):
                self.number = self.s.issue(quote(), state)[2]["number"]
                request = self.ask()["id"]
                link = next(each for each in self.links(len(seen) + 1) if each not in seen)
                seen.append(link)
                session = self.session(link)
                self.assertEqual(session["state"], "open")
                end(request, link)
                self.assertEqual(self.session(link)["state"], state)
                late = self.signing(session)
                for call, body in (("viewed", {"document_sha256": session["document"]["sha256"]}), ("code", None), ("sign", late), ("decline", {"reason": "太晚"})):
                    status, headers, problem = self.post(link, call, body, key="late")
                    self.assertEqual((status, problem["status"], problem["code"]), (409, 409, code), problem)
                    self.assertTrue(headers["content-type"].startswith("application/problem+json"))
                    self.assertIn(words.format(number=self.number), problem["detail"])
                self.assertEqual(self.s.call("GET", link + "/document")[0], 409)
                self.assertEqual(self.s.call("GET", link + "/signed")[0], 200 if state == "signed" else 404)

        ended(lambda *_: self.void(), "quote_voided", "quote_voided", "{number} was voided by its issuer: do not rely on it")
        ended(lambda *_: self.s.issue(quote("90.00", revision_of=self.number), "newer"), "quote_superseded", "quote_superseded",
              "{number} was superseded by ")
        ended(lambda request, _: self.s.json("POST", f"/v1/signature-requests/{request}/revoke", "rep", {}), "revoked", "request_revoked",
              "the request to sign {number} was revoked: ask the sender for another")
        ended(lambda _, link: self.sign(link), "signed", "already_signed", "you have signed {number} already")
        # A quote that was signed or voided has no successor.
        for number, code in ((self.number, "revision_of_accepted"), (self.voided_number(), "revision_of_voided")):
            status, _, problem = self.s.issue(quote("91.00", revision_of=number), code)
            self.assertEqual((status, problem["code"]), (409, code), problem)

    def voided_number(self):
        return self.s.json("GET", "/v1/quotes?status=voided", "rep")[2]["items"][0]["number"]

    def test_the_certificate_that_records_signatures_is_in_the_ledger(self):
        def adopted():
            items = self.s.json("GET", "/v1/log/entries?from=0&limit=1000", "auditor")[2]["items"]
            entries = [json.loads(each["canonical"]) for each in items]
            return [entry["body"] for entry in entries if entry["type"] == "signing.certificate_adopted"]
        with open(self.s.data + ".keys/signing-service.cert.pem") as f:
            der = base64.b64decode("".join(f.read().split("-----")[2].split()))
        self.assertEqual([each["certificate"] for each in adopted()], [hashlib.sha256(der).hexdigest()])
        self.restart()
        self.assertEqual(len(adopted()), 1)

    def test_nobody_is_asked_while_no_signature_can_be_written(self):
        with open(self.s.data + ".keys/signing-service.key.pem", "r+") as f:
            f.truncate(20)
        self.restart()
        self.assertIn("degraded: signing", self.s.call("GET", "/readyz")[2].decode())
        status, _, problem = self.s.json("POST", f"/v1/quotes/{self.number}/signature-requests", "rep", {"signers": [LI]},
                                         {"Idempotency-Key": "k"})
        self.assertEqual((status, problem["code"]), (503, "signing_unavailable"))
        self.assertNotIn(self.s.data, problem["detail"])

    def test_unknown_links_all_say_the_same(self):
        self.ask()
        link = self.links()[0]
        said = set()
        for token in ("A" * 43, "x", link[6:] + "A", link[6:-1], "%E4%B8%AD"):
            for method, call in (("GET", "session"), ("GET", "document"), ("GET", "signed"), ("POST", "viewed"), ("POST", "code"),
                                 ("POST", "code/check"), ("POST", "sign"), ("POST", "decline")):
                status, headers, problem = self.s.json(method, f"/sign/{token}/{call}", None, {} if method == "POST" else None,
                                                       {"Idempotency-Key": "k"})
                self.assertEqual((status, problem["code"]), (404, "signing_link_unknown"))
                self.assertEqual(headers["cache-control"], "no-store")
                said.add(problem["detail"])
        self.assertEqual(len(said), 1)
        pages = {self.s.call("GET", path)[2] for path in (link, "/sign/x")}
        self.assertEqual(len(pages), 1)

    def test_declined_revoked_and_renewed(self):
        self.ask(LI, WU)
        links = self.links(2)
        first = next(each for each in links if self.session(each)["signer"]["name"] == "陈立")
        status, _, session = self.post(first, "decline", {"reason": "价格过高"})
        self.assertEqual((status, session["state"]), (200, "declined"))
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{self.number}", "rep")[2]["status"], "declined")
        eventually(lambda: self.messages("declined"), lambda found: {"person", "email"} <= {each["channel"] for each in found})
        self.number = self.s.issue(quote(), "second")[2]["number"]
        request = self.ask()
        link = next(each for each in self.links(3) if each not in links)
        signer = request["signers"][0]["id"]
        path = f"/v1/signature-requests/{request['id']}"
        status, _, renewed = self.s.json("POST", f"{path}/signers/{signer}/renew-link", "rep")
        self.assertEqual((status, renewed["signers"][0]["links"]), (200, 2))
        self.assertEqual(self.s.json("GET", link + "/session")[0], 404)
        newest = next(each for each in self.links(4) if each not in links + [link])
        eventually(lambda: self.s.json("GET", path, "rep")[2]["signers"][0], lambda found: "sent_at" in found)
        self.assertEqual(self.s.json("POST", f"{path}/signers/{signer}/remind", "rep")[0], 200)
        self.assertEqual(self.s.json("POST", f"{path}/signers/{signer}/remind", "rep")[2]["code"], "reminder_too_soon")
        self.assertEqual(self.s.json("POST", f"{path}/revoke", "rep", {"reason_text": "联系人有误"})[2]["status"], "revoked")
        self.assertEqual(self.session(newest)["state"], "revoked")
        self.assertEqual(self.post(newest, "decline", {"reason": "太晚"})[2]["code"], "request_revoked")
        listed = self.s.json("GET", "/v1/signature-requests?status=revoked", "manager")[2]["items"]
        self.assertEqual([(each["id"], each["signers"][0]["address"]) for each in listed], [(request["id"], "c***@chenghu.example")])
        self.assertTrue(self.s.json("POST", "/v1/log/verify", "auditor", {})[2]["ok"])

    def test_a_hook_gets_signed_messages_and_failures_are_shown(self):
        secret, got, answer_with = "0123456789abcdef-hook", [], [500]

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                t, v1 = (part.split("=")[1] for part in self.headers["Quotary-Signature"].split(","))
                expected = hmac.new(secret.encode(), t.encode() + b"." + body, "sha256").hexdigest()
                if answer_with[0] == 200:
                    got.append((json.loads(body), hmac.compare_digest(v1, expected)))
                self.send_response(answer_with[0])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        self.addCleanup(hook.server_close)
        self.addCleanup(hook.shutdown)
        path = os.path.join(self.s.home, "secret")
        with open(path, "w") as f:
            f.write(secret + "\n")
        self.s.stop()
        self.s.options[-2:] = ["--delivery-url", f"http://127.0.0.1:{hook.server_port}/messages", "--delivery-secret-file", path]
        self.s.start()
        request = self.ask()
        row = eventually(lambda: self.s.json("GET", f"/v1/signature-requests/{request['id']}", "rep")[2]["signers"][0]["delivery"],
                         lambda found: found["state"] == "failing")
        self.assertEqual(row["code"], "delivery_refused")
        self.assertIn("the delivery hook answered 500", self.log())
        answer_with[0] = 200
        message, signed = eventually(lambda: got[:1], bool)[0]
        self.assertTrue(signed)
        self.assertEqual((message["kind"], message["channel"], message["address"], message["language"]),
                         ("invitation", "email", "chen.li@chenghu.example", "zh-CN"))
        self.assertEqual(self.session("/sign/" + message["content"]["link"].rsplit("/", 1)[1])["state"], "open")

    def test_a_hard_kill_between_asking_and_sending(self):
        self.ask()
        self.restart(hard=True)
        link = self.links()[0]
        self.assertEqual(self.session(link)["state"], "open")


if __name__ == "__main__":
    unittest.main(verbosity=2)
