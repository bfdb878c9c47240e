// Places on the Earth, and how far they lie apart. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::inspecting {

// WGS 84, in millionths of a degree (0.11 m): north and east are positive.
struct Position {
  std::int32_t latitude_microdegrees = 0;         // -90'000'000..90'000'000
  std::int32_t longitude_microdegrees = 0;        // -180'000'000..180'000'000
  std::optional<std::uint32_t> accuracy_cm = {};  // radius, as its source says

  friend bool operator==(const Position&, const Position&) = default;
};

[[nodiscard]] bool is_on_earth(const Position& position);

// Decimal degrees with 6 digits: "-0.127500". The inverse takes 1 to 3 digits before the point and at most 6 behind it,
// of any planet, and nothing else.
[[nodiscard]] std::string degrees(std::int32_t microdegrees);
[[nodiscard]] std::optional<std::int32_t> parse_degrees(std::string_view text);

// Where something should have been, and how far off it may be.
struct Site {
  Position position;
  std::uint32_t distance_m_max = 0;
};

// By the haversine formula on a sphere of the Earth's mean radius: within 0.6 % of the ellipsoid's distance. Whole
// metres, rounded.
[[nodiscard]] std::uint32_t distance_m(const Position& one, const Position& other);

// Beyond the limit even when the accuracy is all in its favour.
[[nodiscard]] bool is_far_from(const Position& position, const Site& site);

}  // namespace quotary::inspecting
