#include "api/inspecting/reading/raster.h"

#include "ledger/base/result.h"

#include <algorithm>
#include <utility>

namespace quotary::inspecting {

Raster scaled_down(Raster raster, std::uint32_t side_max) {
  const std::uint64_t longer = std::max(raster.width, raster.height);
  if (longer <= side_max) return raster;
  const auto part = [&](std::uint64_t side) {
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (side * side_max + longer / 2) / longer));
  };
  Raster out{part(raster.width), part(raster.height), {}};
  out.pixels.reserve(std::size_t{3} * out.width * out.height);
  for (std::uint64_t y = 0; y < out.height; ++y) {
    const std::uint64_t top = y * raster.height / out.height, bottom = (y + 1) * raster.height / out.height;
    for (std::uint64_t x = 0; x < out.width; ++x) {
      const std::uint64_t left = x * raster.width / out.width, right = (x + 1) * raster.width / out.width;
      std::uint64_t sum[3] = {0, 0, 0};
      for (std::uint64_t row = top; row < bottom; ++row) {
        const char* at = raster.pixels.data() + 3 * (row * raster.width + left);
        for (std::uint64_t column = left; column < right; ++column)
          for (std::uint64_t& colour : sum) colour += static_cast<unsigned char>(*at++);
      }
      const std::uint64_t count = (bottom - top) * (right - left);
      QUOTARY_CHECK(count > 0);  // it is made smaller, so each of its fields is of one of the old ones at least
      for (const std::uint64_t colour : sum) out.pixels += static_cast<char>((colour + count / 2) / count);
    }
  }
  return out;
}

Raster upright(Raster raster, unsigned orientation) {
  if (orientation <= 1 || orientation > 8) return raster;
  const bool turned = orientation >= 5;
  Raster out{turned ? raster.height : raster.width, turned ? raster.width : raster.height, {}};
  out.pixels.reserve(raster.pixels.size());
  // Which end of the stored rows and columns the upright picture begins at.
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (std::uint32_t y = 0; y < out.height; ++y) {
    for (std::uint32_t x = 0; x < out.width; ++x) {
      const std::uint32_t along = turned ? y : x, down = turned ? x : y;
      const std::size_t column = from_right ? raster.width - 1 - along : along;
      const std::size_t row = from_bottom ? raster.height - 1 - down : down;
      out.pixels.append(raster.pixels, 3 * (row * raster.width + column), 3);
    }
  }
  return out;
}

}  // namespace quotary::inspecting
