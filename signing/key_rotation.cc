// The log's key in its folder, and its change: each step leaves a folder that opens, with the old key or with the new.
#include "signing/cosigner.h"
#include "signing/ed25519_key.h"
#include "signing/log_key_file.h"

#include <sodium.h>

namespace quotary::signing {

namespace {

constexpr std::string_view log_key_header = "quotary-log-key-v1\n";
constexpr std::size_t seed_bytes = 32;

std::string next_path(const std::string& directory) { return directory + "/log.key.next"; }
std::string succession_path(const std::string& directory) { return directory + "/log.succession"; }

Result<std::unique_ptr<CheckpointSigner>> read_signer(FileSystem& files, const std::string& path) {
  const auto unusable = fail(Errc::unavailable, "key_unreadable", path + " does not hold a key of ours");
  QUOTARY_TRY(text, read_key_file(files, path));
  if (!text.starts_with(log_key_header)) return unusable;
  const std::size_t origin_end = text.find('\n', log_key_header.size());
  if (origin_end == text.npos || text.back() != '\n') return unusable;
  const std::string origin = text.substr(log_key_header.size(), origin_end - log_key_header.size());
  auto seed = from_hex(std::string_view(text).substr(origin_end + 1, text.size() - origin_end - 2));
  if (!seed || seed->size() != seed_bytes || origin.empty()) return unusable;
  auto signer = signer_from_seed(origin, *seed);
  sodium_memzero(seed->data(), seed->size());
  sodium_memzero(text.data(), text.size());
  if (!open_vkey(signer->vkey())) return unusable;  // an origin that no note may carry
  return signer;
}

// Empty where there is none.
Result<std::string> read_succession(FileSystem& files, const std::string& directory) {
  const std::string path = succession_path(directory);
  if (!files.exists(path)) return std::string();
  auto text = read_file(files, path, succession_bytes_max);
  if (!text) return fail(Errc::unavailable, "key_unreadable", text.error().detail);
  return text;
}

Result<std::unique_ptr<Succession>> ending_with(std::string_view text, const CheckpointSigner& signer) {
  QUOTARY_TRY(keys, Succession::open(text, signer.vkey(), ed25519_holds));
  if (keys->trusted() != keys->rotations().size())
    return fail(Errc::invalid, "bad_rotation", "the succession does not end with the key");
  return keys;
}

// In place, so that no bytes of it are left on the disk.
Result<void> overwrite(FileSystem& files, const std::string& path) {
  QUOTARY_TRY(file, files.open(path, OpenMode::read_write));
  QUOTARY_TRY(size, file->size());
  QUOTARY_TRY_VOID(file->write_at(0, std::string(size, '\0')));
  return file->sync();
}

}  // namespace

std::string log_key_path(const std::string& directory) { return directory + "/log.key"; }

std::string log_key_text(const std::string& origin, Random& random) {
  return std::string(log_key_header) + origin + "\n" + to_hex(random.bytes(seed_bytes)) + "\n";
}

Result<LogKey> open_log_key(FileSystem& files, const std::string& directory) {
  LogKey key;
  QUOTARY_TRY(text, read_succession(files, directory));
  key.succession_text = std::move(text);
  QUOTARY_TRY(adopted, is_adopted(files, directory));
  QUOTARY_TRY(signer, read_signer(files, adopted ? next_path(directory) : log_key_path(directory)));
  key.signer = std::move(signer);
  QUOTARY_TRY(verifier, open_vkey(key.signer->vkey()));
  key.verifier = std::move(verifier);
  if (key.succession_text.empty()) return key;
  auto succession = ending_with(key.succession_text, *key.signer);
  if (!succession)
    return fail(Errc::unavailable, "key_damaged",
                succession_path(directory) +
                    " does not lead to the key of the folder: restore both from the newest backup of the key folder (" +
                    succession.error().detail + ")");
  key.succession = std::move(*succession);
  return key;
}

Result<std::unique_ptr<CheckpointSigner>> prepare_log_key(FileSystem& files, const std::string& directory,
                                                          Random& random, const std::string& origin) {
  QUOTARY_TRY(adopted, is_adopted(files, directory));
  if (adopted)
    return fail(
        Errc::unavailable, "rotation_unfinished",
        "a change of the log's key is not completed: start the server once, or go on with `quotary keys rotate`");
  QUOTARY_TRY(current, open_log_key(files, directory));
  const std::string& wanted = origin.empty() ? current.signer->name() : origin;
  const std::string path = next_path(directory);
  if (!files.exists(path)) {
    std::string text = log_key_text(wanted, random);
    auto written = write_file_durably(files, path, text);
    sodium_memzero(text.data(), text.size());
    QUOTARY_TRY_VOID(written);
  }
  QUOTARY_TRY(next, read_signer(files, path));
  if (next->name() != wanted)
    return fail(Errc::conflict, "other_next_key",
                path + " is a key of " + next->name() + ", made for another change: remove it if that is given up");
  return next;
}

Result<void> adopt_log_key(FileSystem& files, const std::string& directory, std::string_view succession) {
  QUOTARY_TRY(next, read_signer(files, next_path(directory)));
  QUOTARY_TRY(checked, ending_with(succession, *next));
  return write_file_durably(files, succession_path(directory), succession, 0644);
}

Result<bool> is_adopted(FileSystem& files, const std::string& directory) {
  if (!files.exists(next_path(directory))) return false;
  QUOTARY_TRY(signer, read_signer(files, next_path(directory)));
  QUOTARY_TRY(text, read_succession(files, directory));
  return !text.empty() && ending_with(text, *signer);
}

Result<void> retire_log_key(FileSystem& files, const std::string& directory) {
  QUOTARY_TRY(adopted, is_adopted(files, directory));
  if (!adopted) return {};
  // The succession's name may not be on the disk yet, and without it the old key is still needed. An adopted key is
  // found under its first name as well, so then nothing is lost any more.
  QUOTARY_TRY_VOID(files.sync_directory(directory));
  if (files.exists(log_key_path(directory))) QUOTARY_TRY_VOID(overwrite(files, log_key_path(directory)));
  return files.rename(next_path(directory), log_key_path(directory));
}

}  // namespace quotary::signing
