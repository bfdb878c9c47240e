// A picture of a photo that is safe to show: made anew by the confined process, and held against what such a picture
// may be before anybody else reads it.
#pragma once

#include "api/inspecting/inspection.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace quotary::inspecting {

struct Picture {
  std::string jpeg;  // baseline, sRGB, upright, without metadata; empty: none could be made
  std::uint32_t width_px = 0, height_px = 0;
  // Why there is none, or what is doubtful about it: damaged (what could be read of it is shown), inspection_stopped,
  // over_limits, too_large_to_inspect. Neither picture nor flag: the file is no photo of a kind that is decoded.
  std::set<Flag> flags;

  friend bool operator==(const Picture&, const Picture&) = default;
};

struct PictureSize {
  std::uint32_t width_px = 0, height_px = 0;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

// The size of a baseline JPEG of three colours that has the segments which its picture takes and no others: no
// comment, no EXIF, no profile, nothing before, between or behind. Nothing for any other bytes. Pure.
[[nodiscard]] std::optional<PictureSize> plain_jpeg_size(std::string_view bytes);

// As the process answers it: a line of canonical JSON, then the JPEG.
[[nodiscard]] std::string encode(const Picture& picture);
// Takes what encode() writes and no other spelling, within picture_bytes_max and picture_side_px_max, with a JPEG by
// plain_jpeg_size(). Errc::corrupt `picture_malformed`.
[[nodiscard]] Result<Picture> decode_picture(std::string_view text);

}  // namespace quotary::inspecting
