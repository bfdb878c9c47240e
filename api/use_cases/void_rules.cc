#include "api/use_cases/void_rules.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/in_words.h"
#include "ledger/records/fields.h"

namespace quotary::api {

Result<VoidRequestBody> parse_void_request(const json::object& body) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"reason_code", "reason_text", "replacement"}, error);
  VoidRequestBody out{text_member(body, "reason_code", error), {}, text_member(body, "replacement", error)};
  if (!is_listed(void_reasons, out.reason_code))
    add_fault(error, "bad_reason_code", "/reason_code", "one of " + codes_of(void_reasons));
  out.reason_text = reason_member(body, error);
  if (!error.problems.empty()) return error;
  return out;
}

Result<std::string> parse_comment(const json::object& body, bool needed) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"comment"}, error);
  auto comment = text_member(body, "comment", error);
  if (needed && comment.empty()) add_fault(error, "comment_missing", "/comment", "a rejection says why");
  if (characters_in(comment) > reason_characters_max)
    add_fault(error, "bad_comment", "/comment", "a comment has at most 2,000 characters");
  if (!error.problems.empty()) return error;
  return comment;
}

std::string void_status_of(std::string_view entry_type) {
  if (entry_type == "void.requested") return "open";
  return std::string(entry_type.substr(entry_type.find('.') + 1));
}

json::object void_row(const Organisation::Parts& parts, const records::VoidRecord& request) {
  auto person = [&](const std::string& id, const std::string& role) {
    return json::object{{"id", id}, {"name", parts.person_name(id)}, {"role", role}};
  };
  json::object row{{"id", request.id},
                   {"quote", request.number},
                   {"status", request.status},
                   {"reason_code", request.reason_code},
                   {"requested_by", person(request.requested_by, request.requested_role)},
                   {"requested_at", format_rfc3339(request.requested_at)},
                   {"status_before", request.status_before}};
  row["reason_text"] = parts.text_in(request.index, "text", "reason_text");
  if (!request.replacement.empty()) row["replacement"] = request.replacement;
  if (request.status == "open") row["lapses_at"] = format_rfc3339(request.lapse_at);
  if (request.decided_at) {
    row["decided_by"] = person(request.decided_by, request.decided_role);
    row["decided_at"] = format_rfc3339(*request.decided_at);
    if (auto comment = parts.text_in(request.decided_index, "text", "comment"); !comment.empty())
      row["comment"] = comment;
  }
  if (!request.certificate_sha256.empty())
    row["certificate"] = json::object{{"sha256", request.certificate_sha256},
                                      {"url", "/v1/void-requests/" + request.id + "/certificate"}};
  return row;
}

}  // namespace quotary::api
