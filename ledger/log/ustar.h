// Header blocks of POSIX ustar archives, of the one form that exports use: each byte follows from name, size and time.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary {

inline constexpr std::size_t ustar_block_bytes = 512;
inline constexpr std::size_t ustar_end_bytes = 2 * ustar_block_bytes;            // zeros behind the last member
inline constexpr std::uint64_t ustar_number_max = (std::uint64_t{1} << 33) - 1;  // eleven octal digits
inline constexpr std::size_t ustar_name_bytes_max = 100;

struct UstarMember {
  std::string name;
  std::uint64_t size = 0, seconds = 0;  // seconds: since 1970; each at most ustar_number_max
};

// The header block: mode 0644, ids 0, type `0`, all other fields empty. QUOTARY_CHECKs the limits.
[[nodiscard]] std::string ustar_header(const UstarMember& member);
// The member whose header this block is; absent for anything that ustar_header() does not write.
[[nodiscard]] std::optional<UstarMember> read_ustar_header(std::string_view block);
// Zeros that fill the last block of so many bytes.
[[nodiscard]] std::size_t ustar_padding(std::uint64_t bytes);

}  // namespace quotary
