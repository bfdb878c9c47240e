// Follows each subject's entries across the parts of a walk. Inside ledger/log.
#pragma once

#include "ledger/index/subject_index.h"
#include "ledger/log/scratch.h"
#include "ledger/log/walk.h"

#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace quotary {

// Takes how entries say that they go on, in the order of entries, and tells those that do not go on from the entry
// before about their subject. Subjects are told apart by the tags of their names. Links are put aside by parts of the
// tags, in memory up to scratch.memory_bytes_max and else in files, and each part is followed once all are there: its
// table fits into a processor's cache, as one of all subjects does not. One thread at a time. After an error of the
// disk nothing more is told, and status() says why.
class SubjectJoin {
 public:
  // `before`: the last entry about the subject; absent for none, when the link is not that of a first entry.
  using Broken = std::function<void(const SubjectLink& link, const std::optional<SubjectLast>& before)>;
  SubjectJoin(Scratch scratch, Broken broken);
  SubjectJoin(const SubjectJoin&) = delete;
  SubjectJoin& operator=(const SubjectJoin&) = delete;

  void add(const SubjectLink& link);
  // Behind the last one: follows them all.
  void finish();
  [[nodiscard]] const Result<void>& status() const { return status_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  struct Part {
    std::vector<SubjectLink> links;            // behind those in the file
    std::unique_ptr<std::FILE, Close> before;  // null: nothing was written yet
  };
  // A part of a hundred million subjects takes as much memory as the links of a part that waits.
  static constexpr std::size_t parts_ = 128;

  void write(Part& part);
  void follow(Part& part);
  void failed(const std::string& what);

  const Scratch scratch_;
  const Broken broken_;
  const std::size_t links_max_;  // of a part in memory
  std::unique_ptr<ScratchFolder> folder_;
  std::array<Part, parts_> all_;  // their files are in the folder
  Result<void> status_;
};

}  // namespace quotary
