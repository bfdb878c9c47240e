#!/usr/bin/env python3
"""Kills a server under load, again and again: 16 clients issue quotes, kill -9, restart, and everything acknowledged must be there.

QUOTARY_CRASH_ROUNDS   how often it is killed under load (3)
QUOTARY_CRASH_SEED     of the moments of the kills (printed; drawn when not given)
"""
import concurrent.futures, hashlib, http.client, json, os, random, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../e2e")]
from checks import document_problems, key_problems, series_problems
from server import Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFIER = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
CLIENTS = 16
ACKNOWLEDGED_BEFORE_KILL = (1, 120)  # a round is killed after so many answers, and a little later
KILL_DELAY_SECONDS_MAX = 0.03
RESTART_KILL_SECONDS_MAX = 0.2       # every third round the restart is killed too, after at most this
LOAD_SECONDS_MAX = 60                # a round that gives no answers for so long has failed
CALL_SECONDS_MAX = 60
PROOFS_A_ROUND = 6
REPLAYS_A_ROUND = 8
PROBLEMS_SHOWN_MAX = 20


class Connection:
    """Keep-alive calls of one thread."""

    def __init__(self, server):
        self.token = server.people["rep"]["token"]
        self.http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=CALL_SECONDS_MAX)

    def call(self, method, path, body=None, key=None):
        headers = {"Authorization": "Bearer " + self.token}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        return answer.status, answer.headers, answer.read()


class Loop:
    def __init__(self, server, seed, folder):
        self.server, self.folder = server, folder
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.sent = {}          # key -> body, before the request leaves
        self.acknowledged = {}  # key -> the 201's answer
        self.by_key = {}        # key -> every number that it was answered with
        self.problems = []
        self.proofs_checked = 0
        self.survived = 0       # unacknowledged requests that had been written before the kill

    def report(self, problems):
        with self.lock:
            self.problems += problems

    def take(self, key, made):
        with self.lock:
            self.acknowledged[key] = made
            self.by_key.setdefault(key, set()).add(made["number"])

    def issue_until_killed(self, round_number, client):
        connection, index = Connection(self.server), 0
        while True:
            key, body = f"round-{round_number}-client-{client}-{index}", json.dumps(quote(f"{index + 1}.{client:02}"))
            self.sent[key] = body
            try:
                status, _, answer = connection.call("POST", "/v1/quotes", body, key)
            except (OSError, http.client.HTTPException):
                return
            if status != 201:
                return self.report([f"key {key}: {status} {answer[:200]}"])
            self.take(key, json.loads(answer))
            index += 1

    def load_and_kill(self, round_number):
        before = len(self.acknowledged)
        wanted = before + self.random.randint(*ACKNOWLEDGED_BEFORE_KILL)
        threads = [threading.Thread(target=self.issue_until_killed, args=(round_number, client)) for client in range(CLIENTS)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + LOAD_SECONDS_MAX
        while len(self.acknowledged) < wanted and time.monotonic() < until and any(thread.is_alive() for thread in threads):
            time.sleep(0.001)
        if len(self.acknowledged) < wanted:
            self.report([f"round {round_number}: {len(self.acknowledged) - before} answers, {wanted - before} were awaited"])
        time.sleep(self.random.random() * KILL_DELAY_SECONDS_MAX)
        self.server.stop(hard=True)
        for thread in threads:
            thread.join()

    def restart(self, round_number):
        if round_number % 3 == 0:
            again = subprocess.Popen(self.server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.random.random() * RESTART_KILL_SECONDS_MAX)
            again.kill()
            again.wait()
        self.server.start()

    def in_parallel(self, what, items):
        """Runs what(connection, item) on as many connections as there are clients."""
        items = list(items)

        def part(first):
            connection = Connection(self.server)
            for item in items[first::CLIENTS]:
                what(connection, item)

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(part, first) for first in range(CLIENTS)]:
                done.result()

    def listed(self):
        connection, numbers, cursor = Connection(self.server), [], ""
        while True:
            status, _, answer = connection.call("GET", f"/v1/quotes?limit=200{cursor}")
            if status != 200:
                self.report([f"the list answers {status}: {answer[:200]}"])
                return numbers
            page = json.loads(answer)
            numbers += [(item["number"], item["sequence"]) for item in page["items"]]
            if "next_cursor" not in page:
                return numbers
            cursor = "&cursor=" + page["next_cursor"]

    def check_document(self, connection, key):
        made = self.acknowledged[key]
        status, _, answer = connection.call("GET", "/v1/quotes/" + made["number"])
        pdf_status, _, pdf = connection.call("GET", made["document"]["url"])
        if (status, pdf_status) != (200, 200):
            return self.report([f"{made['number']} was acknowledged and now answers {status}, its PDF {pdf_status}"])
        self.report(document_problems(made, json.loads(answer), hashlib.sha256(pdf).hexdigest()))

    def check_replay(self, connection, key):
        known = key in self.acknowledged
        status, headers, answer = connection.call("POST", "/v1/quotes", self.sent[key], key)
        if status != 201:
            return self.report([f"key {key} sent again: {status} {answer[:200]}"])
        replayed = headers.get("Idempotent-Replayed") == "true"
        if known and not replayed:
            self.report([f"key {key} had been acknowledged and was issued anew"])
        if not known and replayed:
            with self.lock:
                self.survived += 1
        self.take(key, json.loads(answer))

    def check_proof(self, key):
        """The proof given with the answer, and the one served now, by the offline verifier."""
        made, connection = self.acknowledged[key], Connection(self.server)
        pdf, vkey = os.path.join(self.folder, "quote.pdf"), os.path.join(self.folder, "vkey")
        for path, content in [(pdf, connection.call("GET", made["document"]["url"])[2]), (vkey, connection.call("GET", "/log/vkey")[2])]:
            with open(path, "wb") as file:
                file.write(content)
        for what, proof in [("answered", made["ledger"]["proof"].encode()), ("served", connection.call("GET", f"/v1/quotes/{made['number']}/proof")[2])]:
            with open(os.path.join(self.folder, "quote.tlog-proof"), "wb") as file:
                file.write(proof)
            done = subprocess.run([VERIFIER, "document", pdf, "--proof", os.path.join(self.folder, "quote.tlog-proof"), "--vkey", vkey, "--json"],
                                  capture_output=True, text=True)
            self.proofs_checked += 1
            if done.returncode != 0:
                self.report([f"{made['number']}: the {what} proof does not verify: {done.stdout}{done.stderr}"])

    def verify_folder(self, when):
        done = subprocess.run([PROGRAM, "verify", "--data", self.server.data, "--json"], capture_output=True, text=True)
        if done.returncode != 0:
            self.report([f"quotary verify, {when}: exit {done.returncode}: {done.stdout[:2000]}{done.stderr[:500]}"])

    def check_round(self, keys):
        answered = [key for key in keys if key in self.acknowledged]
        unanswered = [key for key in keys if key not in self.acknowledged]
        numbers = self.listed()
        self.report(series_problems(numbers))
        listed = {number for number, _ in numbers}
        self.report([f"{made['number']} was acknowledged and is not listed" for made in self.acknowledged.values() if made["number"] not in listed])
        self.in_parallel(self.check_document, answered)
        # Twice: the first call may issue, the second may not.
        self.in_parallel(self.check_replay, unanswered)
        self.in_parallel(self.check_replay, unanswered + self.random.sample(answered, min(len(answered), REPLAYS_A_ROUND)))
        numbers = self.listed()
        self.report(series_problems(numbers) + key_problems(numbers, self.by_key))
        for key in self.random.sample(keys, min(len(keys), PROOFS_A_ROUND)):
            if key in self.acknowledged:
                self.check_proof(key)

    def run(self, rounds):
        self.server.start()
        for round_number in range(1, rounds + 1):
            before = set(self.sent)
            self.load_and_kill(round_number)
            self.restart(round_number)
            keys = sorted(set(self.sent) - before)
            acknowledged = sum(key in self.acknowledged for key in keys)
            self.check_round(keys)
            print(f"round {round_number}: {acknowledged} of {len(keys)} acknowledged, {self.survived} of the others written in all, "
                  f"{len(self.acknowledged)} quotes, {len(self.problems)} problems", flush=True)
            if self.problems:
                break
        if not self.problems:
            self.in_parallel(self.check_document, sorted(self.acknowledged))
            self.verify_folder("live")
        self.server.stop()
        self.verify_folder("stopped")
        return self.problems


def main():
    rounds = int(os.environ.get("QUOTARY_CRASH_ROUNDS", "3"))
    seed = int(os.environ.get("QUOTARY_CRASH_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"QUOTARY_CRASH_SEED={seed} QUOTARY_CRASH_ROUNDS={rounds}", flush=True)
    server = Server(PROGRAM)
    try:
        with tempfile.TemporaryDirectory(prefix="quotary-crash-") as folder:
            loop = Loop(server, seed, folder)
            problems = loop.run(rounds)
        for problem in problems[:PROBLEMS_SHOWN_MAX]:
            print("problem:", problem)
        print(f"{rounds} rounds, {len(loop.acknowledged)} quotes, {loop.proofs_checked} proofs verified, {loop.survived} requests written but not "
              f"acknowledged, {len(problems)} problems")
        return 1 if problems or loop.proofs_checked == 0 else 0
    finally:
        server.__exit__()


if __name__ == "__main__":
    sys.exit(main())
