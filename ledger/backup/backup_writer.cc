#include "ledger/backup/backup_writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace quotary {

namespace {

constexpr std::string_view partial_name = "partial", lock_name = "lock", readme_name = "README.txt";
// The end of a table holds its properties: the session of the engine that wrote it, its number, its checksums. Two
// tables with the same end are the same.
constexpr std::uint64_t table_end_bytes = 64u << 10;
// Folders of the data folder whose files never change once they have their name, but for being named anew.
constexpr std::string_view beside_store[] = {"access"};
constexpr std::string_view store_folder = "store/";
constexpr int renames_max = 3;  // of one file, while it is being opened

constexpr std::string_view readme =
    "Quotary 账本备份。本文件夹不含密钥：没有密钥文件夹的单独备份，加密内容（报价单、PDF、姓名）无法读出，账本也无法继续签发。\n"
    "Backups of a Quotary ledger. THE KEYS ARE NOT IN HERE: without a backup of the key folder, kept apart from this one,\n"
    "what is encrypted (quotes, PDFs, names) cannot be read, and the ledger cannot go on.\n"
    "\n"
    "backups/<number>.json  one backup each: what it holds, at which tree size, under which signed checkpoint\n"
    "files/<sha256>         the files that they name, each once\n"
    "\n"
    "quotary drill --from FOLDER                   proves the newest one without touching the live data\n"
    "quotary restore --from FOLDER --data NEW      restores it\n"
    "sha256sum files/* | awk '$1 != substr($2, 7)'  names what is damaged, without Quotary\n";

// A file to be in the backup.
struct Source {
  std::string path;  // below the data folder
  PinnedFile file;
};

class Writer {
 public:
  Writer(const PinnedLedger& pinned, FileSystem& files, const BackupOptions& options)
      : pinned_(pinned), files_(files), options_(options) {}

  Result<void> prepare() {
    if (!files_.exists(backup_manifests_path(options_.folder))) {
      auto listed = files_.list(options_.folder);
      if (!listed && listed.error().kind != Errc::not_found) return std::move(listed).error();
      const std::vector<std::string> names = listed ? std::move(*listed) : std::vector<std::string>();
      const auto foreign = [](const std::string& name) {
        return name != lock_name && name != "files" && name != "lost+found" && !name.starts_with(readme_name);
      };
      if (const auto other = std::find_if(names.begin(), names.end(), foreign); other != names.end())
        return fail(Errc::conflict, "backup_folder_other",
                    options_.folder + " holds something that is no backup (" + *other + "): name an empty folder");
    }
    QUOTARY_TRY_VOID(files_.make_directory(options_.folder));
    QUOTARY_TRY(lock, files_.lock(options_.folder + "/" + std::string(lock_name)));
    lock_ = std::move(lock);
    QUOTARY_TRY_VOID(files_.make_directory(backup_files_path(options_.folder)));
    if (!files_.exists(options_.folder + "/" + std::string(readme_name)))
      QUOTARY_TRY_VOID(write_file_durably(files_, options_.folder + "/" + std::string(readme_name), readme));
    QUOTARY_TRY_VOID(files_.make_directory(backup_manifests_path(options_.folder)));
    return read_newest();
  }

  Result<BackupReport> write(const Clock& clock) {
    BackupManifest& manifest = report_.manifest;
    manifest.number = newest_ + 1;
    manifest.origin = pinned_.origin;
    manifest.tree_size = pinned_.tree_size;
    manifest.root = pinned_.root;
    manifest.checkpoint = pinned_.checkpoint;
    manifest.made_at = format_rfc3339(clock.now());
    QUOTARY_TRY(sources, all_sources());
    QUOTARY_TRY_VOID(check_room(sources));
    for (const Source& source : sources) QUOTARY_TRY_VOID(take(source));
    QUOTARY_TRY_VOID(files_.sync_directory(backup_files_path(options_.folder)));
    QUOTARY_TRY(text, manifest_text(manifest));
    report_.sha256 = sha256(text);
    QUOTARY_TRY_VOID(write_file_durably(files_, backup_manifest_path(options_.folder, manifest.number), text));
    return std::move(report_);
  }

 private:
  // What the newest backup holds; one that is damaged helps nothing, and keeps nobody from a new one.
  Result<void> read_newest() {
    QUOTARY_TRY(numbers, list_backups(files_, options_.folder));
    if (numbers.empty()) return {};
    newest_ = numbers.back();
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
      auto read = read_backup(files_, options_.folder, *number);
      if (!read && read.error().kind == Errc::corrupt) continue;
      if (!read) return std::move(read).error();
      if (read->manifest.origin != pinned_.origin)
        return fail(Errc::conflict, "backup_folder_other",
                    options_.folder + " holds backups of " + read->manifest.origin + ", not of " + pinned_.origin +
                        ": name another folder");
      for (BackupFile& file : read->manifest.files) known_.emplace(file.path, file);
      return {};
    }
    return {};
  }

  Result<std::vector<Source>> all_sources() {
    std::vector<Source> sources;
    for (const PinnedFile& file : pinned_.store->files())
      sources.push_back({std::string(store_folder) + file.name, file});
    for (const std::string_view folder : beside_store) QUOTARY_TRY_VOID(add_folder(std::string(folder), sources));
    for (const std::string& path : options_.contents) QUOTARY_TRY_VOID(add_content(path, sources));
    std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
    return sources;
  }

  Result<void> add_content(const std::string& path, std::vector<Source>& sources) {
    const auto file = files_.open(options_.data + "/" + path, OpenMode::read_only);
    if (!file && file.error().kind == Errc::not_found) {
      report_.contents_missing.push_back(path);
      return {};
    }
    if (!file) return file.error();
    QUOTARY_TRY(size, (*file)->size());
    sources.push_back({path, PinnedFile{path, size, true, {}}});
    return {};
  }

  // Those whose names say what they hold: a file that is still written to has another name.
  Result<void> add_folder(const std::string& folder, std::vector<Source>& sources) {
    auto names = files_.list(options_.data + "/" + folder);
    if (!names && names.error().kind == Errc::not_found) return {};
    if (!names) return std::move(names).error();
    for (const std::string& name : *names) {
      if (!Hash::from_hex(std::string_view(name).substr(0, name.find('.')))) continue;
      PinnedFile file{name, 0, true, {}};
      auto opened = open_named_anew(folder, file.name);
      if (!opened) return std::move(opened).error();
      QUOTARY_TRY(size, (*opened)->size());
      file.size = size;
      std::string path = folder + "/" + file.name;
      sources.push_back({std::move(path), std::move(file)});
    }
    return {};
  }

  // A segment of the record of reads is named anew once it is chained, perhaps just now.
  Result<std::unique_ptr<File>> open_named_anew(const std::string& folder, std::string& name) {
    for (int attempt = 0;; ++attempt) {
      auto opened = files_.open(options_.data + "/" + folder + "/" + name, OpenMode::read_only);
      if (opened || opened.error().kind != Errc::not_found || attempt == renames_max) return opened;
      QUOTARY_TRY(names, files_.list(options_.data + "/" + folder));
      const std::string beginning = name.substr(0, name.find('.') + 1);
      const auto now = std::find_if(names.begin(), names.end(),
                                    [&](const std::string& other) { return other.starts_with(beginning); });
      if (now != names.end()) name = *now;
    }
  }

  // The file in the backups that this one is, or absent when it has to be copied.
  Result<std::optional<BackupFile>> present(const Source& source, const File& file) {
    const auto known = known_.find(source.path);
    if (!source.file.lasting || known == known_.end() || known->second.size != source.file.size)
      return std::optional<BackupFile>();
    const auto kept = files_.open(backup_file_path(options_.folder, known->second.sha256), OpenMode::read_only);
    if (!kept && kept.error().kind == Errc::not_found) return std::optional<BackupFile>();
    if (!kept) return kept.error();
    QUOTARY_TRY(kept_size, (*kept)->size());
    if (kept_size != source.file.size) return std::optional<BackupFile>();
    const std::uint64_t end = std::min(table_end_bytes, source.file.size);
    QUOTARY_TRY(here, file.read_at(source.file.size - end, end));
    QUOTARY_TRY(there, (*kept)->read_at(source.file.size - end, end));
    if (here != there) return std::optional<BackupFile>();
    return std::optional<BackupFile>(known->second);
  }

  Result<void> check_room(const std::vector<Source>& sources) {
    std::uint64_t needed = 0;
    for (const Source& source : sources) {
      bytes_ += source.file.size;
      const auto known = known_.find(source.path);
      if (!source.file.lasting || known == known_.end() || known->second.size != source.file.size)
        needed += source.file.size;
    }
    QUOTARY_TRY(free, files_.free_bytes(options_.folder));
    if (needed <= free) return {};
    return fail(Errc::storage, "backup_no_room",
                options_.folder + " has " + std::to_string(free) + " bytes free, and this backup needs " +
                    std::to_string(needed) + ": make room, or name another folder");
  }

  [[nodiscard]] bool step(std::uint64_t bytes) {
    done_ += bytes;
    if (options_.progress) options_.progress(done_, bytes_);
    return options_.stop == nullptr || !*options_.stop;
  }

  Result<void> take(const Source& source) {
    if (source.file.content) return take_content(source);
    auto opened = files_.open(options_.data + "/" + source.path, OpenMode::read_only);
    if (!opened && opened.error().kind == Errc::not_found && is_content_path(source.path)) {
      report_.contents_missing.push_back(source.path);
      return {};
    }
    if (!opened) return std::move(opened).error();
    const auto file = std::move(*opened);
    QUOTARY_TRY(kept, present(source, *file));
    if (kept) {
      add(std::move(*kept), false);
      if (!step(source.file.size)) return fail(Errc::unavailable, "stopped", "the backup was broken off");
      return {};
    }
    const std::string partial = backup_files_path(options_.folder) + "/" + std::string(partial_name);
    QUOTARY_TRY(to, files_.open(partial, OpenMode::create_or_open));
    QUOTARY_TRY_VOID(to->truncate(0));
    QUOTARY_TRY(hash, copy_bytes(*file, options_.data + "/" + source.path, source.file.size, to.get(),
                                 [&](std::uint64_t bytes) { return step(bytes); }));
    QUOTARY_TRY_VOID(to->sync());
    to.reset();
    const BackupFile copied{source.path, hash, source.file.size};
    QUOTARY_TRY(there, is_kept(copied));
    if (there) {
      QUOTARY_TRY_VOID(files_.remove(partial));
    } else {
      QUOTARY_TRY_VOID(files_.rename(partial, backup_file_path(options_.folder, hash)));
    }
    add(copied, !there);
    return {};
  }

  Result<void> take_content(const Source& source) {
    const std::string& content = *source.file.content;
    const BackupFile copied{source.path, sha256(content), content.size()};
    QUOTARY_TRY(there, is_kept(copied));
    if (!there) QUOTARY_TRY_VOID(write_file_durably(files_, backup_file_path(options_.folder, copied.sha256), content));
    add(copied, !there);
    (void)step(content.size());
    return {};
  }

  // By its name and size; whether it still holds what its name says is for a drill to see.
  Result<bool> is_kept(const BackupFile& file) {
    const auto kept = files_.open(backup_file_path(options_.folder, file.sha256), OpenMode::read_only);
    if (!kept && kept.error().kind == Errc::not_found) return false;
    if (!kept) return kept.error();
    QUOTARY_TRY(size, (*kept)->size());
    return size == file.size;
  }

  void add(BackupFile file, bool copied) {
    ++(copied ? report_.files_copied : report_.files_present);
    (copied ? report_.bytes_copied : report_.bytes_present) += file.size;
    report_.manifest.files.push_back(std::move(file));
  }

  const PinnedLedger& pinned_;
  FileSystem& files_;
  const BackupOptions& options_;
  std::shared_ptr<void> lock_;
  std::uint64_t newest_ = 0;
  std::map<std::string, BackupFile> known_;  // of the newest backup, by path
  std::uint64_t done_ = 0, bytes_ = 0;
  BackupReport report_;
};

// The manifests first: a file that none names any more is in nobody's way, also when this is cut off.
Result<void> remove_older(FileSystem& files, const std::string& folder, std::uint64_t keep, BackupReport& report) {
  QUOTARY_TRY(numbers, list_backups(files, folder));
  std::set<std::string> named;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers.size() - i > keep) continue;
    // What a manifest that cannot be read names is not known: nothing goes.
    QUOTARY_TRY(read, read_backup(files, folder, numbers[i]));
    for (const BackupFile& file : read.manifest.files) named.insert(file.sha256.hex());
  }
  for (std::size_t i = 0; i + keep < numbers.size(); ++i) {
    QUOTARY_TRY_VOID(files.remove(backup_manifest_path(folder, numbers[i])));
    ++report.backups_removed;
  }
  QUOTARY_TRY_VOID(files.sync_directory(backup_manifests_path(folder)));
  QUOTARY_TRY(names, files.list(backup_files_path(folder)));
  for (const std::string& name : names) {
    if (named.contains(name)) continue;
    QUOTARY_TRY_VOID(files.remove(backup_files_path(folder) + "/" + name));
    ++report.files_removed;
  }
  return files.sync_directory(backup_files_path(folder));
}

}  // namespace

Result<BackupReport> make_backup(const PinnedLedger& pinned, FileSystem& files, const Clock& clock,
                                 const BackupOptions& options) {
  Writer writer(pinned, files, options);
  QUOTARY_TRY_VOID(writer.prepare());
  QUOTARY_TRY(report, writer.write(clock));
  if (options.keep > 0) {
    if (auto removed = remove_older(files, options.folder, options.keep, report); !removed)
      report.not_removed = std::move(removed).error();
  }
  return report;
}

}  // namespace quotary
