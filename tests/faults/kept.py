"""What must hold after a server whose disk failed was started again: all that it acknowledged is there, and nothing else is there by halves."""
import base64, glob, hashlib, json, subprocess, tempfile

from checks import document_problems, key_problems, series_problems
from forger import tree_root
from load import COMMAND_SECONDS_MAX, EVIDENCE, SIGNERS
from server import eventually, quote

SLOT_BYTES, SLOT_SEQUENCE_AT, SLOT_NOTE_AT = 65_536, 8, 22


def newest_slot(path):
    """-> the lines of the newest checkpoint that is published there"""
    with open(path, "rb") as file:
        both = file.read()
    slots = [both[at:at + SLOT_BYTES] for at in (0, SLOT_BYTES)]
    newest = max(slots, key=lambda slot: slot[SLOT_SEQUENCE_AT:SLOT_SEQUENCE_AT + 8])
    return newest[SLOT_NOTE_AT:].split(b"\n\n")[0].decode().splitlines()


class Kept:
    """Of a server that was started again after a load. The problems that it finds are in `problems`."""

    def __init__(self, server, load, verifier):
        self.server, self.load, self.verifier = server, load, verifier
        self.lost = []  # files that lost what a failed sync had not brought to the disk
        self.problems = []

    def problem(self, text):
        self.problems.append(text)

    def get(self, path, who="rep"):
        status, _, answer = self.server.call("GET", path, who)
        if status != 200:
            self.problem(f"GET {path} answers {status}: {answer[:300]!r}")
        return answer if status == 200 else None

    def get_json(self, path, who="rep"):
        answer = self.get(path, who)
        return json.loads(answer) if answer is not None else {}

    def check(self):
        status, _, text = self.server.call("GET", "/readyz")
        if status != 200 or text != b"ready\n":
            self.problem(f"after the restart /readyz says {status} {text!r}")
        self.check_quotes()
        self.check_decisions()
        self.check_evidence()
        self.check_requests()
        self.check_log()
        self.check_goes_on()

    def check_quotes(self):
        """Replays give their own number, and each number has its document."""
        by_key = {key: {made["number"]} for key, made in self.load.quotes.items()}
        for _ in range(2):
            for key, body in self.load.sent.items():
                status, _, made = self.server.issue(body, key)
                erased = (status, made.get("code")) in ((410, "erased"), (409, "subject_key_erased"))
                if status == 201:
                    by_key.setdefault(key, set()).add(made["number"])
                elif not (key == "to be erased" and erased):
                    self.problem(f"key {key} sent again: {status} {made}")
        listed = [(each["number"], each["sequence"]) for each in self.get_json("/v1/quotes?limit=200")["items"]]
        own = [(number, sequence) for number, sequence in listed if number not in self.server.known]
        self.problems += series_problems(listed) + key_problems(own, by_key)
        acknowledged = {made["number"]: made for made in self.load.quotes.values()} | self.server.known
        for number, _ in listed:
            if number in self.load.erased or number in self.load.being_erased:
                continue
            read, pdf = self.get_json("/v1/quotes/" + number), self.get(f"/v1/quotes/{number}/pdf") or b""
            self.problems += document_problems(acknowledged.get(number, read), read, hashlib.sha256(pdf).hexdigest())

    def check_decisions(self):
        for asked in self.load.voids:
            self.get("/v1/void-requests/" + asked)
        for asked, number in self.load.approved:
            found = self.get_json("/v1/void-requests/" + asked).get("status"), self.get_json("/v1/quotes/" + number)["state"]["status"]
            if found != ("approved", "voided"):
                self.problem(f"the void of {number} was acknowledged, and is {found}")
        for number in self.load.erased:
            status, _, answer = self.server.json("GET", f"/v1/quotes/{number}/pdf", "rep")
            if (status, answer.get("code")) != (410, "erased"):
                self.problem(f"{number} was erased, and its PDF answers {status} {answer}")
        for version in self.load.policies:
            self.get(f"/v1/policies/visit?version={version}")

    def check_evidence(self):
        """Of each case that there is, acknowledged or not: each item has its content, to the last byte."""
        cases = [each["id"] for each in self.get_json("/v1/cases")["items"]]
        self.problems += [f"case {case} was acknowledged and is gone" for case in self.load.cases if case not in cases]
        found = set()
        for case in cases:
            for item in self.get_json(f"/v1/cases/{case}/evidence").get("items", []):
                found.add(item["item"])
                if self.get(item["version"]["links"]["content"]) != EVIDENCE:
                    self.problem(f"the content of evidence {item['item']} is not what was sent")
        for item in self.load.evidence:
            if item not in found:
                self.problem(f"evidence {item} was acknowledged and is gone")
        for url, scan in self.load.scans:
            if self.get(url) != scan:
                self.problem(f"the scan {url} is not what was sent")

    def check_requests(self):
        """Each signer is invited at last."""
        sent = lambda: "".join(open(path).read() for path in glob.glob(self.server.home + "/out/invitation-*.json"))
        for asked in self.load.requests:
            if self.get_json("/v1/signature-requests/" + asked).get("status") == "open":
                eventually(sent, lambda text: text.count(f'"request":"{asked}"') >= len(SIGNERS))

    def check_log(self):
        """Each answer's proof leads to a root of this very log, by arithmetic that is not the server's."""
        entries = self.get_json("/v1/log/entries?from=0&limit=200", "auditor")["items"]
        leaves = [hashlib.sha256(b"\0" + each["canonical"].encode()).digest() for each in entries]
        answered = self.load.appended + [made["ledger"] for made in self.server.known.values()]
        for ledger in answered:
            size, root = ledger["proof"].split("\n\n")[1].splitlines()[1:3]
            here = leaves[:int(size)]
            if len(here) != int(size) or tree_root(here) != base64.b64decode(root) or here[ledger["index"]].hex() != ledger["leaf_hash"]:
                self.problem(f"entry {ledger['index']} was acknowledged under a root of size {size} that is not this log's")
        if answered:
            self.check_proof(answered[-1]["proof"])

    def check_proof(self, proof):
        with tempfile.NamedTemporaryFile("w", suffix=".tlog-proof") as file:
            file.write(proof)
            file.flush()
            vkey = self.server.call("GET", "/log/vkey")[2].decode().strip()
            done = subprocess.run([self.verifier, "proof", file.name, "--vkey", vkey], capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
        if done.returncode != 0:
            self.problem(f"an acknowledged proof does not hold: {done.stdout}{done.stderr}")

    def check_goes_on(self):
        status, _, made = self.server.issue(quote(buyer={"name": "新客户有限公司"}), "after all")
        if status != 201:
            self.problem(f"it issues no more: {status} {made}")
        published = newest_slot(self.server.home + "/elsewhere.slots")
        served = self.server.call("GET", "/log/checkpoint")[2].decode().splitlines()[:3]
        if published != served:
            self.problem(f"--publish-to holds {published}, and {served} is served")

    def check_stopped(self):
        """Of the folder that the server left."""
        done = subprocess.run([self.server.program, "verify", "--data", self.server.data, "--json"], capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
        if done.returncode != 0:
            self.problem(f"quotary verify: exit {done.returncode}: {done.stdout[:2000]}{done.stderr[:500]}")
        recorded = "".join(open(path).read() for path in glob.glob(self.server.data + "/access/*"))
        # A read is answered before its record is synced.
        for number in set(self.load.read) if "data/access/current" not in self.lost else ():
            written = recorded.count(f'"subject":"quote:{number}"')
            if written < self.load.read.count(number):
                self.problem(f"{number} was read {self.load.read.count(number)} times by an auditor, and {written} of these are recorded")
        backup = self.load.backup
        if backup is not None and (backup.returncode == 0 or glob.glob(self.server.home + "/backups/backups/*.json")):
            self.check_drill()

    def check_drill(self):
        done = subprocess.run([self.server.program, "drill", "--from", self.server.home + "/backups", "--keys", self.server.data + ".keys", "--json"],
                              capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
        if done.returncode != 0:
            self.problem(f"quotary drill: exit {done.returncode}: {done.stdout[:1000]}{done.stderr[:500]}")
