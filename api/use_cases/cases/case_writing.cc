#include "api/use_cases/cases/case_writing.h"

namespace quotary::api {

Result<Answer> answer_again(const Organisation::Parts& parts, const Entry& entry, int status,
                            const DescribeEntry& describe) {
  QUOTARY_TRY(proof, parts.ledger->proof(entry.index, true));
  QUOTARY_TRY(body, describe(entry));
  body["ledger"] = ledger_member(entry, proof);
  return Answer{status, std::move(body), true};
}

Result<Answer> answer_written(const Organisation::Parts& parts, Command command, int status,
                              const DescribeEntry& describe) {
  QUOTARY_TRY(committed, parts.ledger->append(std::move(command)));
  QUOTARY_TRY(body, describe(committed.entries.front()));
  body["ledger"] = ledger_member(committed.entries.front(), committed.proof(0));
  return Answer{status, std::move(body), false};
}

NewObject private_object(std::string_view name, const json::object& content, std::string key_subject) {
  const auto canonical = canonical_json(content);
  QUOTARY_CHECK(canonical.has_value());
  return {std::string(name), "application/json", *canonical, std::move(key_subject), 1};
}

}  // namespace quotary::api
