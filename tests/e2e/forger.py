"""Someone who holds the log's key makes an export say something else, whole and signed. Knows FORMAT.md and nothing of our code. Python's library
and openssl only; for a log of fewer entries than a bundle takes."""
import base64, datetime, hashlib, io, json, os, shutil, struct, tarfile, tempfile

from readers import run

BUNDLE_ENTRIES = 256
ED25519_SEED_IN_DER = bytes.fromhex("302e020100300506032b657004220420")


def sha256(data):
    return hashlib.sha256(data).digest()


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def tree_root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1" + tree_root(leaves[:half]) + tree_root(leaves[half:]))


def index_root(records, depth=0):
    """Of a subject index: records are (key, last index, count)."""
    if not records:
        return bytes(32)
    if len(records) == 1:
        key, last, count = records[0]
        return sha256(b"\2" + key + struct.pack(">QQ", last, count))
    bit = lambda record: record[0][depth // 8] >> (7 - depth % 8) & 1
    sides = [index_root([record for record in records if bit(record) == side], depth + 1) for side in (0, 1)]
    return sha256(b"\3" + sides[0] + sides[1])


class Forger:
    """`entries` are (entry, [(name in its pack, bytes) for each object]); change them, then write."""

    def __init__(self, folder, key_path):
        self.folder = folder
        with open(key_path) as file:
            header, self.origin, seed = file.read().split()
        if header != "quotary-log-key-v1":
            raise RuntimeError("another form of key")
        self.seed = bytes.fromhex(seed)
        with open(os.path.join(folder, "manifest.json")) as file:
            self.manifest = json.load(file)
        if self.manifest["payloads"] != "all" or self.manifest["tree_size"] >= BUNDLE_ENTRIES:
            raise RuntimeError("one bundle with all payloads is what is forged here")
        with open(os.path.join(folder, f"tile/entries/000.p/{self.manifest['tree_size']}"), "rb") as file:
            bundle = io.BytesIO(file.read())
        with tarfile.open(os.path.join(folder, "payloads/000.tar")) as pack:
            held = [(member.name.split("/")[1], pack.extractfile(member).read()) for member in pack.getmembers()]
        self.entries = []
        while length := bundle.read(2):
            entry = json.loads(bundle.read(int.from_bytes(length, "big")))
            if entry["type"] == "index.root":  # written anew for what it is made to cover
                continue
            self.entries.append((entry, [held.pop(0) for _ in entry["objects"]]))

    def find(self, kind, **body):
        """The places of entries of a type whose body says so."""
        return [place for place, (entry, _) in enumerate(self.entries)
                if entry["type"] == kind and all(entry["body"].get(name) == value for name, value in body.items())]

    def remove(self, unwanted):
        self.entries = [each for each in self.entries if not unwanted(each[0])]

    def write(self, folder, lie_about_index=False):
        """-> the folder, chained, hashed, indexed and signed anew"""
        shutil.copytree(self.folder, folder)
        for part in ("tile", "payloads"):
            shutil.rmtree(os.path.join(folder, part))
        subjects, canonicals, leaves = {}, [], []
        entries = self.entries + [({"actor": {"id": "system", "role": "system"}, "objects": [], "salt": "00" * 16, "subject": "subject-index",
                                    "type": "index.root", "v": 1, "time": self.entries[-1][0]["time"]}, [])]
        last_time = ""
        for index, (entry, payloads) in enumerate(entries):
            entry = json.loads(json.dumps(entry))
            entry["index"], entry["prev"] = index, leaves[-1].hex() if leaves else "00" * 32
            entry["time"] = last_time = max(last_time, entry["time"])
            if entry["type"] == "index.root":
                records = [(sha256(subject.encode()), *last) for subject, last in subjects.items()]
                root = index_root(records)
                entry["body"] = {"algorithm": "quotary-subject-index-v1", "index_root": (sha256(root) if lie_about_index else root).hex(),
                                 "size": index, "subjects": len(records), "tree_root": tree_root(leaves).hex()}
            entry.pop("subject_prev", None)
            before = subjects.get(entry["subject"])
            if before:
                entry["subject_prev"] = before[0]
            entry["subject_seq"] = before[1] + 1 if before else 1
            subjects[entry["subject"]] = (index, entry["subject_seq"])
            for said, (_, content) in zip(entry["objects"], payloads):
                said["sha256"], said["size"] = sha256(content).hex(), len(content)
            canonicals.append(canonical(entry))
            leaves.append(sha256(b"\0" + canonicals[-1]))
            entries[index] = (entry, payloads)
        size, root = len(entries), tree_root(leaves)
        if size >= BUNDLE_ENTRIES:
            raise RuntimeError("over one bundle")
        self.put(folder, f"tile/0/000.p/{size}", b"".join(leaves))
        self.put(folder, f"tile/entries/000.p/{size}", b"".join(len(each).to_bytes(2, "big") + each for each in canonicals))
        self.put(folder, "payloads/000.tar", self.pack(entries))
        note = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
        self.put(folder, "checkpoint", note + self.signature_line(folder, note))
        held = [content for _, payloads in entries for _, content in payloads]
        self.manifest.update(root=root.hex(), tree_size=size, payloads_held=len(held), payload_bytes=sum(map(len, held)))
        self.put(folder, "manifest.json", canonical(self.manifest) + b"\n")
        self.sum_anew(folder, size)
        return folder

    def put(self, folder, path, content):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def pack(self, entries):
        out = io.BytesIO()
        with tarfile.TarFile(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as made:
            for entry, payloads in entries:
                seconds = datetime.datetime.fromisoformat(entry["time"].replace("Z", "+00:00")).timestamp()
                for name, content in payloads:
                    member = tarfile.TarInfo(f"{entry['index']}/{name}")
                    member.size, member.mtime, member.mode = len(content), int(seconds), 0o644
                    made.addfile(member, io.BytesIO(content))
            size = made.offset
        return out.getvalue()[:size] + bytes(1024)

    def signature_line(self, folder, note):
        """A C2SP signed note's: the key's id and an Ed25519 signature."""
        with tempfile.TemporaryDirectory(prefix="quotary-forger-") as place:
            der, text = os.path.join(place, "key"), os.path.join(place, "note")
            self.put(place, "key", ED25519_SEED_IN_DER + self.seed)
            self.put(place, "note", note)
            signature = run("openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", der, "-in", text).stdout
        with open(os.path.join(folder, "keys/log.vkey")) as file:
            identity = file.read().split("+", 2)[1]
        return f"\n— {self.origin} {base64.b64encode(bytes.fromhex(identity) + signature).decode()}\n".encode()

    def sum_anew(self, folder, size):
        lines = []
        with open(os.path.join(folder, "SHA256SUMS")) as file:
            for line in file:
                path = line.rstrip("\n").split("  ")[1]
                if ".p/" in path:
                    path = path.rsplit("/", 1)[0] + f"/{size}"
                with open(os.path.join(folder, path), "rb") as content:
                    lines.append(f"{hashlib.sha256(content.read()).hexdigest()}  {path}\n")
        self.put(folder, "SHA256SUMS", "".join(lines).encode())
