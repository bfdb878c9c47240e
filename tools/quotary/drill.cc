// quotary drill: a backup restored and verified in a place of its own.
#include "tools/quotary/command.h"
#include "tools/quotary/findings.h"

#include "api/use_cases/log_checks.h"
#include "ledger/backup/drill.h"
#include "ledger/base/json.h"
#include "signing/keys.h"
#include "tools/quotary/access_check.h"
#include "tools/quotary/contents_check.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace quotary::cli {
namespace {

namespace fs = std::filesystem;

struct DrillCommand {
  Places places;
  std::string from, vkey, succession, scratch;
  std::vector<std::string> published;
  std::uint64_t number = 0;  // 0: the newest
  unsigned threads = 0;      // as many as the machine has cores
  bool as_json = false;
  bool data_given = false;
};

struct Drilled {
  ReadManifest backup;
  std::vector<DamagedFile> damaged;
  RestoredCheck check;
  bool private_objects_read = false;
  std::optional<contents::ContentFigures> content_figures = {};  // absent: they were not read
  [[nodiscard]] bool holds() const { return damaged.empty() && check.report.problems_total == 0; }
};

// A folder of the drill's own, which goes with it.
class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> make(const std::string& where) {
    std::string pattern = (where.empty() ? fs::temp_directory_path() : fs::path(where)) / "quotary-drill-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr)
      return fail(Errc::storage, "no_scratch", "cannot make a folder " + pattern + ": " + std::strerror(errno));
    return std::unique_ptr<Scratch>(new Scratch(std::move(pattern)));
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

std::function<void(std::uint64_t, std::uint64_t)> progress_of(const DrillCommand& command, const char* what,
                                                              unsigned shift) {
  if (command.as_json || ::isatty(STDERR_FILENO) == 0) return {};
  return [what, shift](std::uint64_t done, std::uint64_t all) {
    std::fprintf(stderr, "\r%s %llu / %llu", what, number(done >> shift), number(all >> shift));
    if (done >= all) std::fputs("\r\033[K", stderr);
  };
}

Result<std::vector<OutsideCheckpoint>> outside_of(const DrillCommand& command, FileSystem& files,
                                                  const CheckpointVerifier& log_key) {
  std::vector<std::string> paths = command.published;
  if (command.data_given) paths.push_back(command.places.data + "/published.slots");
  std::vector<OutsideCheckpoint> found;
  for (const std::string& path : paths) {
    QUOTARY_TRY(outside, read_outside_checkpoint(files, path, log_key));
    if (outside) found.push_back(std::move(*outside));
  }
  return found;
}

Result<Drilled> drill(const DrillCommand& command) {
  const auto files = posix_file_system();
  std::unique_ptr<signing::KeyFolder> keys;
  auto opened = signing::KeyFolder::open(files, command.places.keys);
  if (opened)
    keys = std::move(*opened);
  else if (command.vkey.empty())
    return std::move(opened).error();
  QUOTARY_TRY(log_key, log_keys(*files, keys.get(), command.vkey, command.succession));
  QUOTARY_TRY(backup,
              read_backup(*files, command.from, command.number == 0 ? std::nullopt : std::optional(command.number)));
  Drilled drilled;
  drilled.backup = std::move(backup);
  drilled.private_objects_read = keys != nullptr;
  QUOTARY_TRY(outside, outside_of(command, *files, *log_key.used));
  QUOTARY_TRY(scratch, Scratch::make(command.scratch));
  UnpackOptions unpacking;
  unpacking.link_tables = true;
  unpacking.progress = progress_of(command, "MB", 20);
  const std::string restored = scratch->path() + "/data";
  QUOTARY_TRY(damaged, unpack_backup(*files, command.from, drilled.backup.manifest, restored, unpacking));
  drilled.damaged = std::move(damaged);
  if (!drilled.damaged.empty()) return drilled;
  VerifyOptions how;
  how.threads = command.threads;
  how.progress = progress_of(command, "entries", 0);
  const LedgerPorts ports = reading_ports(files, keys.get());
  QUOTARY_TRY(check, check_restored(restored, drilled.backup.manifest, outside, false, ports, *log_key.used, how));
  drilled.check = std::move(check);
  LedgerOptions options;
  options.directory = restored;
  check_access_log(options, *files, drilled.check.report);
  if (keys) {
    contents::ContentsCheck contents_how;
    if (!command.as_json) contents_how.progress = content_progress();
    QUOTARY_TRY(figures, check_contents(options, ports, contents_how, drilled.check.report));
    drilled.content_figures = figures;
  }
  return drilled;
}

json::object json_of(const Drilled& drilled) {
  const BackupManifest& manifest = drilled.backup.manifest;
  const VerifyReport& report = drilled.check.report;
  json::object out{{"ok", drilled.holds()},
                   {"backup", manifest.number},
                   {"origin", manifest.origin},
                   {"made_at", manifest.made_at},
                   {"manifest_sha256", drilled.backup.sha256.hex()},
                   {"tree_size", manifest.tree_size},
                   {"root", manifest.root.hex()},
                   {"files", manifest.files.size()},
                   {"bytes", manifest.bytes()},
                   {"entries_checked", report.entries_checked},
                   {"objects_checked", report.objects_checked},
                   {"private_objects_read", drilled.private_objects_read},
                   {"damaged_files", damaged_json(drilled.damaged)},
                   {"problems_total", report.problems_total},
                   {"problems", problems_json(report)}};
  if (drilled.content_figures) out["contents"] = api::contents_json(*drilled.content_figures);
  if (const LostEntries& lost = drilled.check.lost; lost.any())
    out["lost"] = json::object{{"from", lost.from}, {"to", lost.to}, {"where", lost.where}};
  return out;
}

void print_text(const Drilled& drilled) {
  const BackupManifest& manifest = drilled.backup.manifest;
  const VerifyReport& report = drilled.check.report;
  print_backup(manifest, drilled.damaged);
  if (drilled.damaged.empty())
    std::printf("已核对 checked   %zu files, %llu entries, %llu objects\n", manifest.files.size(),
                number(report.entries_checked), number(report.objects_checked));
  if (!drilled.private_objects_read)
    std::puts("注意 note        没有密钥，加密内容未核对 / without the key folder, encrypted contents were not read");
  print_contents(drilled.content_figures);
  print_erased(report);
  print_problems(report);
  if (const LostEntries& lost = drilled.check.lost; lost.any()) {
    std::printf(
        "将失去 lost      若现在恢复本备份，将失去 #%llu 至 #%llu 共 %llu 条记录\n"
        "                 restored now, entries #%llu to #%llu would be lost (%llu): they are newer than this backup\n",
        number(lost.from), number(lost.to - 1), number(lost.to - lost.from), number(lost.from), number(lost.to - 1),
        number(lost.to - lost.from));
  }
  if (drilled.holds())
    std::puts("结论 result      备份完整，可以恢复 / the backup is whole and can be restored");
  else if (!drilled.damaged.empty())
    std::puts(
        "结论 result      备份不可用：有文件损坏 / the backup cannot be restored: files of it are damaged.\n"
        "                 删除这些文件后，下一次备份会重新复制仍在账本中的内容 / remove these files, and the next backup "
        "copies anew what the ledger still has");
  else
    std::printf("结论 result      不成立，发现 %llu 处问题 / does not hold, %llu problems\n",
                number(report.problems_total), number(report.problems_total));
}

int run(DrillCommand command) {
  if (auto complete = command.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  while (command.from.size() > 1 && command.from.back() == '/') command.from.pop_back();
  const auto drilled = drill(command);
  if (!drilled) {
    if (drilled.error().kind == Errc::corrupt) return report(drilled.error());
    std::fputs("quotary: 未能核对 / could not be checked\n", stderr);
    return report(drilled.error()), exit_unchecked;
  }
  if (command.as_json)
    std::printf("%s\n", json::serialize(json_of(*drilled)).c_str());
  else
    print_text(*drilled);
  return drilled->holds() ? exit_ok : exit_bad;
}

}  // namespace

void add_drill(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DrillCommand>();
  auto* command = app.add_subcommand(
      "drill",
      "prove a backup without touching live data: restore it into a temporary folder, verify all of it, and say what "
      "would be lost. 0 it can be restored, 1 it is damaged, 2 could not be checked");
  add_places(*command, options->places);
  command->add_option("--from", options->from, "folder of backups")->required();
  command->add_option("--backup", options->number, "its number (default: the newest)")
      ->check(CLI::Range(std::uint64_t{1}, backup_number_max));
  add_log_keys(*command, options->vkey, options->succession);
  command->add_option(
      "--published", options->published,
      "file of --publish-to, a signed checkpoint or a .tlog-proof, to hold the backup against; may be repeated");
  command->add_option(
      "--scratch", options->scratch,
      "where to restore to, for that time (default: the system's temporary folder); on the backups' own "
      "file system tables need no space");
  command->add_option("--threads", options->threads, "hashing threads (default: as many as there are cores)")
      ->check(CLI::Range(1, 64));
  command->add_flag("--json", options->as_json, "for machines");
  auto* data = command->get_option("--data");
  data->description("the live data folder, whose published checkpoint the backup is held against; only read");
  command->callback([options, data, &exit_code] {
    options->data_given = data->count() > 0;
    exit_code = run(*options);
  });
}

}  // namespace quotary::cli
