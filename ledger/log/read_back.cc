// What was written is read from the log file and hashed by code of its own before a checkpoint is signed over it.
#include "ledger/log/batch.h"
#include "ledger/log/entry.h"

#include <openssl/evp.h>

namespace quotary {

namespace {

// A context of its own: none of the code that made the hashes under test.
Hash digest(std::initializer_list<std::string_view> parts) {
  thread_local const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                               EVP_MD_free);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Hash hash;
  unsigned size = 0;
  QUOTARY_CHECK(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1);
  for (const std::string_view bytes : parts)
    QUOTARY_CHECK(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
  QUOTARY_CHECK(EVP_DigestFinal_ex(context.get(), hash.bytes.data(), &size) == 1);
  QUOTARY_CHECK(size == hash.bytes.size());
  return hash;
}

Hash second_leaf(std::string_view entry) { return digest({std::string_view("\0", 1), entry}); }
Hash second_node(const Hash& left, const Hash& right) { return digest({"\1", left.view(), right.view()}); }

}  // namespace

// Follows the batch as it comes off the disk: entries, each before its payloads, then state, then the tree's record.
class LedgerImpl::ReadBackCheck {
 public:
  ReadBackCheck(const Batch& batch, const ObjectCipher& cipher)
      : written_(batch.writes),
        cipher_(cipher),
        peaks_(batch.growth.before.peaks),
        first_(batch.growth.before.size),
        size_(first_),
        prev_(batch.previous_leaf) {
    for (const Answer& answer : batch.answers) {
      for (const Entry& entry : answer.entries) entries_.push_back(&entry);
    }
  }

  // False stops: fault() says why.
  bool take(Family family, std::string_view key, std::optional<std::string_view> value) {
    // Byte for byte first: this covers the state and the tree's record.
    if (next_ == written_.size()) return differs("batch");
    const WriteOperation& operation = written_[next_++];
    if (operation.family != family || operation.key != key || operation.value.has_value() != value.has_value() ||
        (value && *operation.value != *value)) {
      return differs("batch");
    }
    // Then the hashes, from the bytes that came off the disk.
    if (family == Family::entries) return take_entry(*value);
    if (family == Family::objects) return take_object(*value);
    if (family == Family::batches) return value->substr(8) == hashes_ || differs("tree's record");
    return true;
  }

  [[nodiscard]] Result<void> finish(const Hash& root) {
    if (fault_) return std::move(*fault_);
    if (next_ != written_.size() || size_ - first_ != entries_.size() || !has_all_objects()) return lacks("batch");
    Hash top = peaks_.back();
    for (std::size_t i = peaks_.size() - 1; i-- > 0;) top = second_node(peaks_[i], top);
    if (top != root) return lacks("tree");
    return {};
  }

 private:
  bool take_entry(std::string_view canonical) {
    if (size_ - first_ >= entries_.size()) return differs("entry");
    if (!has_all_objects()) return differs("payload");
    const Entry& entry = *entries_[size_ - first_];
    if (entry.index != size_ || entry.prev != prev_) return differs("entry");
    Hash hash = second_leaf(canonical);
    if (hash != entry.leaf) return differs("leaf hash");
    prev_ = hash;
    hashes_ += hash.view();
    for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
      hash = second_node(peaks_.back(), hash);
      hashes_ += hash.view();
      peaks_.pop_back();
    }
    peaks_.push_back(hash);
    ++size_;
    ordinal_ = 0;
    return true;
  }

  // Of the entry that was taken last.
  [[nodiscard]] bool has_all_objects() const {
    return size_ == first_ || ordinal_ == entries_[size_ - first_ - 1]->objects.size();
  }

  bool take_object(std::string_view stored) {
    if (size_ == first_) return differs("payload");
    const Entry& entry = *entries_[size_ - first_ - 1];
    if (ordinal_ >= entry.objects.size()) return differs("payload");
    const ObjectRef& reference = entry.objects[ordinal_++];
    if (reference.key_subject.empty()) return digest({stored}) == reference.sha256 || differs("payload");
    auto plain = cipher_.decrypt(reference.key_subject, object_id(entry.index, reference.name), stored);
    return (plain && digest({*plain}) == reference.sha256) || differs("payload");
  }

  Error lacks(const char* what) const {
    return fail(Errc::corrupt, "read_back_differs",
                "entry " + std::to_string(size_) + ": the " + what + " on disk differs from what was written");
  }
  bool differs(const char* what) {
    fault_ = lacks(what);
    return false;
  }

  const WriteSet& written_;
  const ObjectCipher& cipher_;
  std::vector<const Entry*> entries_;
  std::vector<Hash> peaks_;
  std::string hashes_;
  const std::uint64_t first_;
  std::uint64_t size_;
  Hash prev_;
  std::size_t next_ = 0, ordinal_ = 0;
  std::optional<Error> fault_;
};

Result<void> LedgerImpl::check_read_back(const Batch& batch, const Hash& root) {
  ReadBackCheck check(batch, *ports_.cipher);
  QUOTARY_TRY_VOID(store_->read_back([&](Family family, std::string_view key, std::optional<std::string_view> value) {
    return check.take(family, key, value);
  }));
  return check.finish(root);
}

}  // namespace quotary
