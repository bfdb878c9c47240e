// Reads a witness's folder, live or stopped, and holds all that it keeps against the keys.
#pragma once

#include "api/witness/history.h"
#include "ledger/log/note.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quotary::witness {

inline constexpr std::size_t reported_max = 100;  // contradictions and faults that are told one by one

// What a log's folder says.
struct Finding {
  std::string origin;
  std::uint64_t size = 0, count = 0;
  Hash root;
  std::uint64_t time = 0;             // POSIX seconds of the latest cosignature, 0 when there is none
  std::uint64_t records_checked = 0;  // of the evidence, each with both signatures
  // Pairs of notes of one size with two roots, both signed by the log: each is proof by itself.
  struct Contradiction {
    std::uint64_t size = 0;
    std::string cosigned, refused;  // notes
  };
  std::vector<Contradiction> contradictions;
  std::uint64_t refused = 0;   // whole records of refused.notes
  std::uint64_t unproved = 0;  // of them, refused for their proof alone: a question, not yet an answer
  // Behind them the beginning of one more: a cut leaves that, and so does one that is being written. No fault, for a
  // refused checkpoint is no promise; but there may have been a contradiction in it.
  std::uint64_t torn_bytes = 0;
  std::vector<std::string> faults;  // what does not hold of the folder itself
};

// Every record of cosigned.notes: its sum, its signatures by one of `keys` (the log's) and by `witness`, sizes that
// never fall, no second root for a size, the latest checkpoint at the end and nothing behind it but what a cut leaves;
// then each refused one that is whole: its signature, and whether it contradicts. Memory: the refused checkpoints, at
// most refused_bytes_max. Writes nothing.
[[nodiscard]] Finding check_origin(FileSystem& files, const std::string& folder, const std::string& origin,
                                   const std::vector<Vkey>& keys, const Vkey& witness);

}  // namespace quotary::witness
