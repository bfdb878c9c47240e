#include "signing/subject_keys.h"

#include "ledger/base/hash.h"
#include "ledger/base/wipe.h"

#include <sodium.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <vector>

namespace quotary::signing {

namespace {

constexpr std::string_view magic = "QUOTARY-SUBKEY1\n";
constexpr std::size_t record_bytes = 96;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t name_bytes = 32;
constexpr std::size_t sum_at = name_bytes + key_bytes;
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

std::string make_record(const Hash& name, const std::string& key) {
  std::string record;
  record.reserve(record_bytes);  // growing would leave the key where it stood before
  record += name.view();
  record += key;
  record += sha256(record).view();
  return record;
}

// Unless it is said to be done, what the file holds afterwards is not known, whatever ended it.
class FileChange {
 public:
  explicit FileChange(std::atomic<bool>& broken) : broken_(broken) {}
  ~FileChange() {
    if (!done_) broken_ = true;
  }
  FileChange(const FileChange&) = delete;
  FileChange& operator=(const FileChange&) = delete;
  void done() { done_ = true; }

 private:
  std::atomic<bool>& broken_;
  bool done_ = false;
};

class SubjectKeys final : public SubjectKeyring {
 public:
  SubjectKeys(std::unique_ptr<File> file, std::shared_ptr<Random> random, std::map<Hash, StoredKey> keys,
              std::uint64_t size)
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
    const int outcome = crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + head, &written, raw(plain),
                                                                   plain.size(), raw(object_id), object_id.size(),
                                                                   nullptr, raw(sealed) + 1, raw(object_key));
    sodium_memzero(object_key.data(), object_key.size());
    sodium_memzero(key.data(), key.size());
    QUOTARY_CHECK(outcome == 0 && written == plain.size() + tag_bytes);
    return sealed;
  }

  Result<std::string> decrypt(std::string_view subject, std::string_view object_id,
                              std::string_view sealed) const override {
    const auto damaged = [&] {
      return fail(
          Errc::corrupt, "object_damaged",
          "payload " + std::string(object_id) + " does not decrypt: its bytes or its subject's key were changed");
    };
    std::string key;
    {
      const std::shared_lock lock(mutex_);
      const auto found = keys_.find(sha256(subject));
      if (found == keys_.end())
        return fail(Errc::not_found, "subject_key_missing",
                    "no key for the subject of payload " + std::string(object_id));
      if (found->second.bytes.empty())
        return fail(Errc::gone, "subject_key_erased",
                    "the subject of payload " + std::string(object_id) + " was erased");
      key = found->second.bytes;
    }
    if (sealed.size() < 1 + nonce_bytes + tag_bytes || sealed.front() != algorithm_xchacha20_poly1305) return damaged();
    std::string object_key = derive(key, object_id);
    std::string plain(sealed.size() - 1 - nonce_bytes - tag_bytes, '\0');
    const std::string_view cipher = sealed.substr(1 + nonce_bytes);
    const int outcome =
        crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(cipher), cipher.size(),
                                                   raw(object_id), object_id.size(), raw(sealed) + 1, raw(object_key));
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
    FileChange change(broken_);
    // The mark is synced first: from there on a crash inside the overwriting can be told from damage, and is finished
    // at the next start.
    const std::string mark = make_record(name, std::string(key_bytes, '\0'));
    QUOTARY_TRY_VOID(file_->write_at(size_, mark));
    QUOTARY_TRY_VOID(file_->sync());
    QUOTARY_TRY_VOID(file_->write_at(found->second.offset, mark));
    QUOTARY_TRY_VOID(file_->sync());
    size_ += record_bytes;
    change.done();
    return {};
  }

  bool can_write() const override { return !broken_; }

 private:
  static std::string derive(const std::string& key, std::string_view object_id) {
    std::string out(key_bytes, '\0');
    QUOTARY_CHECK(crypto_generichash(raw(out), out.size(), raw(object_id), object_id.size(), raw(key), key.size()) ==
                  0);
    return out;
  }

  Result<std::string> key_for_writing(std::string_view subject) {
    const Hash name = sha256(subject);
    const auto usable = [](const StoredKey& key) -> Result<std::string> {
      if (key.bytes.empty())
        return fail(Errc::conflict, "subject_key_erased",
                    "the subject was erased; nothing more can be kept under its key");
      return key.bytes;
    };
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = keys_.find(name); settled_ && found != keys_.end()) return usable(found->second);
    }
    const std::unique_lock lock(mutex_);
    if (!settled_) QUOTARY_TRY_VOID(settle());
    if (const auto found = keys_.find(name); found != keys_.end()) return usable(found->second);
    if (broken_) return write_failed();
    std::string key = random_->bytes(key_bytes);
    std::string record = make_record(name, key);
    const WipedAtEnd wiped(record);
    // Synced before anything is encrypted under it: a payload without its key would be lost.
    FileChange change(broken_);
    QUOTARY_TRY_VOID(file_->write_at(size_, record));
    QUOTARY_TRY_VOID(file_->sync());
    change.done();
    keys_.emplace(name, StoredKey{key, size_});
    size_ += record_bytes;
    return key;
  }

  // The last record may stand in the machine's memory alone: when an earlier process failed to sync it, no later sync
  // brings it to the disk unless it is written anew.
  Result<void> settle() {
    if (broken_) return write_failed();
    FileChange change(broken_);
    if (size_ > magic.size()) {
      QUOTARY_TRY(last, file_->read_at(size_ - record_bytes, record_bytes));
      const WipedAtEnd wiped(last);
      QUOTARY_TRY_VOID(file_->write_at(size_ - record_bytes, last));
      QUOTARY_TRY_VOID(file_->sync());
    }
    change.done();
    settled_ = true;
    return {};
  }

  static Error write_failed() {
    return fail(Errc::storage, "subject_keys_failed",
                "an earlier write of the subjects' keys failed; restart after checking the disk");
  }

  std::unique_ptr<File> file_;
  std::shared_ptr<Random> random_;
  mutable std::shared_mutex mutex_;
  std::map<Hash, StoredKey> keys_;  // by hash of the subject; an empty key is an erased one
  std::uint64_t size_;
  std::atomic<bool> broken_ = false;
  bool settled_ = false;  // what was there when this was opened is known to be on the disk
};

// What one record says by itself.
struct Record {
  explicit Record(std::string_view bytes)
      : name(*Hash::from_bytes(bytes.substr(0, name_bytes))),
        key(bytes.substr(name_bytes, key_bytes)),
        intact(sha256(bytes.substr(0, sum_at)).view() == bytes.substr(sum_at)),
        erased(key == std::string_view(no_key, key_bytes)) {}

  static constexpr char no_key[key_bytes] = {};
  Hash name;
  std::string_view key;
  bool intact;
  bool erased;
};

Error damaged(const std::string& path, std::uint64_t offset, const std::string& what, bool last) {
  std::string advice =
      "; put back the last good copy of this file (what was issued since it was made cannot be read then)";
  if (last) {
    advice +=
        ", or, only if the power failed while this record was first written and no entry uses it yet, run: truncate --size=" +
        std::to_string(offset) + " " + path;
  }
  return fail(Errc::corrupt, "subject_keys_damaged",
              path + ", offset " + std::to_string(offset) + ": " + what + advice);
}

struct Contents {
  std::map<Hash, StoredKey> keys;
  std::vector<std::pair<std::uint64_t, Hash>>
      unfinished;         // records that an erasure's mark names and that still hold bytes
  std::uint64_t end = 0;  // of the last whole record; an incomplete one behind it was never used
};

Result<Contents> read_records(const std::string& path, std::string_view bytes) {
  if (!bytes.starts_with(magic)) return damaged(path, 0, "the file does not begin as one of subjects' keys", false);
  Contents contents;
  const std::size_t count = (bytes.size() - magic.size()) / record_bytes;
  contents.end = magic.size() + count * record_bytes;
  std::vector<Record> records;
  records.reserve(count);
  std::set<Hash> erased;
  for (std::size_t i = 0; i < count; ++i) {
    records.emplace_back(bytes.substr(magic.size() + i * record_bytes, record_bytes));
    if (records[i].intact && records[i].erased) erased.insert(records[i].name);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t offset = magic.size() + i * record_bytes;
    const Record& record = records[i];
    if (erased.contains(record.name)) {
      if (!record.intact || !record.erased) contents.unfinished.emplace_back(offset, record.name);
      contents.keys[record.name] = StoredKey{{}, offset};
      continue;
    }
    const std::string number = "record " + std::to_string(i);
    if (!record.intact)
      return damaged(path, offset, number + " was changed: its checksum does not match", i + 1 == count);
    if (!contents.keys.emplace(record.name, StoredKey{std::string(record.key), offset}).second) {
      return damaged(path, offset, number + " gives a second key to one subject", false);
    }
  }
  return contents;
}

}  // namespace

bool can_write_keys(const ObjectCipher& cipher) {
  const auto* const keyring = dynamic_cast<const SubjectKeyring*>(&cipher);
  return keyring == nullptr || keyring->can_write();
}

Result<std::unique_ptr<SubjectKeyring>> open_subject_keys(FileSystem& files, const std::string& path, bool create,
                                                          std::shared_ptr<Random> random) {
  if (create) QUOTARY_TRY_VOID(write_file_durably(files, path, magic));
  QUOTARY_TRY(bytes, read_file(files, path, file_bytes_max));
  const WipedAtEnd wiped(bytes);
  QUOTARY_TRY(contents, read_records(path, bytes));
  QUOTARY_TRY(file, files.open(path, OpenMode::read_write));
  for (const auto& [offset, name] : contents.unfinished) {
    QUOTARY_TRY_VOID(file->write_at(offset, make_record(name, std::string(key_bytes, '\0'))));
  }
  if (!contents.unfinished.empty()) QUOTARY_TRY_VOID(file->sync());
  return std::unique_ptr<SubjectKeyring>(
      new SubjectKeys(std::move(file), std::move(random), std::move(contents.keys), contents.end));
}

}  // namespace quotary::signing
