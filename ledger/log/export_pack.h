// A pack of an export: the payloads of one bundle's entries in a POSIX ustar archive, each byte of which follows from
// the entries and the payloads. Pure.
#pragma once

#include "ledger/log/entry_view.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary {

inline constexpr std::size_t pack_block_bytes = 512;
inline constexpr std::size_t pack_end_bytes = 2 * pack_block_bytes;                   // zeros behind the last member
inline constexpr std::uint64_t pack_member_bytes_max = (std::uint64_t{1} << 33) - 1;  // eleven octal digits

// "<index>/<name>.pdf" where the object's name is plain, else "<index>/object-<place>.pdf"; the suffix tells the media
// type and is missing for one that is not known here.
[[nodiscard]] std::string pack_member_name(const EntryView& entry, std::size_t place);
// The header block before the object's bytes. Absent when the object is over pack_member_bytes_max.
[[nodiscard]] std::optional<std::string> pack_header(const EntryView& entry, std::size_t place);
// The header block that stands for an object whose subject's key was destroyed; no bytes follow it.
[[nodiscard]] std::string pack_erased_header(const EntryView& entry, std::size_t place);
// Zeros that fill the last block of so many bytes.
[[nodiscard]] std::size_t pack_padding(std::uint64_t bytes);

}  // namespace quotary
