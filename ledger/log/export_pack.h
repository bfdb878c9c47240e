// A pack of an export: the payloads of one bundle's entries in a POSIX ustar archive, each byte of which follows from
// the entries and the payloads. Pure.
#pragma once

#include "ledger/log/entry_view.h"
#include "ledger/log/ustar.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary {

// "<index>/<name>.pdf" where the object's name is plain, else "<index>/object-<place>.pdf"; the suffix tells the media
// type and is missing for one that is not known here.
[[nodiscard]] std::string pack_member_name(const EntryView& entry, std::size_t place);
// The header block before the object's bytes. Absent when the object is over ustar_number_max.
[[nodiscard]] std::optional<std::string> pack_header(const EntryView& entry, std::size_t place);
// The header block that stands for an object whose subject's key was destroyed; no bytes follow it.
[[nodiscard]] std::string pack_erased_header(const EntryView& entry, std::size_t place);
}  // namespace quotary
