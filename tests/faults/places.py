"""Where a call fails, who notices: each place names all that may be refused or shown for it, and whether nobody needs to."""
import collections, re, typing

NOT_STARTED = "not started"  # the program ended and said why
READ_ONLY = "read only"      # served for reading alone, which /readyz says
LATCHED = "latched"          # nothing more is written, which /readyz says
NO_BACKUP = "no backup"      # the command that asked for one says so
SAID = "said"                # on stderr
STOPS = {"start": (NOT_STARTED, READ_ONLY), "work": (LATCHED,), "end": (SAID,)}
NEW_SUBJECTS = tuple("refused " + what for what in ("issue", "open a case", "ask for a void", "ask for an erasure", "ask for a signature", "bring a scan"))
EVIDENCE = ("refused begin an upload", "refused ask an upload's offset", "refused send a piece", "refused add evidence")


class Place(typing.NamedTuple):
    sites: str          # "PHASE CALL KIND" or "PHASE CALL KIND NTH", a pattern
    noticed: tuple = ()  # by one of these or several, and by nothing else
    silent: str = ""    # why nobody need notice; empty: somebody must

    @property
    def lasts(self):
        """Until a restart: a failure here ends more than the call."""
        return LATCHED in self.noticed or "degraded keys" in self.noticed


def stops(sites, silent=""):
    return [Place(phase + " " + sites, noticed, silent) for phase, noticed in STOPS.items()]


# The first that fits counts.
PLACES = [
    Place(r"\w+ sync_file_range .*", (), "a hint"),
    Place(r"\w+ \w+ data/store/log\.spare", (), "zeros ahead of the log are a convenience"),
    Place(r"\w+ \w+ data/store/OPTIONS-#(\.dbtmp)?", (), "nothing reads them"),
    Place(r"\w+ unlink data/store/.*", (), "what is done with is removed later"),
    Place(r"start fsync data/store 2", (), "of the name of OPTIONS"),
    *stops(r"(create|ftruncate) data/store/#\.log", "also of a log that is done with, or whose zeros may stay"),
    Place(r"\w+ \w+ data/notices\.position\.new", (), "a notice may be sent twice"),
    Place(r"\w+ fsync data", (), "of that name alone"),
    Place(r"start \w+ data\.keys/signing-service\..*", ("degraded signing", "refused ask for a signature")),
    Place(r"start fsync data\.keys", (NOT_STARTED, "degraded signing", "refused ask for a signature")),
    Place(r"(work|end) \w+ data\.keys/subjects\.keys", ("degraded keys", "degraded erasure") + NEW_SUBJECTS),
    Place(r"start mkdir out", (NOT_STARTED,)),
    Place(r"(work|end) \w+ out(/.*)?", ("degraded delivery", SAID)),
    Place(r"(work|end) \w+ backups(/.*)?", (NO_BACKUP,)),
    Place(r"start \w+ data/access(/.*)?", ("degraded access log", "refused a read that is recorded"), "it is taken over with the first record"),
    Place(r"work \w+ data/access(/.*)?", ("degraded access log", "refused a read that is recorded")),
    Place(r"end \w+ data/access(/.*)?", (SAID,)),
    Place(r"(work|end) unlink data/uploads/.*", (), "the next sweep removes it"),
    Place(r"(work|end) fsync data/(uploads|blobs/#)", ("refused add evidence",)),  # both in one call
    Place(r"(work|end) \w+ data/(uploads|blobs)(/.*)?", EVIDENCE),
    Place(r"(work|end) mkdir data", EVIDENCE),
    Place(r"(work|end) (mkdir|fsync) \.", EVIDENCE + (NO_BACKUP,)),  # the folder around data and backups
    Place(r"start fsync \.", STOPS["start"]),
    Place(r"start mkdir (\.|data)", STOPS["start"], "also on the way to a folder that is made later"),
    Place(r"(start|end) unlink data/operator\.sock", (), "the next start takes its place"),
    *stops(r"\w+ (data/store(/.*)?|data|data/lock|data/published\.slots|elsewhere\.slots(\.new)?|data/blobs|data/uploads)"),
]


def place_of(call):
    made = (str(call.site), f"{call.site} {call.nth}")
    fits = (place for place in PLACES if any(re.fullmatch(place.sites, each) for each in made))
    return next(fits, Place("", ("nothing in tests/faults/places.py",)))


def problems_with(life):
    """A short write is no failure, so it may be noticed by nothing."""
    failed = [(call, place_of(call)) for call in life.failed if call.how != "short"]
    problems, hurt = [], collections.Counter()
    for call, place in failed:
        if not place.silent and not life.noticed.intersection(place.noticed):
            problems.append(f"nobody noticed that {call.fault(call.how)} failed, which {' or '.join(place.noticed)} should say")
        hurt[place.noticed] += not place.silent
    for noticed, times in hurt.items():
        told = sum(life.times[each] for each in noticed)
        if 0 < told < times:
            problems.append(f"{times} calls failed that {' or '.join(noticed)} should say, and {told} times it was said")
    surplus = life.noticed.difference([SAID], *(place.noticed for _, place in failed))
    if surplus:
        problems.append(f"{', '.join(sorted(surplus))}: for {'; '.join(str(call.fault(call.how)) for call in life.failed) or 'no failure'}")
    return problems
