#!/usr/bin/env python3
"""A time-stamping authority that accepts and says nothing, and one that answers when it is too late: a quote is issued
without it, says so, and takes nothing that comes afterwards. What is asserted is what came before what, never a time."""
import hashlib, os, re, socket, subprocess, sys, threading, unittest, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import readers
from server import STILL, WAIT_SECONDS_MAX, Server, eventually, free_port, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
PDF = {"Content-Type": "application/pdf"}
PATIENCE_MS, PATIENCE_MS_MAX = 1000, 10_000


class HeldAuthority:
    """Takes questions and holds each until answer() is called; then it gives what `reply` makes of them, if anything."""

    def __init__(self, reply=None):
        self.reply, self.queries, self.hung_up, self.answered = reply, [], [], []
        self.released, self.closing, self.threads = threading.Event(), False, []
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.spawn(self.accept)

    def spawn(self, what, *arguments):
        thread = threading.Thread(target=what, args=arguments)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while not self.closing:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            self.spawn(self.hold, line)

    def hold(self, line):
        with line:
            line.settimeout(WAIT_SECONDS_MAX)
            try:
                received = b""
                while b"\r\n\r\n" not in received:
                    more = line.recv(65536)
                    if not more:
                        return
                    received += more
                head, body = received.split(b"\r\n\r\n", 1)
                size = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
                while len(body) < size:
                    body += line.recv(65536)
                self.queries.append(body)
                if self.reply is None:
                    # Silent for as long as the other side holds on.
                    if line.recv(1) == b"":
                        self.hung_up.append(body)
                    return
                if not self.released.wait(WAIT_SECONDS_MAX):
                    return
                answer = self.reply(body)
                self.answered.append(body)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
            except OSError:
                self.hung_up.append(body if "body" in locals() else b"")

    def asked_for(self, imprint):
        return [query for query in self.queries if imprint in query]

    def close(self):
        self.closing = True
        self.released.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(WAIT_SECONDS_MAX)


class LateAuthority(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.addCleanup(self.s.__exit__)
        self.keys = os.path.join(self.s.home, "tsa.keys")
        subprocess.run([PROGRAM, "tsa", "init", "--keys", self.keys, "--name", "示例有限公司"], check=True, stdout=subprocess.DEVNULL)

    def serve(self, authority):
        self.addCleanup(authority.close)
        # The log's own time-stamps are asked for once an hour: the first question may be theirs.
        self.s.options += ["--tsa-url", authority.url, "--tsa-roots", os.path.join(self.keys, "tsa.cert.pem"), "--seal-time-ms", str(PATIENCE_MS)]
        self.s.start()

    def issue(self, key):
        """-> the number, and the sealed bytes"""
        status, _, made = self.s.issue(quote(), key)
        self.assertEqual(status, 201, made)
        return made["number"], self.s.call("GET", f"/v1/quotes/{made['number']}/pdf", "rep")[2]

    def imprint_of(self, pdf):
        """What a time-stamp of the seal is over: SHA-256 of its signature's value, by openssl."""
        a, b, c, d = map(int, re.search(rb"/ByteRange \[(\d+) +(\d+) +(\d+) +(\d+) *\]", pdf).groups())
        der = bytes.fromhex(pdf[b + 1:c - 1].decode())
        path = os.path.join(self.s.home, "cms")
        with open(path, "wb") as f:
            f.write(der[:int.from_bytes(der[2:4], "big") + 4])
        text = readers.run("openssl", "asn1parse", "-inform", "DER", "-in", path).stdout.decode()
        # The last OCTET STRING of a CMS without unsigned attributes.
        value = re.findall(r"OCTET STRING +\[HEX DUMP\]:([0-9A-F]+)", text)[-1]
        return hashlib.sha256(bytes.fromhex(value)).digest()

    def question(self, authority, pdf):
        """The one that was asked for this seal."""
        query, = eventually(lambda: authority.asked_for(self.imprint_of(pdf)), lambda found: found)
        return query

    def is_without_a_time(self, number, pdf):
        state = self.s.json("GET", f"/v1/quotes/{number}", "rep")[2]["state"]
        self.assertEqual(state["seal_level"], "B-B")
        found = self.s.json("POST", "/v1/verify", None, None, PDF, raw=pdf)[2]
        seal, = found["findings"]["signatures"]
        self.assertEqual((found["verdict"], seal["level"], seal["trusted"]), ("authentic_current", "B-B", True), found)
        self.assertNotIn("proved_time", seal)

    def says_why(self, code):
        self.assertRegex(self.s.call("GET", "/readyz")[2].decode(), rf"degraded: seal time: documents are sealed without a time-stamp since \S+ \({code}\)")
        with open(os.path.join(self.s.home, "serve.log")) as f:
            self.assertRegex(f.read(), rf"documents are sealed without a time-stamp: .*: no answer in time \({code}\)")

    def test_one_that_accepts_and_says_nothing(self):
        authority = HeldAuthority()
        self.serve(authority)
        number, pdf = self.issue("first")
        # Issued, and the authority has not answered anybody yet.
        self.assertEqual(authority.answered, [])
        query = self.question(authority, pdf)
        # Its connection was given up, not kept open for later.
        eventually(lambda: list(authority.hung_up), lambda over: query in over)
        self.is_without_a_time(number, pdf)
        self.says_why("timed_out")
        # Who comes next is not kept waiting for it at all: it is not even asked.
        for key in ("second", "third"):
            number, pdf = self.issue(key)
            self.assertEqual(authority.asked_for(self.imprint_of(pdf)), [])
            self.is_without_a_time(number, pdf)
        self.s.stop()
        done = subprocess.run([PROGRAM, "verify", "--data", self.s.data], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_one_that_answers_too_late(self):
        port = free_port()
        real = subprocess.Popen([PROGRAM, "tsa", "serve", "--keys", self.keys, "--port", str(port), "--metrics-port", "0"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(real.stdout.close)
        self.addCleanup(real.wait, 30)
        self.addCleanup(real.terminate)
        real.stdout.readline()

        def genuine(query):
            request = urllib.request.Request(f"http://127.0.0.1:{port}/", data=query, headers={"Content-Type": "application/timestamp-query"})
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS_MAX) as answer:
                return answer.read()

        authority = HeldAuthority(genuine)
        self.serve(authority)
        number, pdf = self.issue("first")
        self.assertEqual(authority.answered, [])
        query = self.question(authority, pdf)
        self.is_without_a_time(number, pdf)
        self.says_why("timed_out")
        # Now it comes: a genuine token over this very signature, for a document that is out.
        authority.released.set()
        eventually(lambda: list(authority.answered), lambda given: query in given)
        self.assertIn(self.imprint_of(pdf), genuine(query))
        self.assertEqual(self.s.call("GET", f"/v1/quotes/{number}/pdf", "rep")[2], pdf)
        self.is_without_a_time(number, pdf)
        self.s.stop()
        # The same authority, without its delay.
        self.s.options[self.s.options.index("--seal-time-ms") + 1] = str(PATIENCE_MS_MAX)
        self.s.start()
        number, pdf = self.issue("in time")
        self.assertEqual(self.s.json("GET", f"/v1/quotes/{number}", "rep")[2]["state"]["seal_level"], "B-T")


if __name__ == "__main__":
    unittest.main(verbosity=2)
