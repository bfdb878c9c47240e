// What was written is read from the disk and hashed by code of its own before a checkpoint is signed over it.
#include "ledger/log/entry.h"
#include "ledger/log/ledger_impl.h"

#include <openssl/evp.h>

namespace quotary {

namespace {

// One-shot digests over contiguous copies: none of the code that made the hashes under test.
Hash digest(std::string_view bytes) {
  Hash hash;
  std::size_t size = hash.bytes.size();
  QUOTARY_CHECK(EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), hash.bytes.data(), &size) == 1);
  QUOTARY_CHECK(size == hash.bytes.size());
  return hash;
}

Hash second_leaf(std::string_view entry) { return digest(std::string(1, '\0').append(entry)); }
Hash second_node(const Hash& left, const Hash& right) {
  return digest(std::string(1, '\1').append(left.view()).append(right.view()));
}

Error differs(std::uint64_t index, const char* what) {
  return fail(Errc::corrupt, "read_back_differs", "entry " + std::to_string(index) + ": the " + what + " on disk differs from what was written");
}

}  // namespace

Result<void> LedgerImpl::check_read_back(const WriteSet& written, const std::vector<Accepted>& accepted, const CompactRange& before,
                                         const Hash& root) {
  QUOTARY_TRY(operations, store_->read_back());
  // Byte for byte first: this covers the state, the nodes and the batch's root.
  if (operations.size() != written.size()) return differs(before.size, "batch");
  for (std::size_t i = 0; i < written.size(); ++i) {
    const bool same = operations[i].family == written[i].family && operations[i].key == written[i].key && operations[i].value == written[i].value;
    if (!same) return differs(before.size, "batch");
  }
  // Then the hashes, from the bytes that came off the disk. The batch holds each entry before its payloads.
  std::vector<Hash> peaks = before.peaks;
  std::uint64_t size = before.size;
  Hash prev = last_leaf_;
  std::size_t next = 0;
  const auto take = [&](Family family, const std::string& key) -> const std::string* {
    while (next < operations.size() && operations[next].family == Family::nodes) ++next;
    if (next >= operations.size() || operations[next].family != family || operations[next].key != key) return nullptr;
    const auto& value = operations[next++].value;
    return value ? &*value : nullptr;
  };
  for (const Accepted& command : accepted) {
    for (const Entry& entry : command.entries) {
      const std::string* canonical = take(Family::entries, index_key(size));
      if (canonical == nullptr || entry.index != size || entry.prev != prev) return differs(size, "entry");
      Hash hash = second_leaf(*canonical);
      if (hash != entry.leaf) return differs(size, "leaf hash");
      prev = hash;
      for (std::size_t ordinal = 0; ordinal < entry.objects.size(); ++ordinal) {
        const ObjectRef& reference = entry.objects[ordinal];
        const std::string* stored = take(Family::objects, object_key(size, ordinal));
        if (stored == nullptr) return differs(size, "payload");
        if (reference.key_subject.empty()) {
          if (digest(*stored) != reference.sha256) return differs(size, "payload");
          continue;
        }
        auto plain = ports_.cipher->decrypt(reference.key_subject, object_id(size, reference.name), *stored);
        if (!plain || digest(*plain) != reference.sha256) return differs(size, "payload");
      }
      for (std::uint64_t carry = size; (carry & 1) != 0; carry >>= 1) {
        hash = second_node(peaks.back(), hash);
        peaks.pop_back();
      }
      peaks.push_back(hash);
      ++size;
    }
  }
  Hash top = peaks.back();
  for (std::size_t i = peaks.size() - 1; i-- > 0;) top = second_node(peaks[i], top);
  if (top != root) return differs(size - 1, "tree");
  return {};
}

}  // namespace quotary
