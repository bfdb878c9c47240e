"""A quotary on a throw-away data folder, and short calls to it. Python's library only."""
import contextlib, json, os, random, shutil, socket, ssl, subprocess, tempfile, time, urllib.error, urllib.request

START_SECONDS_MAX = 30
WAIT_SECONDS_MAX = 60  # only a test that fails waits so long
# A server whose ledger grows by nothing but what the test writes.
STILL = ("--metrics-port", "0", "--index-interval-ms", "0")


def free_port():
    """Below the ports that the system hands out by itself, which another process could get before ours is bound."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


def eventually(ask, holds):
    """-> the first answer that holds"""
    until = time.time() + WAIT_SECONDS_MAX
    while not holds(answer := ask()):
        if time.time() >= until:
            raise AssertionError(f"never came to hold: {answer}")
        time.sleep(0.05)
    return answer


class Server:
    """`options` go to `quotary serve`; `certificate` is the PEM file that its TLS is trusted by, if it speaks TLS."""

    def __init__(self, program, options=("--metrics-port", "0"), certificate=None):
        self.program = program
        self.options = list(options)
        self.tls = ssl.create_default_context(cafile=certificate) if certificate else None
        self.document = None  # set: each answer is held against it
        self.faults = []
        self.home = tempfile.mkdtemp(prefix="quotary-e2e-")
        self.data = os.path.join(self.home, "data")
        subprocess.run([program, "demo", "--data", self.data, "--empty"], check=True, stdout=subprocess.DEVNULL)
        with open(self.data + ".keys/demo-credentials.json") as f:
            self.people = json.load(f)
        self.process = None

    def command(self):
        return [self.program, "serve", "--data", self.data, "--port", "0"] + self.options

    def start(self):
        log = os.path.join(self.home, "serve.log")
        with open(log, "w") as errors:
            self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=errors, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("Listening"):
            with open(log) as errors:
                raise RuntimeError(f"the server did not start (exit {self.process.wait(START_SECONDS_MAX)}): {errors.read()}")
        self.port = int(line.rsplit(":", 1)[1])
        until = time.time() + START_SECONDS_MAX
        while time.time() < until:
            with contextlib.suppress(OSError):
                if self.call("GET", "/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError("the server did not start")

    def stop(self, hard=False):
        if self.process:
            (self.process.kill if hard else self.process.terminate)()
            status = self.process.wait(30)
            self.process.stdout.close()
            self.process = None
            if status and not hard:  # also how a sanitizer says that it reported something
                with open(os.path.join(self.home, "serve.log"), errors="replace") as errors:
                    raise RuntimeError(f"the server ended with {status}: {errors.read()[-8000:]}")
            return status

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def call(self, method, path, who=None, body=None, headers=None, raw=None):
        """-> (status, headers in lower case, bytes)"""
        answer = self.call_apart(method, path, who, body, headers, raw)
        if self.document:
            self.faults += self.document.check(method, path, *answer)
        return answer

    def call_apart(self, method, path, who, body, headers, raw):
        sent = dict(headers or {})
        data = raw
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        if who:
            sent["Authorization"] = "Bearer " + self.people[who]["token"]
        scheme = "https" if self.tls else "http"
        request = urllib.request.Request(f"{scheme}://127.0.0.1:{self.port}{path}", data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.tls) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def json(self, *arguments, **named):
        status, headers, body = self.call(*arguments, **named)
        return status, headers, json.loads(body)

    def tree_size(self):
        return int(self.call("GET", "/log/checkpoint")[2].splitlines()[1])

    def written_since(self, size):
        """The types of the entries from there on, but for those that the subject index writes by itself."""
        items = self.json("GET", f"/v1/log/entries?from={size}", "auditor")[2]["items"]
        return [kind for kind in (json.loads(each["canonical"])["type"] for each in items) if kind != "index.root"]

    def issue(self, body, key, who="rep"):
        return self.json("POST", "/v1/quotes", who, body, {"Idempotency-Key": key})


def quote(price="86500.00", **more):
    day = 86400
    out = {"series": "SH-QT", "currency": "CNY",
           "validity": {"start": time.strftime("%Y-%m-%d"), "end": time.strftime("%Y-%m-%d", time.localtime(time.time() + 30 * day))},
           "buyer": {"name": "苏州澄湖新能源科技股份有限公司"},
           "lines": [{"item": {"name": "伺服压装机"}, "quantity": "4", "unit": {"code": "C62", "name": "台"}, "unit_price": price,
                      "tax": {"category": "S", "rate": "13"}}]}
    out.update(more)
    return out
