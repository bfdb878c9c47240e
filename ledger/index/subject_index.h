// The subject index: a sparse Merkle tree that commits, under one root, to each subject's last entry and count of
// entries. FORMAT.md has its bytes. Pure.
#pragma once

#include "ledger/base/hash.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary {

// Names the hashes below. Another digit is another tree.
inline constexpr std::string_view subject_index_algorithm = "quotary-subject-index-v1";
inline constexpr std::size_t subject_key_bits = 256;

// What the index says of a subject: its last entry, and how many entries there are about it (the last one's
// subject_seq).
struct SubjectLast {
  std::uint64_t index = 0, count = 0;
  friend auto operator<=>(const SubjectLast&, const SubjectLast&) = default;
};
struct SubjectRecord {
  Hash key;  // subject_hash()
  SubjectLast last;
  friend auto operator<=>(const SubjectRecord&, const SubjectRecord&) = default;
};

// Where a subject stands in the tree: SHA-256 of its text, most significant bit first.
[[nodiscard]] Hash subject_hash(std::string_view subject);
// SHA-256(0x02 || key || u64 last index || u64 count), SHA-256(0x03 || left || right): no hash of the log's own tree
// (RFC 6962 section 2.1: 0x00, 0x01) can stand for one of these.
[[nodiscard]] Hash subject_leaf(const SubjectRecord& record);
[[nodiscard]] Hash subject_node(const Hash& left, const Hash& right);
// A subtree without subjects, and the root of an index without any. One with a single subject is that one's leaf.
inline constexpr Hash empty_subtree{};

// The way from the end of a key's path to the root. The path ends where no more than one subject is left.
struct SubjectProof {
  std::vector<Hash> siblings;  // from there to the root
  std::optional<SubjectRecord>
      end;  // what stands there: the subject, or another one, or none: the subject is not there
};
// What the index with that root says of the key: absent when it says that there is no such subject. Errc::corrupt
// `index_proof` when the proof does not lead to the root or is not as a tree gives it.
[[nodiscard]] Result<std::optional<SubjectLast>> check_subject_proof(const Hash& key, const SubjectProof& proof,
                                                                     const Hash& root);

// The whole index in memory, some 70 bytes a subject: records in buckets by the first bits of their key, and the hashes
// of each bucket's subtree and of all above them. What lies below a bucket is hashed anew when it is needed. One thread
// changes it; const calls may run beside each other.
class SubjectIndex {
 public:
  enum class Kind : unsigned char { empty, leaf, node };
  struct Subtree {
    Hash hash;
    Kind kind = Kind::empty;
  };
  // The subtree above two that stand beside each other.
  [[nodiscard]] static Subtree join(const Subtree& left, const Subtree& right);

 private:
  using Bucket = std::vector<SubjectRecord>;  // by key

 public:
  // What some changes make of an index, kept beside it until it is put in.
  class Update {
   public:
    [[nodiscard]] const Hash& root() const { return root_; }
    [[nodiscard]] std::uint64_t subjects() const { return subjects_; }

   private:
    friend class SubjectIndex;
    Hash root_;
    std::uint64_t subjects_ = 0;
    std::vector<std::pair<std::size_t, Bucket>> buckets_;
    std::vector<std::pair<std::size_t, Subtree>> nodes_;  // by place in top_, level after level
  };

  SubjectIndex() : SubjectIndex(std::vector<SubjectRecord>()) {}
  // Each key once, in any order. With `depth`, at most part_depth_max: only the part of an index whose keys share that
  // many first bits; what is asked of it is asked of the part.
  explicit SubjectIndex(std::vector<SubjectRecord> records, unsigned depth = 0);
  static constexpr unsigned part_depth_max = 16;

  [[nodiscard]] const Hash& root() const { return top_[1].hash; }
  [[nodiscard]] const Subtree& top() const { return top_[1]; }
  [[nodiscard]] std::uint64_t subjects() const { return subjects_; }
  [[nodiscard]] std::optional<SubjectLast> find(const Hash& key) const;
  [[nodiscard]] SubjectProof prove(const Hash& key) const;

  // Adds the subjects that are new and replaces what is said of the others; each key once, in any order.
  [[nodiscard]] Update prepare(std::vector<SubjectRecord> changes) const;
  // Puts in what was prepared last on this index, which was not changed since. Now and then, when the subjects have
  // doubled, it takes as long as making the index.
  void put(Update&& update);
  void change(std::vector<SubjectRecord> changes) { put(prepare(std::move(changes))); }

 private:
  // Over records that share their first `depth` bits.
  [[nodiscard]] static Subtree subtree_of(const SubjectRecord* begin, const SubjectRecord* end, unsigned depth);
  [[nodiscard]] std::size_t bucket_of(const Hash& key) const;
  void make(std::vector<SubjectRecord> sorted);

  unsigned depth_ = 0;  // of the part
  unsigned bits_ = 0;   // 2^bits_ buckets
  std::uint64_t subjects_ = 0;
  std::vector<Bucket> buckets_;
  std::vector<Subtree> top_;  // a heap: the root at 1, children of n at 2n and 2n + 1, buckets from 2^bits_ on
};

}  // namespace quotary
