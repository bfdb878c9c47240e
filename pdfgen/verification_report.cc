#include "pdfgen/verification_report.h"

#include "pdfgen/statement.h"

#include <algorithm>

namespace quotary::pdfgen {
namespace {

constexpr Color red{0.66, 0.12, 0.14}, green{0.09, 0.42, 0.26};

std::string mode_text(const VerificationReport& r) {
  switch (r.mode) {
    case VerificationReport::Mode::full: return "全部核对 full: 自第一条记录起 from the first entry";
    case VerificationReport::Mode::incremental:
      return "增量核对 incremental: 自 #" + std::to_string(r.from) + " 起 from that entry on";
    case VerificationReport::Mode::sampled:
      return "抽样核对 sampled: 自 #" + std::to_string(r.from) + " 起 from that entry on";
  }
  return {};
}

std::string checked_text(const VerificationReport& r) {
  std::string out = std::to_string(r.entries) + " 条记录 entries, " + std::to_string(r.objects) + " 项内容 contents";
  if (r.erased > 0)
    out += "; 另有 " + std::to_string(r.erased) + " 项已依法删除，账本载有依据 erased lawfully, as the ledger records";
  if (!r.private_objects_read) out += " (未核对加密内容 encrypted contents were not read)";
  return out;
}

std::vector<StatementRow> rows_of(const VerificationReport& r) {
  std::vector<StatementRow> rows{
      {{"核对对象", "What was verified"}, "", nullptr},
      {{"账本", "Log"}, r.origin, "/origin"},
      {{"记录数", "Entries"}, std::to_string(r.tree_size), ""},
      {{"根哈希", "Root"}, r.root, "/root"},
      {{"核对方式", "How it was verified"}, "", nullptr},
      {{"方式", "Mode"}, mode_text(r), ""},
      {{"已核对", "Checked"}, checked_text(r), ""},
      {{"抽样种子", "Seed of the sample"}, r.seed, "/seed"},
      {{"完成时间", "Ended"}, r.ended_at, "/ended_at"},
      {{"发起人", "Asked by"}, r.asked_by, "/asked_by"},
      {{"执行者", "Made by"},
       r.by_command_line ? "命令行 quotary verify, 由操作员报告 reported by the operator" : "服务程序 the server",
       ""},
      {{"登记", "Record"}, "", nullptr},
      {{"核对编号", "Verification"}, r.run_id, "/run_id"},
      {{"账本条目", "Ledger entry"},
       r.entry_index ? "#" + std::to_string(*r.entry_index) : "未记入账本 not recorded: " + r.not_recorded,
       "/not_recorded"}};
  if (r.problems_total == 0) return rows;
  rows.push_back({{"发现的问题", "Problems found"}, "", nullptr});
  const auto shown = std::min(r.problems.size(), reported_problems_shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& problem = r.problems[i];
    rows.push_back({{"记录", "Entry"},
                    "#" + std::to_string(problem.index) + "  " + problem.kind + "  " + problem.words,
                    "/problems"});
  }
  if (r.problems_total > shown)
    rows.push_back({{"其余", "Others"}, "另有 " + std::to_string(r.problems_total - shown) + " 处未列出 more", ""});
  return rows;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace

Result<std::string> verification_report(std::shared_ptr<const Fonts> fonts, const VerificationReport& report) {
  const bool holds = report.problems_total == 0;
  const bool whole = report.mode == VerificationReport::Mode::full && report.private_objects_read;
  Statement statement;
  statement.title = {"账本核对报告", "LEDGER VERIFICATION REPORT"};
  statement.number = upper(report.run_id);
  statement.issuer = report.organisation_name;
  statement.color = holds ? green : red;
  statement.banner =
      holds ? "未发现改动 HOLDS" : "不成立：发现 " + std::to_string(report.problems_total) + " 处问题 DOES NOT HOLD";
  statement.banner_size = 18;
  statement.banner_right = report.ended_at;
  if (!holds) {
    statement.introduction = {"账本中有内容与签名的根哈希、前后链接或所记录的哈希不符。下列位置需要查明原因。",
                              "Something in the ledger does not match its signed root, its chain or the recorded "
                              "hashes. What is listed below must be explained."};
  } else if (whole) {
    statement.introduction = {"截至下列根哈希，账本的每一条记录、每一项内容、前后链接与哈希树均与记录相符。",
                              "Up to the root below every entry, every content, the chain and the tree are as they "
                              "were recorded."};
  } else {
    statement.introduction = {"下列范围内核对过的记录均与账本相符；范围以外的内容本次未核对。",
                              "What was checked in the range below is as it was recorded; what lies outside was not "
                              "checked by this run."};
  }
  statement.rows = rows_of(report);
  statement.subject = report.origin;
  statement.created = report.created;
  statement.info = {{"QuotaryVerification", report.run_id}};
  return write_statement(std::move(fonts), statement);
}

}  // namespace quotary::pdfgen
