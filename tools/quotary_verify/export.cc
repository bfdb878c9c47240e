#include "tools/quotary_verify/export.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry.h"
#include "ledger/log/succession.h"
#include "ledger/records/cases.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"
#include "ledger/records/leads.h"
#include "ledger/records/log_succession.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace quotary::offline {

namespace {

constexpr std::size_t withheld_shown_max = 10;

// What a kind of problem means, for those who read the report.
constexpr Words kind_words[] = {
    {"file", "文件缺失、多余或被改动", "a file is missing, surplus or was changed"},
    {"manifest", "导出清单不符", "the manifest does not match"},
    {"checkpoint", "检查点签名或内容不符", "a signed checkpoint does not hold"},
    {"leaf", "记录本身被改动", "an entry was changed"},
    {"link", "前后链接断开", "the chain from entry to entry is broken"},
    {"clock", "时间倒退", "time goes backwards"},
    {"reorder", "记录顺序被改动", "entries are out of order"},
    {"node", "哈希树节点不符", "a tree node does not match"},
    {"payload", "内容与记录的哈希不符", "a payload does not match its recorded hash"},
    {"content", "证据内容与记录的承诺不符", "a piece of evidence is not what its entry commits to"},
    {"index", "索引与记录不符", "an index.root does not commit to what the entries give"},
    {"number_gap", "编号出现空缺", "a number is missing"},
    {"number_duplicate", "编号重复", "a number occurs twice"},
    {"state", "记录不能接在此前的记录之后", "the entry cannot follow those before it"},
};

std::string count(std::uint64_t value) { return std::to_string(value); }

void tell_erased(Verdict& verdict, const ExportReport& report) {
  std::map<std::uint64_t, std::uint64_t> by;
  for (const auto& [key_subject, erased] : report.erased)
    if (erased.entry) by[*erased.entry] += erased.payloads;
  if (by.empty()) return;
  json::array entries;
  std::string value;
  for (const auto& [entry, payloads] : by) {
    if (entries.size() == withheld_shown_max) break;
    entries.push_back(json::object{{"entry", entry}, {"payloads", payloads}});
    value += (value.empty() ? "" : ", ") + count(payloads) + " 项依据记录 by entry #" + count(entry);
  }
  if (by.size() > withheld_shown_max) value += " …";
  verdict.facts["erased_by"] = std::move(entries);
  verdict.tell("依法删除", "erased", std::move(value));
}

void tell_withheld(Verdict& verdict, const ExportReport& report) {
  json::array listed;
  for (const WithheldPayload& payload : report.withheld)
    listed.push_back(json::object{
        {"index", payload.index}, {"name", payload.name}, {"reason", payload.erased ? "erased" : "by_choice"}});
  const std::uint64_t total = report.withheld_by_choice + report.withheld_erased;
  verdict.facts["withheld"] = json::object{
      {"by_choice", report.withheld_by_choice}, {"erased", report.withheld_erased}, {"listed", std::move(listed)}};
  if (total == 0) return;
  std::string value = count(report.withheld_by_choice) + " 项由导出人选择 by choice, " + count(report.withheld_erased) +
                      " 项密钥已销毁 erased";
  const std::size_t shown = std::min(report.withheld.size(), withheld_shown_max);
  for (std::size_t i = 0; i < shown; ++i) value += (i == 0 ? ": " : ", ") + report.withheld[i].name;
  if (total > shown) value += " …";
  verdict.tell("未附内容", "withheld", std::move(value));
  tell_erased(verdict, report);
}

// Whether only the log itself can have made it so: the bytes are those that it signed.
bool is_of_records(const ExportProblem& problem) {
  constexpr std::string_view kinds[] = {"index", "number_gap", "number_duplicate", "state"};
  return std::find(std::begin(kinds), std::end(kinds), problem.kind) != std::end(kinds);
}

void tell_problems(Verdict& verdict, const ExportReport& report) {
  json::array problems;
  for (const ExportProblem& problem : report.problems) {
    json::object told{{"kind", problem.kind}, {"file", problem.file}, {"detail", problem.detail}};
    if (problem.index) told["index"] = *problem.index;
    problems.push_back(std::move(told));
    const auto* words = std::find_if(std::begin(kind_words), std::end(kind_words),
                                     [&](const Words& each) { return each.code == problem.kind; });
    QUOTARY_CHECK(words != std::end(kind_words));
    verdict.tell("问题", "problem",
                 (problem.index ? "#" + count(*problem.index) + " " : "") + problem.kind + " " + problem.file + ": " +
                     std::string(words->chinese) + " / " + std::string(words->english) + ": " + problem.detail);
  }
  verdict.facts["problems_total"] = report.problems_total;
  verdict.facts["problems"] = std::move(problems);
  verdict.facts["broken_off"] = report.broken_off;
}

}  // namespace

Verdict judge_export(const ExportReport& report) {
  Verdict verdict;
  verdict.facts["origin"] = report.checkpoint.origin;
  verdict.facts["tree_size"] = report.checkpoint.size;
  verdict.facts["root"] = report.checkpoint.root.hex();
  verdict.facts["exported_at"] = report.manifest.exported_at;
  verdict.facts["payloads"] = payloads_text(report.manifest.payloads);
  verdict.facts["entries_checked"] = report.entries_checked;
  verdict.facts["payloads_checked"] = report.payloads_checked;
  if (report.manifest.contents) {
    verdict.facts["contents_checked"] = report.contents_checked;
    verdict.facts["content_bytes"] = report.content_bytes;
  }
  verdict.facts["files_checked"] = report.files_checked;
  verdict.facts["bytes_read"] = report.bytes_read;
  verdict.tell("账本", "ledger", printable(report.checkpoint.origin));
  verdict.tell("检查点", "checkpoint",
               count(report.checkpoint.size) + " 条 entries, 根 root " + report.checkpoint.root.hex());
  verdict.tell("已核对", "checked",
               count(report.entries_checked) + " 条记录 entries, " + count(report.payloads_checked) +
                   " 项内容 payloads, " + count(report.files_checked) + " 个文件 files");
  if (report.manifest.contents)
    verdict.tell(
        "证据", "contents",
        count(report.contents_checked) + " 项证据内容 contents of evidence, " + count(report.content_bytes) + " bytes");
  tell_withheld(verdict, report);
  tell_problems(verdict, report);
  if (report.problems_total == 0) {
    verdict.chinese = "这份导出完整，与账本公钥签名的检查点一致；未附的内容不影响核对。";
    verdict.english =
        "The export is whole and leads to the checkpoint that the ledger's key signed; what is withheld takes nothing "
        "from that.";
    return verdict;
  }
  verdict.facts["rewritten"] = report.rewritten;
  const bool as_signed = std::all_of(report.problems.begin(), report.problems.end(), is_of_records);
  verdict.refuse(fail(Errc::corrupt,
                      report.rewritten ? "history_rewritten"
                      : as_signed      ? "records_refused"
                                       : "export_damaged",
                      count(report.problems_total) + " problems" +
                          (report.broken_off ? "; the check was broken off, so there may be more" : "")));
  return verdict;
}

// Opening a case and assigning a lead take facts, which an export may lack; that it is there is all that its erasure
// needs.
void ExportedErasures::note_subject(const EntryView& entry) {
  const std::string subject = unescape(entry.subject);
  const auto id_behind = [&](std::string_view prefix) { return std::string_view(subject).substr(prefix.size()); };
  if (entry.type == records::case_opened_type && subject.starts_with(records::case_subject_prefix))
    state_.put(records::case_key(id_behind(records::case_subject_prefix)), "{}");
  if (entry.type == records::lead_assigned_type && subject.starts_with(records::lead_subject_prefix))
    state_.put(records::lead_key(id_behind(records::lead_subject_prefix)), "{}");
}

std::string ExportedErasures::erased_by(const EntryView& entry, std::string_view canonical) {
  note_subject(entry);
  const bool counts = entry.type.starts_with("erasure.") || entry.type.starts_with("legal_hold.") ||
                      entry.type == "person.added" ||  // who can be erased
                      entry.type == succession_type || entry.type == records::numbers_burned_type;
  if (!counts) return {};
  const auto whole = parse_entry(canonical);
  // What a succession says of other records is not kept here: only how far its own entries go.
  if (whole && whole->type == succession_type)
    state_.put(records::succession_place_key(), std::to_string(whole->index + 1));
  if (whole && whole->type == records::numbers_burned_type)
    (void)records::take_succession_place(*whole, state_, "numbers are burned");
  if (!whole || !fold_.apply(*whole, "", state_)) return {};
  return records::erased_target(*whole);
}

}  // namespace quotary::offline
