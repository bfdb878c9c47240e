// Pictures decoded to small grey ones, each format by its own library.
#pragma once

#include "api/inspecting/picture_hash.h"

#include <optional>
#include <string_view>

namespace quotary::inspecting {

struct DecodedPicture {
  std::uint32_t width_px = 0, height_px = 0;  // as the file's header says; 0: it could not be read
  std::optional<GreyPicture> grey;            // smaller, perhaps; nothing: too large, or not readable
  bool damaged = false;                       // it breaks off, or is no such picture
  bool over_limits = false;                   // more pixels than are decoded
};

// Sizes are held against the limits before anything is decoded.
[[nodiscard]] DecodedPicture decode_jpeg(std::string_view bytes);
[[nodiscard]] DecodedPicture decode_png(std::string_view bytes);
[[nodiscard]] DecodedPicture decode_webp(std::string_view bytes);
[[nodiscard]] DecodedPicture decode_heif(std::string_view bytes);

// Before confinement: what the library wants to look up in files.
void prepare_heif();

}  // namespace quotary::inspecting
