"""A server's life under tests/faults/fail_call.cc, on a copy of an organisation's folder, and what was noticed in it."""
import collections, json, os, re, shutil, tempfile, time

from calls import MARK, Disk, read_trace
from places import LATCHED, NO_BACKUP, NOT_STARTED, READ_ONLY, SAID
from server import START_SECONDS_MAX, STILL, Server, quote

QUOTES_BEFORE = 2
SERVE_EXITS = (1, 2)  # of a program that says why it does not serve
STOPPED_CODES = {"ledger_read_only": READ_ONLY, "ledger_latched": LATCHED}


class Original:
    """An organisation whose server was killed, so that a start finds entries in its log and moves them into tables."""

    def __init__(self, program):
        self.server = Server(program, STILL)
        self.server.start()
        self.known = {}
        for i in range(QUOTES_BEFORE):
            status, _, made = self.server.issue(quote(), f"before-{i}")
            if status != 201:
                raise RuntimeError(f"could not issue: {made}")
            self.known[made["number"]] = made
        self.server.stop(hard=True)

    def close(self):
        shutil.rmtree(self.server.home, ignore_errors=True)


class Failing(Server):
    """live() has calls fail; restart() none."""

    def __init__(self, original, shim):
        self.program, self.people, self.known = original.server.program, original.server.people, original.known
        self.tls, self.document, self.faults, self.process = None, None, [], None
        self.shim, self.chosen, self.traces = os.path.abspath(shim), [], []
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="quotary-faults-"))
        self.home = os.path.join(self.folder, "home")
        shutil.copytree(original.server.home, self.home, ignore=shutil.ignore_patterns("*.sock", "log.spare"))
        self.data = os.path.join(self.home, "data")
        self.options = list(STILL) + ["--publish-to", os.path.join(self.home, "elsewhere.slots"), "--delivery-folder", os.path.join(self.home, "out")]

    def close(self):
        self.stop(hard=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self):
        return ["env", "LD_PRELOAD=" + self.shim, "QUOTARY_FAIL_BELOW=" + self.home, "QUOTARY_FAIL_TRACE=" + self.traces[-1],
                "QUOTARY_FAIL=" + ";".join(map(str, self.chosen))] + super().command()

    def restart(self, faults=()):
        self.chosen = faults
        self.traces.append(os.path.join(self.folder, f"trace-{time.monotonic_ns()}"))
        self.start()

    def mark(self, phase):
        with open(self.traces[-1], "a") as trace:
            trace.write(f"{MARK}\t{phase}\n")

    def said(self):
        with open(os.path.join(self.home, "serve.log"), errors="replace") as file:
            return file.read()

    def live(self, faults, load=None, kill=False):
        """From a start to an end; -> Life"""
        life = Life()
        try:
            self.restart(faults)
        except RuntimeError as error:
            life.end_early(self, str(error))
        else:
            self.mark("work")
            if load is not None:
                load.run()
            life.look(self, load)
            self.mark("end")
            life.stop(self, kill)
        life.said = self.said()
        if life.said:
            life.noticed.add(SAID)
        life.calls = read_trace(self.traces[-1])
        return life

    def lose_power(self):
        """As if the machine did, now that nothing runs; -> the files that lost something"""
        changed = Disk(self.traces).forget(self.home)
        self.traces = []
        return changed


class Life:
    def __init__(self):
        self.noticed, self.problems, self.calls, self.said = set(), [], [], ""
        self.times = collections.Counter()  # of what is noticed each time

    @property
    def failed(self):
        return [call for call in self.calls if call.how != "-"]

    def end_early(self, server, error):
        status = server.process.wait(START_SECONDS_MAX) if server.process else None
        if server.process:
            server.process.stdout.close()
        server.process = None
        self.noticed.add(NOT_STARTED)
        if status not in SERVE_EXITS or "quotary" not in error:
            self.problems.append(f"serve ended with {status} and said: {error}")

    def look(self, server, load):
        """What a server says that was put to work."""
        if server.process.poll() is not None:
            self.problems.append(f"the server ended by itself with {server.process.poll()}: {server.said()[-2000:]}")
            return
        status, _, text = server.call("GET", "/readyz")
        code = json.loads(text)["code"] if status != 200 else None
        if status == 200:
            self.noticed.update("degraded " + part for part in re.findall(r"^degraded: ([^:]+):", text.decode(), re.M))
        else:
            self.noticed.add(STOPPED_CODES.get(code, f"not ready: {code}"))
        if str(server.folder) in text.decode():
            self.problems.append(f"/readyz, which is public, tells a path: {text.decode()}")
        if load is None:
            return
        self.times.update("refused " + what for what, _, refusal, _ in load.refused if refusal not in STOPPED_CODES)
        if load.gave_up and status == 200 and b"degraded" not in text:
            self.problems.append(f"{', '.join(load.gave_up)} failed twice, and /readyz says {text.decode()!r}")
        if load.backups_failed and code is None:
            self.times[NO_BACKUP] = load.backups_failed
        self.noticed.update(self.times)

    def stop(self, server, kill):
        try:
            server.stop(hard=kill)
        except RuntimeError as error:
            self.problems.append(str(error))
