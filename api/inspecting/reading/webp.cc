// WebP by libwebp.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/picture.h"
#include "api/inspecting/reading/rendition.h"

#include <webp/decode.h>

#include <algorithm>
#include <memory>

namespace quotary::inspecting {

DecodedPicture decode_webp(std::string_view bytes) {
  DecodedPicture out;
  out.damaged = true;
  WebPDecoderConfig config;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (!WebPInitDecoderConfig(&config) || WebPGetFeatures(data, bytes.size(), &config.input) != VP8_STATUS_OK)
    return out;
  out.width_px = static_cast<std::uint32_t>(config.input.width);
  out.height_px = static_cast<std::uint32_t>(config.input.height);
  out.over_limits = std::uint64_t{out.width_px} * out.height_px > limits::whole_pixels_max;
  // Of an animation there is no one picture.
  if (out.over_limits || config.input.has_animation) {
    out.damaged = false;
    return out;
  }
  config.output.colorspace = MODE_YUV;
  const std::unique_ptr<WebPDecBuffer, void (*)(WebPDecBuffer*)> freed(&config.output, WebPFreeDecBuffer);
  if (WebPDecode(data, bytes.size(), &config) != VP8_STATUS_OK) return out;
  GreyPicture grey{out.width_px, out.height_px, {}};
  grey.pixels.reserve(std::size_t{grey.width} * grey.height);
  const WebPYUVABuffer& planes = config.output.u.YUVA;
  for (std::uint32_t y = 0; y < grey.height; ++y)
    grey.pixels.append(reinterpret_cast<const char*>(planes.y) + std::size_t{y} * planes.y_stride, grey.width);
  out.damaged = false;
  out.grey = std::move(grey);
  return out;
}

DecodedRaster raster_of_webp(std::string_view bytes) {
  DecodedRaster out;
  out.damaged = true;
  WebPDecoderConfig config;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (!WebPInitDecoderConfig(&config) || WebPGetFeatures(data, bytes.size(), &config.input) != VP8_STATUS_OK)
    return out;
  out.damaged = false;
  const int width = config.input.width, height = config.input.height, longer = std::max(width, height);
  out.over_limits = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > limits::whole_pixels_max;
  if (out.over_limits || config.input.has_animation) return out;
  // Made small while it is read: whole, with its transparency beside it, one at the limit would not fit.
  const int shown = static_cast<int>(limits::picture_side_px_max);
  if (longer > shown) {
    config.options.use_scaling = 1;
    config.options.scaled_width = std::max(1, width * shown / longer);
    config.options.scaled_height = std::max(1, height * shown / longer);
  }
  config.output.colorspace = MODE_RGBA;
  const std::unique_ptr<WebPDecBuffer, void (*)(WebPDecBuffer*)> freed(&config.output, WebPFreeDecBuffer);
  out.damaged = WebPDecode(data, bytes.size(), &config) != VP8_STATUS_OK;
  if (out.damaged) return out;
  Raster raster{static_cast<std::uint32_t>(config.output.width), static_cast<std::uint32_t>(config.output.height), {}};
  raster.pixels.reserve(std::size_t{3} * raster.width * raster.height);
  const WebPRGBABuffer& pixels = config.output.u.RGBA;
  for (std::uint32_t y = 0; y < raster.height; ++y) {
    const std::uint8_t* at = pixels.rgba + std::size_t{y} * static_cast<std::size_t>(pixels.stride);
    for (std::uint32_t x = 0; x < raster.width; ++x, at += 4)
      for (int colour = 0; colour < 3; ++colour)
        raster.pixels += static_cast<char>((at[colour] * at[3] + 255 * (255 - at[3]) + 127) / 255);
  }
  out.raster = std::move(raster);
  return out;
}

}  // namespace quotary::inspecting
