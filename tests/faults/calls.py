"""What the trace of tests/faults/fail_call.cc says: which calls were made, which of them failed, and what the disk lost by it."""
import os, typing

WAYS = ("ENOSPC", "EIO", "short")
WRITES = ("pwrite", "write", "pwritev", "writev")
SYNCS = ("fdatasync", "fsync", "syncfs")
MARK = "="  # begins a line of ours between those of calls


class Site(typing.NamedTuple):
    """Where calls are made: which call, on which kind of file, while the server starts, works or ends."""
    phase: str
    call: str
    kind: str

    def __str__(self):
        return " ".join(self)


class Fault(typing.NamedTuple):
    """The nth call of that name and kind, of all phases, in one way."""
    call: str
    kind: str
    nth: int
    way: str

    def __str__(self):
        return " ".join(map(str, self))


class Call(typing.NamedTuple):
    site: Site
    nth: int
    path: str
    more: str
    how: str  # - where it was let through

    @property
    def failed(self):
        return self.how in ("ENOSPC", "EIO")

    def fault(self, way):
        return Fault(self.site.call, self.site.kind, self.nth, way)


def read_trace(path):
    calls, counts, phase = [], {}, "start"
    with open(path) as lines:
        for line in lines:
            words = line.rstrip("\n").split("\t")
            if words[0] == MARK:
                phase = words[1]
                continue
            call, kind, name, more, how = words
            counts[call, kind] = counts.get((call, kind), 0) + 1
            calls.append(Call(Site(phase, call, kind), counts[call, kind], name, more, how))
    return calls


class Piece(typing.NamedTuple):
    """Bytes [begin, end) of a file that were written; what stood there before, which may be fewer where the file ended."""
    begin: int
    end: int
    before: bytes


def without(pieces, begin, end):
    """What is left of them when [begin, end) is written anew or cut off."""
    left = []
    for piece in pieces:
        if piece.begin < begin:
            left.append(Piece(piece.begin, min(piece.end, begin), piece.before[:max(0, begin - piece.begin)]))
        if piece.end > end:
            first = max(piece.begin, end)
            left.append(Piece(first, piece.end, piece.before[first - piece.begin:]))
    return [piece for piece in left if piece.begin < piece.end]


class Disk:
    """What a failed sync was to bring to the disk is in the machine's memory alone, and no later sync brings it there. With the memory it is gone."""

    def __init__(self, traces):
        self.unsynced, self.lost = {}, {}
        for trace in traces:
            with open(trace + ".before", "rb") as file:
                self.before = file.read()
            for call in read_trace(trace):
                self.follow(call)

    def follow(self, call):
        name, path = call.site.call, call.path
        if name in WRITES and call.how != "ENOSPC":
            self.write(path, call)
        elif name in SYNCS:
            self.sync(path, call.failed)
        elif call.failed:
            return
        elif name == "rename":
            self.move(path, call.more)
        elif name == "unlink" or call.more == "cut":
            self.move(path, None)
        elif name == "ftruncate":
            for table in (self.unsynced, self.lost):
                table[path] = without(table.get(path, []), int(call.more), 1 << 62)

    def write(self, path, call):
        offset, size, before_at, before_size = map(int, call.more.split())
        if offset < 0:
            return  # at the file's end, wherever that is: the engine's diary, which nobody needs
        if call.how != "-":
            size //= 2
        before = bytes(before_size) if before_at < 0 else self.before[before_at:before_at + before_size]
        self.unsynced[path] = self.unsynced.get(path, []) + [Piece(offset, offset + size, before[:size])]

    def sync(self, path, failed):
        unsynced, lost = self.unsynced.pop(path, []), self.lost.get(path, [])
        if failed:
            self.lost[path] = lost + unsynced
            return
        for piece in unsynced:
            lost = without(lost, piece.begin, piece.end)
        self.lost[path] = lost

    def move(self, path, to):
        for table in (self.unsynced, self.lost):
            pieces = table.pop(path, None)
            if to is not None:
                table.pop(to, None)
                if pieces is not None:
                    table[to] = pieces

    def forget(self, home):
        """Puts into the files what is on the disk; -> in which that was something else"""
        changed = []
        for path, pieces in self.lost.items():
            full = os.path.join(home, path)
            if not pieces or not os.path.isfile(full):
                continue
            changed.append(path)
            with open(full, "r+b") as file:
                for piece in reversed(pieces):
                    size = file.seek(0, os.SEEK_END)
                    file.seek(piece.begin)
                    file.write(piece.before[:max(0, size - piece.begin)])
                    behind = piece.begin + len(piece.before)
                    if len(piece.before) < piece.end - piece.begin and piece.end >= size > behind:
                        file.truncate(behind)
                    elif behind < min(piece.end, size):
                        file.seek(behind)
                        file.write(bytes(min(piece.end, size) - behind))
        return changed
