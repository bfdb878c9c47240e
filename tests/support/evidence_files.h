// Evidence files as people bring them, made here: photos with the metadata that a test asks for, zips, decks.
#pragma once

#include "api/inspecting/picture_hash.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace quotary::testing {

// A picture of soft spots; another `seed`, another picture.
[[nodiscard]] inspecting::GreyPicture spots(std::uint32_t width, std::uint32_t height, unsigned seed);
[[nodiscard]] std::string jpeg_of(const inspecting::GreyPicture& picture, int quality = 85);
[[nodiscard]] std::string png_of(const inspecting::GreyPicture& picture);
[[nodiscard]] std::string webp_of(const inspecting::GreyPicture& picture);
[[nodiscard]] std::string heic_of(const inspecting::GreyPicture& picture);

// Metadata by Exiv2's keys, "Exif.Image.Make", with values as its commands take them.
using Metadata = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string with_metadata(const std::string& picture, const Metadata& metadata);
// As a phone writes it at 2026-06-30 09:05:00 +08:00 in Suzhou: N 31.298333, E 120.585, within 12.5 m.
[[nodiscard]] Metadata phone_metadata();
[[nodiscard]] Metadata without(Metadata metadata, const std::string& key_part);
[[nodiscard]] Metadata with(Metadata metadata, const std::string& key, const std::string& value);

using Files = std::map<std::string, std::string>;
[[nodiscard]] std::string zip_of(const Files& files, const std::string& password = {});

struct Slide {
  std::uint32_t id = 0;
  std::vector<std::string> lines;
  std::string picture;  // bytes; empty: none
};
// The files of a presentation, its slides in order; and them zipped.
[[nodiscard]] Files deck_files(const std::vector<Slide>& slides);
[[nodiscard]] std::string deck_of(const std::vector<Slide>& slides);

// A PDF with a page for each text; `more` goes into the catalogue.
[[nodiscard]] std::string pdf_of(const std::vector<std::string>& pages, const std::string& more = {});

}  // namespace quotary::testing
