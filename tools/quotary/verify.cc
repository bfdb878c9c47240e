#include "tools/quotary/command.h"
#include "tools/quotary/findings.h"

#include "api/use_cases/log_checks.h"
#include "ledger/base/bytes.h"
#include "ledger/log/earlier.h"
#include "ledger/log/newest_about.h"
#include "ledger/log/status_proof.h"
#include "ledger/records/fields.h"
#include "signing/keys.h"
#include "tools/quotary/access_check.h"
#include "tools/quotary/contents_check.h"
#include "tools/quotary/socket_client.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>

namespace quotary::cli {
namespace {

namespace fs = std::filesystem;
using api::LogCheck;

struct VerifyCommand {
  Places places;
  std::string vkey, succession, seed;
  std::vector<std::string> earlier;
  std::optional<std::uint64_t> from;
  std::uint64_t sample = 0;  // 0: none
  bool incremental = false;
  unsigned threads = 0;  // as many as the machine has cores
  bool skip_payloads = false, skip_contents = false;
  bool as_json = false;
  std::string report_file;  // empty: none is wanted
};

// By which entry a running server recorded it, and the run's id there.
struct Recorded {
  std::uint64_t index = 0;
  std::string run;
};

// What was checked, how, and what came of it.
struct Checked {
  VerifyReport report;
  LogCheck check;
  std::uint64_t picked = 0;                                      // of a sample
  std::optional<contents::ContentFigures> content_figures = {};  // absent: they were not read
};

void print_text(const Checked& checked, const Result<Recorded>& recorded) {
  const VerifyReport& report = checked.report;
  switch (checked.check.mode) {
    case LogCheck::Mode::full: std::puts("方式 mode        全部 full"); break;
    case LogCheck::Mode::incremental:
      std::printf("方式 mode        增量 incremental, 自 #%llu 起 from that entry on\n",
                  number(checked.check.from.value_or(0)));
      break;
    case LogCheck::Mode::sampled:
      std::printf("方式 mode        抽样 sampled, %llu 条 entries, 种子 seed %s\n", number(checked.picked),
                  to_hex(checked.check.seed).c_str());
      break;
  }
  // Of a store that could not be opened, the problem says all.
  if (report.tree_size > 0)
    std::printf("记录数 entries   %llu\n根哈希 root      %s\n已核对 checked   %llu entries, %llu objects\n",
                number(report.tree_size), report.root.hex().c_str(), number(report.entries_checked),
                number(report.objects_checked));
  if (!checked.check.private_objects_read && report.tree_size > 0)
    std::puts("注意 note        没有密钥，加密内容未核对 / without the key folder, encrypted contents were not read");
  print_contents(checked.content_figures);
  print_erased(report);
  print_problems(report);
  if (report.problems_total == 0) {
    std::puts("结论 result      完整，未发现改动 / holds");
  } else {
    std::printf("结论 result      不成立，发现 %llu 处问题 / does not hold, %llu problems\n",
                number(report.problems_total), number(report.problems_total));
  }
  if (recorded) {
    std::printf("记入账本 entry   #%llu\n", number(recorded->index));
  } else if (recorded.error().code == "no_server") {
    std::puts("未记入账本       没有运行中的服务 / not recorded in the ledger: no server runs on this folder");
  } else {
    std::printf("未记入账本       服务未接受 / not recorded in the ledger: %s (%s)\n", recorded.error().detail.c_str(),
                recorded.error().code.c_str());
  }
}

// At most that many bytes, and no character cut apart.
std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  text.resize(end);
  return text;
}

// This program itself writes nothing into the ledger.
Result<Recorded> report_to_server(const Places& places, Checked checked) {
  auto& problems = checked.report.problems;
  if (problems.size() > api::reported_problems_max) problems.resize(api::reported_problems_max);
  for (auto& problem : problems) problem.detail = cut(std::move(problem.detail), api::reported_detail_bytes_max);
  QUOTARY_TRY(answer, call_over_socket(places.socket_path(), "verifications.add",
                                       api::report_json(checked.report, checked.check, checked.check.from.value_or(0),
                                                        checked.picked, checked.content_figures)));
  const json::object recorded = records::object_of(answer, "recorded");
  return Recorded{records::number_of(recorded, "index"), records::text_of(recorded, "run")};
}

// The sealed report on the run, which the server makes.
Result<void> fetch_report(const VerifyCommand& command, const Result<Recorded>& recorded) {
  if (!recorded)
    return fail(Errc::unavailable, "no_report",
                "no report was made: a server that runs on the folder seals it, and this run is in none (" +
                    recorded.error().code + ")");
  QUOTARY_TRY(answer, call_over_socket(command.places.socket_path(), "verifications.report",
                                       json::object{{"run", recorded->run}}));
  QUOTARY_TRY(pdf, from_base64(records::text_of(answer, "pdf")));
  if (sha256(pdf).hex() != records::text_of(answer, "sha256"))
    return fail(Errc::internal, "report_differs", "the report did not come whole");
  return write_file_durably(*posix_file_system(), command.report_file, pdf);
}

int conclude(const VerifyCommand& command, Checked checked) {
  checked.check.from = std::min(checked.check.from.value_or(0), checked.report.tree_size);
  const auto recorded = report_to_server(command.places, checked);
  const auto fetched = command.report_file.empty() ? Result<void>() : fetch_report(command, recorded);
  if (command.as_json) {
    auto out =
        api::report_json(checked.report, checked.check, *checked.check.from, checked.picked, checked.content_figures);
    out["recorded"] = recorded ? json::object{{"index", recorded->index}, {"run", recorded->run}}
                               : json::object{{"code", recorded.error().code}, {"detail", recorded.error().detail}};
    if (!command.report_file.empty())
      out["report"] = fetched ? json::object{{"file", command.report_file}}
                              : json::object{{"code", fetched.error().code}, {"detail", fetched.error().detail}};
    std::printf("%s\n", json::serialize(out).c_str());
  } else {
    print_text(checked, recorded);
    if (!command.report_file.empty() && fetched) std::printf("核对报告 report  %s\n", command.report_file.c_str());
    if (!fetched) report(fetched.error());
  }
  return checked.report.problems_total == 0 ? exit_ok : exit_bad;
}

int unchecked(const VerifyCommand& command, const Error& error) {
  if (command.as_json)
    std::printf("%s\n",
                json::serialize(json::object{{"ok", nullptr}, {"code", error.code}, {"detail", error.detail}}).c_str());
  std::fputs("quotary: 未能核对 / could not be checked\n", stderr);
  report(error);
  return exit_unchecked;
}

// A folder that cannot be opened although it is there and readable is evidence of damage, not a reason to say
// "unknown".
int damaged(const VerifyCommand& command, LogCheck check, const Error& error) {
  VerifyReport report;
  report.problems.push_back({0, "store", error.detail + " (" + error.code + ")"});
  report.problems_total = 1;
  check.private_objects_read = false;
  return conclude(command, {std::move(report), std::move(check)});
}

// How it is to be checked. Errc::invalid `bad_seed`.
Result<LogCheck> plan(const VerifyCommand& command) {
  LogCheck check;
  check.from = command.from;
  if (command.sample > 0) {
    check.mode = LogCheck::Mode::sampled;
    check.sample = command.sample;
    check.seed = SystemRandom().bytes(api::seed_bytes);
    if (command.seed.empty()) return check;
    const auto seed = from_hex(command.seed);
    if (!seed || seed->size() != api::seed_bytes)
      return fail(Errc::invalid, "bad_seed", "a seed is 64 lower-case hexadecimal digits");
    check.seed = *seed;
    return check;
  }
  if (!command.incremental) {
    if (command.from.value_or(0) > 0) check.mode = LogCheck::Mode::incremental;
    return check;
  }
  check.mode = LogCheck::Mode::incremental;
  if (check.from) return check;
  // What cannot be read is what the check will name, from the first entry on.
  const auto last = newest_about(ledger_options(command.places), api::verification_subject);
  if (last && *last) check.from = api::held_by(**last);
  return check;
}

Result<Checked> check_folder_as(const VerifyCommand& command, const LogCheck& check, const LedgerPorts& ports,
                                const CheckpointVerifier& log_key) {
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  if (!command.as_json && ::isatty(STDERR_FILENO) != 0) {
    progress = [](std::uint64_t done, std::uint64_t size) {
      std::fprintf(stderr, "\r%llu / %llu", number(done), number(size));
      if (done >= size) std::fputs("\r\033[K", stderr);
    };
  }
  if (check.mode == LogCheck::Mode::sampled) {
    const Sample sample{check.seed, check.from.value_or(0), check.sample, !command.skip_payloads, progress};
    QUOTARY_TRY(sampled, sample_folder(ledger_options(command.places), ports, sample, log_key));
    return Checked{std::move(sampled.report), check, sampled.picked};
  }
  VerifyOptions how;
  how.from = check.from.value_or(0);
  how.payloads = !command.skip_payloads;
  how.threads = command.threads;
  how.progress = progress;
  QUOTARY_TRY(report, verify_folder(ledger_options(command.places), ports, how, log_key));
  return Checked{std::move(report), check};
}

Result<void> check_contents_of(const VerifyCommand& command, Checked& checked, const std::shared_ptr<FileSystem>& files,
                               signing::KeyFolder& keys) {
  contents::ContentsCheck how;
  how.from = checked.check.from.value_or(0);
  how.to = checked.report.tree_size;
  if (checked.check.mode == LogCheck::Mode::sampled)
    how.sampled = sampled_indexes(checked.check.seed, how.from, how.to, checked.check.sample);
  if (!command.as_json) how.progress = content_progress();
  QUOTARY_TRY(figures,
              check_contents(ledger_options(command.places), reading_ports(files, &keys), how, checked.report));
  checked.content_figures = figures;
  return {};
}

// What was kept elsewhere, from before.
Result<std::vector<EarlierCheckpoint>> read_earlier(const VerifyCommand& command, FileSystem& files,
                                                    const CheckpointVerifier& log_key) {
  std::vector<EarlierCheckpoint> earlier;
  for (const std::string& path : command.earlier) {
    QUOTARY_TRY(text, read_file(files, path, status_proof_bytes_max));
    QUOTARY_TRY(opened, open_earlier(text, path, log_key));
    earlier.push_back(std::move(opened));
  }
  return earlier;
}

int verify(VerifyCommand command) {
  if (auto complete = command.places.complete(); !complete) return unchecked(command, complete.error());
  const auto& places = command.places;
  std::error_code failed;
  if (!fs::is_directory(places.data, failed))
    return unchecked(command, fail(Errc::not_found, "no_ledger", "there is no data folder " + places.data));
  if (::access(places.data.c_str(), R_OK | X_OK) != 0)
    return unchecked(command, fail(Errc::forbidden, "data_unreadable", "no right to read " + places.data));
  if (fs::is_empty(places.data, failed))
    return unchecked(command, fail(Errc::not_found, "no_ledger", places.data + " is empty"));

  const auto files = posix_file_system();
  std::unique_ptr<signing::KeyFolder> keys;
  auto opened = signing::KeyFolder::open(files, places.keys);
  if (opened) {
    keys = std::move(*opened);
  } else if (command.vkey.empty()) {
    return unchecked(command, opened.error());
  }
  const auto log_key = log_keys(*files, keys.get(), command.vkey, command.succession);
  if (!log_key) return unchecked(command, log_key.error());

  const auto earlier = read_earlier(command, *files, *log_key->used);
  if (!earlier) return unchecked(command, earlier.error());

  auto check = plan(command);
  if (!check) return unchecked(command, check.error());
  check->private_objects_read = keys && !command.skip_payloads;
  auto checked = check_folder_as(command, *check, reading_ports(files, keys.get()), *log_key->used);
  if (!checked) {
    const bool cannot = checked.error().kind == Errc::forbidden || checked.error().kind == Errc::not_found ||
                        checked.error().kind == Errc::unavailable;
    return cannot ? unchecked(command, checked.error()) : damaged(command, *check, checked.error());
  }
  // Of a store that cannot be opened more would only be said twice.
  if (checked->report.tree_size > 0) check_access_log(ledger_options(places), *files, checked->report);
  if (checked->report.tree_size > 0 && check->private_objects_read && !command.skip_contents) {
    const auto looked = check_contents_of(command, *checked, files, *keys);
    if (!looked && checked->report.problems_total == 0) return unchecked(command, looked.error());
  }
  if (!earlier->empty()) {
    const auto held = hold_against_earlier(ledger_options(places), *earlier, checked->report);
    if (!held && checked->report.problems_total == 0) return unchecked(command, held.error());
  }
  return conclude(command, std::move(*checked));
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<VerifyCommand>();
  auto* command = app.add_subcommand(
      "verify",
      "check a ledger's folder, live or stopped; writes nothing there, and a server that runs on it makes an entry of "
      "the result. 0 holds, 1 does not hold, 2 could not be checked");
  add_places(*command, options->places);
  command->add_option("--publish-to", options->places.publish_to,
                      "further file with the last signed checkpoint to hold the store against");
  add_log_keys(*command, options->vkey, options->succession);
  command
      ->add_option("--earlier", options->earlier,
                   "checkpoints or .tlog-proofs kept elsewhere from before, which the ledger must continue")
      ->expected(1, static_cast<int>(earlier_checkpoints_max));
  command->add_option("--from", options->from, "first entry to check (default: 0)");
  auto* incremental =
      command->add_flag("--incremental", options->incremental, "from the size that the last verifications left whole");
  auto* sample = command->add_option("--sample", options->sample, "only that many entries, picked by the seed")
                     ->check(CLI::Range(std::uint64_t{1}, api::sample_max))
                     ->excludes(incremental);
  command->add_option("--seed", options->seed, "of a sample, 64 hexadecimal digits (default: drawn)")->needs(sample);
  command->add_option("--threads", options->threads, "hashing threads (default: as many as there are cores)")
      ->check(CLI::Range(1, 64));
  command->add_flag("--skip-payloads", options->skip_payloads, "entries and tree only");
  command->add_option("--report", options->report_file,
                      "file for the sealed PDF about this run, which a server that runs on the folder makes");
  command->add_flag("--skip-contents", options->skip_contents,
                    "leave out the large contents of evidence, which are read through otherwise");
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace quotary::cli
