// The void request's own syntax, and one row about it as lists and reports show it.
#pragma once

#include "api/use_cases/parts.h"

namespace quotary::api {

struct VoidRequestBody {
  std::string reason_code, reason_text, replacement;
};
// domain.md's codes; a reason text of 10 to 2,000 characters. Errc::invalid with pointers.
[[nodiscard]] Result<VoidRequestBody> parse_void_request(const json::object& body);
// {"comment": ...}, at most 2,000 characters; needed for a rejection.
[[nodiscard]] Result<std::string> parse_comment(const json::object& body, bool needed);

// "open" for void.requested, else the type's last part.
[[nodiscard]] std::string void_status_of(std::string_view entry_type);

// A request with its reason text, as a JSON object.
[[nodiscard]] json::object void_row(const Organisation::Parts& parts, const records::VoidRecord& request);

}  // namespace quotary::api
