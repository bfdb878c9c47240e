// Follows each subject's entries through a log of any length in memory of one size, by as many passes as it takes.
#pragma once

#include "ledger/log/entry_view.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace quotary {

// One thread. For each pass, while begin_pass() answers true, follow() takes all entries in order. Subjects are known
// by a hash; a pass follows a range of hashes, as many subjects as fit.
class SubjectLinks {
 public:
  explicit SubjectLinks(std::size_t subjects_max = std::size_t{1} << 17);

  [[nodiscard]] bool begin_pass();
  // What is wrong with subject_seq or subject_prev of the entry; absent when they go on from the entry before about the
  // subject, or when the subject is another pass's.
  [[nodiscard]] std::optional<std::string> follow(const EntryView& entry);

 private:
  struct Key {
    std::uint64_t high = 0, low = 0;  // the first 16 bytes of SHA-256
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.low; }
  };
  struct Last {
    std::uint64_t index = 0, seq = 0;
  };
  void leave_half_for_later();

  const std::size_t subjects_max_;
  bool begun_ = false;
  Key from_;
  std::optional<Key> to_;  // where the next pass begins
  boost::unordered_flat_map<Key, Last, KeyHash> last_;
  std::vector<std::pair<Key, Last>> taken_out_;
};

}  // namespace quotary
