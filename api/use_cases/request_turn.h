// How a writing call begins: once for all that send its Idempotency-Key. Inside api/use_cases.
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

}  // namespace quotary::api
