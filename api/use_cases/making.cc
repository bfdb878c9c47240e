#include "api/use_cases/making.h"

#include "signing/keys.h"

#include <filesystem>

namespace quotary::api {
namespace {

constexpr std::size_t making_bytes_max = 16u << 10;

std::string making_path(const OrganisationConfig& config) { return config.keys_directory + "/making"; }

std::string absolute_path(const std::string& path) {
  std::error_code failed;
  const auto canonical = std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
  return failed ? path : canonical.string();
}

json::object record_of(const OrganisationConfig& config, const Making::Arguments& arguments) {
  return {{"data", absolute_path(config.data_directory)},
          {"origin", arguments.origin},
          {"public_url", arguments.public_url},
          {"seal", arguments.development_seal ? "development" : "given"},
          {"seller", sha256(arguments.profile).hex()},
          {"time_zone", arguments.time_zone},
          {"v", "1"}};
}

// A folder whose name is on the disk, also when an interrupted run made it and did not come to the sync. Where the
// folder above cannot be read, none of ours was made.
Result<void> make_folder(FileSystem& files, const std::string& path) {
  QUOTARY_TRY_VOID(files.make_directory(path));
  auto synced = files.sync_directory(std::filesystem::path(absolute_path(path)).parent_path().string());
  if (!synced && synced.error().kind == Errc::forbidden) return {};
  return synced;
}

// What a making may begin on: whatever stands there already is someone's.
Result<void> check_nothing_there(const OrganisationConfig& config, bool development_seal) {
  const auto names = config.files->list(config.data_directory);
  if (!names && names.error().kind != Errc::not_found) return names.error();
  if (names && !names->empty()) {
    return fail(Errc::conflict, "folder_not_empty",
                config.data_directory + " holds something already (" + names->front() +
                    "); an organisation is made into a new folder only");
  }
  QUOTARY_TRY_VOID(signing::KeyFolder::check_absent(*config.files, config.keys_directory));
  if (!development_seal) return {};
  for (const auto& path : {config.seal.certificate_path, config.seal.key_path}) {
    if (config.files->exists(path))
      return fail(Errc::conflict, "keys_exist",
                  path + " is there already: name it as the seal, or give the keys a folder of their own");
  }
  return {};
}

// In what the making that `text` records differs from `asked`; a text that is no record of ours names nothing.
std::string differences(std::string_view text, const json::object& asked) {
  const auto value = parse_json(text);
  if (!value || !value->is_object()) return {};
  std::string out;
  for (const auto& member : asked) {
    const auto* before = value->get_object().if_contains(member.key());
    if (before && *before == member.value()) continue;
    if (!out.empty()) out += ", ";
    out += member.key();
    // A digest tells nobody anything.
    if (before && before->is_string() && member.key() != "seller")
      out += " (" + std::string(before->get_string()) + ")";
  }
  return out;
}

}  // namespace

Result<Making> Making::begin(const OrganisationConfig& config, const Arguments& arguments) {
  FileSystem& files = *config.files;
  const auto path = making_path(config);
  const auto asked = record_of(config, arguments);
  QUOTARY_TRY(text, canonical_json(asked));
  text += '\n';

  // Before anything is touched, and once more when nobody else can begin.
  if (!files.exists(path)) QUOTARY_TRY_VOID(check_nothing_there(config, arguments.development_seal));
  QUOTARY_TRY_VOID(make_folder(files, config.keys_directory));
  auto lock = files.lock(path);
  if (!lock && lock.error().code == "locked")
    return fail(Errc::conflict, "locked",
                "another process is making an organisation with the keys in " + config.keys_directory);
  if (!lock) return std::move(lock).error();
  QUOTARY_TRY(found, read_file(files, path, making_bytes_max));
  if (found != text) {
    const auto differing = differences(found, asked);
    if (!differing.empty()) {
      return fail(
          Errc::conflict, "making_differs",
          "the making that was begun with the keys in " + config.keys_directory + " differs in " + differing +
              ": make the same, or remove that folder and the data folder it was for; nothing was ever issued from them");
    }
    // Made or cut short before there was a key.
    QUOTARY_TRY_VOID(check_nothing_there(config, arguments.development_seal));
  }
  // Written anew even when it reads well: what reads well may not be on the disk, when a sync failed.
  QUOTARY_TRY(file, files.open(path, OpenMode::read_write));
  if (found.size() > text.size()) QUOTARY_TRY_VOID(file->truncate(text.size()));
  QUOTARY_TRY_VOID(file->write_at(0, text));
  QUOTARY_TRY_VOID(file->sync());
  QUOTARY_TRY_VOID(files.sync_directory(config.keys_directory));
  QUOTARY_TRY_VOID(make_folder(files, config.data_directory));
  return Making(std::move(*lock));
}

bool Making::stands(const OrganisationConfig& config) { return config.files->exists(making_path(config)); }

Result<void> Making::end(const OrganisationConfig& config) {
  if (stands(config)) QUOTARY_TRY_VOID(config.files->remove(making_path(config)));
  // Before anything is issued, also when the run before failed just here: a record that came back with a power cut
  // would say of what was issued that it never was, and of a damaged ledger that its making was interrupted.
  return config.files->sync_directory(config.keys_directory);
}

}  // namespace quotary::api
