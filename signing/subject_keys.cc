#include "signing/subject_keys.h"

#include "ledger/base/hash.h"

#include <sodium.h>

#include <map>
#include <mutex>
#include <shared_mutex>

namespace quotary::signing {

namespace {

constexpr std::string_view magic = "QUOTARY-SUBKEY1\n";
constexpr std::size_t record_bytes = 96;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t file_bytes_max = 1u << 30;  // ten million subjects
constexpr char algorithm_xchacha20_poly1305 = 1;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

struct StoredKey {
  std::string bytes;  // empty: erased
  std::uint64_t offset = 0;
};

class SubjectKeys final : public SubjectKeyring {
 public:
  SubjectKeys(std::unique_ptr<File> file, std::shared_ptr<Random> random, std::map<Hash, StoredKey> keys, std::uint64_t size)
      : file_(std::move(file)), random_(std::move(random)), keys_(std::move(keys)), size_(size) {}
  ~SubjectKeys() override {
    for (auto& [subject, key] : keys_) sodium_memzero(key.bytes.data(), key.bytes.size());
  }

  Result<std::string> encrypt(std::string_view subject, std::string_view object_id, std::string_view plain) override {
    QUOTARY_TRY(key, key_for_writing(subject));
    std::string object_key = derive(key, object_id);
    std::string sealed(1, algorithm_xchacha20_poly1305);
    sealed += random_->bytes(nonce_bytes);
    const std::size_t head = sealed.size();
    sealed.resize(head + plain.size() + tag_bytes);
    unsigned long long written = 0;
    const int outcome = crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + head, &written, raw(plain), plain.size(), raw(object_id),
                                                                   object_id.size(), nullptr, raw(sealed) + 1, raw(object_key));
    sodium_memzero(object_key.data(), object_key.size());
    sodium_memzero(key.data(), key.size());
    QUOTARY_CHECK(outcome == 0 && written == plain.size() + tag_bytes);
    return sealed;
  }

  Result<std::string> decrypt(std::string_view subject, std::string_view object_id, std::string_view sealed) const override {
    const auto damaged = [&] { return fail(Errc::corrupt, "object_damaged", "payload " + std::string(object_id) + " does not decrypt: its bytes were changed"); };
    std::string key;
    {
      const std::shared_lock lock(mutex_);
      const auto found = keys_.find(sha256(subject));
      if (found == keys_.end()) return fail(Errc::not_found, "subject_key_missing", "no key for the subject of payload " + std::string(object_id));
      if (found->second.bytes.empty()) return fail(Errc::not_found, "subject_key_erased", "the subject of payload " + std::string(object_id) + " was erased");
      key = found->second.bytes;
    }
    if (sealed.size() < 1 + nonce_bytes + tag_bytes || sealed.front() != algorithm_xchacha20_poly1305) return damaged();
    std::string object_key = derive(key, object_id);
    std::string plain(sealed.size() - 1 - nonce_bytes - tag_bytes, '\0');
    const std::string_view cipher = sealed.substr(1 + nonce_bytes);
    const int outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(cipher), cipher.size(), raw(object_id),
                                                                   object_id.size(), raw(sealed) + 1, raw(object_key));
    sodium_memzero(object_key.data(), object_key.size());
    sodium_memzero(key.data(), key.size());
    if (outcome != 0) return damaged();
    return plain;
  }

  Result<void> erase(std::string_view subject) override {
    const Hash name = sha256(subject);
    const std::unique_lock lock(mutex_);
    const auto found = keys_.find(name);
    if (found == keys_.end()) return fail(Errc::not_found, "subject_key_missing", "no key for that subject");
    if (found->second.bytes.empty()) return {};
    if (broken_) return write_failed();
    // Gone from memory first: whatever the disk does, nothing is encrypted or read under it from here on.
    sodium_memzero(found->second.bytes.data(), found->second.bytes.size());
    found->second.bytes.clear();
    broken_ = true;
    QUOTARY_TRY_VOID(file_->write_at(found->second.offset, make_record(name, std::string(key_bytes, '\0'))));
    QUOTARY_TRY_VOID(file_->sync());
    broken_ = false;
    return {};
  }

 private:
  static std::string derive(const std::string& key, std::string_view object_id) {
    std::string out(key_bytes, '\0');
    QUOTARY_CHECK(crypto_generichash(raw(out), out.size(), raw(object_id), object_id.size(), raw(key), key.size()) == 0);
    return out;
  }

  Result<std::string> key_for_writing(std::string_view subject) {
    const Hash name = sha256(subject);
    const auto usable = [](const StoredKey& key) -> Result<std::string> {
      if (key.bytes.empty()) return fail(Errc::conflict, "subject_key_erased", "the subject was erased; nothing more can be kept under its key");
      return key.bytes;
    };
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = keys_.find(name); found != keys_.end()) return usable(found->second);
    }
    const std::unique_lock lock(mutex_);
    if (const auto found = keys_.find(name); found != keys_.end()) return usable(found->second);
    if (broken_) return write_failed();
    std::string key = random_->bytes(key_bytes);
    std::string record = make_record(name, key);
    // Synced before anything is encrypted under it: a payload without its key would be lost.
    broken_ = true;
    QUOTARY_TRY_VOID(file_->write_at(size_, record));
    QUOTARY_TRY_VOID(file_->sync());
    broken_ = false;
    sodium_memzero(record.data(), record.size());
    keys_.emplace(name, StoredKey{key, size_});
    size_ += record_bytes;
    return key;
  }

  static std::string make_record(const Hash& name, const std::string& key) {
    std::string record = std::string(name.view()) + key;
    record += sha256(record).view();
    return record;
  }

  static Error write_failed() {
    return fail(Errc::storage, "subject_keys_failed", "an earlier write of the subjects' keys failed; restart after checking the disk");
  }

  std::unique_ptr<File> file_;
  std::shared_ptr<Random> random_;
  mutable std::shared_mutex mutex_;
  std::map<Hash, StoredKey> keys_;  // by hash of the subject; an empty key is an erased one
  std::uint64_t size_;
  bool broken_ = false;
};

}  // namespace

Result<std::unique_ptr<SubjectKeyring>> open_subject_keys(FileSystem& files, const std::string& path, bool create,
                                                          std::shared_ptr<Random> random) {
  if (create) QUOTARY_TRY_VOID(write_file_durably(files, path, magic));
  QUOTARY_TRY(file, files.open(path, OpenMode::read_write));
  // By its own size: reading up to the limit would take a gigabyte of memory for it.
  QUOTARY_TRY(size, file->size());
  if (size > file_bytes_max) return fail(Errc::too_large, "file_too_large", path + " has over " + std::to_string(file_bytes_max) + " bytes");
  QUOTARY_TRY(bytes, file->read_at(0, static_cast<std::size_t>(size)));
  const auto damaged = [&](const std::string& what) { return fail(Errc::corrupt, "subject_keys_damaged", path + ": " + what); };
  if (!bytes.starts_with(magic)) return damaged("not a file of subjects' keys");
  std::map<Hash, StoredKey> keys;
  std::size_t at = magic.size();
  for (; at + record_bytes <= bytes.size(); at += record_bytes) {
    const std::string_view record = std::string_view(bytes).substr(at, record_bytes);
    const std::string number = std::to_string((at - magic.size()) / record_bytes);
    const bool last = at + 2 * record_bytes > bytes.size();
    const std::string_view key = record.substr(32, key_bytes);
    const bool erased = key == std::string(key_bytes, '\0');
    // An erasure that a crash cut off after the key's own bytes is one all the same.
    if (!erased && sha256(record.substr(0, 64)).view() != record.substr(64)) {
      if (last) break;  // torn by a crash before its sync: nothing was encrypted under it
      return damaged("record " + number + " was changed");
    }
    keys[*Hash::from_bytes(record.substr(0, 32))] = StoredKey{erased ? std::string() : std::string(key), at};
  }
  sodium_memzero(bytes.data(), bytes.size());
  return std::unique_ptr<SubjectKeyring>(new SubjectKeys(std::move(file), std::move(random), std::move(keys), at));
}

}  // namespace quotary::signing
