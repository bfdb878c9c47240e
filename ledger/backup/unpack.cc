#include "ledger/backup/unpack.h"

#include "ledger/log/ledger_impl.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace quotary {

namespace {

class Unpacking {
 public:
  Unpacking(FileSystem& files, std::string folder, const BackupManifest& manifest, std::string target,
            const UnpackOptions& options)
      : files_(files),
        folder_(std::move(folder)),
        target_(std::move(target)),
        options_(options),
        bytes_(manifest.bytes()) {}

  Result<void> take(const BackupFile& file) {
    const std::string kept = backup_file_path(folder_, file.sha256);
    const std::string to = target_ + "/" + file.path;
    const auto damaged = [&](std::string detail) -> Result<void> {
      found.push_back({file.path, kept, std::move(detail)});
      if (is_content_path(file.path) && files_.exists(to)) return files_.remove(to);
      return {};
    };
    const auto from = files_.open(kept, OpenMode::read_only);
    if (!from && from.error().kind == Errc::not_found) return damaged("it is missing");
    if (!from) return from.error();
    QUOTARY_TRY(size, (*from)->size());
    if (size != file.size)
      return damaged("it has " + std::to_string(size) + " bytes instead of " + std::to_string(file.size));
    QUOTARY_TRY_VOID(make_folder_of(to));
    const bool lasting = file.path.ends_with(".sst") || is_content_path(file.path);
    const bool linked = options_.link_tables && lasting && link(kept, to);
    std::unique_ptr<File> copy;
    if (!linked) {
      QUOTARY_TRY(made, files_.open(to, OpenMode::create_new));
      copy = std::move(made);
    }
    auto hash = copy_bytes(**from, kept, size, copy.get(), [&](std::uint64_t bytes) {
      done_ += bytes;
      if (options_.progress) options_.progress(done_, bytes_);
      return options_.stop == nullptr || !*options_.stop;
    });
    if (!hash && hash.error().code == "file_short") return damaged(hash.error().detail);
    if (!hash) return std::move(hash).error();
    if (*hash != file.sha256) return damaged("its SHA-256 is " + hash->hex() + ": its bytes have changed");
    if (copy) QUOTARY_TRY_VOID(copy->sync());
    return {};
  }

  Result<void> sync_folders() {
    for (const std::string& made : made_) QUOTARY_TRY_VOID(files_.sync_directory(made));
    return {};
  }

  std::vector<DamagedFile> found;

 private:
  Result<void> make_folder_of(const std::string& path) {
    std::string folder = path.substr(0, path.rfind('/'));
    if (made_.contains(folder)) return {};
    QUOTARY_TRY_VOID(files_.make_directory(folder));
    made_.insert(std::move(folder));
    return {};
  }
  static bool link(const std::string& from, const std::string& to) {
    std::error_code failed;
    std::filesystem::create_hard_link(from, to, failed);
    return !failed;
  }

  FileSystem& files_;
  const std::string folder_, target_;
  const UnpackOptions& options_;
  const std::uint64_t bytes_;
  std::uint64_t done_ = 0;
  std::set<std::string> made_;
};

}  // namespace

Result<std::vector<DamagedFile>> unpack_backup(FileSystem& files, const std::string& folder,
                                               const BackupManifest& manifest, const std::string& target,
                                               const UnpackOptions& options) {
  QUOTARY_TRY_VOID(files.make_directory(target));
  Unpacking unpacking(files, folder, manifest, target, options);
  for (const BackupFile& file : manifest.files) QUOTARY_TRY_VOID(unpacking.take(file));
  if (!std::all_of(unpacking.found.begin(), unpacking.found.end(),
                   [](const DamagedFile& each) { return is_content_path(each.path); }))
    return std::move(unpacking.found);
  QUOTARY_TRY_VOID(unpacking.sync_folders());
  QUOTARY_TRY(slots, Slots::create(files, slots_path(target)));
  QUOTARY_TRY_VOID(slots.publish(manifest.checkpoint));
  QUOTARY_TRY_VOID(files.sync_directory(target));
  return std::move(unpacking.found);
}

}  // namespace quotary
