// HEIC and HEIF by libheif.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/picture.h"
#include "api/inspecting/reading/rendition.h"

#include <libheif/heif.h>

#include <memory>

namespace quotary::inspecting {

namespace {

// Each side; a grid of tiles may be much larger than any of them.
constexpr int side_max = 32'768;

template <class T, void (*release)(const T*)>
struct Released {
  void operator()(const T* value) const { release(value); }
};
using Handle = std::unique_ptr<const heif_image_handle, Released<heif_image_handle, heif_image_handle_release>>;
using Decoded = std::unique_ptr<const heif_image, Released<heif_image, heif_image_release>>;

// The picture that the file is about; nothing when it cannot be opened.
Handle primary_of(heif_context* context, std::string_view bytes) {
  if (!context) return {};
  heif_context_set_maximum_image_size_limit(context, side_max);
  heif_context_set_max_decoding_threads(context, 0);
  if (heif_context_read_from_memory_without_copy(context, bytes.data(), bytes.size(), nullptr).code != heif_error_Ok)
    return {};
  heif_image_handle* primary = nullptr;
  if (heif_context_get_primary_image_handle(context, &primary).code != heif_error_Ok) return {};
  return Handle(primary);
}

}  // namespace

void prepare_heif() { (void)heif_init(nullptr); }

DecodedPicture decode_heif(std::string_view bytes) {
  DecodedPicture out;
  out.damaged = true;
  const std::unique_ptr<heif_context, void (*)(heif_context*)> context(heif_context_alloc(), heif_context_free);
  const Handle handle = primary_of(context.get(), bytes);
  if (!handle) return out;
  const int width = heif_image_handle_get_width(handle.get()), height = heif_image_handle_get_height(handle.get());
  if (width <= 0 || height <= 0) return out;
  out.width_px = static_cast<std::uint32_t>(width);
  out.height_px = static_cast<std::uint32_t>(height);
  if (std::uint64_t{out.width_px} * out.height_px > limits::whole_pixels_max) {
    out.damaged = false;
    out.over_limits = true;
    return out;
  }
  heif_image* raw = nullptr;
  const heif_error failed = heif_decode_image(handle.get(), &raw, heif_colorspace_YCbCr, heif_chroma_420, nullptr);
  const Decoded image(raw);
  if (failed.code != heif_error_Ok) return out;
  int stride = 0;
  const std::uint8_t* plane = heif_image_get_plane_readonly(raw, heif_channel_Y, &stride);
  const int rows = heif_image_get_height(raw, heif_channel_Y), columns = heif_image_get_width(raw, heif_channel_Y);
  // Deeper samples take two bytes each.
  const int bytes_each = heif_image_get_bits_per_pixel_range(raw, heif_channel_Y) > 8 ? 2 : 1;
  if (plane == nullptr || rows <= 0 || columns <= 0 || stride < columns * bytes_each) return out;
  out.damaged = false;
  const int shift = heif_image_get_bits_per_pixel_range(raw, heif_channel_Y) - 8;
  GreyPicture grey{static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(rows), {}};
  grey.pixels.reserve(std::size_t{grey.width} * grey.height);
  for (int y = 0; y < rows; ++y) {
    const std::uint8_t* line = plane + std::ptrdiff_t{y} * stride;
    for (std::ptrdiff_t x = 0; x < columns; ++x)
      grey.pixels += static_cast<char>(bytes_each == 1 ? line[x] : (line[2 * x] | line[2 * x + 1] << 8) >> shift);
  }
  out.grey = std::move(grey);
  return out;
}

DecodedRaster raster_of_heif(std::string_view bytes) {
  DecodedRaster out;
  out.damaged = true;
  const std::unique_ptr<heif_context, void (*)(heif_context*)> context(heif_context_alloc(), heif_context_free);
  const Handle handle = primary_of(context.get(), bytes);
  if (!handle) return out;
  const int width = heif_image_handle_get_width(handle.get()), height = heif_image_handle_get_height(handle.get());
  if (width <= 0 || height <= 0) return out;
  out.over_limits = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > limits::whole_pixels_max;
  out.damaged = !out.over_limits;
  if (out.over_limits) return out;
  const std::unique_ptr<heif_decoding_options, void (*)(heif_decoding_options*)> options(heif_decoding_options_alloc(),
                                                                                         heif_decoding_options_free);
  if (!options) return out;
  options->convert_hdr_to_8bit = 1;
  heif_image* raw = nullptr;
  const heif_error failed =
      heif_decode_image(handle.get(), &raw, heif_colorspace_RGB, heif_chroma_interleaved_RGB, options.get());
  const Decoded image(raw);
  if (failed.code != heif_error_Ok) return out;
  int stride = 0;
  const std::uint8_t* plane = heif_image_get_plane_readonly(raw, heif_channel_interleaved, &stride);
  const int rows = heif_image_get_height(raw, heif_channel_interleaved);
  const int columns = heif_image_get_width(raw, heif_channel_interleaved);
  if (plane == nullptr || rows <= 0 || columns <= 0 || stride / 3 < columns) return out;
  if (static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns) > limits::whole_pixels_max) return out;
  Raster raster{static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(rows), {}};
  raster.pixels.reserve(std::size_t{3} * raster.width * raster.height);
  for (int y = 0; y < rows; ++y)
    raster.pixels.append(reinterpret_cast<const char*>(plane) + std::ptrdiff_t{y} * stride,
                         std::size_t{3} * raster.width);
  out.damaged = false;
  out.raster = std::move(raster);
  return out;
}

}  // namespace quotary::inspecting
