// Pictures as colours in memory: what is made of a photo to be shown. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace quotary::inspecting {

// Red, green and blue, a byte each, rows from the top. `pixels` has 3 x width x height bytes.
struct Raster {
  std::uint32_t width = 0, height = 0;
  std::string pixels;
};

// With its longer side at most `side_max`, each pixel the average of those it stands for; never larger than it was.
[[nodiscard]] Raster scaled_down(Raster raster, std::uint32_t side_max);

// Turned and mirrored as EXIF's orientation, 1 to 8, asks for.
[[nodiscard]] Raster upright(Raster raster, unsigned orientation);

}  // namespace quotary::inspecting
