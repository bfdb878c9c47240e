#!/usr/bin/env python3
"""Go's sumdb/note and sumdb/tlog open our checkpoints and check our proofs for trees of 1 to 1,000 leaves."""
import os, random, re, subprocess, unittest

from judge import HERE, build_go

VECTORS = os.environ.get("QUOTARY_TREE_VECTORS", "build/release/tree_vectors")
SIZES = 1000
CHANGES = 40
SEED = 20261126


class TreeJudge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.judge = build_go(os.path.join(HERE, "tree_judge.go"))
        cls.lines = subprocess.run([VECTORS, str(SIZES)], check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()

    def judged(self, lines):
        return subprocess.run([self.judge], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60)

    def test_every_size_holds(self):
        done = self.judged(self.lines)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        notes, inclusion, consistency = map(int, re.fullmatch(r"(\d+) notes, (\d+) inclusion proofs, (\d+) consistency proofs\n", done.stdout).groups())
        self.assertEqual(notes, SIZES)
        # Both ends and three between of each size over 70, where some may be the same; every one of the smaller sizes.
        self.assertGreater(inclusion, 70 * 71 // 2 + (SIZES - 70) * 4)
        self.assertGreater(consistency, 70 * 71 // 2 + (SIZES - 70) * 4)

    def test_one_changed_character_is_refused(self):
        chance = random.Random(SEED)
        of_some_length = [i for i, line in enumerate(self.lines) if len(line.split()) > 3 or line.startswith("note ")]
        for at in chance.sample(of_some_length, CHANGES):
            line = self.lines[at]
            place = chance.randrange(len(line.split(" ")[0]) + 8, len(line) - 3)
            other = "A" if line[place] != "A" else "B"
            if line[place] == " ":
                continue
            changed = line[:place] + other + line[place + 1:]
            size_lines = [each for each in self.lines[:at] if each.split(" ")[0] in ("vkey", "note")]
            done = self.judged(size_lines + [changed])
            self.assertEqual(done.returncode, 1, f"{changed}: {done.stdout}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
