#!/usr/bin/env python3
"""Each house rule, shown to catch a breach of it and to let good code pass."""
import os
import subprocess
import sys
import tempfile
import unittest

CHECKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "check_house_rules.py")
GOOD_HEADER = "// What it is for.\n#pragma once\n"


def run(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True)
        return done.returncode, done.stdout


class HouseRules(unittest.TestCase):
    def catches(self, files, words):
        status, out = run(files)
        self.assertEqual(status, 1, out)
        self.assertIn(words, out)

    def test_good_code_passes(self):
        status, out = run({
            "ledger/log/rocks_store.h": GOOD_HEADER,
            "ledger/log/rocks_store.cc": '#include "ledger/log/rocks_store.h"\n#include <rocksdb/db.h>\n#include "ledger/base/hash.h"\n',
            "tests/a_test.cc": "TEST(A, B) {\n  EXPECT_EQ(1, 1);\n}\n",
        })
        self.assertEqual(status, 0, out)

    def test_direction(self):
        self.catches({"ledger/log/a.cc": '#include "api/roles.h"\n'}, "ledger may not include api/roles.h")
        self.catches({"pdfgen/a.cc": '#include "signing/seal.h"\n'}, "pdfgen may not include signing/seal.h")
        self.catches({"ledger/base/a.cc": '#include "ledger/log/proof.h"\n'}, "ledger/base may not include")
        self.catches({"api/a.cc": '#include "tests/fake.h"\n'}, "api may not include tests/fake.h")

    def test_engines(self):
        self.catches({"api/a.cc": "#include <rocksdb/db.h>\n"}, "rocksdb/ belongs in")
        self.catches({"pdfgen/a.cc": "#include <podofo/podofo.h>\n", "pdfgen/b.cc": "#include <podofo/podofo.h>\n"}, "at most 1")

    def test_own_header_first(self):
        self.catches({"api/a.h": GOOD_HEADER, "api/a.cc": '#include <string>\n#include "api/a.h"\n'}, "own header api/a.h")

    def test_marks_and_paths(self):
        self.catches({"api/a.cc": "// TO" + "DO later\n"}, "unfinished mark")
        self.catches({"README.md": "see /ho" + "me/someone/quotary\n"}, "a path of one machine")

    def test_size_and_comment(self):
        self.catches({"api/a.cc": "int a;\n" * 701}, "701 lines")
        self.catches({"api/a.h": "#pragma once\n"}, "begins with a comment")
        self.catches({"api/web/src/a.tsx": "let a;\n" * 701}, "701 lines")

    def test_pages_in_chinese(self):
        self.catches({"api/web/src/a.ts": "const a = '\u7b7e\u540d,\u7f16\u53f7';\n"}, "ASCII punctuation in Chinese text")

    def test_asserts(self):
        self.catches({"tests/a_test.cc": "TEST(A, B) {\n  run();\n}\n"}, "asserts nothing")

    def test_chinese_punctuation(self):
        self.catches({"api/a.cc": 'auto text = "完整,未发现改动";\n'}, "api/a.cc:1: ASCII punctuation")
        self.catches({"api/a.cc": '// 人民币: a comment\nauto text = R"(\n第一步: 核对)";\n'}, "api/a.cc:3: ASCII punctuation")

    def test_lambda_in_co_await(self):
        self.catches({"api/a.cc": "void f() {\n  co_await g([x] { return x; });\n}\n"}, "a lambda inside co_await")


if __name__ == "__main__":
    unittest.main()
