#!/usr/bin/env python3
"""Single-byte damage and lost ends, in every kind of file of an organisation: found, or harmless, and never served as good.

QUOTARY_DAMAGE_CASES   how many damaged copies are tried (48)
QUOTARY_DAMAGE_SEED    of the places (drawn anew, and printed)
QUOTARY_DAMAGE_ONLY    file kinds to damage, separated by commas (all)
"""
import collections, hashlib, json, os, random, re, shutil, subprocess, sys, tempfile, threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from server import STILL, Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
# Kind -> pattern of paths below the organisation's folder. A file that fits none is a fault of this test.
KINDS = {
    "sst": r"data/store/\d+\.sst", "wal": r"data/store/\d+\.log", "manifest": r"data/store/MANIFEST-\d+", "current": r"data/store/CURRENT",
    "identity": r"data/store/IDENTITY", "options": r"data/store/OPTIONS-\d+", "slots": r"data/published\.slots", "log.key": r"data\.keys/log\.key",
    "pepper.key": r"data\.keys/pepper\.key", "subjects.keys": r"data\.keys/subjects\.keys", "seal.key": r"data\.keys/seal\.key\.pem",
    "seal.cert": r"data\.keys/seal\.cert\.pem", "access": r"data/access/[0-9a-f]{64}\.jsonl",
}
NOT_DAMAGED = r"data/lock|data/store/(LOCK|LOG(\.old.*)?)|data/[^/]*\.sock|data\.keys/demo-credentials\.json|serve\.log"
STORED = ("sst", "wal", "manifest", "current", "identity", "options", "slots", "log.key", "subjects.keys")
ALWAYS_FOUND = ("access", "pepper.key")  # every byte of them is under a digest
TRUNCATED_EVERY = 4  # of the cases of a kind, one is a lost end
QUOTES_BEFORE_RESTART, QUOTES_AFTER = 6, 4
ANSWER_SECONDS_MAX = 60
DEFECTS_SHOWN_MAX = 2  # of one damaged copy


class Folder(Server):
    """A server on a folder that is there already."""

    def __init__(self, home, people):
        self.program, self.options, self.tls, self.document, self.faults = PROGRAM, list(STILL), None, None, []
        self.home, self.data, self.people, self.process = home, os.path.join(home, "data"), people, None

    def start(self):
        """A start that neither serves nor ends is ended, and then fails as one."""
        watch = threading.Timer(ANSWER_SECONDS_MAX, lambda: self.process and self.process.kill())
        watch.start()
        try:
            super().start()
        finally:
            watch.cancel()


def files_below(home):
    found = {}
    for folder, _, names in os.walk(home):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), home)
            if not re.fullmatch(NOT_DAMAGED, path):
                with open(os.path.join(home, path), "rb") as file:
                    found[path] = file.read()
    return found


def is_part_of(answer, whole):
    """The same values, some members left out or empty: what cannot be decrypted is not invented."""
    if isinstance(answer, dict) and isinstance(whole, dict):
        return all(name in whole and is_part_of(value, whole[name]) for name, value in answer.items())
    if isinstance(answer, list) and isinstance(whole, list):
        return len(answer) == len(whole) and all(map(is_part_of, answer, whole))
    return answer in (whole, "")


class Original:
    """An organisation with entries in tables and in the write-ahead log, and everything it serves."""

    def __init__(self):
        self.server = Server(PROGRAM, STILL)
        self.server.start()
        made = [self.issue(i) for i in range(QUOTES_BEFORE_RESTART)]
        reason = {"reason_code": "price_error", "reason_text": "单价录入错误,应为 85600"}
        asked = self.server.json("POST", f"/v1/quotes/{made[0]['number']}/void-requests", "rep", reason)[2]
        self.server.json("POST", f"/v1/void-requests/{asked['id']}/approve", "manager", {})
        self.server.call("GET", f"/v1/quotes/{made[0]['number']}", "auditor")  # is recorded, in a file beside the store
        self.server.stop()
        self.server.start()
        made += [self.issue(QUOTES_BEFORE_RESTART + i) for i in range(QUOTES_AFTER)]
        paths = [f"/log/tile/0/000.p/{self.server.tree_size()}"]  # all leaves of now: a start adds one
        for each in made:
            number = each["number"]
            paths += [each["document"]["url"], f"/v1/quotes/{number}", f"/v1/quotes/{number}/history", f"/v1/verify/sha256/{each['document']['sha256']}"]
        paths.append(f"/v1/void-requests/{asked['id']}/certificate")
        self.answers = {path: self.read(self.server, path)[1] for path in paths}
        self.server.stop()
        self.files = files_below(self.server.home)
        done = verify(self.server.home)
        self.report = json.loads(done.stdout)
        if done.returncode != 0 or not self.report["ok"]:
            raise RuntimeError(f"the undamaged folder does not verify: {done.stdout}{done.stderr}")

    def issue(self, i):
        status, _, made = self.server.issue(quote(f"{i + 1}.00", buyer={"name": f"客户{i % 3}有限公司"}), f"damage-{i}")
        if status != 201:
            raise RuntimeError(f"could not issue: {made}")
        return made

    @staticmethod
    def read(server, path):
        """-> status, what must not differ. A proof is made anew under a newer checkpoint, so its place in a JSON answer is left out."""
        status, headers, body = server.call("GET", path, None if path.startswith(("/log", "/v1/verify")) else "finance")
        if status == 200 and "json" in headers["content-type"]:
            answer = json.loads(body)
            for name in ("proof", "tree_size"):
                answer.get("ledger", {}).pop(name, None)
            return status, answer
        return status, hashlib.sha256(body).digest() if status == 200 else (json.loads(body) if body else {})


def verify(home):
    data = os.path.join(home, "data")
    return subprocess.run([PROGRAM, "verify", "--data", data, "--keys", data + ".keys", "--json"], capture_output=True, timeout=ANSWER_SECONDS_MAX)


class Case:
    def __init__(self, original, kind, path, content, what):
        self.original, self.kind, self.path, self.content, self.what = original, kind, path, content, what
        self.defects = []

    def defect(self, text):
        self.defects.append(f"{self.what}: {text}")

    def run(self):
        """-> (exit of verify, how the server behaved)"""
        with tempfile.TemporaryDirectory(prefix="quotary-damage-") as folder:
            home = os.path.join(folder, "copy")
            shutil.copytree(self.original.server.home, home)
            with open(os.path.join(home, self.path), "wb") as file:
                file.write(self.content)
            before = files_below(home)
            code = self.check_verify(home)
            if files_below(home) != before:
                self.defect("verify wrote to the folder that it checks")
            return code, self.check_serve(home, code)

    def check_verify(self, home):
        try:
            done = verify(home)
        except subprocess.TimeoutExpired:
            self.defect(f"verify gave no answer in {ANSWER_SECONDS_MAX} s")
            return "none"
        if done.returncode not in (0, 1, 2):
            self.defect(f"verify ended with {done.returncode}: {done.stderr[-300:]!r}")
            return done.returncode
        try:
            report = json.loads(done.stdout)
        except ValueError:
            self.defect(f"verify's answer (exit {done.returncode}) is not JSON in UTF-8: {done.stdout!r} {done.stderr!r}")
            return done.returncode
        if done.returncode == 0:
            whole = self.original.report
            differ = [name for name in whole if report.get(name) != whole[name]]
            if self.kind in ALWAYS_FOUND and len(self.content) == len(self.original.files[self.path]):
                self.defect(f"verify says that it holds, and {self.path} was changed")
            if differ:
                self.defect(f"verify says that it holds, and {', '.join(differ)} differ: {report}")
        elif done.returncode == 1:
            if report["ok"] or not report["problems"] or not all(p["kind"] and p["detail"] for p in report["problems"]):
                self.defect(f"verify says that it does not hold and names nothing: {report}")
        elif not report.get("detail"):
            self.defect(f"verify could not check and says no reason: {report}")
        return done.returncode

    def check_serve(self, home, code):
        server = Folder(home, self.original.server.people)
        try:
            server.start()
        except RuntimeError as error:
            ended = server.process.wait(ANSWER_SECONDS_MAX) if server.process else None
            if ended not in (1, 2):
                self.defect(f"serve ended with {ended} instead of a refusal: {error}")
            elif "quotary" not in str(error):
                self.defect(f"serve refused and said nothing: {error}")
            if code == 0:
                self.defect(f"verify says that it holds, and serve refuses: {error}")
            return f"refused {ended}"
        served, refused = 0, 0
        try:
            if code == 1 and self.kind in STORED and server.call("GET", "/readyz")[0] == 200:
                self.defect("verify says that it does not hold, and serve goes on as a writer")
            # A server that says it is not whole may lack what was lost; one that says it is ready may not.
            ready = server.call("GET", "/readyz")[0] == 200
            for path, whole in self.original.answers.items():
                status, answer = Original.read(server, path)
                nothing = not ready and answer == b""
                if not ready and isinstance(answer, dict) and isinstance(whole, dict) and answer.get("issuer") == "":
                    whole = {**whole, "issuer": ""}  # the seller's name is a payload of the first entry
                if status == 200 and answer != whole and not nothing and (code == 0 or "/verify/" in path or not is_part_of(answer, whole)):
                    self.defect(f"GET {path} answers 200 with other content: {answer!r}, was {whole!r} (verify: {code})")
                elif ready and status != 200 and answer.get("code", "not_found").endswith("not_found"):
                    self.defect(f"GET {path} answers {status}, as if it were not there (verify: {code}): {answer}")
                elif ready and status == 500 and "damaged" not in answer.get("detail", ""):
                    self.defect(f"GET {path} answers 500 without saying that stored bytes are damaged (verify: {code}): {answer}")
                served, refused = served + (status == 200), refused + (status != 200)
        except OSError as error:
            self.defect(f"the server broke off: {error}; exit {server.process.poll()}")
        try:
            server.stop()
        except RuntimeError as error:
            self.defect(str(error))
        return ("served " if ready else "read only, ") + ("all" if refused == 0 else "none" if served == 0 else "some")


def cases(original, count, generator, only):
    by_kind = collections.defaultdict(list)
    for path in sorted(original.files):
        fits = [kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, path)]
        if len(fits) != 1:
            raise RuntimeError(f"{path} is no kind of file that this test knows")
        if original.files[path]:
            by_kind[fits[0]].append(path)
    missing = set(KINDS) - set(by_kind)
    if missing:
        raise RuntimeError(f"the organisation has no file of kind {', '.join(sorted(missing))}")
    kinds = only or list(KINDS)
    for i in range(count):
        kind = kinds[i % len(kinds)]
        # A larger file is hit more often, as by chance.
        path = generator.choices(by_kind[kind], [len(original.files[p]) for p in by_kind[kind]])[0]
        content = bytearray(original.files[path])
        place = generator.randrange(len(content))
        if i // len(kinds) % TRUNCATED_EVERY == TRUNCATED_EVERY - 1:
            yield Case(original, kind, path, bytes(content[:place]), f"{path} cut to {place} of {len(content)} bytes")
        else:
            bit = 1 << generator.randrange(8)
            content[place] ^= bit
            yield Case(original, kind, path, bytes(content), f"{path} byte {place} of {len(content)} xor {bit:#04x}")


def main():
    count = int(os.environ.get("QUOTARY_DAMAGE_CASES", "48"))
    seed = int(os.environ.get("QUOTARY_DAMAGE_SEED") or random.SystemRandom().randrange(1 << 32))
    only = [kind for kind in os.environ.get("QUOTARY_DAMAGE_ONLY", "").split(",") if kind]
    print(f"QUOTARY_DAMAGE_SEED={seed} QUOTARY_DAMAGE_CASES={count}", flush=True)
    original = Original()
    outcomes, defects = collections.Counter(), []
    try:
        for case in cases(original, count, random.Random(seed), only):
            code, served = case.run()
            outcomes[case.kind, f"verify {code}", served] += 1
            for defect in case.defects[:DEFECTS_SHOWN_MAX]:
                print("defect:", defect, flush=True)
            if len(case.defects) > DEFECTS_SHOWN_MAX:
                print(f"        and {len(case.defects) - DEFECTS_SHOWN_MAX} more of this copy", flush=True)
            defects += case.defects
    finally:
        original.server.__exit__()
    for (kind, code, served), times in sorted(outcomes.items()):
        print(f"{kind:14} {code:10} {served:16} {times:5}")
    found = sum(times for (_, code, _), times in outcomes.items() if code == "verify 1")
    print(f"{sum(outcomes.values())} damaged copies, {found} said not to hold, {len(defects)} defects")
    return 1 if defects or (not only and found == 0) else 0


if __name__ == "__main__":
    sys.exit(main())
