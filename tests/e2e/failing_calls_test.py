#!/usr/bin/env python3
"""Write-side system calls of a served program, each made to fail once: what it acknowledged is there, the rest not by halves, and it says so.

QUOTARY_FAULTS      first: of each call on each kind of file in each phase the first, in one way; all: every call, alone, in every way
QUOTARY_FAULT_ONLY  a pattern: of `all` only those, "CALL KIND NTH WAY", that fit it
QUOTARY_FAULT_JOBS  so many of `all` run at once (as many as there are processors)
QUOTARY_SEED        of the ways and of how a server ends (drawn anew, and printed)
"""
import collections, concurrent.futures, contextlib, os, random, re, sys, threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../faults"), os.path.join(HERE, "../crash")]
from calls import WAYS, WRITES
from failing import Failing, Life, Original
from kept import Kept
from load import TRIES, Load
from places import place_of, problems_with

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
VERIFIER = os.environ.get("QUOTARY_VERIFY_PROGRAM", "build/release/quotary-verify")
SHIM = os.environ.get("QUOTARY_FAIL_CALL", "build/release/tests/libquotary_fail_call.so")
LIVES_A_CHECK = 8      # short lives on one folder before all of it is looked at
ATTEMPTS_MAX = 3       # for a call that came at another place this time
MISSED_PART_MAX = 0.1  # of `all`: concurrent clients do not make quite the same calls each time
PROBLEMS_SHOWN_MAX = 3
PROGRESS_EVERY = 100


def ways_of(call):
    return WAYS if call.site.call in WRITES else WAYS[:2]


def first_of_each(calls, place):
    """The first call for each value of place(call)."""
    found = {}
    for call in calls:
        found.setdefault(place(call), call)
    return list(found.values())


class Tester:
    def __init__(self, original, seed):
        self.original, self.seed = original, seed
        self.lock = threading.Lock()
        self.outcomes, self.failed, self.problems = collections.Counter(), 0, 0

    def report(self, what, life, problems):
        with self.lock:
            self.failed += len(life.failed)
            for call in life.failed:
                self.outcomes[call.site.phase, call.how, ", ".join(sorted(life.noticed)) or "nobody noticed"] += 1
            self.problems += bool(problems)
            for problem in problems[:PROBLEMS_SHOWN_MAX]:
                print(f"problem: {what}: {problem}", flush=True)
            if len(problems) > PROBLEMS_SHOWN_MAX:
                print(f"         and {len(problems) - PROBLEMS_SHOWN_MAX} more", flush=True)

    def drawn(self, what, faults):
        """The same for the same failures, whatever else is tried."""
        return random.Random(f"{self.seed} {what} {' '.join(map(str, faults))}").random() < 0.5

    def problems_after(self, server, load, loses_before):
        """Of a new start. The machine loses its power before it, or only after it: then the start reads what no disk has."""
        kept = Kept(server, load, VERIFIER)
        try:
            if loses_before:
                kept.lost = server.lose_power()
            server.restart()
            kept.check()
            server.stop()
            server.lose_power()
            kept.check_stopped()
        except (RuntimeError, AssertionError, LookupError, OSError) as error:
            kept.problem(f"the checks ended with {error!r}")
        return kept.problems

    def live(self, faults, large=False, tries=TRIES, may_kill=True):
        """One life under load, and all checks behind it; -> its calls"""
        kill = may_kill and self.drawn("kill", faults)
        with contextlib.closing(Failing(self.original, SHIM)) as server:
            load = Load(server, tries)
            if large:
                load.clients.append(load.scanner)
            life = server.live(faults, load, kill)
            problems = life.problems + problems_with(life) + load.defects
            problems += self.problems_after(server, load, self.drawn("power", faults))
            self.report("; ".join(map(str, faults)) or "no failure", life, problems)
        return life.calls

    def live_shortly(self, faults):
        """Lives one after the other on one folder, each with a failure, and all checks behind the last; -> those that came not to pass"""
        missed = []
        with contextlib.closing(Failing(self.original, SHIM)) as server:
            load = Load(server)
            load.clients = [load.auditor]
            for fault in faults:
                load.refused, load.gave_up, load.defects = [], [], []
                life = server.live([fault], load)
                self.report(str(fault), life, life.problems + problems_with(life) + load.defects)
                if "data/access/current" in server.lose_power():
                    load.read = []  # what was answered before its record was synced
                missed += [] if life.failed else [fault]
            self.report("after " + "; ".join(map(str, faults)), Life(), self.problems_after(server, load, True))
        return missed

    def until_all_failed(self, faults, live):
        """live(faults) -> those that came not to pass; they are tried again"""
        for _ in range(ATTEMPTS_MAX):
            if faults := list(faults):
                faults = live(faults)
        for fault in faults:
            self.report(str(fault), Life(), ["no such call was made any more"])

    def live_together(self, faults):
        """Of failures that pass: each client goes on until none is left."""
        failed = {call.fault(call.how)[:3] for call in self.live(faults, tries=len(faults) + TRIES, may_kill=False) if call.how != "-"}
        return [fault for fault in faults if fault[:3] not in failed]

    def live_alone(self, faults, large=False, may_kill=True):
        return [fault for fault in faults if all(call.how == "-" for call in self.live([fault], large, may_kill=may_kill))]


def try_first(tester):
    """Failures that pass are tried together, so that this takes less than a minute."""
    calls = first_of_each(tester.live([], may_kill=False), lambda call: call.site)
    turn = random.Random(tester.seed).randrange(len(WAYS))
    fault = {call: call.fault(ways_of(call)[(turn + i) % len(ways_of(call))]) for i, call in enumerate(calls)}
    begun = {call.site[1:] for call in calls if call.site.phase != "end"}
    work = [call for call in calls if call.site.phase == "work"]
    short = [fault[call] for call in calls if call.site.phase == "start" or (call.site.phase == "end" and call.site[1:] not in begun)]
    for at in range(0, len(short), LIVES_A_CHECK):
        tester.until_all_failed(short[at:at + LIVES_A_CHECK], tester.live_shortly)
    tester.until_all_failed([fault[call] for call in work if place_of(call).lasts], tester.live_alone)
    tester.until_all_failed([fault[call] for call in work if not place_of(call).lasts], tester.live_together)


def try_all(tester, only):
    usual = tester.live([], may_kill=False)
    known = {call.fault("") for call in usual}
    large = [call for call in tester.live([], large=True, may_kill=False) if call.fault("") not in known]
    cases = [([call.fault(way)], is_large, call.site.phase != "end") for calls, is_large in ((usual, False), (large, True)) for call in calls for way in ways_of(call)]
    cases = [case for case in cases if re.search(only, str(case[0][0]))]
    jobs = int(os.environ.get("QUOTARY_FAULT_JOBS") or os.cpu_count())
    print(f"{len(usual)} calls, {len(large)} more of a load that fills a log; {len(cases)} failures", flush=True)
    missed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done, missing in enumerate(pool.map(lambda case: tester.live_alone(*case), cases), 1):
            missed += len(missing)
            if done % PROGRESS_EVERY == 0:
                print(f"{done} of {len(cases)} tried, {tester.problems} problems, {missed} calls were not made any more", flush=True)
    if missed > MISSED_PART_MAX * len(cases):
        tester.report("all", Life(), [f"{missed} of {len(cases)} calls were not made any more"])


def main():
    seed = int(os.environ.get("QUOTARY_SEED") or random.SystemRandom().randrange(1 << 32))
    which, only = os.environ.get("QUOTARY_FAULTS", "first"), os.environ.get("QUOTARY_FAULT_ONLY", "")
    print(f"QUOTARY_SEED={seed} QUOTARY_FAULTS={which} QUOTARY_FAULT_ONLY={only}", flush=True)
    for program in (PROGRAM, VERIFIER, SHIM):
        if not os.path.exists(program):
            raise SystemExit(f"{program} is not there: build it")
    original = Original(PROGRAM)
    tester = Tester(original, seed)
    try:
        if which == "all" or only:
            try_all(tester, only)
        else:
            try_first(tester)
    finally:
        original.close()
    for (phase, how, noticed), times in sorted(tester.outcomes.items()):
        print(f"{phase:6} {how:7} {times:5}  {noticed}")
    print(f"{tester.failed} calls failed, {tester.problems} problems")
    return 1 if tester.problems or tester.failed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
