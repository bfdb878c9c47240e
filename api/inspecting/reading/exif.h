// What a photo's metadata say, by Exiv2.
#pragma once

#include "api/inspecting/inspection.h"

#include <string_view>

namespace quotary::inspecting {

// Before confinement, and before any other thread reads a photo.
void prepare_exif();

struct PhotoMetadata {
  Photo photo;           // all but its size and hash
  std::set<Flag> flags;  // clock_skew, damaged, edited_software, exif_missing
};

// Of any file; from one that is no photo exif_missing comes.
[[nodiscard]] PhotoMetadata read_exif(std::string_view bytes);

// How the picture is to be turned to stand upright, 1 to 8 as EXIF counts: 1, as it is, where the file says nothing or
// none of these.
[[nodiscard]] unsigned read_orientation(std::string_view bytes);

}  // namespace quotary::inspecting
