#!/usr/bin/env python3
"""The whole way of a quote with the real program: issued, opened, scanned, voided by four eyes, verified, reported, audited."""
import csv, hashlib, io, json, os, subprocess, sys, tempfile, time, unittest
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from readers import scan, text_of
from server import Server

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFIER = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
STATUS_SECONDS_MAX = 30
REASON = {"reason_code": "price_error", "reason_text": "单价录入错误,应为 85600"}
TOTALS = {"line_extension": "615256.99", "allowance": "5000.00", "charge": "0.00", "tax_exclusive": "610256.99", "tax": "74230.22",
          "tax_inclusive": "684487.21", "payable_rounding": "0.00", "payable": "684487.21"}
TAX_TOTALS = [{"category": "S", "rate": "13", "taxable": "537354.30", "tax": "69856.06"},
              {"category": "S", "rate": "6", "taxable": "72902.69", "tax": "4374.16"}]
IN_WORDS = "人民币陆拾捌万肆仟肆佰捌拾柒元贰角壹分"


def complete_quote():
    with open(os.path.join(HERE, "../golden/quote/complete_cny.json"), encoding="utf-8") as file:
        body = json.load(file)["body"]
    day = lambda ahead: time.strftime("%Y-%m-%d", time.gmtime(time.time() + ahead * 86400))
    body["validity"] = {"start": day(0), "end": day(30)}
    return body


class Play(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM)
        self.addCleanup(self.s.__exit__)
        self.s.start()
        self.folder = tempfile.TemporaryDirectory(prefix="quotary-play-")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, content):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def public(self, path, **named):
        status, _, answer = self.s.json("GET", path, **named)
        self.assertEqual(status, 200, answer)
        return answer

    def verify_bytes(self, pdf):
        status, _, answer = self.s.json("POST", "/v1/verify", raw=pdf, headers={"Content-Type": "application/pdf"})
        self.assertEqual(status, 200, answer)
        return answer

    def check_offline(self, pdf, proof, want=0):
        vkey = self.file("vkey", self.s.call("GET", "/log/vkey")[2])
        done = subprocess.run([VERIFIER, "document", self.file("checked.pdf", pdf), "--proof", self.file("checked.tlog-proof", proof), "--vkey", vkey, "--json"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, want, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def check_folder(self):
        done = subprocess.run([PROGRAM, "verify", "--data", self.s.data, "--json"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_from_issue_to_audit(self):
        status, _, made = self.s.issue(complete_quote(), "play-1")
        self.assertEqual(status, 201, made)
        number = made["number"]
        self.assertRegex(number, r"^SHQT20\d\d-000001$")
        self.assertEqual((made["totals"], made["tax_totals"], made["amount_in_words"]), (TOTALS, TAX_TOTALS, IN_WORDS))

        pdf = self.open_and_scan(made)
        self.check_is("valid", made, pdf)
        self.check_offline(pdf, made["ledger"]["proof"].encode())

        said = self.status_offline(number, pdf)
        self.assertEqual((said["status"], said["number"], len(said["entries"])), ("issued", number, 1))

        request = self.void_with_four_eyes(number)
        answer = self.check_is("voided", made, pdf)
        self.assertEqual(answer["voided"]["reason_code"], "price_error")
        self.assertEqual(self.s.call("GET", made["document"]["url"], "rep")[2], pdf)
        page = self.s.call("GET", urlsplit(made["verify_url"]).path + "?" + urlsplit(made["verify_url"]).query)[2].decode()
        self.assertRegex(page, r"<h1[^>]*>\s*已作废")
        self.assertNotRegex(page, r"<h1[^>]*>\s*有效")
        self.check_offline(pdf, self.s.call("GET", f"/v1/quotes/{number}/proof", "rep")[2])

        said = self.status_offline(number, pdf)
        self.assertEqual((said["status"], said["reason_code"], said["document"], len(said["entries"])), ("voided", "price_error", "exact", 3))
        self.assertGreater(said["as_of"]["entry"], request["ledger"]["index"])

        certificate = self.read_certificate(number, request)
        self.read_reports(made, request, certificate)
        history = self.s.json("GET", f"/v1/quotes/{number}/history", "rep")[2]["events"]
        self.assertEqual([event["type"] for event in history], ["quote.issued", "void.requested", "void.approved"])
        self.assertEqual([event["actor"]["role"] for event in history], ["rep", "rep", "manager"])

        self.assertTrue(self.check_folder()["ok"])
        self.s.stop()
        report = self.check_folder()
        self.assertGreater(report["tree_size"], history[2]["index"])
        self.s.start()
        self.assertEqual(self.s.call("GET", made["document"]["url"], "rep")[2], pdf)

    def open_and_scan(self, made):
        status, headers, pdf = self.s.call("GET", made["document"]["url"], "rep")
        self.assertEqual((status, headers["content-type"], hashlib.sha256(pdf).hexdigest()), (200, "application/pdf", made["document"]["sha256"]))
        path = self.file("quote.pdf", pdf)
        printed = text_of(path)
        for text in (made["number"], "上海衡拓自动化设备有限公司", "苏州澄湖新能源科技股份有限公司", "伺服压装机", "684,487.21", IN_WORDS):
            self.assertIn(text, printed)
        self.assertEqual(scan(path), [made["verify_url"]])
        return pdf

    def check_is(self, status, made, pdf):
        by_bytes = self.verify_bytes(pdf)
        by_hash = self.public("/v1/verify/sha256/" + made["document"]["sha256"])
        by_code = self.public(f"/v1/verify/{made['number']}?code={made['verify_code']}")
        self.assertEqual([answer["match"] for answer in (by_bytes, by_hash, by_code)], ["exact", "exact", "number_only"])
        for answer in (by_bytes, by_hash, by_code):
            self.assertEqual((answer["status"], answer["number"]), (status, made["number"]))
        self.assertEqual(by_bytes["ledger"]["index"], made["ledger"]["index"])
        self.check_offline(pdf, by_bytes["ledger"]["proof"].encode())
        changed = bytearray(pdf)
        changed[len(pdf) // 2] ^= 1
        self.assertIn(self.verify_bytes(bytes(changed))["match"], ("altered", "unknown"))
        self.check_offline(bytes(changed), by_bytes["ledger"]["proof"].encode(), want=1)
        return by_bytes

    def void_with_four_eyes(self, number):
        status, _, asked = self.s.json("POST", f"/v1/quotes/{number}/void-requests", "rep", REASON)
        self.assertEqual((status, asked["status"], asked["quote"]), (201, "open", number))
        self.assertEqual(self.s.json("POST", f"/v1/quotes/{number}/void-requests", "rep", REASON)[2]["code"], "void_request_open")
        path = f"/v1/void-requests/{asked['id']}"
        size = self.s.tree_size()
        status, headers, refused = self.s.json("POST", path + "/approve", "rep", {})
        self.assertEqual((status, refused["code"]), (403, "four_eyes"))
        self.assertTrue(headers["content-type"].startswith("application/problem+json"))
        self.assertEqual(self.s.call("POST", path + "/approve", "rep2", {})[0], 404)
        self.assertEqual(self.s.call("POST", path + "/approve", "finance", {})[0], 403)
        self.assertEqual(self.s.written_since(size), [])
        status, _, approved = self.s.json("POST", path + "/approve", "manager", {})
        self.assertEqual((status, approved["status"], approved["quote"]), (200, "approved", number))
        return approved

    def status_offline(self, number, pdf):
        """A status proof, asked for until it covers what happened last."""
        until = time.time() + STATUS_SECONDS_MAX
        while (answer := self.s.call("GET", f"/v1/quotes/{number}/status-proof", "rep"))[0] == 503:
            self.assertEqual(json.loads(answer[2])["code"][:6], "index_")
            self.assertEqual(answer[1]["retry-after"], "1")
            self.assertLess(time.time(), until)
            time.sleep(0.1)
        self.assertEqual(answer[0], 200, answer)
        done = subprocess.run([VERIFIER, "status", self.file("quote.status-proof", answer[2]), "--document", self.file("quote.pdf", pdf),
                               "--vkey", self.file("vkey", self.s.call("GET", "/log/vkey")[2]), "--json"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def read_certificate(self, number, request):
        status, headers, pdf = self.s.call("GET", f"/v1/void-requests/{request['id']}/certificate", "rep")
        self.assertEqual((status, headers["content-type"]), (200, "application/pdf"))
        printed = text_of(self.file("certificate.pdf", pdf))
        self.assertIn(number, printed)
        for part in ("作废", "价格错误 Price error", "有效 Valid", REASON["reason_text"]):
            self.assertIn(part, printed)
        # Its own hash stands in its own entry.
        self.check_offline(pdf, request["ledger"]["proof"].encode())
        return hashlib.sha256(pdf).hexdigest()

    def read_reports(self, made, request, certificate):
        _, _, report = self.s.json("GET", "/v1/reports/voids", "finance")
        self.assertEqual(len(report["rows"]), 1)
        row = report["rows"][0]
        want = {"number": made["number"], "buyer": "苏州澄湖新能源科技股份有限公司", "tax_inclusive": "684487.21", "currency": "CNY", "status_before": "valid",
                "reason_code": "price_error", "reason_text": REASON["reason_text"], "outcome": "approved", "certificate_sha256": certificate,
                "entry_index": request["ledger"]["index"]}
        self.assertEqual({name: row[name] for name in want}, want)
        self.assertNotEqual(row["requested_by"], row["decided_by"])
        self.assertEqual(self.s.written_since(report["tree_size"]), [])
        status, headers, table = self.s.call("GET", "/v1/reports/voids?format=csv", "finance")
        self.assertEqual((status, headers["content-type"].split(";")[0]), (200, "text/csv"))
        rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
        self.assertEqual(len(rows), 1)
        self.assertEqual({name: rows[0][name] for name in want}, {name: str(value) for name, value in want.items()})
        self.assertEqual(self.s.call("GET", "/v1/reports/voids", "crm")[0], 403)


if __name__ == "__main__":
    unittest.main(verbosity=2)
