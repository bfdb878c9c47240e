// quotary backup: a ledger that may be served meanwhile, as files to go on from.
#include "tools/quotary/command.h"

#include "api/use_cases/backups.h"
#include "ledger/records/fields.h"
#include "tools/quotary/operator.h"
#include "tools/quotary/socket_client.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

namespace quotary::cli {
namespace {

using records::number_of;
using records::text_of;

constexpr std::chrono::milliseconds ask_every{100};

struct BackupCommand {
  Places places;
  std::string to;
  std::uint64_t keep = 0;
  bool as_json = false;
};

unsigned long long figure(const json::object& state, std::string_view name) { return number_of(state, name); }

void print(const BackupCommand& command, const json::object& state) {
  if (command.as_json) {
    std::printf("%s\n", json::serialize(state).c_str());
  } else {
    std::printf("备份 backup      #%llu, %s\n账本 ledger      %s\n记录数 entries   %llu\n根哈希 root      %s\n",
                figure(state, "backup"), command.to.c_str(), text_of(state, "origin").c_str(),
                figure(state, "tree_size"), text_of(state, "root").c_str());
    std::printf("新复制 copied    %llu files, %llu bytes\n已在内 present   %llu files, %llu bytes\n",
                figure(state, "files_copied"), figure(state, "bytes_copied"), figure(state, "files_present"),
                figure(state, "bytes_present"));
    if (command.keep > 0)
      std::printf("已清除 removed   %llu 份旧备份 older backups, %llu files\n", figure(state, "backups_removed"),
                  figure(state, "files_removed"));
    const auto lost = records::object_of(state, "contents_missing");
    if (!lost.empty())
      std::printf(
          "证据缺失 missing  %llu 个证据文件不在数据目录中，本备份也没有 / files of evidence are lost; the backup lacks them\n",
          figure(lost, "count"));
    for (const auto& file : records::texts_of(lost, "files")) std::printf("  %s\n", file.c_str());
    const auto recorded = records::object_of(state, "recorded");
    if (recorded.contains("index"))
      std::printf("记入账本 entry   #%llu\n", figure(recorded, "index"));
    else if (recorded.empty())
      std::puts(
          "未记入账本       服务未运行，备份即账本全部 / not recorded: no server runs, and the backup is all of the ledger");
    else
      std::printf("未记入账本       not recorded in the ledger: %s (%s)\n", text_of(recorded, "detail").c_str(),
                  text_of(recorded, "code").c_str());
  }
  // Also beside JSON: it is what people find out too late.
  std::fprintf(
      stderr,
      "注意：备份不含密钥！没有密钥，加密内容无法恢复，账本也无法继续。请另行备份密钥文件夹，并加密存放在别处：%s\n"
      "NOTE: THE KEYS ARE NOT IN THIS BACKUP. Without them nothing private can be read and the ledger cannot go "
      "on.\n  Now copy the key folder too, encrypted and to another place than this backup: %s\n"
      "  for example: tar -C %s -c . | gpg --symmetric > keys-%llu.tar.gpg\n",
      command.places.keys.c_str(), command.places.keys.c_str(), command.places.keys.c_str(), figure(state, "backup"));
}

Result<void> check_target(const BackupCommand& command) {
  for (const std::string& folder : {command.places.data, command.places.keys}) {
    QUOTARY_TRY(inside, lies_within(command.to, folder));
    if (inside)
      return fail(Errc::invalid, "backup_inside", command.to + " lies in " + folder + ": name a folder outside it");
  }
  return {};
}

// How the backup ended, once it has.
Result<json::object> make(const BackupCommand& command) {
  QUOTARY_TRY_VOID(check_target(command));
  const Places& places = command.places;
  std::unique_ptr<api::Organisation> own;  // where no server runs
  if (!server_runs(places)) {
    QUOTARY_TRY(opened, api::Organisation::open(places.config()));
    own = std::move(opened);
  }
  const auto call = [&](std::string_view action, const json::object& body) {
    return own ? perform(*own, action, body) : call_over_socket(places.socket_path(), action, body);
  };
  const bool shown = !command.as_json && ::isatty(STDERR_FILENO) != 0;
  QUOTARY_TRY(state, call("backup.start", {{"to", command.to}, {"keep", command.keep}, {"chain", own ? "no" : "yes"}}));
  while (text_of(state, "state") == "running") {
    std::this_thread::sleep_for(ask_every);
    QUOTARY_TRY(now, call("backup.show", {}));
    state = std::move(now);
    if (shown)
      std::fprintf(stderr, "\r%llu / %llu MB", figure(state, "bytes_done") >> 20, figure(state, "bytes_total") >> 20);
  }
  if (shown) std::fputs("\r\033[K", stderr);
  if (text_of(state, "state") != "done")
    return fail(Errc::storage, text_of(state, "code"),
                text_of(state, "detail") + "; 本次备份不算数 / there is no backup of this run");
  return state;
}

int run(BackupCommand command) {
  if (auto complete = command.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  std::error_code failed;
  command.to = std::filesystem::absolute(command.to, failed).lexically_normal().string();
  while (command.to.size() > 1 && command.to.back() == '/') command.to.pop_back();
  const auto made = make(command);
  if (!made) return report(made.error());
  print(command, *made);
  const auto* const not_removed = made->if_contains("not_removed");
  if (not_removed == nullptr) return made->contains("contents_missing") ? exit_bad : exit_ok;
  report(
      fail(Errc::storage, text_of(not_removed->as_object(), "code"),
           "the backup is whole, but older ones could not be removed: " + text_of(not_removed->as_object(), "detail")));
  return exit_unchecked;
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<BackupCommand>();
  auto* command = app.add_subcommand(
      "backup",
      "back a ledger up, live or stopped, into a folder of backups: what an earlier one has brought is not copied again. "
      "The keys are not in it. 0 done, 1 refused, or made and files of evidence are lost, 2 could not be done");
  add_places(*command, options->places, true);
  command->add_option("--to", options->to, "folder of backups; a new or empty one, or one of this ledger's")
      ->required();
  command
      ->add_option("--keep", options->keep,
                   "remove all but so many of the newest, once this one is whole; 0: remove none")
      ->check(CLI::Range(std::uint64_t{0}, api::backups_kept_max))
      ->capture_default_str();
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace quotary::cli
