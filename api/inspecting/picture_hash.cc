#include "api/inspecting/picture_hash.h"

#include "ledger/base/result.h"

#include <algorithm>
#include <array>
#include <bit>

namespace quotary::inspecting {

namespace {

// Between the brightest and the darkest field; less is the noise of a lens cap.
constexpr std::uint64_t contrast_min = 4;

}  // namespace

std::optional<std::uint64_t> difference_hash(const GreyPicture& picture) {
  QUOTARY_CHECK(picture.pixels.size() == std::size_t{picture.width} * picture.height);
  if (picture.width < hash_columns || picture.height < hash_rows) return {};
  std::array<std::uint64_t, std::size_t{hash_columns} * hash_rows> sums{}, counts{};
  for (std::uint32_t y = 0; y < picture.height; ++y) {
    const std::size_t row = std::uint64_t{y} * hash_rows / picture.height * hash_columns;
    const char* line = picture.pixels.data() + std::size_t{y} * picture.width;
    for (std::uint32_t x = 0; x < picture.width; ++x) {
      const std::size_t field = row + std::uint64_t{x} * hash_columns / picture.width;
      sums[field] += static_cast<unsigned char>(line[x]);
      ++counts[field];
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] /= counts[i];
  const auto [darkest, brightest] = std::minmax_element(sums.begin(), sums.end());
  if (*brightest - *darkest < contrast_min) return {};
  std::uint64_t out = 0;
  for (std::size_t row = 0; row < hash_rows; ++row)
    for (std::size_t column = 0; column + 1 < hash_columns; ++column)
      out = out << 1 | (sums[row * hash_columns + column] < sums[row * hash_columns + column + 1] ? 1 : 0);
  return out;
}

int hash_distance(std::uint64_t one, std::uint64_t other) { return std::popcount(one ^ other); }

}  // namespace quotary::inspecting
