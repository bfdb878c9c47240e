"""Several clients at once who do everything that writes, and what a server acknowledged to them or refused."""
import http.client, json, subprocess, threading

from evidence_client import PART, TUS
from server import quote

ISSUERS, QUOTES_EACH = 3, 2
REASON = {"reason_code": "price_error", "reason_text": "单价录入错误，应为 85600"}
ERASURE = {"basis": "person_request", "reason_text": "客户书面要求删除其资料"}
SIGNERS = [{"name": f"签署人 {i}", "email": f"signer-{i}@chenghu.example"} for i in range(3)]
CASE = {"action_type": "visit", "policy": "visit", "title": "澄湖二厂拜访", "customer": {"name": "苏州澄湖新能源科技股份有限公司"}}
POLICY = """name = "visit"
title = { zh = "客户拜访", en = "Visit" }
action_types = ["visit"]
gates = ["quote.issue"]

[[note]]
id = "summary"
kind = "text"
title = { zh = "拜访摘要", en = "Summary" }
min_characters = 10
"""
EVIDENCE = b"seen on site " * 10_000  # a chunk of a stored content and most of a second
SCANS, SCAN_BYTES = 3, 11 << 20       # together they fill a log of the store
TRIES = 2                             # of a call that is refused
COMMAND_SECONDS_MAX = 60
BROKEN = (OSError, http.client.HTTPException)


class GaveUp(Exception):
    """A call that was refused each time, or whose connection broke."""


class Load:
    def __init__(self, server, tries=TRIES):
        self.server, self.tries = server, tries
        self.lock = threading.Lock()
        self.sent = {}      # Idempotency-Key of a quote -> its body
        self.quotes = {}    # the same -> what was answered
        self.appended = []  # what answers said of their entries: index, leaf hash, proof
        self.voids, self.approved, self.policies, self.cases, self.evidence = [], [], [], [], []
        self.requests, self.read, self.being_erased, self.erased, self.scans = [], [], [], [], []
        self.backup, self.backups_failed = None, 0
        self.refused, self.gave_up, self.defects = [], [], []
        self.clients = [lambda client=i: self.issuer(client) for i in range(ISSUERS)]
        self.clients += [self.voider, self.eraser, self.signer, self.auditor, self.documenter, self.back_up]

    def defect(self, text):
        with self.lock:
            self.defects.append(text)

    def told(self, what, status, answer):
        """A refusal says what is wrong, and that it is the server's fault."""
        try:
            problem = json.loads(answer)
        except ValueError:
            problem = {}
        code, detail = problem.get("code"), problem.get("detail")
        with self.lock:
            self.refused.append((what, status, code, detail))
        # After a break an upload goes on from what the disk has.
        honest = status in (500, 503) or (status == 409 and code == "upload_incomplete")
        if not honest or not code or not detail or code.startswith("internal"):
            self.defect(f"{what} was refused by {status} {answer[:300]!r}, which is no honest refusal of a failing disk")

    def call(self, what, method, path, who, body=None, headers=None, raw=None, tries=None):
        """-> (headers, answer); tried again, as a client would"""
        for _ in range(tries or self.tries):
            try:
                status, got, answer = self.server.call(method, path, who, body, headers, raw)
            except BROKEN as error:
                self.defect(f"{what}: the connection broke: {error!r}")
                raise GaveUp(what) from error
            if status < 300:
                return got, answer
            self.told(what, status, answer)
        if tries is None:
            with self.lock:
                self.gave_up.append(what)
        raise GaveUp(what)

    def post(self, what, path, who, body, key=None, **more):
        answer = self.call(what, "POST", path, who, body, {"Idempotency-Key": key or what}, **more)[1]
        return self.taken(answer)

    def taken(self, answer):
        made = json.loads(answer)
        if "ledger" in made:
            self.appended.append(made["ledger"])
        return made

    def issue(self, key, buyer):
        body = quote(buyer={"name": buyer})
        with self.lock:
            self.sent[key] = body
        made = self.post("issue", "/v1/quotes", "rep", body, key)
        with self.lock:
            self.quotes[key] = made
        return made["number"]

    def issuer(self, client):
        for i in range(QUOTES_EACH):
            self.issue(f"{client}-{i}", f"客户 {client} 有限公司")

    def voider(self):
        number = self.issue("to be voided", "作废客户有限公司")
        asked = self.post("ask for a void", f"/v1/quotes/{number}/void-requests", "rep", REASON)["id"]
        self.voids.append(asked)
        self.post("approve a void", f"/v1/void-requests/{asked}/approve", "manager", {})
        self.approved.append((asked, number))

    def eraser(self):
        number = self.issue("to be erased", "被遗忘客户有限公司")
        asked = self.post("ask for an erasure", "/v1/erasures", "admin", ERASURE | {"quote": number})["id"]
        self.being_erased.append(number)
        self.post("approve an erasure", f"/v1/erasures/{asked}/approve", "region_director", {})
        self.erased.append(number)

    def signer(self):
        number = self.issue("to be signed", "签署客户有限公司")
        self.requests.append(self.post("ask for a signature", f"/v1/quotes/{number}/signature-requests", "rep", {"signers": SIGNERS})["id"])

    def auditor(self):
        number = next(iter(self.server.known))
        for _ in range(2):
            self.call("a read that is recorded", "GET", "/v1/quotes/" + number, "auditor")
            self.read.append(number)

    def documenter(self):
        headers = {"Content-Type": "application/toml", "Idempotency-Key": "policy"}
        answer = self.call("publish a policy", "POST", "/v1/policies", "admin", None, headers, POLICY.encode())[1]
        self.policies.append(self.taken(answer)["version"])
        case = self.post("open a case", "/v1/cases", "rep", CASE)["id"]
        self.cases.append(case)
        begun = {"Upload-Length": str(len(EVIDENCE)), "Upload-Metadata": "filename c2Vlbi5iaW4="} | TUS
        path = self.call("begin an upload", "POST", f"/v1/cases/{case}/uploads", "rep", None, begun)[0]["location"]
        body = {"upload": path.rsplit("/", 1)[1], "kind": "other", "title": "现场材料"}
        self.evidence.append(self.tried("add evidence", lambda: self.add(path, case, body)))

    def add(self, path, case, body):
        self.tried("send a piece", lambda: self.send(path))
        return self.post("add evidence", f"/v1/cases/{case}/evidence", "rep", body, tries=1)["item"]

    def send(self, path):
        """What the server lacks, in two pieces, each from where it says that it stands."""
        for end in (len(EVIDENCE) // 2, len(EVIDENCE)):
            offset = int(self.call("ask an upload's offset", "HEAD", path, "rep", None, TUS)[0]["upload-offset"])
            if offset < end:
                headers = {"Upload-Offset": str(offset), "Content-Type": PART} | TUS
                self.call("send a piece", "PATCH", path, "rep", None, headers, EVIDENCE[offset:end], tries=1)

    def tried(self, what, way):
        for tries_left in reversed(range(self.tries)):
            try:
                return way()
            except GaveUp:
                if tries_left == 0:
                    self.gave_up.append(what)
                    raise

    def scanner(self):
        number = self.issue("to be scanned", "扫描客户有限公司")
        for i in range(SCANS):
            scan = b"%PDF-1.4" + bytes([i]) * SCAN_BYTES
            answer = self.call("bring a scan", "POST", f"/v1/quotes/{number}/signed-scans", "rep", None, {"Content-Type": "application/octet-stream"}, scan)[1]
            self.scans.append((self.taken(answer)["url"], scan))

    def back_up(self):
        command = [self.server.program, "backup", "--data", self.server.data, "--to", self.server.home + "/backups", "--json"]
        for _ in range(self.tries):
            self.backup = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
            if self.backup.returncode not in (0, 1, 2) or not self.backup.stderr:
                self.defect(f"quotary backup ended with {self.backup.returncode} and said: {self.backup.stderr}")
            if self.backup.returncode == 0:
                return
            self.backups_failed += 1

    def run(self):
        threads = [threading.Thread(target=self.client, args=(each,)) for each in self.clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def client(self, work):
        try:
            work()
        except GaveUp:
            pass
        except Exception as error:  # else the thread's end would go unseen
            self.defect(f"a client stopped: {error!r}")
