#!/usr/bin/env python3
"""Many clients at once on one server: issues, voids, reads, public checks, metrics; stopped with work in hand. Under a thread or
address sanitizer (presets tsan, asan) its reports fail this test, since the server then exits with another code."""
import concurrent.futures, hashlib, os, re, subprocess, sys, threading, unittest, urllib.error, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, free_port, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
CLIENTS = 6
QUOTES_EACH = 4
REASON = {"reason_code": "price_error", "reason_text": "单价录入错误,应为 85600"}


class Concurrency(unittest.TestCase):
    def setUp(self):
        self.metrics_port = free_port()
        self.s = Server(PROGRAM, options=("--metrics-port", str(self.metrics_port)))
        self.addCleanup(self.s.__exit__)
        self.s.start()

    def client(self, own):
        """Issues, checks what it got in every public way, voids every second quote; -> its numbers."""
        numbers = []
        for i in range(QUOTES_EACH):
            status, _, made = self.s.issue(quote(), f"client-{own}-{i}")
            self.assertEqual(status, 201, made)
            number = made["number"]
            numbers.append(number)
            pdf = self.s.call("GET", f"/v1/quotes/{number}/pdf", "rep")[2]
            self.assertEqual(hashlib.sha256(pdf).hexdigest(), made["document"]["sha256"])
            self.expect_status(pdf, made, "valid")
            if i % 2 == 0:
                status, _, asked = self.s.json("POST", f"/v1/quotes/{number}/void-requests", "rep", REASON)
                self.assertEqual(status, 201, asked)
                # Two decide at once: one of them wins.
                decide = lambda _: self.s.call("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {})[0]
                with concurrent.futures.ThreadPoolExecutor(2) as pool:
                    self.assertEqual(sorted(pool.map(decide, range(2))), [200, 409])
                self.expect_status(pdf, made, "voided")
        return numbers

    def expect_status(self, pdf, made, status):
        answers = [self.s.json("POST", "/v1/verify", raw=pdf, headers={"Content-Type": "application/pdf"}),
                   self.s.json("GET", "/v1/verify/sha256/" + made["document"]["sha256"]),
                   self.s.json("GET", f"/v1/verify/{made['number']}?code={made['verify_code']}")]
        self.assertEqual([(code, answer.get("status")) for code, _, answer in answers], [(200, status)] * 3)

    def read_until(self, done):
        """What auditors, pages and monitoring read meanwhile; -> how often."""
        rounds = 0
        while not done.is_set():
            for path, who in (("/v1/quotes?limit=3", "auditor"), ("/v1/void-requests", "manager"), ("/v1/reports/voids", "finance"),
                              ("/log/checkpoint", None), ("/readyz", None), ("/openapi.json", None)):
                status, _, answer = self.s.call("GET", path, who)
                self.assertEqual(status, 200, (path, answer))
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=60) as answer:
                self.assertIn(b"quotary_", answer.read())
            rounds += 1
        return rounds

    def test_many_clients_and_a_stop_among_them(self):
        done = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(CLIENTS + 2) as pool:
            readers = [pool.submit(self.read_until, done) for _ in range(2)]
            try:
                numbers = [number for made in pool.map(self.client, range(CLIENTS)) for number in made]
            finally:
                done.set()
            self.assertTrue(all(reader.result() > 0 for reader in readers))
        # Gapless: nobody's number is another's, and none is missing.
        self.assertEqual(sorted(int(re.search(r"(\d+)$", number).group(1)) for number in numbers), list(range(1, CLIENTS * QUOTES_EACH + 1)))

        # Stopped while clients are at it: each answer is whole or does not come, and what was answered is there afterwards.
        acknowledged, stopping = [], threading.Event()

        def issue_on(own):
            i = 0
            try:
                while True:
                    status, _, made = self.s.issue(quote(), f"late-{own}-{i}")
                    if status != 201:
                        return
                    acknowledged.append(made["number"])
                    i += 1
                    if i == 2:
                        stopping.set()
            except (OSError, urllib.error.URLError, ValueError):
                return
            except Exception as wrong:  # http.client's, for a connection that ended before its answer
                self.assertIn("http.client", type(wrong).__module__)

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            late = [pool.submit(issue_on, own) for own in range(CLIENTS)]
            self.assertTrue(stopping.wait(120))
            self.assertEqual(self.s.stop(), 0)
            for one in late:
                one.result()
        checked = subprocess.run([PROGRAM, "verify", "--data", self.s.data, "--json"], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.s.start()
        for number in acknowledged:
            self.assertEqual(self.s.call("GET", f"/v1/quotes/{number}", "rep")[0], 200, number)
        self.assertEqual(self.s.stop(), 0)


if __name__ == "__main__":
    unittest.main()
