#include "tools/quotary_verify/document_word.h"

#include "tools/quotary_verify/status.h"

namespace quotary::offline {

namespace {

using signing::CurrentStatus, signing::DocumentFinding, signing::LedgerKnowledge;

std::string_view chinese_of(signing::Verdict word) {
  switch (word) {
    case signing::Verdict::authentic_current: return "真实，现行有效";
    case signing::Verdict::authentic_superseded: return "真实，已被新版取代";
    case signing::Verdict::authentic_voided: return "真实，已作废";
    case signing::Verdict::signed_prefix_with_unknown_update: return "开头真实，其后的更新证明未涵盖";
    case signing::Verdict::altered: return "被改动过";
    case signing::Verdict::not_ours: return "不是本账本的文件";
    case signing::Verdict::unreadable: return "无法读作盖章的 PDF";
  }
  return {};
}

CurrentStatus current_status(std::string_view status) {
  if (status == "voided") return CurrentStatus::voided;
  return status == "superseded" ? CurrentStatus::superseded : CurrentStatus::current;
}

void tell_missing(Verdict& verdict, std::string_view needed, std::string sentence) {
  verdict.facts["verdict"] = nullptr;
  verdict.facts["verdict_needs"] = needed;
  verdict.tell("判定", "verdict", std::move(sentence));
}

}  // namespace

std::optional<CurrentStatus> hold_status(Verdict& verdict, std::string_view proof, std::string_view subject,
                                         const CheckpointVerifier& log_key) {
  Verdict judged = judge_status(proof, {}, log_key);
  if (!judged.holds()) {
    verdict.exit_code = judged.exit_code;
    verdict.code = std::move(judged.code), verdict.detail = std::move(judged.detail);
    return {};
  }
  const std::string about(judged.facts.at("subject").as_string());
  if (about != subject) {
    verdict.refuse(fail(Errc::invalid, "status_of_another_quote",
                        "the status proof is about " + about + ", the document is " + std::string(subject)));
    return {};
  }
  for (const char* fact : {"status", "as_of", "since", "reason_code", "superseded_by"})
    if (const auto* value = judged.facts.if_contains(fact)) verdict.facts[fact] = *value;
  for (Verdict::Line& line : judged.lines)
    if (line.english == "status" || line.english == "as of") verdict.lines.push_back(std::move(line));
  verdict.chinese += judged.chinese;
  verdict.english += " " + judged.english;
  return current_status(judged.facts.at("status").as_string());
}

void tell_word(Verdict& verdict, DocumentFinding finding, LedgerKnowledge knowledge,
               std::optional<CurrentStatus> status) {
  if (knowledge == LedgerKnowledge::none && finding != DocumentFinding::unreadable)
    return tell_missing(
        verdict, "proof",
        "没有账本证明，无从判断 no proof that holds speaks of this file: whether it is a ledger's cannot be told");
  if (knowledge == LedgerKnowledge::whole && !status)
    return tell_missing(
        verdict, "status_proof",
        "真实；是否仍然有效须用状态证明核对（--status） authentic; whether it is current, superseded or "
        "voided takes a status proof (--status)");
  const auto word = signing::verdict_of(finding, knowledge, status.value_or(CurrentStatus::current));
  verdict.facts["verdict"] = signing::name_of(word);
  verdict.tell("判定", "verdict", std::string(chinese_of(word)) + " " + std::string(signing::name_of(word)));
}

}  // namespace quotary::offline
