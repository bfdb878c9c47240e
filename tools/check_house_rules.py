#!/usr/bin/env python3
"""House rules that a compiler does not check. Prints each breach as file:line: what, and exits 1 when there is one.

Usage: check_house_rules.py [ROOT]
"""
import os
import re
import subprocess
import sys

LINES_MAX = 700
CODE = (".h", ".cc")
WEB = (".ts", ".tsx", ".mjs")
TEXT = CODE + (".py", ".sh", ".go", ".cmake", ".md", ".txt", ".json", ".html", ".js", ".css") + WEB
SKIPPED_FOLDERS = {".git", "build", "data", "data.keys", "node_modules", ".cache"}

# Who may include whom. `tests` may include everything and stands in nobody's list.
FOLDERS = {
    "ledger": {"ledger"},
    "pdfgen": {"pdfgen", "ledger"},
    "signing": {"signing", "ledger"},
    "api": {"api", "pdfgen", "signing", "ledger"},
    "tools": {"tools", "api", "pdfgen", "signing", "ledger"},
}
LEDGER_PARTS = {
    "base": {"base"},
    "index": {"index", "base"},
    "quote": {"quote", "base"},
    "log": {"log", "index", "base"},
    "blobs": {"blobs", "log", "base"},
    "backup": {"backup", "log", "base"},
    "contents": {"contents", "records", "blobs", "log", "base"},
    "records": {"records", "gates", "health", "quote", "log", "base"},
    "numbers": {"numbers", "records", "quote", "log", "index", "base"},
    "gates": {"gates", "quote", "base"},
    "health": {"health", "quote", "base"},
}
# Where a third-party engine's headers may appear: a pattern of paths, and how many sources may match it.
ENGINES = {
    "rocksdb/": (re.compile(r"ledger/log/rocks_\w+\.(cc|h)$"), None),
    "podofo/": (re.compile(r"pdfgen/\w+\.cc$"), 1),
    "seccomp": (re.compile(r"api/confined/\w+\.cc$"), 1),
    "exiv2/": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "expat": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "libheif/": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "magic.h": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "qpdf/": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "turbojpeg": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "webp/": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "zip.h": (re.compile(r"api/inspecting/reading/\w+\.cc$"), 1),
    "libp11": (re.compile(r"signing/\w+\.cc$"), 1),
    "fido": (re.compile(r"signing/\w+\.cc$"), 1),
    "toml++": (re.compile(r"ledger/gates/\w+\.cc$"), 1),
    "boost/beast": (re.compile(r"api/http/\w+\.(cc|h)$|tools/quotary/socket_client\.cc$"), None),
}
# Split so that this file does not break its own rule.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:" + "|".join(["work", "home", "root", "Users"]) + r")/\w")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
# Chinese text takes its own punctuation; ASCII's stands too narrow between its characters.
NARROW = re.compile(r"[\u4e00-\u9fff][,;:?!](?![\w\"])|[,;:?!][\u4e00-\u9fff]")
LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(\(|\{|mutable)")
TEST_BODY = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST)\s*\(([^)]*)\)\s*\{(.*?)^\}", re.M | re.S)
ASSERTS = re.compile(r"EXPECT_|ASSERT_|ADD_FAILURE|FAIL\(|\b(?:expect|check|assert)_?\w*\s*\(")


def strip_comments(text):
    """Comments and string contents out, line breaks kept, so that line numbers stay right."""
    keep_lines = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    text = re.sub(r'R"(\w*)\((?:.|\n)*?\)\1"', keep_lines, text)
    return re.sub(r'//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"', keep_lines, text)


def strip_line_comments(text):
    """Comments out, strings and line breaks kept."""
    return re.sub(r'(R"(\w*)\((?:.|\n)*?\)\2"|"(?:\\.|[^"\\\n])*")|//[^\n]*', lambda m: m.group(1) or "", text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


class Checker:
    def __init__(self, root):
        self.root = root
        self.breaches = []
        self.engine_users = {engine: [] for engine in ENGINES}

    def breach(self, path, line, what):
        self.breaches.append(f"{path}:{line}: {what}")

    def check(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
        for match in UNFINISHED.finditer(text):
            self.breach(path, line_of(text, match.start()), f"unfinished mark {match.group(0)}")
        for match in MACHINE_PATH.finditer(text):
            self.breach(path, line_of(text, match.start()), f"a path of one machine: {match.group(0)}…")
        lines = text.count("\n")
        if path.endswith(CODE + WEB) and lines > LINES_MAX:
            self.breach(path, lines, f"{lines} lines; at most {LINES_MAX} fit in a head")
        if path.endswith(WEB) and not path.startswith("tests/"):
            self.check_chinese(path, text)
        if not path.endswith(CODE):
            return
        if path.endswith(".h") and not text.startswith("//"):
            self.breach(path, 1, "a header begins with a comment that says what it is for")
        self.check_includes(path, text)
        code = strip_comments(text)
        for match in re.finditer(r"\bco_await\b[^;]*;", code):
            if LAMBDA.search(match.group(0)):
                self.breach(path, line_of(code, match.start()), "a lambda inside co_await: GCC 12 destroys its captures twice; name it first")
        if path.split("/")[0] in FOLDERS:
            self.check_chinese(path, text)
        if path.startswith("tests/"):
            for match in TEST_BODY.finditer(text):
                if not ASSERTS.search(match.group(2)):
                    self.breach(path, line_of(text, match.start()), f"test {match.group(1)} asserts nothing")

    def check_chinese(self, path, text):
        said = strip_line_comments(text)
        for match in NARROW.finditer(said):
            self.breach(path, line_of(said, match.start()), f"ASCII punctuation in Chinese text: {match.group(0)}")

    def check_includes(self, path, text):
        folder, parts = path.split("/")[0], path.split("/")
        found = [(line_of(text, match.start(1)), match.group(1)) for match in INCLUDE.finditer(text)]
        own = re.sub(r"\.cc$", ".h", path)
        if path.endswith(".cc") and os.path.exists(os.path.join(self.root, own)) and (not found or found[0][1] != own):
            self.breach(path, found[0][0] if found else 1, f"the first include is the source's own header {own}")
        for line, name in found:
            target = name.split("/")
            if folder in FOLDERS and target[0] in set(FOLDERS) | {"tests"} and target[0] not in FOLDERS[folder]:
                self.breach(path, line, f"{folder} may not include {name}")
            if folder == "ledger" and target[0] == "ledger" and len(parts) > 2 and len(target) > 2:
                if target[1] not in LEDGER_PARTS.get(parts[1], set(LEDGER_PARTS)):
                    self.breach(path, line, f"ledger/{parts[1]} may not include {name}")
            for engine, (allowed, _) in ENGINES.items():
                if name.startswith(engine) and folder != "tests":
                    if allowed.match(path):
                        if path not in self.engine_users[engine]:
                            self.engine_users[engine].append(path)
                    else:
                        self.breach(path, line, f"{name}: {engine} belongs in {allowed.pattern}")

    def finish(self):
        for engine, (_, sources_max) in ENGINES.items():
            users = self.engine_users[engine]
            if sources_max is not None and len(users) > sources_max:
                self.breach(users[-1], 1, f"{engine} is included by {len(users)} files ({', '.join(sorted(users))}); at most {sources_max}")
        return sorted(self.breaches)


def files_of(root):
    """What git tracks or would track; without git, everything outside the folders that a build makes."""
    try:
        listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, check=True).stdout
        names = [name for name in listed.decode().split("\0") if name]
        if names:
            return sorted(name for name in names if os.path.isfile(os.path.join(root, name)))
    except (OSError, subprocess.CalledProcessError):
        pass
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        names += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return sorted(names)


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), ".."))
    checker = Checker(root)
    names = [name for name in files_of(root) if name.endswith(TEXT)]
    for name in names:
        checker.check(name)
    breaches = checker.finish()
    for line in breaches:
        print(line)
    print(f"{len(names)} files, {len(breaches)} breaches of the house rules")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
