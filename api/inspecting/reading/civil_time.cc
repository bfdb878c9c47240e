#include "api/inspecting/reading/civil_time.h"

#include <array>
#include <cstdio>
#include <string>

namespace quotary::inspecting {

namespace {

constexpr std::chrono::minutes offset_max = std::chrono::hours(14);

// Exactly so many digits at the beginning, which are taken off.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return {};
  int out = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return {};
    out = out * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return out;
}

// Years beyond which a file's time means nothing; an offset never leads out of what can be written.
std::optional<Timestamp> plausible(std::int64_t unix_ms) {
  constexpr std::int64_t year_1900 = -2'208'988'800'000, year_9000 = 221'845'392'000'000;
  if (unix_ms < year_1900 || unix_ms >= year_9000) return {};
  return Timestamp{unix_ms};
}

std::optional<Timestamp> time_of(std::string_view day, std::string_view time) {
  const auto out = parse_rfc3339(std::string(day) + "T" + std::string(time) + "Z");
  if (!out) return {};
  return plausible(out->unix_ms);
}

}  // namespace

std::optional<Timestamp> parse_exif_time(std::string_view text) {
  if (text.size() != 19 || text[4] != ':' || text[7] != ':' || text[10] != ' ') return {};
  std::string day(text.substr(0, 10));
  day[4] = day[7] = '-';
  return time_of(day, text.substr(11));
}

std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z") return std::chrono::minutes(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
  std::string_view hour_text = text.substr(1, 2), minute_text = text.substr(4);
  const auto hours = digits(hour_text, 2), minutes = digits(minute_text, 2);
  if (!hours || !minutes || *minutes > 59) return {};
  const std::chrono::minutes size = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  if (size > offset_max) return {};
  return text[0] == '-' ? -size : size;
}

std::optional<Timestamp> parse_pdf_time(std::string_view text) {
  if (text.starts_with("D:")) text.remove_prefix(2);
  const auto year = digits(text, 4);
  if (!year) return {};
  std::array<int, 5> rest{1, 1, 0, 0, 0};  // month, day, hour, minute, second
  for (int& each : rest) {
    const auto value = digits(text, 2);
    if (!value) break;
    each = *value;
  }
  char written[32];
  std::snprintf(written, sizeof written, "%04d-%02d-%02dT%02d:%02d:%02dZ", *year, rest[0], rest[1], rest[2], rest[3],
                rest[4]);
  const auto local = parse_rfc3339(written);
  if (!local) return {};
  std::string offset;
  for (const char c : text) offset += c == '\'' ? ':' : c;
  if (offset.ends_with(':')) offset.pop_back();
  if (offset.size() == 3) offset += ":00";
  if (offset.empty()) return plausible(local->unix_ms);
  const auto east = parse_offset(offset);
  if (!east) return {};
  return plausible(local->unix_ms - std::chrono::milliseconds(*east).count());
}

std::optional<Timestamp> parse_office_time(std::string_view text) {
  if (const auto utc = parse_rfc3339(text)) return plausible(utc->unix_ms);
  if (text.size() < 25) return {};
  const auto east = parse_offset(text.substr(text.size() - 6));
  const auto local = parse_rfc3339(std::string(text.substr(0, 19)) + "Z");
  if (!east || !local || text.size() != 25) return {};
  return plausible(local->unix_ms - std::chrono::milliseconds(*east).count());
}

}  // namespace quotary::inspecting
