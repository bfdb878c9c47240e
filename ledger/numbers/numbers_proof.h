// A numbers proof: the numbers of one period of a series, first to last, each issued once and what became of it, as one
// file. FORMAT.md has its lines. Pure.
#pragma once

#include "ledger/log/index_root.h"
#include "ledger/log/ports.h"
#include "ledger/log/proof_lines.h"
#include "ledger/records/entry_status.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::string_view numbers_proof_header = "quotary-numbers-proof@v1\n";
inline constexpr std::size_t numbers_proof_bytes_max = 64u << 20;
inline constexpr std::uint64_t numbers_in_proof_max = 2'000;
inline constexpr std::string_view burned_status = "burned";
inline constexpr std::size_t number_spellings_max = 1'200;  // of one place in a series

// A series, as its first entry names it.
struct NumberSeries {
  std::string name, branch, pattern, period;  // period: none, year, month
};

// Every number that the place `sequence` of a period can have: one, unless the pattern holds a part of the date that
// the period does not fix. `begun` and `until` bound a series without a period: the days of its first entry and of the
// proof, each taken a day wider, whatever the time zone. Errc::invalid `bad_pattern`, `bad_period` (the key is none of
// the series'), `number_spellings` over number_spellings_max.
[[nodiscard]] Result<std::vector<std::string>> number_spellings(const NumberSeries& series, std::string_view period,
                                                                std::uint64_t sequence, Timestamp begun,
                                                                Timestamp until);

// That no entry about a subject is among those that the index covers: what stands where it would be.
struct ProvenAbsence {
  std::string subject;
  SubjectProof proof;
};

// One place of a series: its quote, and that its other spellings are nobody's. Without a quote all are: then it is one
// of those that an entry about the series burned.
struct ProvenNumber {
  std::optional<ProvenSubject> quote;
  std::vector<ProvenAbsence> others;
};

// What a numbers proof holds, unchecked.
struct NumbersProof {
  std::string checkpoint;  // signed note that covers all of it
  ProvenEntry root;        // the index.root
  std::string series, period;
  std::uint64_t first = 1;
  ProvenSubject about_series;
  std::vector<ProvenNumber> numbers;  // from `first` on
  // That the next place has no number under any spelling; empty: the proof says nothing about what follows.
  std::vector<ProvenAbsence> next;
};

[[nodiscard]] std::string numbers_proof_text(const NumbersProof& proof);

struct CheckedNumber {
  std::uint64_t sequence = 0, index = 0;  // index: of its issue, or of the entry that burned it
  records::EntryStatus status;            // of a burned place `burned`, and the first of its spellings
};
struct CheckedNumbers {
  std::string series, period;
  std::uint64_t first = 1;
  std::vector<CheckedNumber> numbers;
  bool ends = false;  // the next place has no number as of entry root.size
  Entry root_entry;
  IndexRoot root;
  std::uint64_t tree_size = 0;  // the checkpoint's
  std::string origin = {};      // the checkpoint's
};
// The checkpoint's signature holds; the index.root, the entries about the series and all those about its numbers are
// under it, and complete as the index says; each place from `first` on has exactly one quote of that series, period and
// place, or none where an entry about the series burned it; and, where the proof says so, the next one has none.
// Errc::corrupt `number_missing`, `number_twice`, `number_of_another` (another series, period or place),
// `series_unproven`, `period_differs` (an entry that ended the period counts otherwise), and those of
// check_proven_subject() and status_of_entries(); Errc::invalid `bad_numbers_proof` for anything that
// numbers_proof_text() does not write, `index_version`, `unknown_entry_type`. Takes one place after the other; memory
// is that of what is answered.
[[nodiscard]] Result<CheckedNumbers> check_numbers_proof(std::string_view text, const CheckpointVerifier& log_key);

}  // namespace quotary
