#include "tools/quotary/findings.h"

#include "api/use_cases/problem_kinds.h"

#include <cstdio>
#include <set>
#include <string>

namespace quotary::cli {

namespace {

constexpr std::size_t erased_line_bytes_max = 500;

}  // namespace

void print_erased(const VerifyReport& report) {
  if (report.erased.empty()) return;
  std::uint64_t payloads = 0, by_lost = 0;
  std::set<std::uint64_t> entries;
  for (const auto& [key_subject, erased] : report.erased) {
    (erased.entry ? payloads : by_lost) += erased.payloads;
    if (erased.entry) entries.insert(*erased.entry);
  }
  if (by_lost > 0)
    std::printf(
        "已依法删除 erased %llu 项内容，依据的记录不在此处 payloads by entries that are not here (their keys are destroyed)\n",
        number(by_lost));
  if (entries.empty()) return;
  std::string by;
  for (const std::uint64_t entry : entries) {
    if (by.size() > erased_line_bytes_max) {
      by += " …";
      break;
    }
    by += " #" + std::to_string(entry);
  }
  std::printf("已依法删除 erased %llu 项内容 payloads, 依据记录 by entries%s\n", number(payloads), by.c_str());
}

void print_contents(const std::optional<contents::ContentFigures>& contents) {
  if (!contents) return;
  const contents::ContentFigures& figures = *contents;
  if (figures.checked > 0)
    std::printf("证据内容 contents %llu 项，%llu bytes\n", number(figures.checked), number(figures.bytes));
  if (figures.erased > 0)
    std::printf("已删证据 erased   %llu 项证据内容 contents of evidence\n", number(figures.erased));
  if (figures.unread > 0)
    std::printf("未读证据 unread   %llu 项证据内容无法读出 contents of evidence whose references cannot be read\n",
                number(figures.unread));
  if (figures.unnamed > 0)
    std::printf(
        "注意 note        blobs 中有 %llu 个文件（%llu bytes）未被任何记录引用：等待入账的上传，或中断、删除后的残留\n"
        "                 %llu files under blobs that no entry names: uploads that wait for theirs, or what a crash or an "
        "erasure left\n",
        number(figures.unnamed), number(figures.unnamed_bytes), number(figures.unnamed));
}

void print_problems(const VerifyReport& report) {
  for (const VerifyProblem& problem : report.problems)
    std::printf("  #%llu %s: %s: %s\n", number(problem.index), problem.kind.c_str(),
                api::words_of_kind(problem.kind).c_str(), problem.detail.c_str());
}

json::array problems_json(const VerifyReport& report) {
  json::array out;
  for (const VerifyProblem& problem : report.problems)
    out.push_back(json::object{{"index", problem.index}, {"kind", problem.kind}, {"detail", problem.detail}});
  return out;
}

void print_backup(const BackupManifest& manifest, const std::vector<DamagedFile>& damaged) {
  std::printf("备份 backup      #%llu, %s\n账本 ledger      %s\n记录数 entries   %llu\n根哈希 root      %s\n",
              number(manifest.number), manifest.made_at.c_str(), manifest.origin.c_str(), number(manifest.tree_size),
              manifest.root.hex().c_str());
  for (const DamagedFile& file : damaged)
    std::printf("  文件损坏 damaged %s (%s): %s\n", file.kept.c_str(), file.path.c_str(), file.detail.c_str());
}

json::array damaged_json(const std::vector<DamagedFile>& damaged) {
  json::array out;
  for (const DamagedFile& file : damaged)
    out.push_back(json::object{{"path", file.path}, {"kept", file.kept}, {"detail", file.detail}});
  return out;
}

}  // namespace quotary::cli
