// Follows each subject's entries across the parts of a walk. Inside ledger/log.
#pragma once

#include "ledger/index/subject_index.h"
#include "ledger/log/scratch.h"
#include "ledger/log/walk.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace quotary {

// Takes how entries say that they go on, in the order of entries, and tells those that do not go on from the entry
// before about their subject. Subjects are told apart by the SHA-256 of their names. What is last of each is kept in
// memory up to scratch.memory_bytes_max; with more subjects, links go to files by parts of the hashes, and each part
// is followed once all are there: written and read in order, as looking each subject up on the disk is not. One thread
// at a time. After an error of the disk nothing more is told, and status() says why.
class SubjectJoin {
 public:
  // `before`: the last entry about the subject; absent for none, when the link is not that of a first entry.
  using Broken = std::function<void(const SubjectLink& link, const std::optional<SubjectLast>& before)>;
  // For about so many subjects, of which more may come.
  SubjectJoin(Scratch scratch, std::uint64_t expected, Broken broken);
  SubjectJoin(const SubjectJoin&) = delete;
  SubjectJoin& operator=(const SubjectJoin&) = delete;

  void add(const SubjectLink& link);
  // Behind the last one: follows what was put aside.
  void finish();
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
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  void follow(const SubjectLink& link);
  void spill();
  void put_aside(const SubjectLink& link);
  void failed(const std::string& what);

  const Scratch scratch_;
  const Broken broken_;
  boost::unordered_flat_map<Hash, SubjectLast, FirstBytes> lasts_;
  bool aside_ = false;  // links go to the parts
  std::unique_ptr<ScratchFolder> folder_;
  std::vector<File> parts_;  // in the folder
  Result<void> status_;
};

}  // namespace quotary
