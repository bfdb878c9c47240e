#include "signing/cosigner.h"
#include "signing/ed25519_key.h"
#include "signing/keys.h"
#include "signing/log_key_file.h"
#include "signing/subject_keys.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <sys/stat.h>

#include <cerrno>

namespace quotary::signing {

namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t key_file_bytes_max = 1u << 16;

std::string pepper_path(const std::string& directory) { return directory + "/pepper.key"; }
std::string subjects_path(const std::string& directory) { return directory + "/subjects.keys"; }

class Folder final : public KeyFolder {
 public:
  Folder(LogKey log, Secret pepper, std::unique_ptr<SubjectKeyring> cipher)
      : log_(std::move(log)), pepper_(std::move(pepper)), cipher_(std::move(cipher)) {}

  CheckpointSigner& log_signer() override { return *log_.signer; }
  const CheckpointVerifier& log_verifier() const override {
    if (log_.succession) return *log_.succession;
    return *log_.verifier;
  }
  const Succession* succession() const override { return log_.succession.get(); }
  const std::string& succession_text() const override { return log_.succession_text; }
  ObjectCipher& object_cipher() override { return *cipher_; }
  Result<void> erase_subject(std::string_view subject) override { return cipher_->erase(subject); }

  Hash keyed_hash(std::string_view purpose, std::string_view message) const override {
    // The purpose's length goes first, so that no two (purpose, message) pairs share their bytes.
    std::string input;
    put_u16(input, static_cast<std::uint16_t>(purpose.size()));
    input += purpose;
    input += message;
    Hash hash;
    unsigned size = 0;
    const std::string_view key = pepper_.view();
    QUOTARY_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                       reinterpret_cast<const unsigned char*>(input.data()), input.size(), hash.bytes.data(),
                       &size) != nullptr);
    return hash;
  }

 private:
  LogKey log_;
  Secret pepper_;
  std::unique_ptr<SubjectKeyring> cipher_;
};

// A key file of the folder must be there, readable, and for its owner alone.
Result<void> check_key_file(FileSystem& files, const std::string& path) {
  const auto file = files.open(path, OpenMode::read_only);
  if (!file && file.error().kind == Errc::not_found) {
    return fail(Errc::unavailable, "key_missing",
                path + " is missing: give the key folder with --keys, or restore it from its own backup");
  }
  if (!file) return fail(Errc::unavailable, "key_unreadable", file.error().detail);
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    return fail(Errc::unavailable, "key_permissions",
                path + " may be read by others than its owner: run chmod 600 on it");
  }
  return {};
}

// The key and its sum, a line each. Files of before have the first alone.
std::string pepper_text(std::string_view pepper) {
  return to_hex(pepper) + "\n" + sha256("quotary pepper.key\n" + std::string(pepper)).hex() + "\n";
}

}  // namespace

Result<std::string> read_key_file(FileSystem& files, const std::string& path) {
  QUOTARY_TRY_VOID(check_key_file(files, path));
  auto bytes = read_file(files, path, key_file_bytes_max);
  if (!bytes) return fail(Errc::unavailable, "key_unreadable", bytes.error().detail);
  return bytes;
}

Result<void> KeyFolder::check_absent(FileSystem& files, const std::string& directory) {
  for (const std::string& path : {log_key_path(directory), pepper_path(directory), subjects_path(directory)}) {
    if (files.exists(path))
      return fail(Errc::conflict, "keys_exist", path + " is there already: keys are never written over");
  }
  return {};
}

Result<std::unique_ptr<KeyFolder>> KeyFolder::create(const std::shared_ptr<FileSystem>& files,
                                                     const std::string& directory, const std::string& origin,
                                                     Random& random) {
  QUOTARY_TRY_VOID(check_absent(*files, directory));
  return complete(files, directory, origin, random);
}

Result<std::unique_ptr<KeyFolder>> KeyFolder::complete(const std::shared_ptr<FileSystem>& files,
                                                       const std::string& directory, const std::string& origin,
                                                       Random& random) {
  QUOTARY_TRY_VOID(files->make_directory(directory));
  const auto make = [&](const std::string& path, std::string text) -> Result<void> {
    auto made = files->exists(path) ? Result<void>() : write_file_durably(*files, path, text);
    sodium_memzero(text.data(), text.size());
    return made;
  };
  QUOTARY_TRY_VOID(make(log_key_path(directory), log_key_text(origin, random)));
  QUOTARY_TRY_VOID(make(pepper_path(directory), pepper_text(random.bytes(secret_bytes))));
  if (!files->exists(subjects_path(directory))) {
    QUOTARY_TRY(cipher, open_subject_keys(*files, subjects_path(directory), true, std::make_shared<SystemRandom>()));
  }
  // What was there may bear a name that was never synced.
  QUOTARY_TRY_VOID(files->sync_directory(directory));
  QUOTARY_TRY(folder, open(files, directory));
  if (folder->log_signer().name() != origin) {
    return fail(Errc::conflict, "keys_exist",
                log_key_path(directory) + " is the key of " + folder->log_signer().name() + ", not of " + origin);
  }
  return folder;
}

Result<std::unique_ptr<KeyFolder>> KeyFolder::open(const std::shared_ptr<FileSystem>& files,
                                                   const std::string& directory) {
  QUOTARY_CHECK(sodium_init() >= 0);
  const auto unusable = [](const std::string& path) {
    return fail(Errc::unavailable, "key_unreadable", path + " does not hold a key of ours");
  };
  QUOTARY_TRY(log, open_log_key(*files, directory));
  QUOTARY_TRY(pepper_file, read_key_file(*files, pepper_path(directory)));
  auto pepper = from_hex(std::string_view(pepper_file).substr(0, 2 * secret_bytes));
  if (!pepper || pepper->size() != secret_bytes) return unusable(pepper_path(directory));
  // Another pepper would be a key like any other, under which no token is known.
  const std::string_view sum = std::string_view(pepper_file).substr(2 * secret_bytes);
  if (!sum.empty() && sum != "\n" && pepper_file != pepper_text(*pepper)) {
    return fail(Errc::unavailable, "key_damaged",
                pepper_path(directory) + " does not have its checksum: restore it from the backup of the key folder");
  }

  QUOTARY_TRY_VOID(check_key_file(*files, subjects_path(directory)));
  QUOTARY_TRY(cipher, open_subject_keys(*files, subjects_path(directory), false, std::make_shared<SystemRandom>()));
  sodium_memzero(pepper_file.data(), pepper_file.size());
  return std::unique_ptr<KeyFolder>(new Folder(std::move(log), Secret(std::move(*pepper)), std::move(cipher)));
}

}  // namespace quotary::signing
