#include "pdfgen/laid.h"

#include <png.h>

#include <algorithm>

namespace quotary::pdfgen {
namespace {

constexpr std::size_t logo_bytes_max = 1u << 20, picture_bytes_max = 4u << 20;
constexpr unsigned side_max = 4000;  // pixels; bounds the memory that a small file can ask for

Error bad_logo(std::string detail) { return fail(Errc::invalid, "bad_logo", std::move(detail)); }

Result<Image> read_png(std::string_view bytes) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()))
    return bad_logo("the logo is not a readable PNG");
  if (png.width > side_max || png.height > side_max) {
    png_image_free(&png);
    return bad_logo("the logo is larger than 4000 x 4000 pixels");
  }
  png.format = PNG_FORMAT_RGB;
  std::string samples(PNG_IMAGE_SIZE(png), '\0');
  const png_color white{255, 255, 255};  // PDF/A prints on paper: no transparency is carried over
  if (!png_image_finish_read(&png, &white, samples.data(), 0, nullptr))
    return bad_logo("the logo's PNG data is damaged");
  Image out;
  out.width = static_cast<int>(png.width);
  out.height = static_cast<int>(png.height);
  out.bytes = deflate(samples, level_made_once).bytes;
  return out;
}

// How a fault of an image is told.
struct Told {
  const char* code;
  std::string what;  // "the logo"
  [[nodiscard]] Error operator()(const char* fault) const { return fail(Errc::invalid, code, what + fault); }
};

// A JPEG goes in as it is; only its frame header is read.
Result<Image> read_jpeg(std::string_view bytes, const Told& bad) {
  std::size_t at = 2;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  while (at + 4 <= bytes.size() && byte(at) == 0xff) {
    const unsigned marker = byte(at + 1);
    const std::size_t length = std::size_t{byte(at + 2)} << 8 | byte(at + 3);
    if (length < 2 || at + 2 + length > bytes.size()) break;
    const bool frame = marker >= 0xc0 && marker <= 0xc2;
    if (frame && length >= 8) {
      Image out;
      out.height = byte(at + 5) << 8 | byte(at + 6);
      out.width = byte(at + 7) << 8 | byte(at + 8);
      out.components = byte(at + 9);
      if (byte(at + 4) != 8 || out.width == 0 || out.height == 0) return bad("'s JPEG is not of 8 bits a sample");
      if (out.components != 1 && out.components != 3) return bad("'s JPEG is not grey or RGB; save it as sRGB");
      if (std::max(out.width, out.height) > static_cast<int>(side_max))
        return bad(" is larger than 4000 x 4000 pixels");
      out.jpeg = true;
      out.bytes = std::string(bytes);
      return out;
    }
    at += 2 + length;
  }
  return bad(" is not a readable JPEG");
}

}  // namespace

Result<Image> read_image(std::string_view bytes) {
  if (bytes.size() > logo_bytes_max) return bad_logo("the logo is over 1 MB");
  if (bytes.starts_with("\x89PNG")) return read_png(bytes);
  if (bytes.starts_with("\xff\xd8")) return read_jpeg(bytes, {"bad_logo", "the logo"});
  return bad_logo("the logo is neither PNG nor JPEG");
}

Result<Image> read_picture(std::string_view jpeg) {
  const Told bad{"bad_picture", "the picture"};
  if (jpeg.size() > picture_bytes_max) return bad(" is over 4 MB");
  if (!jpeg.starts_with("\xff\xd8")) return bad(" is not a readable JPEG");
  return read_jpeg(jpeg, bad);
}

}  // namespace quotary::pdfgen
