#!/usr/bin/env python3
"""The crash loop's checks must find what they are there for."""
import copy, os, sys, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checks import document_problems, key_problems, series_problems


def listed(*sequences, year=2026):
    return [(f"SHQT{year}-{sequence:06}", sequence) for sequence in sequences]


class Series(unittest.TestCase):
    def test_whole_series_in_any_order(self):
        self.assertEqual(series_problems([]), [])
        self.assertEqual(series_problems(listed(3, 1, 2) + listed(1, 2, year=2027)), [])

    def test_gap(self):
        self.assertEqual(series_problems(listed(1, 2, 4)), ["SHQT2026: 3 is missing below 4"])
        self.assertEqual(series_problems(listed(2)), ["SHQT2026: 1 is missing below 2"])

    def test_gap_is_not_hidden_by_another_year(self):
        self.assertEqual(series_problems(listed(1, 3) + listed(1, 2, year=2027)), ["SHQT2026: 2 is missing below 3"])

    def test_duplicate(self):
        self.assertEqual(series_problems(listed(1, 2, 2)), ["SHQT2026: 2 occurs 2 times"])

    def test_number_and_sequence_differ(self):
        self.assertEqual(series_problems([("SHQT2026-000002", 1)]), ["SHQT2026-000002 is listed with sequence 1"])


class Keys(unittest.TestCase):
    def test_one_key_one_number(self):
        numbers = listed(1, 2)
        self.assertEqual(key_problems(numbers, {"a": {"SHQT2026-000001"}, "b": {"SHQT2026-000002"}}), [])

    def test_a_key_that_gave_two(self):
        found = key_problems(listed(1, 2), {"a": {"SHQT2026-000001", "SHQT2026-000002"}})
        self.assertEqual(found, ["key a gave 2 numbers: SHQT2026-000001, SHQT2026-000002"])

    def test_a_key_that_gave_none(self):
        self.assertEqual(key_problems([], {"a": set()}), ["key a gave 0 numbers: "])

    def test_a_number_given_twice(self):
        found = key_problems(listed(1), {"a": {"SHQT2026-000001"}, "b": {"SHQT2026-000001"}})
        self.assertEqual(found, ["SHQT2026-000001 was given to the keys a and b"])

    def test_an_acknowledged_number_that_is_gone(self):
        found = key_problems(listed(1), {"a": {"SHQT2026-000001"}, "b": {"SHQT2026-000002"}})
        self.assertEqual(found, ["SHQT2026-000002 was acknowledged to key b and is not listed"])

    def test_a_number_of_nobody(self):
        self.assertEqual(key_problems(listed(1, 2), {"a": {"SHQT2026-000001"}}), ["SHQT2026-000002 is listed and belongs to no request"])


class Document(unittest.TestCase):
    answer = {"number": "SHQT2026-000001", "sequence": 1, "series": "SH-QT", "issued_at": "2026-11-24T02:03:04.567Z", "totals": {"payable": "1.00"},
              "verify_code": "A", "document": {"sha256": "aa", "size": 3}, "ledger": {"index": 12, "leaf_hash": "bb"}}

    def test_same(self):
        self.assertEqual(document_problems(self.answer, copy.deepcopy(self.answer), "aa"), [])

    def test_each_difference(self):
        self.assertEqual(len(document_problems(self.answer, self.answer, "ab")), 1)
        self.assertEqual(len(document_problems(self.answer, {}, "aa")), 9)
        for path, value in [(("totals", "payable"), "1.01"), (("ledger", "index"), 13), (("ledger", "leaf_hash"), "bc"), (("verify_code",), "B")]:
            changed = copy.deepcopy(self.answer)
            place = changed
            for name in path[:-1]:
                place = place[name]
            place[path[-1]] = value
            self.assertEqual(len(document_problems(self.answer, changed, "aa")), 1, path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
