// How the writing calls about policies and cases begin and end. Inside api/use_cases/cases.
#pragma once

#include "api/use_cases/drafts.h"
#include "api/use_cases/parts.h"

#include <memory>
#include <optional>

namespace quotary::api {

// The turn of one request, which another with the same Idempotency-Key waits for. Without a key it is empty.
struct RequestTurn {
  RequestIdentity identity;
  std::unique_ptr<RequestGate::Pass> pass;
  std::optional<Entry> before;  // the entry by which the request was answered before

  // A draft that remembers whose answer it is.
  [[nodiscard]] Draft draft(const Principal& caller, std::string_view type, std::string_view subject) const {
    Draft out = draft_by(caller, type, subject);
    out.request_scope = identity.scope;
    out.request_body = identity.body;
    return out;
  }
};

// Errors of identify_request() and answered_before().
[[nodiscard]] Result<RequestTurn> take_turn(Organisation::Parts& parts, const Principal& caller, std::string_view path,
                                            std::string_view idempotency_key, const json::value& body);

// What an answer is made of, whether its entry was written just now or long ago: `describe` answers all members but
// `ledger`, from the entry alone.
using DescribeEntry = std::function<Result<json::object>(const Entry&)>;
[[nodiscard]] Result<Answer> answer_again(const Organisation::Parts& parts, const Entry& entry, int status,
                                          const DescribeEntry& describe);
// Appends the only entry of the command.
[[nodiscard]] Result<Answer> answer_written(const Organisation::Parts& parts, Command command, int status,
                                            const DescribeEntry& describe);

// A private JSON object under the key subject.
[[nodiscard]] NewObject private_object(std::string_view name, const json::object& content, std::string key_subject);

}  // namespace quotary::api
