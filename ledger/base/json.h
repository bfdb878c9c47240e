// Strict JSON in, canonical JSON out.
#pragma once

#include "ledger/base/result.h"

#include <boost/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace quotary {

namespace json = boost::json;

// Bounds on JSON from outside.
struct JsonLimits {
  std::size_t depth_max = 16;
  std::size_t values_max = 400'000;  // members, items and scalars together
};

// Parses one JSON text (RFC 8259). Refuses duplicate members (`duplicate_member`, with pointer), ill-formed UTF-8,
// nesting or value counts over the limits (`json_too_deep`, `json_too_large`), trailing bytes and truncation
// (`bad_json`, with the byte offset). Errc::invalid, or too_large for the limits.
[[nodiscard]] Result<json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

// RFC 8785 for strings, integers within 2^53, booleans, null-free arrays and objects. Members are sorted by UTF-16 code
// units. A double, a null, an integer beyond 2^53 or ill-formed UTF-8 is Errc::invalid `not_canonical`.
[[nodiscard]] Result<std::string> canonical_json(const json::value& value);
// The same, added to `out`; after an error `out` holds a part.
[[nodiscard]] Result<void> append_canonical(std::string& out, const json::object& members);
[[nodiscard]] Result<void> append_canonical(std::string& out, std::string_view text);

}  // namespace quotary
