#include "api/use_cases/request_turn.h"

namespace quotary::api {

Result<RequestTurn> take_turn(Organisation::Parts& parts, const Principal& caller, std::string_view path,
                              std::string_view idempotency_key, const json::value& body) {
  RequestTurn out;
  if (idempotency_key.empty()) return out;
  QUOTARY_TRY(identity, identify_request(*parts.keys, caller, "POST", path, idempotency_key, body));
  out.identity = std::move(identity);
  out.pass = parts.gate.enter(out.identity.scope);
  QUOTARY_TRY(index, answered_before(parts, out.identity));
  if (index) {
    QUOTARY_TRY(entry, parts.ledger->entry(*index));
    out.before = std::move(entry);
  }
  return out;
}

}  // namespace quotary::api
