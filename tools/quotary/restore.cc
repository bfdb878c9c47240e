// quotary restore: a backup as an organisation's data folder again.
#include "ledger/backup/restore.h"

#include "api/log_successor.h"
#include "api/use_cases/log_checks.h"
#include "api/witness/seen.h"
#include "ledger/base/json.h"
#include "ledger/log/policy.h"
#include "signing/keys.h"
#include "tools/quotary/command.h"
#include "tools/quotary/contents_check.h"
#include "tools/quotary/findings.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace quotary::cli {
namespace {

struct RestoreCommand {
  Places places;
  std::string from, witness_policy, witness_ca, successor;
  std::vector<std::string> published;
  std::uint64_t number = 0;  // 0: the newest
  unsigned threads = 0;      // as many as the machine has cores
  bool last_word = false;
  bool as_json = false;
};

constexpr std::chrono::milliseconds witness_timeout{10'000};

// One witness of the policy.
Result<std::uint64_t> ask_witness(const RestoreCommand& command, const PolicyWitness& asked,
                                  const witness::Known& known, witness::SeenLess less) {
  const auto ask = [&]() -> Result<std::uint64_t> {
    if (asked.url.empty()) return fail(Errc::unavailable, "no_url", command.witness_policy + " gives no URL of it");
    QUOTARY_TRY(transport, witness::http_transport(command.witness_ca, witness_timeout)(asked.url));
    return witness::size_seen_by(*transport, asked.key, known, less, SystemClock().now());
  };
  auto seen = ask();
  if (seen) return seen;
  Error named = std::move(seen).error();
  named.detail = "witness " + asked.key.name + ": " + named.detail;
  return named;
}

// What each witness of the policy has seen. One that cannot be asked may have seen more than we have. Where the folder
// will go on, those that have seen less are asked once more whether it was this tree; where it will not, they are left
// as they are, so that whoever tries again hears the same.
Result<std::vector<OutsideCheckpoint>> ask_witnesses(const RestoreCommand& command, FileSystem& files,
                                                     const BackupManifest& manifest, const NodeReader& nodes,
                                                     const std::vector<OutsideCheckpoint>& others) {
  QUOTARY_TRY(text, read_file(files, command.witness_policy, policy_bytes_max));
  QUOTARY_TRY(policy, WitnessPolicy::parse(text));
  const witness::Known known{manifest.checkpoint, manifest.tree_size, nodes};
  std::vector<OutsideCheckpoint> seen, all = others;
  for (const PolicyWitness& each : policy.witnesses()) {
    QUOTARY_TRY(size, ask_witness(command, each, known, witness::SeenLess::leave));
    seen.push_back({"witness " + each.key.name, size, {}});
  }
  all.insert(all.end(), seen.begin(), seen.end());
  const bool lost = say_last(all, manifest.tree_size + 1);
  if (lost || !(command.last_word || say_last(all, manifest.tree_size))) return seen;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    QUOTARY_TRY(size, ask_witness(command, policy.witnesses()[i], known, witness::SeenLess::cosign));
    seen[i].size = std::max(seen[i].size, size);
  }
  return seen;
}

// Slots that lie in a data folder whose ledger still runs: two ledgers under one key would part from here on.
Result<void> check_not_live(FileSystem& files, const std::string& slots) {
  const std::size_t slash = slots.rfind('/');
  const std::string lock_path = (slash == slots.npos ? std::string() : slots.substr(0, slash + 1)) + "lock";
  if (!files.exists(lock_path)) return {};
  const auto lock = files.lock(lock_path);
  if (lock || lock.error().code != "locked") return {};
  return fail(Errc::conflict, "old_ledger_runs",
              "the ledger beside " + slots +
                  " is open: stop its server for good before its backup is restored, or prove the backup with `quotary "
                  "drill`, which needs no stop");
}

Result<std::vector<OutsideCheckpoint>> published_outside(const RestoreCommand& command, FileSystem& files,
                                                         const CheckpointVerifier& log_key) {
  std::vector<OutsideCheckpoint> found;
  const auto add = [&](const std::string& path) -> Result<void> {
    QUOTARY_TRY(outside, read_outside_checkpoint(files, path, log_key));
    if (outside) found.push_back(std::move(*outside));
    return {};
  };
  for (const std::string& path : command.published) {
    QUOTARY_TRY_VOID(check_not_live(files, path));
    QUOTARY_TRY_VOID(add(path));
  }
  for (const std::string& path : command.places.publish_to) QUOTARY_TRY_VOID(add(path));
  return found;
}

struct Outcome {
  Restored restored;
  VerifyReport contents_report;                                  // what does not hold of the contents beside the ledger
  std::optional<contents::ContentFigures> content_figures = {};  // absent: they were not read
  std::optional<Result<std::uint64_t>> recorded;                 // of a ledger that goes on
  std::optional<Result<api::LogSuccessor>> successor;            // of one that lost entries
  [[nodiscard]] bool contents_hold() const { return restored.damaged.empty() && contents_report.problems_total == 0; }
  [[nodiscard]] bool goes_on() const { return restored.writable() || (successor && *successor); }
};

Result<api::LogSuccessor> succeed(const RestoreCommand& command) {
  return api::begin_log_successor(command.places.config(), command.successor);
}

Result<Outcome> restore(const RestoreCommand& command) {
  const auto files = posix_file_system();
  QUOTARY_TRY(keys, signing::KeyFolder::open(files, command.places.keys));
  const CheckpointVerifier& log_key = keys->log_verifier();
  for (const std::string& folder : {command.from, command.places.keys}) {
    QUOTARY_TRY(inside, lies_within(command.places.data, folder));
    if (inside)
      return fail(Errc::invalid, "restore_inside",
                  command.places.data + " lies in " + folder + ": name a folder outside it");
  }
  RestoreOptions options;
  options.folder = command.from;
  if (command.number > 0) options.number = command.number;
  options.directory = command.places.data;
  options.last_word = command.last_word;
  options.how.threads = command.threads;
  QUOTARY_TRY(outside, published_outside(command, *files, log_key));
  options.outside = std::move(outside);
  if (!command.witness_policy.empty()) {
    options.ask_witnesses = [&](const BackupManifest& manifest, const NodeReader& nodes,
                                const std::vector<OutsideCheckpoint>& others) {
      return ask_witnesses(command, *files, manifest, nodes, others);
    };
  }
  if (!command.as_json && ::isatty(STDERR_FILENO) != 0) {
    options.unpacking.progress = [](std::uint64_t done, std::uint64_t bytes) {
      std::fprintf(stderr, "\r%llu / %llu MB", number(done >> 20), number(bytes >> 20));
      if (done >= bytes) std::fputs("\r\033[K", stderr);
    };
  }
  LedgerPorts ports = reading_ports(files, keys.get());
  ports.signer = &keys->log_signer();
  QUOTARY_TRY(restored, restore_backup(options, ports, log_key));
  Outcome outcome;
  outcome.restored = std::move(restored);
  if (outcome.restored.holds()) {
    QUOTARY_TRY(figures, check_contents(ledger_options(command.places), ports, {}, outcome.contents_report));
    outcome.content_figures = figures;
  }
  if (outcome.restored.writable())
    outcome.recorded = begin_restored(ledger_options(command.places), ports, outcome.restored);
  else if (outcome.restored.holds() && !command.successor.empty())
    outcome.successor = succeed(command);
  return outcome;
}

json::object json_of(const api::LogSuccessor& successor) {
  json::array burned;
  for (const api::BurnedRange& each : successor.burned)
    burned.push_back(
        json::object{{"series", each.series}, {"period", each.period}, {"first", each.first}, {"last", each.last}});
  return json::object{{"origin", successor.rotation.new_key.name},
                      {"vkey", vkey_text(successor.rotation.new_key)},
                      {"old_origin", successor.rotation.old_key.name},
                      {"old_vkey", vkey_text(successor.rotation.old_key)},
                      {"index", successor.rotation.index},
                      {"old_size", successor.rotation.old_size_max},
                      {"burned", std::move(burned)},
                      {"resumed", successor.resumed}};
}

void print_successor(const api::LogSuccessor& successor) {
  const Rotation& rotation = successor.rotation;
  std::printf(
      "后继账本 log      %s 自 #%llu 起接续 %s，其 #%llu 至 #%llu 已失去\n"
      "                 goes on from #%llu for %s, which lost #%llu to #%llu\n"
      "公钥 key         %s\n",
      rotation.new_key.name.c_str(), number(rotation.index), rotation.old_key.name.c_str(), number(rotation.index),
      number(rotation.old_size_max - 1), number(rotation.index), rotation.old_key.name.c_str(), number(rotation.index),
      number(rotation.old_size_max - 1), vkey_text(rotation.new_key).c_str());
  for (const api::BurnedRange& each : successor.burned)
    std::printf("空置编号 burned   %s %s: %llu – %llu\n", each.series.c_str(), each.period.c_str(), number(each.first),
                number(each.last));
  std::puts(
      "接着 next         备份账本和密钥目录（备份到新目录）；公布新公钥和 /log/succession；把新公钥写入见证策略\n"
      "                 back up ledger (into a new folder) and key folder; publish the new key and /log/succession; put it into witness policies");
}

void print_json(const Outcome& outcome) {
  const Restored& restored = outcome.restored;
  const BackupManifest& manifest = restored.backup.manifest;
  json::object out{{"ok", restored.holds()},
                   {"writable", restored.writable()},
                   {"backup", manifest.number},
                   {"tree_size", manifest.tree_size},
                   {"root", manifest.root.hex()},
                   {"held_against", restored.outside},
                   {"damaged_files", damaged_json(restored.damaged)},
                   {"problems", problems_json(restored.check.report)},
                   {"contents_problems", problems_json(outcome.contents_report)}};
  if (outcome.content_figures) out["contents"] = api::contents_json(*outcome.content_figures);
  if (const LostEntries& lost = restored.check.lost; lost.any())
    out["lost"] = json::object{{"from", lost.from}, {"to", lost.to}, {"where", lost.where}};
  if (outcome.successor && *outcome.successor) out["successor"] = json_of(**outcome.successor);
  if (outcome.recorded && *outcome.recorded) out["recorded"] = json::object{{"index", **outcome.recorded}};
  std::printf("%s\n", json::serialize(out).c_str());
}

void print_text(const RestoreCommand& command, const Outcome& outcome) {
  const Restored& restored = outcome.restored;
  const BackupManifest& manifest = restored.backup.manifest;
  print_backup(manifest, restored.damaged);
  print_contents(outcome.content_figures);
  print_erased(restored.check.report);
  print_problems(restored.check.report);
  print_problems(outcome.contents_report);
  if (restored.holds() && !outcome.contents_hold())
    std::puts(
        "证据不全 contents 账本完整，但上列证据内容缺失或损坏；可从其他备份取回文件放入 blobs\n"
        "                 the ledger is whole, but the contents of evidence named above are not: put their files back "
        "into blobs from another backup");
  const char* const data = command.places.data.c_str();
  const LostEntries& lost = restored.check.lost;
  if (!restored.holds()) {
    std::printf(
        "结论 result      备份不成立，%s 不可用，请删除 / the backup does not hold; %s cannot be used: remove it, and try "
        "an older backup with --backup\n",
        data, data);
  } else if (lost.any()) {
    std::printf(
        "已失去 lost      #%llu 至 #%llu 共 %llu 条已签发记录不在本备份中（依据：%s）\n"
        "                 entries #%llu to #%llu (%llu) were signed and are not in this backup, says %s\n"
        "结论 result      %s\n",
        number(lost.from), number(lost.to - 1), number(lost.to - lost.from), lost.where.c_str(), number(lost.from),
        number(lost.to - 1), number(lost.to - lost.from), lost.where.c_str(),
        outcome.goes_on()
            ? "已恢复，由后继账本接续 / restored; a successor goes on"
            : "已恢复，但只可查阅，不可签发：继续写入会使账本分叉 / restored for reading alone: to write here would fork the "
              "log; --successor lets a log of another name go on");
    if (outcome.goes_on()) print_successor(**outcome.successor);
  } else if (restored.check.unknown) {
    std::printf(
        "未知 unknown     没有不早于本备份的外部凭据说明其后是否还有签发 / nothing outside that is as new as this backup says "
        "what was published last: give --published (published.slots of the old data folder, a file of --publish-to, or the "
        "newest signed checkpoint) or --witness-policy\n"
        "结论 result      已恢复，但只可查阅，不可签发 / restored for reading alone. If nothing was issued after this backup, "
        "remove %s and restore once more with --nothing-published-since\n",
        data);
  } else {
    std::printf("结论 result      已恢复，未失去记录，可继续签发 / restored, nothing is lost: serve %s\n", data);
    if (outcome.recorded && *outcome.recorded) std::printf("记入账本 entry   #%llu\n", number(**outcome.recorded));
  }
}

// In a folder that was restored before.
int run_successor(const RestoreCommand& command) {
  if (command.successor.empty())
    return report(fail(Errc::invalid, "from_missing", "--from names the folder of backups")), exit_unchecked;
  const auto successor = succeed(command);
  if (!successor) return report(successor.error());
  if (command.as_json)
    std::printf("%s\n", json::serialize(json::object{{"ok", true}, {"successor", json_of(*successor)}}).c_str());
  else
    print_successor(*successor);
  return exit_ok;
}

int run(RestoreCommand command) {
  if (auto complete = command.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  while (command.from.size() > 1 && command.from.back() == '/') command.from.pop_back();
  if (command.from.empty()) return run_successor(command);
  const auto outcome = restore(command);
  if (!outcome) return report(outcome.error());
  command.as_json ? print_json(*outcome) : print_text(command, *outcome);
  if (outcome->recorded && !*outcome->recorded) return report(outcome->recorded->error());
  if (outcome->successor && !*outcome->successor) return report(outcome->successor->error());
  return outcome->goes_on() && outcome->contents_hold() ? exit_ok : exit_bad;
}

}  // namespace

void add_restore(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RestoreCommand>();
  auto* command = app.add_subcommand(
      "restore",
      "restore a backup into a new data folder, and verify all of it. Where entries that were signed are lost, or that is "
      "not known, the folder can be read and never written to. 0 restored, 1 for reading alone, damaged, or without some contents of evidence, 2 could not be "
      "done");
  add_places(*command, options->places);
  command->get_option("--data")->description("the data folder to be made; new or empty")->required();
  command->add_option("--from", options->from,
                      "folder of backups; left out with --successor, for a folder that was restored before");
  command->add_option(
      "--successor", options->successor,
      "where signed entries are lost: the name (origin) of a log that goes on from what is left, with a "
      "key of its own. The old log ends");
  command->add_option("--backup", options->number, "its number (default: the newest)")
      ->check(CLI::Range(std::uint64_t{1}, backup_number_max));
  command->add_option("--publish-to", options->places.publish_to,
                      "file of --publish-to that the ledger had and will have; may be repeated");
  command->add_option(
      "--published", options->published,
      "published.slots of the old data folder, or a signed checkpoint, to hold it against; may be repeated");
  command->add_option("--witness-policy", options->witness_policy,
                      "tlog-policy file with the URLs of witnesses; each is asked what it has seen");
  command->add_option("--witness-ca", options->witness_ca,
                      "PEM roots that witnesses' https is trusted by (default: the system's)");
  command->add_flag("--nothing-published-since", options->last_word,
                    "your word that nothing was issued after this backup, where nothing else can say it");
  command->add_option("--threads", options->threads, "hashing threads (default: as many as there are cores)")
      ->check(CLI::Range(1, 64));
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace quotary::cli
