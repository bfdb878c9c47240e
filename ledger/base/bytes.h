// Bytes travel as std::string (owned) and std::string_view (borrowed); these are their text and integer forms.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary {

// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);
void append_hex(std::string& out, std::string_view bytes);
// Accepts lower-case digits only and an even length; anything else is Errc::invalid `bad_hex`.
[[nodiscard]] Result<std::string> from_hex(std::string_view text);

// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);
// Strict: padding required, unused bits zero, no white space; else Errc::invalid `bad_base64`.
[[nodiscard]] Result<std::string> from_base64(std::string_view text);
// RFC 4648 section 5, without padding; as strict.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] Result<std::string> from_base64url(std::string_view text);

// Big-endian integers appended to `out`.
void put_u16(std::string& out, std::uint16_t value);
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);

// Big-endian integers read from the first bytes; the caller has checked the length (QUOTARY_CHECK).
[[nodiscard]] std::uint16_t get_u16(std::string_view bytes);
[[nodiscard]] std::uint32_t get_u32(std::string_view bytes);
[[nodiscard]] std::uint64_t get_u64(std::string_view bytes);

// Decimal digits only, no sign, no leading zero but "0" itself; else Errc::invalid `bad_decimal`.
[[nodiscard]] Result<std::uint64_t> parse_u64(std::string_view text);

}  // namespace quotary
