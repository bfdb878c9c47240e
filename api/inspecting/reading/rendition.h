// A picture to show, made of a photo: its formats decoded in colour, each by its own library.
#pragma once

#include "api/inspecting/picture.h"
#include "api/inspecting/reading/raster.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::inspecting {

struct DecodedRaster {
  std::optional<Raster> raster;  // at least as large as is shown, or as the file has it; on white where transparent
  bool damaged = false;          // it breaks off, or is no such picture
  bool over_limits = false;      // more pixels than are decoded
};

// Sizes are held against the limits before anything is decoded. Colours are taken as sRGB whatever profile is there;
// of an animation and of what is meant for print there is no raster.
[[nodiscard]] DecodedRaster raster_of_jpeg(std::string_view bytes);
[[nodiscard]] DecodedRaster raster_of_png(std::string_view bytes);
[[nodiscard]] DecodedRaster raster_of_webp(std::string_view bytes);
[[nodiscard]] DecodedRaster raster_of_heif(std::string_view bytes);  // upright already

// Baseline, with nothing but what the picture takes. `quality` 1 to 100. Empty when it cannot be made.
[[nodiscard]] std::string jpeg_of(const Raster& raster, int quality);

// Of one of these formats; of any other media type nothing is made.
[[nodiscard]] Picture make_picture(std::string_view media_type, std::string_view bytes);

}  // namespace quotary::inspecting
