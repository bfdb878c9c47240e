// What entries said last of each subject, for a walk that joins them. Inside ledger/log.
#pragma once

#include "ledger/base/hash.h"
#include "ledger/index/subject_index.h"
#include "ledger/log/scratch.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstring>
#include <optional>

namespace quotary {

// Subjects are told apart by the SHA-256 of their names: places of one size, without an allocation each. In memory up
// to scratch.memory_bytes_max, then on the disk. One thread at a time. After an error of the disk nothing is found any
// more, and status() says why.
class SubjectLasts {
 public:
  // For about so many subjects, of which more may come.
  explicit SubjectLasts(Scratch scratch, std::uint64_t expected = 0);

  // Keeps the last entry about a subject; answers the one that was kept before.
  std::optional<SubjectLast> exchange(const Hash& subject, const SubjectLast& last);
  [[nodiscard]] const Result<void>& status() const { return status_; }

 private:
  struct FirstBytes {
    using is_avalanching = void;
    std::size_t operator()(const Hash& hash) const {
      std::size_t out = 0;
      std::memcpy(&out, hash.bytes.data(), sizeof out);
      return out;
    }
  };
  [[nodiscard]] std::optional<SubjectLast> find_on_disk(const Hash& subject);
  void put_on_disk(const Hash& subject, const SubjectLast& last);

  const Scratch scratch_;
  boost::unordered_flat_map<Hash, SubjectLast, FirstBytes> lasts_;
  std::optional<ScratchState> on_disk_;
  Result<void> status_;
};

}  // namespace quotary
