#include "ledger/index/subject_index.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace quotary {

namespace {

constexpr char leaf_tag = '\x02', node_tag = '\x03';
// Subjects a bucket, on average: each change hashes a bucket anew, and each bucket takes 100 bytes beside its records.
constexpr std::size_t bucket_subjects_begin = 8, bucket_subjects_max = 16;
constexpr unsigned bucket_bits_max = 30;

bool bit(const Hash& key, std::size_t at) { return (key.bytes[at / 8] >> (7 - at % 8) & 1) != 0; }

// Whether the first `bits` bits are the same.
bool share(const Hash& left, const Hash& right, std::size_t bits) {
  const std::size_t whole = bits / 8, rest = bits % 8;
  if (std::memcmp(left.bytes.data(), right.bytes.data(), whole) != 0) return false;
  return rest == 0 || (left.bytes[whole] ^ right.bytes[whole]) >> (8 - rest) == 0;
}

const SubjectRecord* split(const SubjectRecord* begin, const SubjectRecord* end, unsigned depth) {
  return std::partition_point(begin, end, [&](const SubjectRecord& record) { return !bit(record.key, depth); });
}

bool by_key(const SubjectRecord& left, const SubjectRecord& right) { return left.key < right.key; }

// Both sorted; where both have a key, the change stands.
std::vector<SubjectRecord> merged(const std::vector<SubjectRecord>& before, const SubjectRecord* begin,
                                  const SubjectRecord* end) {
  std::vector<SubjectRecord> out;
  out.reserve(before.size() + static_cast<std::size_t>(end - begin));
  std::set_union(begin, end, before.begin(), before.end(), std::back_inserter(out), by_key);
  return out;
}

}  // namespace

Hash subject_hash(std::string_view subject) { return sha256(subject); }

Hash subject_leaf(const SubjectRecord& record) {
  std::string bytes;
  bytes.reserve(49);
  bytes += leaf_tag;
  bytes += record.key.view();
  put_u64(bytes, record.last.index);
  put_u64(bytes, record.last.count);
  return sha256(bytes);
}

Hash subject_node(const Hash& left, const Hash& right) {
  char bytes[65];
  bytes[0] = node_tag;
  std::memcpy(bytes + 1, left.bytes.data(), 32);
  std::memcpy(bytes + 33, right.bytes.data(), 32);
  return sha256({bytes, sizeof bytes});
}

Result<std::optional<SubjectLast>> check_subject_proof(const Hash& key, const SubjectProof& proof, const Hash& root) {
  const auto refuse = [](const char* why) {
    return fail(Errc::corrupt, "index_proof", std::string("the proof from the subject index does not hold: ") + why);
  };
  const std::size_t depth = proof.siblings.size();
  if (depth > subject_key_bits) return refuse("it is deeper than the tree");
  if (proof.end && !share(proof.end->key, key, depth)) return refuse("it ends at a subject that stands elsewhere");
  // A subject beside nothing stands higher up.
  if (depth > 0 && proof.siblings.front() == empty_subtree) return refuse("no index has such a path");
  Hash hash = proof.end ? subject_leaf(*proof.end) : empty_subtree;
  for (std::size_t i = 0; i < depth; ++i) {
    const Hash& sibling = proof.siblings[i];
    hash = bit(key, depth - 1 - i) ? subject_node(sibling, hash) : subject_node(hash, sibling);
  }
  if (hash != root) return refuse("it does not lead to the index's root");
  if (!proof.end || proof.end->key != key) return std::optional<SubjectLast>();
  return std::optional<SubjectLast>(proof.end->last);
}

SubjectIndex::SubjectIndex(std::vector<SubjectRecord> records, unsigned depth) : depth_(depth) {
  QUOTARY_CHECK(depth <= part_depth_max);
  std::sort(records.begin(), records.end(), by_key);
  make(std::move(records));
}

void SubjectIndex::make(std::vector<SubjectRecord> sorted) {
  subjects_ = sorted.size();
  bits_ = 0;
  while (bits_ < bucket_bits_max && subjects_ >> bits_ > bucket_subjects_begin) ++bits_;
  const std::size_t count = std::size_t{1} << bits_;
  buckets_.assign(count, {});
  top_.assign(2 * count, {});
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const std::size_t number = bucket_of(begin->key);
    const auto end =
        std::find_if(begin, sorted.end(), [&](const SubjectRecord& record) { return bucket_of(record.key) != number; });
    buckets_[number].assign(begin, end);
    begin = end;
  }
  sorted = {};
  for (std::size_t number = 0; number < count; ++number) {
    const Bucket& bucket = buckets_[number];
    top_[count + number] = subtree_of(bucket.data(), bucket.data() + bucket.size(), depth_ + bits_);
  }
  for (std::size_t place = count; place-- > 1;) top_[place] = join(top_[2 * place], top_[2 * place + 1]);
}

SubjectIndex::Subtree SubjectIndex::join(const Subtree& left, const Subtree& right) {
  if (left.kind == Kind::empty && right.kind != Kind::node) return right;
  if (right.kind == Kind::empty && left.kind != Kind::node) return left;
  return {subject_node(left.hash, right.hash), Kind::node};
}

SubjectIndex::Subtree SubjectIndex::subtree_of(const SubjectRecord* begin, const SubjectRecord* end, unsigned depth) {
  if (begin == end) return {};
  if (end - begin == 1) return {subject_leaf(*begin), Kind::leaf};
  QUOTARY_CHECK(depth < subject_key_bits);  // each key is there once
  const SubjectRecord* const middle = split(begin, end, depth);
  return {subject_node(subtree_of(begin, middle, depth + 1).hash, subtree_of(middle, end, depth + 1).hash), Kind::node};
}

std::size_t SubjectIndex::bucket_of(const Hash& key) const {
  return bits_ == 0 ? 0 : get_u64(key.view()) << depth_ >> (64 - bits_);
}

std::optional<SubjectLast> SubjectIndex::find(const Hash& key) const {
  const Bucket& bucket = buckets_[bucket_of(key)];
  const auto found = std::lower_bound(bucket.begin(), bucket.end(), SubjectRecord{key, {}}, by_key);
  if (found == bucket.end() || found->key != key) return std::nullopt;
  return found->last;
}

SubjectProof SubjectIndex::prove(const Hash& key) const {
  SubjectProof proof;
  std::size_t place = 1;
  unsigned depth = depth_;
  for (; depth < depth_ + bits_ && top_[place].kind == Kind::node; ++depth) {
    const std::size_t next = 2 * place + (bit(key, depth) ? 1 : 0);
    proof.siblings.push_back(top_[next ^ 1].hash);
    place = next;
  }
  if (top_[place].kind == Kind::leaf) {
    // One subject in all buckets below.
    std::size_t number = place << (depth_ + bits_ - depth);
    while (top_[number].kind == Kind::empty) ++number;
    proof.end = buckets_[number - buckets_.size()].front();
  } else if (top_[place].kind == Kind::node) {
    const Bucket& bucket = buckets_[place - buckets_.size()];
    const SubjectRecord* begin = bucket.data();
    const SubjectRecord* end = begin + bucket.size();
    for (; end - begin > 1; ++depth) {
      const SubjectRecord* const middle = split(begin, end, depth);
      const bool right = bit(key, depth);
      proof.siblings.push_back(
          (right ? subtree_of(begin, middle, depth + 1) : subtree_of(middle, end, depth + 1)).hash);
      (right ? begin : end) = middle;
    }
    if (begin != end) proof.end = *begin;
  }
  std::reverse(proof.siblings.begin(), proof.siblings.end());
  return proof;
}

SubjectIndex::Update SubjectIndex::prepare(std::vector<SubjectRecord> changes) const {
  std::sort(changes.begin(), changes.end(), by_key);
  Update update;
  update.subjects_ = subjects_;
  for (const SubjectRecord *begin = changes.data(), *const all = begin + changes.size(); begin != all;) {
    const std::size_t number = bucket_of(begin->key);
    const SubjectRecord* end = begin;
    while (end != all && bucket_of(end->key) == number) ++end;
    Bucket bucket = merged(buckets_[number], begin, end);
    update.subjects_ += bucket.size() - buckets_[number].size();
    update.nodes_.emplace_back(buckets_.size() + number,
                               subtree_of(bucket.data(), bucket.data() + bucket.size(), depth_ + bits_));
    update.buckets_.emplace_back(number, std::move(bucket));
    begin = end;
  }
  // Level by level upwards: the changed nodes of one stand in order behind each other.
  for (std::size_t begin = 0, end = update.nodes_.size(); begin != end && update.nodes_[begin].first > 1;) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t place = update.nodes_[i].first, other = place ^ 1;
      const Subtree mine = update.nodes_[i].second;
      const bool both = i + 1 < end && update.nodes_[i + 1].first == other;  // then mine is the left one
      const Subtree beside = both ? update.nodes_[i + 1].second : top_[other];
      update.nodes_.emplace_back(place / 2, place % 2 == 0 ? join(mine, beside) : join(beside, mine));
      if (both) ++i;
    }
    begin = end;
    end = update.nodes_.size();
  }
  update.root_ = update.nodes_.empty() ? root() : update.nodes_.back().second.hash;
  return update;
}

void SubjectIndex::put(Update&& update) {
  for (auto& [number, bucket] : update.buckets_) buckets_[number] = std::move(bucket);
  for (const auto& [place, subtree] : update.nodes_) top_[place] = subtree;
  subjects_ = update.subjects_;
  if (bits_ >= bucket_bits_max || subjects_ >> bits_ <= bucket_subjects_max) return;
  std::vector<SubjectRecord> all;
  all.reserve(subjects_);
  for (Bucket& bucket : buckets_) {
    all.insert(all.end(), bucket.begin(), bucket.end());
    bucket = {};
  }
  make(std::move(all));
}

}  // namespace quotary
