// What entries said last of each subject, for a walk that joins them. Inside ledger/log.
#pragma once

#include "ledger/index/subject_index.h"
#include "ledger/log/scratch.h"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace quotary {

// In memory up to scratch.memory_bytes_max, then on the disk. One thread at a time. After an error of the disk nothing
// is found any more, and status() says why.
class SubjectLasts {
 public:
  explicit SubjectLasts(Scratch scratch) : scratch_(std::move(scratch)) {}

  [[nodiscard]] std::optional<SubjectLast> find(std::string_view subject);
  void put(std::string_view subject, const SubjectLast& last);
  [[nodiscard]] const Result<void>& status() const { return status_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>()(text); }
  };
  void put_on_disk(std::string_view subject, const SubjectLast& last);

  const Scratch scratch_;
  boost::unordered_flat_map<std::string, SubjectLast, TextHash, std::equal_to<>> lasts_;
  std::size_t bytes_ = 0;  // of lasts_
  std::optional<ScratchState> on_disk_;
  Result<void> status_;
};

}  // namespace quotary
