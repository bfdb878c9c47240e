#include "tools/quotary_verify/status.h"

#include "ledger/log/export_format.h"
#include "ledger/log/status_proof.h"
#include "signing/carried_proof.h"

namespace quotary::offline {

namespace {

using records::EntryStatus;

constexpr StatusWords status_words[] = {
    {"issued", "有效签发（是否过期见文件上的有效期）", "issued (whether it expired: see the validity in the document)"},
    {"void_requested", "有效签发，已有人申请作废，尚未决定", "issued; a void was asked for and is not decided"},
    {"superseded", "已被新版取代", "superseded by a revision"},
    {"voided", "已作废", "VOIDED"},
    {"accepted", "客户已接受", "accepted by the customer"},
    {"declined", "客户已拒绝", "declined by the customer"},
};

std::string place_of(const Entry& entry) {
  return "#" + std::to_string(entry.index) + " " + entry.type + ", " + format_rfc3339(entry.time) + ", " +
         printable(entry.actor_id) + " (" + printable(entry.actor_role) + ")";
}

void tell_history(Verdict& verdict, const CheckedStatus& checked) {
  verdict.facts["origin"] = checked.origin;
  verdict.facts["subject"] = checked.subject;
  verdict.facts["as_of"] = json::object{{"entry", checked.root.size},
                                        {"time", format_rfc3339(checked.root_entry.time)},
                                        {"index_root_entry", checked.root_entry.index}};
  verdict.facts["tree_size"] = checked.tree_size;
  json::array entries;
  for (const Entry& entry : checked.entries) {
    entries.push_back(json::object{{"index", entry.index},
                                   {"type", entry.type},
                                   {"time", format_rfc3339(entry.time)},
                                   {"actor", entry.actor_id},
                                   {"role", entry.actor_role}});
    verdict.tell("记录", "entry", place_of(entry));
  }
  verdict.facts["entries"] = std::move(entries);
}

}  // namespace

const StatusWords& words_of_status(std::string_view status) {
  for (const StatusWords& words : status_words)
    if (words.status == status) return words;
  return status_words[0];
}

void tell_status(Verdict& verdict, const EntryStatus& status) {
  verdict.facts["number"] = status.number;
  verdict.facts["status"] = status.status;
  verdict.facts["issued_at"] = format_rfc3339(status.issued_at);
  verdict.facts["document_sha256"] = status.document_sha256.hex();
  if (status.since) verdict.facts["since"] = format_rfc3339(*status.since);
  if (!status.reason_code.empty()) verdict.facts["reason_code"] = status.reason_code;
  if (!status.superseded_by.empty()) verdict.facts["superseded_by"] = status.superseded_by;
  const StatusWords& words = words_of_status(status.status);
  verdict.tell("报价单", "quote", status.number);
  verdict.tell("文件", "document", "SHA-256 " + status.document_sha256.hex());
  std::string line = std::string(words.chinese) + " " + std::string(words.english);
  if (!status.superseded_by.empty()) line += ", " + status.superseded_by;
  if (!status.reason_code.empty()) line += ", " + status.reason_code;
  if (status.since) line += ", " + format_rfc3339(*status.since);
  verdict.tell("状态", "status", line);
  if (status.requested_at) {
    json::object facts{{"requested_at", format_rfc3339(*status.requested_at)},
                       {"requested_by", status.requested_by},
                       {"requested_role", status.requested_role}};
    verdict.tell("申请作废", "void asked by",
                 printable(status.requested_by) + " (" + printable(status.requested_role) + "), " +
                     format_rfc3339(*status.requested_at));
    if (!status.approved_by.empty()) {
      facts["approved_by"] = status.approved_by;
      facts["approved_role"] = status.approved_role;
      verdict.tell("批准作废", "approved by",
                   printable(status.approved_by) + " (" + printable(status.approved_role) + ")");
    }
    verdict.facts["void"] = std::move(facts);
  }
}

Result<void> check_quoted_document(std::string_view file, const Hash& document_sha256) {
  // One that carries its proof begins with the sealed original.
  const auto sealed = signing::check_sealed_document(file, "");
  const bool carries = sealed && sealed->proof && !sealed->added;
  const Hash hash = sha256(file.substr(0, carries ? sealed->sealed : file.size()));
  if (hash == document_sha256) return {};
  return fail(Errc::corrupt, "document_altered",
              "the file's SHA-256 is " + hash.hex() + ", the quote's document has another");
}

Verdict judge_status(std::string_view proof, const std::optional<std::string>& document,
                     const CheckpointVerifier& log_key) {
  Verdict verdict;
  const auto leave = [&](const Error& error) {
    const bool newer = error.code == "index_version" || error.code == "unknown_entry_type";
    newer ? verdict.leave_unchecked(error) : verdict.refuse(error);
    return verdict;
  };
  const auto checked = check_status_proof(proof, log_key);
  if (!checked) return leave(checked.error());
  tell_history(verdict, *checked);
  if (!checked->subject.starts_with(records::quote_subject_prefix))
    return leave(fail(Errc::invalid, "not_a_quote", "the proof is about " + checked->subject));
  const auto status = records::status_of_entries(checked->entries);
  if (!status) return leave(status.error());
  tell_status(verdict, *status);
  if (document) {
    if (const auto same = check_quoted_document(*document, status->document_sha256); !same) return leave(same.error());
    verdict.facts["document"] = "exact";
  }
  const std::string size = std::to_string(checked->root.size), time = format_rfc3339(checked->root_entry.time);
  const std::string behind = std::to_string(checked->tree_size - checked->root.size);
  verdict.tell("截至", "as of", "前 the first " + size + " 条记录 entries, " + time);
  verdict.tell("检查点", "checkpoint",
               std::to_string(checked->tree_size) + " 条 entries; 其后 " + behind + " 条不在核对之内 the last " +
                   behind + " are not covered");
  const StatusWords& words = words_of_status(status->status);
  verdict.chinese = "截至账本前 " + size + " 条记录（" + time + "），该报价单的状态是：" + std::string(words.chinese) +
                    "。之后发生的事不在这份证明之内，需要时请向签发方索取新的证明。";
  verdict.english = "As of the first " + size + " entries (" + time + ") the quote is: " + std::string(words.english) +
                    ". What came later is not in this proof; ask for a new one when that matters.";
  return verdict;
}

}  // namespace quotary::offline
