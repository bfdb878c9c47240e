// What entries say last of each subject. Pure.
#pragma once

#include "ledger/index/subject_index.h"
#include "ledger/log/entry_view.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <optional>
#include <vector>

namespace quotary {

// What entries, in order, say last of each subject. One thread.
class SubjectChanges {
 public:
  // Every entry but those about index_root_subject.
  void add(const EntryView& entry);
  void add(const Hash& key, const SubjectLast& last) { last_.insert_or_assign(key, last); }
  // Unless something is said of it already.
  void add_first(const Hash& key, const SubjectLast& last) { last_.try_emplace(key, last); }
  [[nodiscard]] std::optional<SubjectLast> find(const Hash& key) const;
  [[nodiscard]] std::vector<SubjectRecord> records() const;
  // Gives the memory back too.
  void clear() { last_ = {}; }

 private:
  struct KeyHash {
    std::size_t operator()(const Hash& key) const { return get_u64(key.view()); }
  };
  boost::unordered_flat_map<Hash, SubjectLast, KeyHash> last_;
};

}  // namespace quotary
