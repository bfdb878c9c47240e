// Programs that change pictures, by what they write into a file as its last maker.
#pragma once

#include <array>
#include <string_view>

namespace quotary::inspecting {

// Lower case; any of them anywhere in the name, which camera makers' own software does not contain.
inline constexpr std::array<std::string_view, 36> editors{
    "photoshop", "lightroom",   "adobe",         "gimp",     "snapseed",   "picsart",     "facetune",  "pixelmator",
    "affinity",  "canva",       "paint.net",     "photopea", "photoscape", "fotor",       "befunky",   "pixlr",
    "vsco",      "faceapp",     "meitu",         "xiuxiu",   "美图",       "醒图",        "美颜",      "beautycam",
    "b612",      "faceu",       "acdsee",        "corel",    "paintshop",  "imagemagick", "darktable", "rawtherapee",
    "luminar",   "capture one", "photodirector", "polarr"};

}  // namespace quotary::inspecting
