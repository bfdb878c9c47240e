// The ways in which formats write times. Pure.
#pragma once

#include "ledger/base/time.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace quotary::inspecting {

// EXIF, "2026:06:30 09:05:00", as if it were UTC. Nothing for days and times that do not exist.
[[nodiscard]] std::optional<Timestamp> parse_exif_time(std::string_view text);

// EXIF, "+08:00" or "Z": what has to be taken off a local time. At most 14 hours.
[[nodiscard]] std::optional<std::chrono::minutes> parse_offset(std::string_view text);

// PDF, "D:20260630090500+08'00'"; what is missing at the end is its least value, a missing offset UTC.
[[nodiscard]] std::optional<Timestamp> parse_pdf_time(std::string_view text);

// W3CDTF with seconds and an offset, as Office writes it.
[[nodiscard]] std::optional<Timestamp> parse_office_time(std::string_view text);

}  // namespace quotary::inspecting
