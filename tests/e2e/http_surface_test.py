#!/usr/bin/env python3
"""The HTTP surface of a running server: headers, pages, lists, tiles, problems, restarts and a hard kill."""
import base64, glob, hashlib, json, os, re, subprocess, sys, tempfile, threading, time, unittest, urllib.error, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from openapi import Document
from server import Server, eventually, free_port, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFIER = PROGRAM + "-verify"
INDEXED_SECONDS_MAX = 30
# Called by signing_test.py, whose customers sign, elsewhere_test.py, whose customers sign elsewhere, and by the browser of
# signing_page_test.mjs, which makes passkeys. A policy is compared in boards_test.cc, which publishes one.
UNSIGNED = {("GET", "/v1/boards/policies/{name}/comparison"),
            ("POST", "/sign/{token}/signed-copy"), ("POST", "/v1/quotes/{number}/signed-copies"),
            ("POST", "/sign/{token}/sign"), ("GET", "/sign/{token}/signed"), ("GET", "/sign/{token}/summary"),
            ("GET", "/v1/signature-requests/{id}/summary"), ("POST", "/sign/{token}/passkey"),
            ("POST", "/sign/{token}/passkey/challenge"), ("POST", "/sign/{token}/passkey/new")}
UNSIGNED |= {("OPTIONS", "/v1/uploads"), ("POST", "/v1/cases/{id}/uploads"), ("POST", "/v1/cases/{id}/evidence"),  # case_evidence_test.py's
             ("GET", "/v1/cases/{id}/evidence")} | {(method, "/v1/uploads/{upload}") for method in ("HEAD", "PATCH", "DELETE")} | {
                 (method, "/v1/evidence/{item}" + rest) for method, rest in (
                     ("POST", "/versions"), ("GET", ""), ("GET", "/difference"), ("GET", "/versions/{version}/content"),
                     ("GET", "/versions/{version}/proof"), ("POST", "/versions/{version}/withdraw"),
                     ("GET", "/versions/{version}/sheet"))}  # evidence_sheet_test.py's
# confirmation_test.py's
UNSIGNED |= {(method, "/v1/cases/{id}/confirmations") for method in ("POST", "GET")} | {
    ("GET", "/v1/confirmations/{id}" + rest) for rest in ("", "/pdf", "/proof")} | {("POST", "/v1/confirmations/{id}/signature-requests")}
REASON = {"reason_code": "price_error", "reason_text": "单价录入错误,应为 85600"}


class Surface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.metrics_port = free_port()
        cls.s = Server(PROGRAM, ["--metrics-port", str(cls.metrics_port)])
        cls.messages = os.path.join(cls.s.home, "out")
        cls.s.options += ["--delivery-folder", cls.messages]
        # A log that had another key before, so that there is a succession to answer.
        subprocess.run([PROGRAM, "keys", "rotate", "--data", cls.s.data], check=True, stdout=subprocess.DEVNULL)
        cls.s.start()
        cls.s.document = Document(cls.s.json("GET", "/openapi.json")[2])
        _, _, cls.first = cls.s.issue(quote(), "first")

    # Every good answer that the tests above brought was held against the document; all of its calls must be among them.
    @classmethod
    def tearDownClass(cls):
        cls.s.__exit__()
        if cls.s.faults:
            raise AssertionError("answers differ from the OpenAPI document:\n" + "\n".join(sorted(set(cls.s.faults))))
        missing = cls.s.document.operations.keys() - cls.s.document.called - UNSIGNED
        if missing:
            raise AssertionError(f"no test made these calls of the OpenAPI document: {sorted(missing)}")

    def indexed(self, path, who):
        """Once the subject index covers what happened last."""
        until = time.time() + INDEXED_SECONDS_MAX
        while True:
            status, _, proof = self.s.call("GET", path, who)
            if status == 200:
                return proof
            self.assertEqual(status, 503, proof)
            self.assertLess(time.time(), until, proof)
            time.sleep(0.1)

    def messages_of(self, kind, count):
        def found():
            out = []
            for path in glob.glob(os.path.join(self.messages, kind + "-*.json")):
                with open(path) as f:
                    out.append(json.load(f)["content"])
            return out
        return eventually(found, lambda kept: len(kept) >= count)

    def test_what_a_page_loads(self):
        page = self.s.call("GET", "/sign/x")[2].decode()
        script = re.search(r'src="(/assets/sign-[0-9a-f]{16}\.js)"', page)[1]
        status, headers, body = self.s.call("GET", script)
        self.assertEqual((status, headers["content-type"]), (200, "text/javascript; charset=utf-8"))
        self.assertEqual(script.split("-")[1].split(".")[0], hashlib.sha256(body).hexdigest()[:16])
        self.assertEqual(self.s.call("GET", script, headers={"If-None-Match": headers["etag"]})[0], 304)
        self.assertEqual(self.s.json("GET", "/assets/no.js")[2]["code"], "asset_not_found")

    def test_signature_calls(self):
        number = self.s.issue(quote(), "to-sign")[2]["number"]
        body = {"signers": [{"name": "陈立", "email": "chen.li@chenghu.example"}]}
        status, _, asked = self.s.json("POST", f"/v1/quotes/{number}/signature-requests", "rep", body, {"Idempotency-Key": "ask"})
        self.assertEqual(status, 201, asked)
        path, signer = f"/v1/signature-requests/{asked['id']}", asked["signers"][0]["id"]
        eventually(lambda: self.s.json("GET", path, "rep")[2]["signers"][0]["delivery"]["state"], lambda state: state == "sent")
        self.assertEqual(self.s.call("POST", f"{path}/signers/{signer}/remind", "rep")[0], 200)
        self.assertEqual(self.s.call("POST", f"{path}/signers/{signer}/renew-link", "rep")[0], 200)
        links = {content["link"].rsplit("/", 1)[1] for content in self.messages_of("invitation", 2)}
        link = next("/sign/" + each for each in links if self.s.call("GET", f"/sign/{each}/session")[0] == 200)
        session = self.s.json("GET", link + "/session")[2]
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{number}", "rep")[2]["state"]["signature_request"], asked["id"])
        self.assertIn(b"html", self.s.call("GET", link)[2])
        self.assertEqual(self.s.call("GET", link + "/document")[0], 200)
        self.assertEqual(self.s.call("POST", link + "/viewed", None, {"document_sha256": session["document"]["sha256"]})[0], 200)
        self.assertEqual(self.s.call("POST", link + "/code", None, {})[0], 200)
        code = self.messages_of("code", 1)[0]["code"]
        self.assertEqual(self.s.call("POST", link + "/code/check", None, {"code": code})[0], 200)
        # This server's public URL is no name: it takes no passkeys.
        self.assertEqual(self.s.json("POST", link + "/passkey/new", None, {})[2]["code"], "passkey_no_domain")
        made = {"client_data": "e30", "authenticator_data": "e30"}
        self.assertEqual(self.s.json("POST", link + "/passkey", None, made)[2]["code"], "passkey_no_domain")
        self.assertEqual(self.s.json("POST", link + "/passkey/challenge", None, {})[2]["code"], "factor_not_asked")
        for summary, who in ((link + "/summary", None), (path + "/summary", "rep")):
            self.assertEqual(self.s.json("GET", summary, who)[2]["code"], "not_signed")
        self.assertEqual(self.s.call("POST", link + "/decline", None, {"reason": "价格过高"})[0], 200)
        self.assertEqual(len(self.s.json("GET", f"/v1/signature-requests?number={number}", "rep")[2]["items"]), 1)
        self.assertEqual(self.s.json("POST", path + "/revoke", "rep", {})[2]["code"], "request_declined")
        other = self.s.issue(quote(), "to-revoke")[2]["number"]
        asked = self.s.json("POST", f"/v1/quotes/{other}/signature-requests", "rep", body, {"Idempotency-Key": "ask-2"})[2]
        self.assertEqual(self.s.call("POST", f"/v1/signature-requests/{asked['id']}/revoke", "rep", {})[0], 200)

    def test_leads_and_boards(self):
        me = self.s.json("GET", "/v1/boards/phi", "rep")[2]["unit"]["person"]["id"]
        body = {"received_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60)), "rule": {"name": "own", "version": 1},
                "inputs": {"source": "web", "band": 2}, "candidates": [{"person": me, "score": 1}], "chosen": me, "reason": "own", "name": "陈立"}
        status, headers, made = self.s.json("POST", "/v1/leads", "rep", body, {"Idempotency-Key": "lead"})
        self.assertEqual((status, headers["location"]), (201, f"/v1/leads/{made['id']}"), made)
        path = f"/v1/leads/{made['id']}"
        other = self.s.json("GET", "/v1/boards/phi", "manager")[2]["people"]
        manager = next(each["person"]["id"] for each in other if each["person"]["role"] == "manager")
        again = {key: body[key] for key in ("rule", "reason")} | {"candidates": [{"person": manager, "score": 2}], "chosen": manager}
        self.assertEqual(self.s.call("POST", path + "/assignments", "manager", again)[0], 201)
        self.assertEqual(self.s.call("POST", path + "/first-touch", "manager", {"channel": "phone"})[0], 201)
        self.assertEqual(self.s.json("GET", path, "finance")[2]["promptness"], "green")
        self.assertEqual(len(self.s.json("GET", "/v1/leads?state=touched", "manager")[2]["items"]), 1)
        self.assertEqual(self.s.call("GET", "/v1/boards/overview", "region_director")[0], 200)
        self.assertEqual(self.s.call("GET", "/v1/boards/onboarding", "rep")[0], 200)
        self.assertEqual(self.s.json("GET", "/v1/boards/policies/none/comparison", "rep")[2]["code"], "policy_not_found")
        self.assertEqual(self.s.json("GET", "/v1/boards/phi?month=soon", "rep")[2]["errors"][0]["parameter"], "month")
        status, headers, table = self.s.call("GET", "/v1/boards/phi?format=csv", "auditor")
        self.assertEqual((status, headers["content-type"]), (200, "text/csv; charset=utf-8"))
        self.assertTrue(table.startswith(b"\xef\xbb\xbfperson,name,"))

    def test_replay_is_marked(self):
        status, headers, again = self.s.issue(quote(), "first")
        self.assertEqual((status, headers.get("idempotent-replayed"), again), (201, "true", self.first))

    def test_problems_have_the_agreed_form(self):
        for call, want in [((quote(), ""), (400, "idempotency_key_missing")), ((quote("1e3"), "p1"), (422, None)),
                           ((quote(issue_date="2020-01-01"), "p2"), (422, "issue_date_not_today")),
                           ((quote(series="NO"), "p3"), (422, "unknown_series")), ((quote(extra=1), "p4"), (422, None))]:
            status, headers, problem = self.s.issue(*call)
            self.assertEqual(status, want[0], problem)
            self.assertTrue(headers["content-type"].startswith("application/problem+json"))
            self.assertTrue({"type", "title", "status", "code"} <= problem.keys(), problem)
            if want[1]:
                self.assertEqual(problem["code"], want[1])
        self.assertEqual(self.s.call("GET", "/v1/quotes")[0], 401)
        self.assertEqual(self.s.call("GET", "/v1/quotes", headers={"Authorization": "Bearer nobody"})[0], 401)
        self.assertEqual(self.s.call("POST", "/v1/quotes", "finance", quote(), {"Idempotency-Key": "f"})[0], 403)
        self.assertEqual(self.s.call("POST", "/v1/quotes", "rep", raw=b"{", headers={"Idempotency-Key": "j"})[0], 400)

    def test_pdf_is_immutable_and_tagged(self):
        path = self.first["document"]["url"]
        status, headers, pdf = self.s.call("GET", path, "rep")
        self.assertEqual(status, 200)
        self.assertEqual(headers["etag"], '"' + hashlib.sha256(pdf).hexdigest() + '"')
        self.assertEqual(len(pdf), self.first["document"]["size"])
        self.assertEqual(self.s.call("GET", path, "rep", headers={"If-None-Match": headers["etag"]})[0], 304)
        self.assertEqual(self.s.call("GET", path + "?revision=2", "rep")[0], 404)

    def test_public_answers_are_not_stored(self):
        number, code = self.first["number"], self.first["verify_code"]
        for path in (f"/v1/verify/{number}?code={code}", f"/v1/verify/{number}", "/v1/verify/sha256/" + "0" * 64, f"/v/{number}?code={code}", "/v/NONE"):
            status, headers, _ = self.s.call("GET", path)
            self.assertEqual((status, headers["cache-control"], headers["referrer-policy"]), (200, "no-store", "no-referrer"), path)

    def test_reads(self):
        _, _, made = self.s.issue(quote("8"), "reads")
        _, _, newer = self.s.issue(quote("9", revision_of=made["number"]), "reads-2")
        path = "/v1/quotes/" + made["number"]
        _, _, read = self.s.json("GET", path, "rep")
        self.assertEqual((read["status"], read["state"]["superseded_by"]), ("superseded", newer["number"]))
        self.assertEqual([e["type"] for e in self.s.json("GET", path + "/history", "finance")[2]["events"]], ["quote.issued", "quote.superseded"])
        self.assertTrue(self.s.call("GET", path + "/proof", "rep")[2].startswith(b"c2sp.org/tlog-proof@v1\n"))
        self.assertTrue(self.indexed(path + "/status-proof", "rep").startswith(b"quotary-status-proof@v1\n"))
        self.assertTrue(self.indexed("/v1/series/SH-QT/numbers-proof", "finance").startswith(b"quotary-numbers-proof@v1\n"))
        self.assertEqual(self.s.json("GET", "/v1/series/SH-QT/numbers-proof?first=0", "finance")[2]["code"], "bad_range")
        self.assertEqual(self.s.json("GET", "/v1/series/NONE/numbers-proof", "finance")[2]["code"], "unknown_series")
        self.assertEqual(self.s.json("GET", "/v1/series/SH-QT/periods?limit=1", "auditor")[2], {"items": []})  # no month has ended
        self.assertEqual(self.s.json("GET", "/v1/series/NONE/periods", "finance")[2]["code"], "unknown_series")
        self.assertEqual(self.s.json("GET", "/v1/series/SH-QT/numbers-proof", "rep")[2]["code"], "role_not_allowed")
        pdf = self.s.call("GET", path + "/pdf", "rep")[2]
        for sent, want in ((pdf, ("exact", "superseded")), (pdf + b"%", ("altered", None)), (b"nothing", ("unknown", None))):
            _, _, answer = self.s.json("POST", "/v1/verify", raw=sent, headers={"Content-Type": "application/pdf"})
            self.assertEqual((answer["match"], answer.get("status")), want)
        _, _, answer = self.s.json("GET", "/v1/verify/sha256/" + made["document"]["sha256"])
        self.assertEqual((answer["match"], answer["superseded_by"]), ("exact", newer["number"]))
        _, _, asked = self.s.json("POST", f"/v1/quotes/{newer['number']}/void-requests", "rep", REASON)
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{newer['number']}", "rep")[2]["state"]["void_request"], asked["id"])
        self.assertEqual(self.s.json("POST", f"/v1/void-requests/{asked['id']}/reject", "manager", {"comment": "价格没有错误"})[2]["status"], "rejected")
        _, _, again = self.s.json("POST", f"/v1/quotes/{newer['number']}/void-requests", "rep", REASON)
        self.assertEqual(self.s.json("POST", f"/v1/void-requests/{again['id']}/withdraw", "rep", {})[2]["status"], "withdrawn")
        self.assertEqual(self.s.json("GET", f"/v1/void-requests/{asked['id']}", "rep")[2]["comment"], "价格没有错误")
        listed = self.s.json("GET", f"/v1/void-requests?quote={newer['number']}", "manager")[2]["items"]
        self.assertEqual([row["id"] for row in listed], [again["id"], asked["id"]])
        self.assertEqual(self.s.call("GET", "/log/vkey")[0], 200)
        self.assertIn(self.s.call("GET", "/log/vkey")[2].strip().rsplit(b"+")[0], self.s.call("GET", "/log/succession")[2])
        for query, parameter in (("limit=0", "limit"), ("limit=x", "limit"), ("from=today", "from"), ("cursor=x", "cursor")):
            for list_path in ("/v1/quotes", "/v1/void-requests"):
                _, _, problem = self.s.json("GET", f"{list_path}?{query}", "rep")
                self.assertEqual(problem["errors"][0]["parameter"], parameter, problem)

    def test_quote_that_outlives_the_seal_is_refused(self):
        before = self.s.issue(quote(), "seal-before")[2]["sequence"]
        size = self.s.tree_size()
        year = int(time.strftime("%Y"))
        # The development certificate ends ten years from now.
        outlives = quote(validity={"start": time.strftime("%Y-%m-%d"), "end": f"{year + 11}-01-01"})
        for _ in range(2):
            status, headers, problem = self.s.issue(outlives, "seal-outlives")
            self.assertEqual((status, problem["code"]), (422, "seal_certificate_too_short"), problem)
            self.assertEqual([each["pointer"] for each in problem["errors"]], ["/validity/end"])
            self.assertTrue(headers["content-type"].startswith("application/problem+json"))
            self.assertIn(str(year + 10), problem["detail"])
            self.assertIn("renew it, or shorten the quote's validity", problem["detail"])
        self.assertEqual(self.s.written_since(size), [], "an entry was written")
        outlives["validity"]["end"] = f"{year + 9}-01-01"
        status, _, after = self.s.issue(outlives, "seal-outlives")  # refused answers are not kept under their key
        self.assertEqual((status, after.get("sequence")), (201, before + 1), after)

    def test_page_behind_the_qr(self):
        number, code = self.first["number"], self.first["verify_code"]
        _, headers, page = self.s.call("GET", f"/v/{number}?code={code}")
        page = page.decode()
        policy = headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("有效", page)
        self.assertIn(number, page)
        self.assertRegex(page, r"<dt>签发时间 .*</dt><dd>[0-9-]{10} [0-9:]{8} \+08:00</dd>")
        for outside in ("http://", "https://", " src=", "<link", "style=", "onclick", "unsafe"):
            self.assertNotIn(outside, page + policy)
        # The only script and the only style are those that the policy names by their hashes.
        for element, directive in (("script", "script-src"), ("style", "style-src")):
            found = re.findall(f"<{element}>(.*?)</{element}>", page, re.S)
            self.assertEqual(len(found), 1)
            self.assertIn(f"{directive} 'sha256-{base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()}'", policy)
        _, _, wrong = self.s.call("GET", f"/v/{number}?code=AAAA")
        self.assertIn("查无此单", wrong.decode())
        self.assertNotIn(number, wrong.decode())
        self.assertEqual(wrong, self.s.call("GET", "/v/NONE?code=AAAA")[2])

    def test_page_behind_the_qr_says_each_state_first(self):
        def heading(row):
            page = self.s.call("GET", f"/v/{row['number']}?code={row['verify_code']}")[2].decode()
            self.assertLess(page.index("<h1>"), page.index("<dl>"))
            return re.search("<h1>(\\S+)", page)[1], page
        _, _, row = self.s.issue(quote(), "page-states")
        self.assertEqual(heading(row)[0], "有效")
        _, _, asked = self.s.json("POST", f"/v1/quotes/{row['number']}/void-requests", "rep", REASON, {"Idempotency-Key": "page-void"})
        self.assertIn("作废申请", heading(row)[1])
        self.assertEqual(self.s.call("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {}, {"Idempotency-Key": "page-approve"})[0], 200)
        said, page = heading(row)
        self.assertEqual(said, "已作废")
        self.assertIn("价格错误 Price error", page)
        self.assertNotIn("作废申请", page)
        _, _, old = self.s.issue(quote(), "page-old")
        _, _, new = self.s.issue(quote(revision_of=old["number"]), "page-new")
        said, page = heading(old)
        self.assertEqual(said, "已被取代")
        self.assertIn(new["number"], page)

    def test_how_documents_stand_for_later(self):
        status, _, found = self.s.json("GET", "/v1/log/long-term?by=2099-01-01", "auditor")
        self.assertEqual((status, found["configured"]), (200, False))
        self.assertEqual(found["unverifiable"]["total"], found["documents"]["B-B"])
        self.assertEqual(self.s.json("GET", "/v1/log/long-term?by=soon", "auditor")[2]["code"], "bad_by")

    def test_a_revision_says_what_differs(self):
        first = self.s.issue(quote("100.00"), "diff-1")[2]["number"]
        body = quote("90.00", revision_of=first, payment_terms="3-5-2")
        second = self.s.issue(body, "diff-2")[2]["number"]
        status, _, found = self.s.json("GET", f"/v1/quotes/{second}/difference", "rep")
        self.assertEqual(status, 200, found)
        self.assertEqual((found["before"]["number"], found["after"]["number"]), (first, second))
        self.assertEqual(found["totals"]["payable"], {"before": "452.00", "after": "406.80", "difference": "-45.20"})
        self.assertEqual([(line["kind"], line["line_extension"]["difference"]) for line in found["lines"]], [("changed", "-40.00")])
        self.assertEqual(found["fields"], [{"pointer": "/payment_terms", "before": None, "after": "3-5-2"}])
        back = self.s.json("GET", f"/v1/quotes/{first}/difference?from={second}", "rep")[2]
        self.assertEqual(back["totals"]["payable"]["difference"], "45.20")
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{first}/difference", "rep")[2]["code"], "from_missing")
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{second}/difference?from=NONE", "rep")[0], 404)

    def test_lists_page_by_cursor(self):
        numbers = [self.s.issue(quote(str(i + 1)), f"list-{i}")[2]["number"] for i in range(5)]
        seen, cursor = [], ""
        while True:
            _, _, page = self.s.json("GET", f"/v1/quotes?limit=2{cursor}", "rep")
            seen += [item["number"] for item in page["items"]]
            if "next_cursor" not in page:
                break
            cursor = "&cursor=" + page["next_cursor"]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertTrue(set(numbers) <= set(seen))
        self.assertEqual(seen, sorted(seen, reverse=True))
        self.assertEqual(self.s.call("GET", "/v1/quotes?limit=0", "rep")[0], 422)
        self.assertEqual(self.s.call("GET", "/v1/quotes?cursor=x", "rep")[0], 400)
        self.assertEqual(self.s.json("GET", "/v1/quotes?q=%E6%BE%84%E6%B9%96&limit=1", "manager")[2]["items"][0]["buyer"], quote()["buyer"]["name"])
        self.assertEqual(self.s.json("GET", "/v1/quotes", "rep2")[2]["items"], [])

    def test_void_report(self):
        _, _, made = self.s.issue(quote("7"), "void-report")
        _, _, asked = self.s.json("POST", f"/v1/quotes/{made['number']}/void-requests", "rep", REASON)
        path = f"/v1/void-requests/{asked['id']}"
        self.assertEqual(self.s.call("POST", path + "/reject", "manager", {})[0], 422)
        headers = {"Idempotency-Key": "approve-once"}
        status, _, approved = self.s.json("POST", path + "/approve", "manager", {}, headers)
        self.assertEqual((status, approved["status"]), (200, "approved"))
        self.assertEqual(self.s.json("POST", path + "/approve", "manager", {}, headers)[2], approved)
        self.assertEqual(self.s.call("POST", path + "/approve", "manager", {})[0], 409)
        status, _, certificate = self.s.call("GET", path + "/certificate", "rep")
        self.assertEqual((status, hashlib.sha256(certificate).hexdigest()), (200, approved["certificate"]["sha256"]))
        _, _, report = self.s.json("GET", "/v1/reports/voids", "finance")
        row = next(r for r in report["rows"] if r["number"] == made["number"])
        self.assertEqual((row["outcome"], row["reason_code"], row["currency"]), ("approved", "price_error", "CNY"))
        self.assertTrue({"tree_size", "root", "totals"} <= report.keys())
        status, headers, table = self.s.call("GET", "/v1/reports/voids?format=csv", "finance")
        self.assertTrue(headers["content-type"].startswith("text/csv"))
        # Which tree a table was computed at stands beside it, as it stands in the JSON.
        same = self.s.json("GET", "/v1/reports/voids", "finance")[2]
        if same["tree_size"] == int(headers["quotary-tree-size"]):
            self.assertEqual(headers["quotary-root"], same["root"])
        self.assertRegex(headers["quotary-root"], r"^[0-9a-f]{64}$")
        self.assertIn(made["number"].encode(), table)
        self.assertEqual(self.s.call("GET", "/v1/reports/voids", "crm")[0], 403)

    def test_tiles_and_bundles(self):
        size = self.s.tree_size()
        width = f".p/{size}" if size < 256 else ""
        status, headers, tile = self.s.call("GET", f"/log/tile/0/000{width}")
        self.assertEqual((status, len(tile)), (200, 32 * min(size, 256)))
        self.assertIn("immutable", headers["cache-control"])
        status, _, bundle = self.s.call("GET", f"/log/tile/entries/000{width}", "auditor")
        self.assertEqual(status, 200)
        at = leaf = 0
        while at < len(bundle):
            length = int.from_bytes(bundle[at:at + 2], "big")
            entry = bundle[at + 2:at + 2 + length]
            self.assertEqual(hashlib.sha256(b"\0" + entry).digest(), tile[32 * leaf:32 * leaf + 32])
            at += 2 + length
            leaf += 1
        self.assertEqual(self.s.call("GET", f"/log/tile/entries/000{width}")[0], 401)
        self.assertEqual(self.s.call("GET", f"/log/tile/entries/000{width}", "rep")[0], 403)
        for bad in ("0/001", "0/000.p/256", "0/000.p/0", "x/000", "0/00", "0/x000/000", "7/000"):
            self.assertEqual(self.s.call("GET", "/log/tile/" + bad)[0], 404, bad)

    def test_log_verifies(self):
        for mode in ({}, {"mode": "incremental", "from": 3}, {"mode": "sampled"}):
            status, _, report = self.s.json("POST", "/v1/log/verify", "auditor", mode)
            self.assertEqual((status, report["ok"], report["problems"]), (200, True, []), report)
            entry = json.loads(self.s.json("GET", f"/v1/log/entries?from={report['recorded']['index']}&limit=1", "auditor")[2]["items"][0]["canonical"])
            self.assertEqual((entry["type"], entry["body"]["tree_size"], entry["body"]["root"]), ("system.verification", report["tree_size"], report["root"]))
        self.assertEqual(self.s.call("POST", "/v1/log/verify", "rep", {})[0], 403)
        _, _, problem = self.s.json("POST", "/v1/log/verify", "auditor", {"mode": "quick"})
        self.assertEqual((problem["status"], problem["errors"][0]["pointer"]), (422, "/mode"))

    def test_a_long_check_is_read_later(self):
        status, headers, begun = self.s.json("POST", "/v1/log/verify", "auditor", {}, {"Prefer": "wait=1, respond-async"})
        self.assertEqual((status, headers["preference-applied"]), (202, "respond-async"))
        self.assertEqual(headers["location"], "/v1/log/verifications/" + begun["id"])
        until = time.time() + 30
        while (run := self.s.json("GET", headers["location"], "auditor")[2])["state"] == "running":
            self.assertLess(time.time(), until)
            time.sleep(0.01)
        self.assertEqual((run["state"], run["report"]["ok"]), ("done", True), run)
        status, _, sealed = self.s.call("GET", headers["location"] + "/report", "auditor")
        self.assertEqual((status, sealed[:8]), (200, b"%PDF-1.7"))
        self.assertEqual(self.s.call("GET", headers["location"], "rep")[0], 403)
        self.assertEqual(self.s.call("GET", headers["location"] + "0", "auditor")[0], 404)

    def test_log_proofs(self):
        size = self.s.tree_size()
        node = lambda left, right: hashlib.sha256(b"\1" + left + right).digest()
        for index in (0, size // 2, size - 1):
            status, headers, proof = self.s.json("GET", f"/v1/log/proofs/inclusion?index={index}&size={size}")
            self.assertEqual(status, 200)
            self.assertIn("immutable", headers["cache-control"])
            # RFC 9162 section 2.1.3.2, written apart from the program.
            at, last, hash_ = index, size - 1, bytes.fromhex(proof["leaf_hash"])
            for step in map(bytes.fromhex, proof["hashes"]):
                if at & 1 or at == last:
                    hash_ = node(step, hash_)
                    while not at & 1 and at:
                        at, last = at >> 1, last >> 1
                else:
                    hash_ = node(hash_, step)
                at, last = at >> 1, last >> 1
            self.assertEqual((hash_.hex(), last), (proof["root"], 0))
        status, _, proof = self.s.json("GET", f"/v1/log/proofs/consistency?from=1&to={size}")
        self.assertEqual((status, proof["from"], proof["to"]), (200, 1, size))
        for path, parameter in (("inclusion?index=x", "index"), ("inclusion", "index"), ("inclusion?index=0&size=0", "size"),
                                (f"inclusion?index={size}&size={size}", "index"), ("consistency", "from"), ("consistency?from=0", "from"),
                                ("consistency?from=1&to=99999999", "to"), ("consistency?from=-1", "from")):
            status, headers, problem = self.s.json("GET", "/v1/log/proofs/" + path)
            self.assertEqual((status, headers["content-type"]), (422, "application/problem+json"), path)
            self.assertEqual(problem["errors"][0]["parameter"], parameter, problem)

    def test_log_entries(self):
        seen, query = [], "?limit=7"
        while True:
            _, _, page = self.s.json("GET", "/v1/log/entries" + query, "auditor")
            for item in page["items"]:
                self.assertEqual(hashlib.sha256(b"\0" + item["canonical"].encode()).hexdigest(), item["leaf_hash"])
                self.assertEqual(json.loads(item["canonical"])["index"], item["index"])
                seen.append(item["index"])
            if "next_cursor" not in page:
                break
            query = "?limit=7&cursor=" + page["next_cursor"]
        self.assertEqual(seen, list(range(page["tree_size"])))
        self.assertEqual(self.s.json("GET", "/v1/log/entries?from=2&limit=1", "auditor")[2]["items"][0]["index"], 2)
        for query, want in (("?limit=0", 422), ("?from=x", 422), ("?from=99999999", 422), ("?from=1&cursor=1", 400)):
            self.assertEqual(self.s.call("GET", "/v1/log/entries" + query, "auditor")[0], want, query)
        self.assertEqual(self.s.call("GET", "/v1/log/entries", "finance")[0], 403)
        self.assertEqual(self.s.call("GET", "/v1/log/entries")[0], 401)

    def test_signatures_without_a_request(self):
        number = self.s.issue(quote(), "to be signed")[2]["number"]
        secret = {"signing_password": "correct horse battery"}
        self.assertEqual(self.s.json("GET", "/v1/signing-key", "rep")[2]["code"], "signing_key_missing")
        made = self.s.json("POST", "/v1/signing-key", "rep", secret)
        self.assertEqual(made[0], 201)
        self.assertEqual(self.s.json("GET", "/v1/signing-key", "rep")[2]["certificate_sha256"], made[2]["certificate_sha256"])
        path = f"/v1/quotes/{number}/signature"
        self.assertEqual(self.s.json("POST", path, "rep", secret)[2]["code"], "idempotency_key_missing")
        self.assertEqual(self.s.json("POST", path, "rep", secret | {"more": 1}, {"Idempotency-Key": "s"})[2]["errors"][0]["pointer"], "/more")
        self.assertEqual(self.s.json("POST", path, "rep", {}, {"Idempotency-Key": "s"})[2]["code"], "signing_password_missing")
        self.assertEqual(self.s.json("POST", path, "rep", secret, {"Idempotency-Key": "s"})[0], 201)
        signed = self.s.call("GET", f"/v1/quotes/{number}/pdf?revision=2", "rep")[2]
        status, _, problem = self.s.json("POST", f"/v1/quotes/{number}/signed-copies", "rep", None, {"Content-Type": "application/pdf"}, raw=signed)
        self.assertEqual((status, problem["code"]), (409, "nothing_added"))
        self.assertEqual(self.s.json("POST", "/v1/signing-key/revoke", "rep")[0], 200)
        scan = self.s.json("POST", f"/v1/quotes/{number}/signed-scans", "rep", None, {"Content-Type": "application/octet-stream"}, raw=b"%PDF-1.4")
        self.assertEqual(scan[0], 201)
        self.assertEqual(self.s.call("GET", scan[2]["url"], "rep")[2], b"%PDF-1.4")
        self.assertEqual(self.s.call("GET", f"/v1/quotes/{number}/evidence", "auditor")[0], 200)

    def test_sessions(self):
        who = self.s.people["manager"]
        login = {"login": who["login"], "password": who["password"]}
        status, headers, session = self.s.json("POST", "/v1/sessions", body=login)
        self.assertEqual((status, headers["cache-control"], session["person"]["role"]), (201, "no-store", "manager"))
        bearer = {"Authorization": "Bearer " + session["token"]}
        self.assertEqual(self.s.call("GET", "/v1/quotes", headers=bearer)[0], 200)
        self.assertEqual(self.s.call("DELETE", "/v1/sessions/current", headers=bearer)[::2], (204, b""))
        self.assertEqual(self.s.call("GET", "/v1/quotes", headers=bearer)[0], 401)
        wrong = [self.s.json("POST", "/v1/sessions", body=body)[2] for body in (login | {"password": "x" * 16}, login | {"login": "nobody"})]
        self.assertEqual(wrong[0], wrong[1])  # nothing tells which of the two was wrong
        self.assertEqual((wrong[0]["status"], wrong[0]["code"]), (401, "login_wrong"))
        guess = lambda: self.s.json("POST", "/v1/sessions", body={"login": "finance", "password": "guess"})
        self.assertEqual([guess()[0] for _ in range(10)], [401] * 10)
        status, headers, problem = guess()
        self.assertEqual((status, problem["code"], headers["retry-after"]), (429, "login_throttled", "900"))
        _, _, problem = self.s.json("POST", "/v1/sessions", body={"login": "x"})
        self.assertEqual(problem["errors"][0]["pointer"], "/password")

    def test_administration(self):
        _, _, person = self.s.json("POST", "/v1/people", "admin", {"name": "新人", "role": "rep", "team": "A", "region": "EAST"})
        status, headers, token = self.s.json("POST", f"/v1/people/{person['id']}/tokens", "admin")
        self.assertEqual((status, headers["cache-control"]), (201, "no-store"))
        self.assertEqual(self.s.call("GET", "/v1/quotes", headers={"Authorization": "Bearer " + token["token"]})[0], 200)
        self.assertEqual(self.s.json("POST", "/v1/series", "admin", {"name": "BJ-QT", "branch": "BJ", "pattern": "{BR}QT{YYYY}-{SEQ:6}"})[0], 201)
        _, _, series = self.s.json("GET", "/v1/series?limit=1", "rep")
        self.assertEqual([item["name"] for item in series["items"]], ["BJ-QT"])
        self.assertNotIn("last", series["items"][0])
        _, _, series = self.s.json("GET", "/v1/series?limit=1&cursor=" + series["next_cursor"], "rep")
        self.assertEqual([item["pattern"] for item in series["items"]], ["{BR}QT{YYYY}-{SEQ:6}"])
        self.assertNotIn("next_cursor", series)
        _, _, people = self.s.json("GET", "/v1/people", "admin")
        self.assertEqual([item["name"] for item in people["items"]][-1], "新人")
        self.assertNotIn("password", json.dumps(people))
        self.assertEqual(self.s.call("GET", "/v1/people", "rep")[0], 403)
        self.assertEqual(self.s.json("GET", "/v1/people?limit=0", "admin")[2]["code"], "bad_limit")
        self.assertEqual(self.s.call("POST", "/v1/people", "rep", {"name": "x", "role": "rep"})[0], 403)
        _, _, problem = self.s.json("POST", "/v1/people", "admin", {"name": "x", "role": "rep", "pay": "1"})
        self.assertEqual(problem["errors"][0]["pointer"], "/pay")

    def test_erasure(self):
        name = "无锡某某精密机械有限公司"
        number = self.s.issue(quote(buyer={"name": name}), "to be erased")[2]["number"]
        about = {"quote": number, "reason_text": "客户书面要求删除其资料"}
        ask = about | {"basis": "person_request"}
        status, headers, hold = self.s.json("POST", "/v1/legal-holds", "finance", about)
        self.assertEqual((status, headers["location"]), (201, "/v1/legal-holds/" + hold["id"]))
        status, headers, first = self.s.json("POST", "/v1/erasures", "admin", ask)
        self.assertEqual((status, headers["location"]), (201, "/v1/erasures/" + first["id"]))
        path = "/v1/erasures/" + first["id"]
        shown = self.s.json("GET", path, "auditor")[2]
        self.assertEqual((shown["status"], shown["held_by"], shown["quotes"]["numbers"]), ("open", hold["id"], [number]))
        self.assertEqual(self.s.json("POST", path + "/approve", "admin", {})[2]["code"], "four_eyes")
        status, _, problem = self.s.json("POST", path + "/approve", "region_director", {})
        self.assertEqual((status, problem["code"]), (409, "legal_hold"))
        self.assertEqual(self.s.json("POST", f"/v1/legal-holds/{hold['id']}/release", "finance", {"comment": "诉讼已终结"})[2]["status"], "released")
        self.assertEqual(self.s.json("GET", "/v1/legal-holds/" + hold["id"], "auditor")[2]["comment"], "诉讼已终结")
        self.assertEqual(self.s.json("GET", "/v1/legal-holds?limit=1", "auditor")[2]["items"][0]["id"], hold["id"])
        self.assertEqual(self.s.json("POST", path + "/reject", "region_director", {"comment": "合同仍在履行"})[2]["status"], "rejected")
        second = self.s.json("POST", "/v1/erasures", "admin", ask)[2]["id"]
        self.assertEqual(self.s.json("POST", f"/v1/erasures/{second}/withdraw", "admin", {})[2]["status"], "withdrawn")
        third = self.s.json("POST", "/v1/erasures", "admin", ask)[2]["id"]
        pdf = self.s.call("GET", f"/v1/quotes/{number}/pdf", "rep")[2]
        self.assertEqual(pdf[:5], b"%PDF-")
        done = self.s.json("POST", f"/v1/erasures/{third}/approve", "region_director", {"comment": "核实无误"})[2]
        self.assertEqual((done["status"], done["key_destroyed"]), ("approved", True))
        for query in ("", "?proof=embedded"):
            status, headers, problem = self.s.json("GET", f"/v1/quotes/{number}/pdf{query}", "rep")
            self.assertEqual((status, problem["code"]), (410, "erased"))
            self.assertIn(f"entry {done['ledger']['index']};", problem["detail"])
        read = self.s.json("GET", "/v1/quotes/" + number, "rep")[2]
        self.assertIn(f"entry {done['ledger']['index']};", read["erased"])
        self.assertNotIn(name, json.dumps(read, ensure_ascii=False))
        page = self.s.json("GET", "/v1/erasures?limit=2", "auditor")[2]
        self.assertEqual([item["id"] for item in page["items"]], [third, second])
        page = self.s.json("GET", "/v1/erasures?limit=2&cursor=" + page["next_cursor"], "auditor")[2]
        self.assertEqual([item["id"] for item in page["items"]], [first["id"]])
        self.assertNotIn("next_cursor", page)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([PROGRAM, "export", folder + "/out", "--data", self.s.data, "--payloads", "all"], check=True, capture_output=True)
            vkey = self.s.call("GET", "/log/vkey")[2].decode().strip()
            said = json.loads(subprocess.run([VERIFIER, "export", folder + "/out", "--vkey", vkey, "--json"], check=True, capture_output=True).stdout)
        self.assertEqual((said["withheld"]["erased"], said["erased_by"]), (2, [{"entry": done["ledger"]["index"], "payloads": 2}]))
        found = self.s.json("POST", "/v1/verify", body=None, raw=pdf, headers={"Content-Type": "application/pdf"})[2]
        self.assertEqual((found["match"], found["number"]), ("exact", number))
        for path, body in (("/v1/erasures", {}), ("/v1/legal-holds", {"quote": number, "reason_text": "x" * 2001}), ("/v1/erasures", ask | {"why": "1"})):
            status, _, problem = self.s.json("POST", path, "admin", body)
            self.assertEqual(status, 422, problem)
            self.assertTrue(problem["errors"][0]["pointer"], problem)

    def test_document_describes_the_routes(self):
        _, _, document = self.s.json("GET", "/openapi.json")
        self.assertEqual(document["openapi"], "3.1.0")
        for path in ("/v1/quotes", "/v1/quotes/{number}/pdf", "/v1/void-requests/{id}/approve", "/v1/verify", "/log/tile/{path}"):
            self.assertIn(path, document["paths"])

        def references(value):
            if isinstance(value, dict):
                if "$ref" in value:
                    yield value["$ref"]
                for member in value.values():
                    yield from references(member)
            elif isinstance(value, list):
                for member in value:
                    yield from references(member)

        for reference in references(document):
            self.assertIn(reference.rsplit("/", 1)[1], document["components"]["schemas"])

    def test_docs_page(self):
        status, headers, page = self.s.call("GET", "/docs")
        page = page.decode()
        policy = headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("script-src", policy)
        style = page[page.index("<style>") + 7:page.index("</style>")]
        self.assertIn(base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(), policy)  # else the browser shows it bare
        for outside in ("http://", "https://", "<script", "onclick"):
            self.assertNotIn(outside, page)
        for (method, path), (_, operation) in self.s.document.operations.items():
            self.assertIn(f"<b>{method}</b> <code>{path}</code>", page)
            self.assertRegex(operation["x-summary-zh"], "[\u4e00-\u9fff]", f"{method} {path} has no Chinese summary")
            self.assertIn(operation["x-summary-zh"], page)
        targets = set(re.findall(r'id="([^"]+)"', page))
        for target in re.findall(r'href="#([^"]+)"', page):
            self.assertIn(target, targets)

    def test_policies_and_cases(self):
        policy = {"name": "visit", "title": {"zh": "拜访", "en": "Visit"}, "action_types": ["visit"], "gates": ["case.close"],
                  "note": [{"id": "summary", "kind": "text", "title": {"zh": "摘要", "en": "Summary"}, "min_characters": 4}],
                  "requirement": [{"id": "photo", "kind": "photo", "title": {"zh": "照片", "en": "Photo"}, "waive": ["manager"]}]}
        self.assertEqual(self.s.json("POST", "/v1/policies", "admin", policy)[0], 201)
        request = {"action_type": "visit", "policy": "visit", "title": "拜访", "customer": {"name": "澄湖", "id": "C-17"},
                   "site": {"latitude": "31.298886", "longitude": "120.585316"}, "external_refs": [{"system": "crm", "id": "OPP-1"}]}
        status, headers, case = self.s.json("POST", "/v1/cases", "rep", request)
        self.assertEqual((status, headers["location"]), (201, "/v1/cases/" + case["id"]))
        path = headers["location"]
        trial = self.s.json("POST", "/v1/policies:check", "admin", dict(policy, requirement=[]))[2]["trial"]
        self.assertEqual((trial["now"], trial["changed"]), ({"complete": 0, "pending": 1}, 0))
        self.assertEqual(self.s.json("GET", "/v1/policies", "rep")[2]["items"][0]["name"], "visit")
        self.assertEqual(self.s.json("GET", "/v1/policies/visit?version=1", "rep")[2]["newest"], 1)
        self.assertEqual([item["id"] for item in self.s.json("GET", "/v1/cases?stage=pending", "rep")[2]["items"]], [case["id"]])
        status, _, refused = self.s.json("POST", path + "/close", "rep", {})
        self.assertEqual((status, [fault["code"] for fault in refused["errors"]]), (409, ["photo", "note:summary"]))
        self.assertEqual(self.s.json("POST", path + "/notes/summary", "rep", {"text": "谈"})[2]["problems"][0]["code"], "too_short")
        self.assertEqual(self.s.json("POST", path + "/notes/summary", "rep", {"text": "谈了价格"})[0], 201)
        self.assertEqual(self.s.json("GET", path + "/notes/summary?version=1", "rep")[2]["content"], {"text": "谈"})
        self.assertEqual(self.s.json("POST", path + "/waivers", "manager", {"requirement": "photo", "reason": "客户现场禁止拍照，已到场"})[0], 201)
        self.assertEqual(self.s.json("GET", path + "/gate", "rep")[2]["stage"], "complete")
        self.assertEqual(self.s.json("POST", path + "/close", "rep", {})[2]["stage_zh"], "已结案")
        self.assertEqual(self.s.json("GET", path, "auditor")[2]["stage"], "closed")
        self.assertEqual(len(self.s.json("GET", path + "/history", "rep")[2]["events"]), 5)
        self.assertTrue(self.s.json("GET", path + "/gate/history", "rep")[2]["agrees"])

    def test_site(self):
        for path in ("/", "/healthz", "/readyz"):
            self.assertEqual(self.s.call("GET", path)[0], 200, path)

    def test_reads_of_auditors_are_recorded(self):
        path = "/v1/quotes/" + self.first["number"]
        self.assertEqual(self.s.call("GET", path, "auditor")[0], 200)
        with open(os.path.join(self.s.data, "access", "current")) as f:
            text = f.read()
        self.assertIn('"what":"quote.read","subject":"quote:' + self.first["number"], text)
        self.assertEqual(self.s.call("GET", "/readyz")[2], b"ready\n")

    def test_without_a_policy_no_witness_is_asked(self):
        status, headers, state = self.s.json("GET", "/v1/log/witnesses")
        self.assertEqual((status, headers["cache-control"], state["configured"]), (200, "no-store", False))
        self.assertTrue(state["signed"]["checkpoint"].split("\n")[1] == str(state["signed"]["size"]))
        self.assertNotIn("witnessed", state)

    def test_without_an_authority_no_time_is_claimed(self):
        status, headers, state = self.s.json("GET", "/v1/log/time")
        self.assertEqual((status, headers["cache-control"], state), (200, "no-store", {"configured": False}))

    def test_metrics_have_a_listener_of_their_own(self):
        self.assertEqual(self.s.call("GET", "/metrics")[0], 404)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        for name in ("quotary_tree_size", "quotary_http_requests_total", "quotary_log_verification_problems"):
            self.assertIn(name, text)
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/healthz", timeout=30)

    def test_preview_writes_nothing(self):
        before = self.s.tree_size()
        status, _, draft = self.s.call("POST", "/v1/quotes:preview", "rep", quote())
        self.assertEqual((status, draft[:5]), (200, b"%PDF-"))
        self.assertEqual(self.s.written_since(before), [])


class Kill(unittest.TestCase):
    def test_a_killed_server_loses_no_acknowledged_number(self):
        s = Server(PROGRAM)
        try:
            s.start()
            acknowledged, lock = {}, threading.Lock()

            def client(name):
                for i in range(1000):
                    try:
                        status, _, made = s.issue(quote(str(i + 1)), f"{name}-{i}")
                    except Exception:
                        return
                    if status == 201:
                        with lock:
                            acknowledged[made["sequence"]] = made

            threads = [threading.Thread(target=client, args=(n,)) for n in range(4)]
            for thread in threads:
                thread.start()
            until = time.time() + 30
            while len(acknowledged) < 20:
                self.assertLess(time.time(), until, "too few quotes were issued")
                time.sleep(0.01)
            s.stop(hard=True)
            for thread in threads:
                thread.join()
            s.start()
            for made in acknowledged.values():
                status, _, pdf = s.call("GET", made["document"]["url"], "rep")
                self.assertEqual((status, hashlib.sha256(pdf).hexdigest()), (200, made["document"]["sha256"]))
            highest = s.issue(quote(), "after")[2]["sequence"]
            numbers, cursor = [], ""
            while True:
                page = s.json("GET", f"/v1/quotes?limit=200{cursor}", "rep")[2]
                numbers += [item["sequence"] for item in page["items"]]
                if "next_cursor" not in page:
                    break
                cursor = "&cursor=" + page["next_cursor"]
            self.assertEqual(sorted(numbers), list(range(1, highest + 1)))
            s.stop()
            self.assertEqual(subprocess.run([PROGRAM, "verify", "--data", s.data], stdout=subprocess.DEVNULL).returncode, 0)
        finally:
            s.__exit__()


if __name__ == "__main__":
    unittest.main(verbosity=2)
