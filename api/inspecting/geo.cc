#include "api/inspecting/geo.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace quotary::inspecting {

namespace {

constexpr double earth_radius_m = 6'371'008.8;  // IUGG mean radius
constexpr std::int32_t quarter_turn = 90'000'000;

double radians(std::int32_t microdegrees) { return microdegrees * 1e-6 * std::numbers::pi / 180; }

}  // namespace

bool is_on_earth(const Position& position) {
  return std::abs(position.latitude_microdegrees) <= quarter_turn &&
         std::abs(position.longitude_microdegrees) <= 2 * quarter_turn;
}

std::string degrees(std::int32_t microdegrees) {
  char out[16];
  const auto size = static_cast<unsigned>(microdegrees < 0 ? -microdegrees : microdegrees);
  std::snprintf(out, sizeof out, "%s%u.%06u", microdegrees < 0 ? "-" : "", size / 1'000'000, size % 1'000'000);
  return out;
}

std::optional<std::int32_t> parse_degrees(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.empty()) return std::nullopt;
  }
  if (whole.empty() || whole.size() > 3 || fraction.size() > 6) return std::nullopt;
  std::string digits = std::string(whole) + std::string(fraction) + std::string(6 - fraction.size(), '0');
  std::int32_t out = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return negative ? -out : out;
}

std::uint32_t distance_m(const Position& one, const Position& other) {
  const double latitude = radians(one.latitude_microdegrees), other_latitude = radians(other.latitude_microdegrees);
  const double across = std::sin((other_latitude - latitude) / 2);
  const double along = std::sin((radians(other.longitude_microdegrees) - radians(one.longitude_microdegrees)) / 2);
  const double chord = across * across + std::cos(latitude) * std::cos(other_latitude) * along * along;
  // Rounding may carry the chord of antipodes beyond 1.
  return static_cast<std::uint32_t>(std::lround(2 * earth_radius_m * std::asin(std::sqrt(std::min(chord, 1.0)))));
}

bool is_far_from(const Position& position, const Site& site) {
  const std::uint64_t tolerance_m = (std::uint64_t{position.accuracy_cm.value_or(0)} + 99) / 100;
  return distance_m(position, site.position) > site.distance_m_max + tolerance_m;
}

}  // namespace quotary::inspecting
