// Whether two pictures look alike: the 64-bit difference hash. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace quotary::inspecting {

// Brightness, a byte a pixel, rows from the top. `pixels` has width x height bytes.
struct GreyPicture {
  std::uint32_t width = 0, height = 0;
  std::string pixels;
};

inline constexpr std::uint32_t hash_columns = 9, hash_rows = 8;

// Averages over a grid of 9 x 8; each bit says that a field is darker than its right neighbour, the top left one first.
// Nothing for a picture with less pixels than the grid, and for one without contrast, whose hash would be that of every
// other such picture.
[[nodiscard]] std::optional<std::uint64_t> difference_hash(const GreyPicture& picture);

// How many of the 64 bits differ.
[[nodiscard]] int hash_distance(std::uint64_t one, std::uint64_t other);

// At most so many differ between a picture and its smaller or recompressed copy; of two different pictures about 32 do.
inline constexpr int near_distance_max = 8;
[[nodiscard]] inline bool is_near(std::uint64_t one, std::uint64_t other) {
  return hash_distance(one, other) <= near_distance_max;
}

}  // namespace quotary::inspecting
