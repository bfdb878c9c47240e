// WebP by libwebp.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/picture.h"

#include <webp/decode.h>

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

}  // namespace quotary::inspecting
