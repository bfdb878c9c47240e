// Whether CBOR (RFC 8949) from outside announces no more than it holds. For the sources of this folder only.
#pragma once

#include <string_view>

namespace quotary::signing {

inline constexpr int cbor_depth_max = 8;

// True when the bytes are whole items, one behind the other, nested at most cbor_depth_max deep, and each string, array
// and map lies within them. Lengths that are left open are refused, as CTAP2's canonical form has none. An engine that
// is given others may ask for memory by a count that nothing stands behind.
[[nodiscard]] bool cbor_within_bounds(std::string_view bytes);

}  // namespace quotary::signing
