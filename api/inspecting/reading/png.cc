// PNG by libpng.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/picture.h"
#include "api/inspecting/reading/rendition.h"

#include <png.h>

#include <memory>

namespace quotary::inspecting {

DecodedPicture decode_png(std::string_view bytes) {
  DecodedPicture out;
  out.damaged = true;
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_image*)> freed(&png, png_image_free);
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) return out;
  out.width_px = png.width;
  out.height_px = png.height;
  if (std::uint64_t{png.width} * png.height > limits::whole_pixels_max) {
    out.damaged = false;
    out.over_limits = true;
    return out;
  }
  png.format = PNG_FORMAT_GRAY;
  GreyPicture grey{png.width, png.height, std::string(PNG_IMAGE_SIZE(png), '\0')};
  const png_color white{255, 255, 255};  // what is transparent lies on paper
  if (!png_image_finish_read(&png, &white, grey.pixels.data(), 0, nullptr)) return out;
  out.damaged = false;
  out.grey = std::move(grey);
  return out;
}

DecodedRaster raster_of_png(std::string_view bytes) {
  DecodedRaster out;
  out.damaged = true;
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_image*)> freed(&png, png_image_free);
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) return out;
  out.damaged = false;
  out.over_limits = std::uint64_t{png.width} * png.height > limits::whole_pixels_max;
  if (out.over_limits) return out;
  png.format = PNG_FORMAT_RGB;
  Raster raster{png.width, png.height, std::string(PNG_IMAGE_SIZE(png), '\0')};
  const png_color white{255, 255, 255};
  out.damaged = !png_image_finish_read(&png, &white, raster.pixels.data(), 0, nullptr);
  if (!out.damaged) out.raster = std::move(raster);
  return out;
}

}  // namespace quotary::inspecting
