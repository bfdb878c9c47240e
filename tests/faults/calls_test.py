#!/usr/bin/env python3
"""What a disk holds after syncs that failed, and who must notice what: the judgements that failing_calls_test.py rests on."""
import os, shutil, sys, tempfile, unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../e2e")]
from calls import Disk, read_trace
from failing import Life
from places import problems_with


class Traced(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="quotary-calls-")
        self.addCleanup(shutil.rmtree, self.home)
        self.trace = os.path.join(self.home, "trace")
        self.kept = open(self.trace + ".before", "wb")
        self.addCleanup(self.kept.close)
        os.mkdir(os.path.join(self.home, "data"))

    def line(self, call, name, more="-", how="-", kind=None):
        with open(self.trace, "a") as trace:
            trace.write("\t".join((call, kind or name, name, more, how)) + "\n")

    def path(self, name):
        return os.path.join(self.home, name)

    def write(self, name, offset, content, how="-"):
        with open(self.path(name), "ab"):
            pass
        with open(self.path(name), "r+b") as file:
            file.seek(offset)
            before = file.read(len(content))
            at = self.kept.tell()
            self.kept.write(before)
            self.kept.flush()
            file.seek(offset)
            file.write(content if how == "-" else content[:len(content) // 2])
        self.line("pwrite", name, f"{offset} {len(content)} {at} {len(before)}", how)

    def forgotten(self, name):
        """What the disk has of it."""
        Disk([self.trace]).forget(self.home)
        with open(self.path(name), "rb") as file:
            return file.read()


class Lost(Traced):
    def test_what_a_failed_sync_was_to_bring_is_gone(self):
        self.write("a", 0, b"one")
        self.line("fdatasync", "a")
        self.write("a", 3, b"two")
        self.line("fdatasync", "a", how="EIO")
        self.line("fdatasync", "a")  # the machine takes it for written
        self.assertEqual(self.forgotten("a"), b"one")

    def test_what_was_overwritten_is_back(self):
        self.write("a", 0, b"abcdef")
        self.line("fdatasync", "a")
        self.write("a", 1, b"XYZ")
        self.write("a", 2, b"++")
        self.line("fdatasync", "a", how="ENOSPC")
        self.assertEqual(self.forgotten("a"), b"abcdef")

    def test_what_was_written_anew_and_synced_stays(self):
        self.write("a", 0, b"abcdef")
        self.line("fdatasync", "a", how="EIO")
        self.write("a", 2, b"cd")
        self.line("fdatasync", "a")
        self.assertEqual(self.forgotten("a"), b"\0\0cd")

    def test_what_nobody_synced_is_no_loss(self):
        self.write("a", 0, b"abcdef", how="short")
        self.assertEqual(self.forgotten("a"), b"abc")

    def test_it_goes_with_the_file_under_its_new_name_and_with_what_is_cut(self):
        self.write("a", 0, b"abcdef")
        self.line("fdatasync", "a", how="EIO")
        os.rename(self.path("a"), self.path("b"))
        self.line("rename", "a", "b")
        os.truncate(self.path("b"), 4)
        self.line("ftruncate", "b", "4")
        self.assertEqual(self.forgotten("b"), b"")


class Noticed(Traced):
    def life(self, *noticed, **times):
        life = Life()
        life.noticed.update(noticed, times)
        life.times.update(times)
        life.calls = read_trace(self.trace)
        return life

    def test_somebody_must_and_nobody_else(self):
        self.line("=", "work")
        self.line("fdatasync", "data/published.slots", how="EIO")
        self.assertEqual(problems_with(self.life("latched")), [])
        self.assertIn("nobody noticed", problems_with(self.life())[0])
        self.assertIn("degraded keys", problems_with(self.life("latched", "degraded keys"))[0])

    def test_a_short_write_is_no_failure(self):
        self.line("=", "work")
        self.line("pwrite", "data/published.slots", "0 4 -1 0", "short")
        self.assertEqual(problems_with(self.life()), [])
        self.assertEqual(len(problems_with(self.life("latched"))), 1)

    def test_each_is_told(self):
        self.line("=", "work")
        self.line("create", "backups/lock", how="EIO")
        self.line("mkdir", "backups/files", how="EIO")
        self.assertEqual(problems_with(self.life(**{"no backup": 2})), [])
        self.assertEqual(len(problems_with(self.life(**{"no backup": 1}))), 1)

    def test_a_place_that_nobody_knows_is_said(self):
        self.line("create", "data/new.file", how="EIO")
        self.assertIn("places.py", problems_with(self.life())[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
