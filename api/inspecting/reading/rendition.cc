#include "api/inspecting/reading/rendition.h"

#include "api/inspecting/limits.h"
#include "api/inspecting/reading/exif.h"

#include <array>

namespace quotary::inspecting {

namespace {

// The first that fits the bound; noise takes the last ones.
constexpr std::array<int, 4> qualities{85, 70, 50, 25};

bool is_heif(std::string_view media_type) { return media_type == "image/heic" || media_type == "image/heif"; }

DecodedRaster decode(std::string_view media_type, std::string_view bytes) {
  if (media_type == "image/jpeg") return raster_of_jpeg(bytes);
  if (media_type == "image/png") return raster_of_png(bytes);
  if (media_type == "image/webp") return raster_of_webp(bytes);
  if (is_heif(media_type)) return raster_of_heif(bytes);
  return {};
}

}  // namespace

Picture make_picture(std::string_view media_type, std::string_view bytes) {
  Picture out;
  DecodedRaster decoded = decode(media_type, bytes);
  if (decoded.damaged) out.flags.insert(Flag::damaged);
  if (decoded.over_limits) out.flags.insert(Flag::over_limits);
  if (!decoded.raster) return out;
  // Where a HEIF file also has an orientation in its metadata, that says what was turned already.
  const unsigned orientation = is_heif(media_type) ? 1 : read_orientation(bytes);
  const Raster shown = upright(scaled_down(std::move(*decoded.raster), limits::picture_side_px_max), orientation);
  for (const int quality : qualities) {
    out.jpeg = jpeg_of(shown, quality);
    if (!out.jpeg.empty() && out.jpeg.size() <= limits::picture_bytes_max) {
      out.width_px = shown.width;
      out.height_px = shown.height;
      return out;
    }
  }
  out.jpeg.clear();
  out.flags.insert(Flag::over_limits);
  return out;
}

}  // namespace quotary::inspecting
