// JPEG by libjpeg-turbo, which makes the picture small while it reads.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/picture.h"
#include "api/inspecting/reading/rendition.h"

#include <turbojpeg.h>

#include <algorithm>
#include <memory>

namespace quotary::inspecting {

DecodedPicture decode_jpeg(std::string_view bytes) {
  DecodedPicture out;
  out.damaged = true;
  const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), tjDestroy);
  if (!decoder) return out;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &subsampling, &colours) != 0) return out;
  out.width_px = static_cast<std::uint32_t>(width);
  out.height_px = static_cast<std::uint32_t>(height);
  if (std::uint64_t{out.width_px} * out.height_px > limits::scaled_pixels_max) {
    out.damaged = false;
    out.over_limits = true;
    return out;
  }
  // What is meant for print has no brightness to take as it is.
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
    out.damaged = false;
    return out;
  }
  const tjscalingfactor eighth{1, 8};
  const bool large = width >= 512 && height >= 512;
  const int small_width = large ? TJSCALED(width, eighth) : width;
  const int small_height = large ? TJSCALED(height, eighth) : height;
  GreyPicture grey{static_cast<std::uint32_t>(small_width), static_cast<std::uint32_t>(small_height), {}};
  grey.pixels.resize(std::size_t{grey.width} * grey.height);
  // A small file of very many scans would take very long.
  const int failed =
      tjDecompress2(decoder.get(), data, bytes.size(), reinterpret_cast<unsigned char*>(grey.pixels.data()),
                    small_width, small_width, small_height, TJPF_GRAY, TJFLAG_FASTDCT | TJFLAG_LIMITSCANS);
  out.damaged = failed != 0;
  // What was decoded of one that breaks off is no picture to compare.
  if (failed == 0) out.grey = std::move(grey);
  return out;
}

DecodedRaster raster_of_jpeg(std::string_view bytes) {
  DecodedRaster out;
  out.damaged = true;
  const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), tjDestroy);
  if (!decoder) return out;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &subsampling, &colours) != 0) return out;
  out.damaged = false;
  out.over_limits = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > limits::scaled_pixels_max;
  if (out.over_limits || colours == TJCS_CMYK || colours == TJCS_YCCK) return out;
  // The smallest that is not smaller than what is shown.
  tjscalingfactor factor{8, 8};
  const int longer = std::max(width, height), shown = static_cast<int>(limits::picture_side_px_max);
  while (factor.num > 1 && TJSCALED(longer, (tjscalingfactor{factor.num - 1, 8})) >= shown) --factor.num;
  const int columns = TJSCALED(width, factor), rows = TJSCALED(height, factor);
  Raster raster{static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(rows), {}};
  raster.pixels.resize(std::size_t{3} * raster.width * raster.height);
  const int failed =
      tjDecompress2(decoder.get(), data, bytes.size(), reinterpret_cast<unsigned char*>(raster.pixels.data()), columns,
                    3 * columns, rows, TJPF_RGB, TJFLAG_LIMITSCANS);
  out.damaged = failed != 0;
  // Of one that breaks off the beginning is shown: that it is damaged stands beside it.
  if (failed == 0 || tjGetErrorCode(decoder.get()) == TJERR_WARNING) out.raster = std::move(raster);
  return out;
}

std::string jpeg_of(const Raster& raster, int quality) {
  const std::unique_ptr<void, int (*)(tjhandle)> encoder(tjInitCompress(), tjDestroy);
  if (!encoder) return {};
  unsigned char* made = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(encoder.get(), reinterpret_cast<const unsigned char*>(raster.pixels.data()),
                                 static_cast<int>(raster.width), 0, static_cast<int>(raster.height), TJPF_RGB, &made,
                                 &size, TJSAMP_420, quality, 0);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> freed(made, tjFree);
  return failed == 0 ? std::string(reinterpret_cast<const char*>(made), size) : std::string();
}

}  // namespace quotary::inspecting
