#include "tools/quotary/command.h"

#include "api/use_cases/access_log.h"
#include "ledger/log/subject.h"
#include "signing/keys.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace quotary::cli {
namespace {

namespace fs = std::filesystem;

struct VerifyCommand {
  Places places;
  std::string vkey;
  std::uint64_t from = 0;
  unsigned threads = 2;
  bool skip_payloads = false;
  bool as_json = false;
};

// What a kind of problem means, for those who read the report.
struct KindText {
  std::string_view kind, chinese, english;
};
constexpr KindText kind_texts[] = {
    {"payload", "文件或内容与记录的哈希不符", "stored content does not match its recorded hash"},
    {"leaf", "记录本身被改动", "an entry was changed"},
    {"link", "前后链接断开", "the chain from entry to entry is broken"},
    {"node", "哈希树节点不符", "a tree node does not match"},
    {"index", "索引与记录不符", "an index does not match its entry"},
    {"state", "状态与记录推算结果不符", "the stored state is not what the entries give"},
    {"checkpoint", "检查点签名或内容不符", "a signed checkpoint does not hold"},
    {"truncation", "末尾记录缺失", "entries at the end are missing"},
    {"reorder", "记录顺序被改动", "entries are out of order"},
    {"number_gap", "编号出现空缺", "a number is missing"},
    {"number_duplicate", "编号重复", "a number occurs twice"},
    {"clock", "时间倒退", "time goes backwards"},
    {"access_log", "查阅记录文件缺失或被改动", "a file of the record of reads is missing or was changed"},
};

const KindText* text_of_kind(std::string_view kind) {
  for (const auto& text : kind_texts) {
    if (text.kind == kind) return &text;
  }
  return nullptr;
}

void print_json(const VerifyReport& report, bool payloads_read) {
  json::array problems;
  for (const auto& problem : report.problems)
    problems.push_back(json::object{{"index", problem.index}, {"kind", problem.kind}, {"detail", problem.detail}});
  std::printf("%s\n", json::serialize(json::object{{"ok", report.problems_total == 0},
                                                   {"tree_size", report.tree_size},
                                                   {"root", report.root.hex()},
                                                   {"entries_checked", report.entries_checked},
                                                   {"objects_checked", report.objects_checked},
                                                   {"private_objects_read", payloads_read},
                                                   {"problems_total", report.problems_total},
                                                   {"problems", problems}})
                          .c_str());
}

void print_text(const VerifyReport& report, bool payloads_read) {
  std::printf("记录数 entries   %llu\n根哈希 root      %s\n已核对 checked   %llu entries, %llu objects\n",
              static_cast<unsigned long long>(report.tree_size), report.root.hex().c_str(),
              static_cast<unsigned long long>(report.entries_checked),
              static_cast<unsigned long long>(report.objects_checked));
  if (!payloads_read)
    std::puts("注意 note        没有密钥，加密内容未核对 / without the key folder, encrypted contents were not read");
  for (const auto& problem : report.problems) {
    const auto* text = text_of_kind(problem.kind);
    std::printf("  #%llu %s: %.*s / %.*s: %s\n", static_cast<unsigned long long>(problem.index), problem.kind.c_str(),
                text ? static_cast<int>(text->chinese.size()) : 0, text ? text->chinese.data() : "",
                text ? static_cast<int>(text->english.size()) : 0, text ? text->english.data() : "",
                problem.detail.c_str());
  }
  if (report.problems_total == 0) {
    std::puts("结论 result      完整，未发现改动 / holds");
  } else {
    std::printf("结论 result      不成立，发现 %llu 处问题 / does not hold, %llu problems\n",
                static_cast<unsigned long long>(report.problems_total),
                static_cast<unsigned long long>(report.problems_total));
  }
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
int damaged(const VerifyCommand& command, const Error& error) {
  VerifyReport report;
  report.problems.push_back({0, "checkpoint", error.detail + " (" + error.code + ")"});
  report.problems_total = 1;
  command.as_json ? print_json(report, false) : print_text(report, false);
  return exit_bad;
}

// The files beside the store whose digests the ledger holds.
void check_access_log(const LedgerOptions& options, FileSystem& files, VerifyReport& report) {
  constexpr std::size_t problems_max = 1'000;
  const auto add = [&](std::uint64_t index, std::string detail) {
    ++report.problems_total;
    if (report.problems.size() < problems_max) report.problems.push_back({index, "access_log", std::move(detail)});
  };
  const auto followed = visit_subject(options, api::access_subject, [&](const Entry& entry) {
    const json::value* const digest = entry.body.if_contains("sha256");
    const json::value* const size = entry.body.if_contains("size");
    const json::value* const records = entry.body.if_contains("records");
    if (digest == nullptr || !digest->is_string() || size == nullptr || !size->is_int64() || records == nullptr ||
        !records->is_int64())
      return add(entry.index, "the entry names no segment");
    const std::string fault =
        api::segment_fault(files, options.directory + "/access",
                           {std::string(digest->as_string()), static_cast<std::uint64_t>(size->as_int64()),
                            static_cast<std::uint64_t>(records->as_int64())});
    if (!fault.empty()) add(entry.index, fault);
  });
  if (!followed) add(0, followed.error().detail);
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
  const auto log_key = signing::open_vkey(command.vkey.empty() ? keys->log_signer().vkey() : command.vkey);
  if (!log_key) return unchecked(command, log_key.error());

  VerifyOptions how;
  how.from = command.from;
  how.payloads = !command.skip_payloads;
  how.threads = command.threads;
  if (!command.as_json && ::isatty(STDERR_FILENO) != 0) {
    how.progress = [](std::uint64_t done, std::uint64_t size) {
      std::fprintf(stderr, "\r%llu / %llu", static_cast<unsigned long long>(done),
                   static_cast<unsigned long long>(size));
      if (done >= size) std::fputs("\r\033[K", stderr);
    };
  }
  auto checked = verify_folder(ledger_options(places), reading_ports(files, keys.get()), how, **log_key);
  if (!checked) {
    const bool cannot = checked.error().kind == Errc::forbidden || checked.error().kind == Errc::not_found ||
                        checked.error().kind == Errc::unavailable;
    return cannot ? unchecked(command, checked.error()) : damaged(command, checked.error());
  }
  check_access_log(ledger_options(places), *files, *checked);
  const bool payloads_read = keys && !command.skip_payloads;
  command.as_json ? print_json(*checked, payloads_read) : print_text(*checked, payloads_read);
  return checked->problems_total == 0 ? exit_ok : exit_bad;
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<VerifyCommand>();
  auto* command = app.add_subcommand(
      "verify",
      "check a ledger's folder, live or stopped; writes nothing. 0 holds, 1 does not hold, 2 could not be checked");
  add_places(*command, options->places);
  command->add_option("--publish-to", options->places.publish_to,
                      "further file with the last signed checkpoint to hold the store against");
  command->add_option("--vkey", options->vkey,
                      "the log's verification key, kept elsewhere (default: the key folder's)");
  command->add_option("--from", options->from, "first entry to check")->capture_default_str();
  command->add_option("--threads", options->threads, "hashing threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--skip-payloads", options->skip_payloads, "entries and tree only");
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace quotary::cli
