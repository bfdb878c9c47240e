#include "ledger/backup/backup_format.h"

#include "ledger/base/json.h"
#include "ledger/base/time.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace quotary {

namespace {

constexpr std::string_view format_name = "quotary-backup", name_suffix = ".json";
constexpr std::size_t number_digits = 9;
constexpr JsonLimits manifest_limits{8, 4'000'000};
constexpr std::array<std::string_view, 3> kept_folders{"store/", "access/", "blobs/"};

Error bad(const std::string& why) {
  return fail(Errc::corrupt, "backup_manifest", "it is no manifest of a backup, or a damaged one: " + why);
}

std::string text_in(const json::object& members, std::string_view name) {
  const json::value* const value = members.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}
std::uint64_t number_in(const json::object& members, std::string_view name) {
  const json::value* const value = members.if_contains(name);
  return value != nullptr && value->is_int64() && value->as_int64() > 0 ? static_cast<std::uint64_t>(value->as_int64())
                                                                        : 0;
}

Result<BackupFile> file_of(const json::value& value) {
  if (!value.is_object()) return bad("a file is an object");
  const json::object& members = value.get_object();
  BackupFile file{text_in(members, "path"), {}, number_in(members, "size")};
  const auto hash = Hash::from_hex(text_in(members, "sha256"));
  if (!hash || !good_backup_path(file.path)) return bad("a file has a path below the data folder and a SHA-256");
  file.sha256 = *hash;
  return file;
}

}  // namespace

std::uint64_t BackupManifest::bytes() const {
  std::uint64_t sum = 0;
  for (const BackupFile& file : files) sum += file.size;
  return sum;
}

Result<std::string> manifest_text(const BackupManifest& manifest) {
  json::array files;
  for (const BackupFile& file : manifest.files)
    files.push_back(json::object{{"path", file.path}, {"sha256", file.sha256.hex()}, {"size", file.size}});
  QUOTARY_TRY(text, canonical_json(json::object{{"backup", manifest.number},
                                                {"checkpoint", manifest.checkpoint},
                                                {"files", std::move(files)},
                                                {"format", format_name},
                                                {"made_at", manifest.made_at},
                                                {"origin", manifest.origin},
                                                {"root", manifest.root.hex()},
                                                {"tree_size", manifest.tree_size},
                                                {"v", backup_version}}));
  text += '\n';
  if (text.size() > backup_manifest_bytes_max)
    return fail(Errc::too_large, "backup_too_many_files",
                "a backup's manifest has at most 64 MB, some 400,000 files; this ledger has " +
                    std::to_string(manifest.files.size()));
  return text;
}

Result<BackupManifest> parse_backup_manifest(std::string_view text) {
  if (text.empty() || text.size() > backup_manifest_bytes_max) return bad("its size");
  const auto value = parse_json(text, manifest_limits);
  if (!value || !value->is_object()) return bad("not a JSON object");
  const json::object& members = value->get_object();
  if (text_in(members, "format") != format_name) return bad("its format");
  if (number_in(members, "v") != backup_version)
    return fail(Errc::unavailable, "backup_version",
                "the backup is of another version's form, which this program does not read");
  BackupManifest manifest;
  manifest.number = number_in(members, "backup");
  manifest.origin = text_in(members, "origin");
  manifest.tree_size = number_in(members, "tree_size");
  manifest.checkpoint = text_in(members, "checkpoint");
  manifest.made_at = text_in(members, "made_at");
  if (manifest.number == 0 || manifest.number > backup_number_max) return bad("its number");
  if (!parse_rfc3339(manifest.made_at)) return bad("when it was made");
  const auto root = Hash::from_hex(text_in(members, "root"));
  const json::value* const files = members.if_contains("files");
  if (!root || files == nullptr || !files->is_array()) return bad("root and files");
  manifest.root = *root;
  for (const json::value& each : files->get_array()) {
    QUOTARY_TRY(file, file_of(each));
    if (!manifest.files.empty() && manifest.files.back().path >= file.path) return bad("the order of its files");
    manifest.files.push_back(std::move(file));
  }
  const auto again = manifest_text(manifest);
  if (!again || *again != text) return bad("it is not written as a manifest is");
  return manifest;
}

bool good_backup_path(std::string_view path) {
  const bool kept = std::any_of(kept_folders.begin(), kept_folders.end(),
                                [&](std::string_view folder) { return path.starts_with(folder); });
  if (!kept || path.size() > backup_path_bytes_max) return false;
  char before = '/';
  for (const char c : path) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '_' && c != '.' && c != '/') return false;
    if (before == '/' && (c == '/' || c == '.')) return false;
    before = c;
  }
  return before != '/';
}

std::string backup_manifest_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, number_digits - std::min(digits.size(), number_digits), '0');
  return digits + std::string(name_suffix);
}

std::uint64_t backup_number(std::string_view name) {
  std::uint64_t number = 0;
  (void)std::from_chars(name.data(), name.data() + name.size(), number);
  return number > 0 && number <= backup_number_max && backup_manifest_name(number) == name ? number : 0;
}

}  // namespace quotary
