#include "api/use_cases/void_rules.h"

#include "api/use_cases/in_words.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr std::size_t reason_characters_min = 10;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void add(Error& error, std::string code, std::string pointer, std::string detail) {
  if (error.problems.empty()) error.code = code, error.detail = detail;
  error.problems.push_back({std::move(pointer), std::move(code), std::move(detail)});
}

// Unknown and mistyped members become problems; the known ones are returned.
std::string text_member(const json::object& body, std::string_view name, Error& error) {
  const auto* value = body.if_contains(name);
  if (!value) return {};
  if (!value->is_string()) {
    add(error, "bad_type", "/" + std::string(name), "a string is expected");
    return {};
  }
  return std::string(value->get_string());
}

void refuse_unknown(const json::object& body, std::initializer_list<std::string_view> known, Error& error) {
  for (const auto& [name, value] : body)
    if (std::find(known.begin(), known.end(), std::string_view(name)) == known.end())
      add(error, "unknown_member", "/" + std::string(name), "no such member");
}

}  // namespace

Result<VoidRequestBody> parse_void_request(const json::object& body) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"reason_code", "reason_text", "replacement"}, error);
  VoidRequestBody out{text_member(body, "reason_code", error), text_member(body, "reason_text", error),
                      text_member(body, "replacement", error)};
  if (std::none_of(std::begin(void_reasons), std::end(void_reasons),
                   [&](const auto& reason) { return reason.code == out.reason_code; }))
    add(error, "bad_reason_code", "/reason_code",
        "one of price_error, wrong_party, wrong_item, duplicate, customer_withdrew, terms_error, test, fraud_suspected, other");
  auto length = characters(out.reason_text);
  if (length < reason_characters_min || length > void_text_characters_max)
    add(error, "bad_reason_text", "/reason_text", "a reason has 10 to 2,000 characters");
  if (!error.problems.empty()) return error;
  return out;
}

Result<std::string> parse_comment(const json::object& body, bool needed) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"comment"}, error);
  auto comment = text_member(body, "comment", error);
  if (needed && comment.empty()) add(error, "comment_missing", "/comment", "a rejection says why");
  if (characters(comment) > void_text_characters_max)
    add(error, "bad_comment", "/comment", "a comment has at most 2,000 characters");
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
  auto text = [&](std::uint64_t index, std::string_view member) -> std::string {
    auto entry = parts.ledger->entry(index);
    if (!entry) return {};
    auto stored = parts.ledger->object(*entry, "text");
    if (!stored) return {};
    auto value = parse_json(*stored);
    return value && value->is_object() ? records::text_of(value->get_object(), member) : std::string();
  };
  row["reason_text"] = text(request.index, "reason_text");
  if (!request.replacement.empty()) row["replacement"] = request.replacement;
  if (request.status == "open") row["lapses_at"] = format_rfc3339(request.lapse_at);
  if (request.decided_at) {
    row["decided_by"] = person(request.decided_by, request.decided_role);
    row["decided_at"] = format_rfc3339(*request.decided_at);
    if (auto comment = text(request.decided_index, "comment"); !comment.empty()) row["comment"] = comment;
  }
  if (!request.certificate_sha256.empty())
    row["certificate"] = json::object{{"sha256", request.certificate_sha256},
                                      {"url", "/v1/void-requests/" + request.id + "/certificate"}};
  return row;
}

}  // namespace quotary::api
