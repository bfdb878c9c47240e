// Every bound on what an inspection reads and gives, in one place. Text is counted in code points after NFC.
#pragma once

#include "api/confined/limits.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace quotary::inspecting::limits {

inline constexpr std::size_t inspected_bytes_max = 64u << 20;  // of a file; of a longer one only its beginning is read
inline constexpr std::size_t inspection_bytes_max = 2u << 20;  // of an inspection as JSON
inline constexpr std::size_t question_text_bytes_max = 4u << 10;

inline constexpr std::size_t file_name = 120;
inline constexpr std::size_t extension = 16;
inline constexpr std::size_t media_type = 127;  // RFC 6838
inline constexpr std::size_t title = 300;       // also authors, makers, models, programs
inline constexpr std::size_t line = 500;

inline constexpr std::size_t parts_max = 2'000;  // slides, pages, sheets that are told one by one
inline constexpr std::size_t part_lines_max = 2'000;
inline constexpr std::size_t text_bytes_max = 256u << 10;     // of all lines of a document
inline constexpr std::size_t difference_lines_max = 500;      // told of one part, added and removed together
inline constexpr std::size_t compared_lines_max = 4'000'000;  // older times newer, of one part

inline constexpr std::uint64_t scaled_pixels_max = 150'000'000;  // of a JPEG, which is made small while it is read
inline constexpr std::uint64_t whole_pixels_max = 50'000'000;    // of a picture that is decoded at its full size

inline constexpr std::uint32_t picture_side_px_max = 2'000;  // of a picture that is shown: the longer side
inline constexpr std::size_t picture_bytes_max = 2u << 20;   // of it as a JPEG

inline constexpr std::size_t picture_answer_head_bytes_max = 1u << 10;
inline constexpr std::size_t answer_bytes_max =  // of the process, whatever it was asked
    std::max(inspection_bytes_max, picture_bytes_max + picture_answer_head_bytes_max);

inline constexpr std::uint64_t archive_entries_max = 10'000;
inline constexpr std::uint64_t archive_total_bytes_max = 512u << 20;  // of all entries, inflated
inline constexpr std::uint64_t archive_part_bytes_max = 64u << 20;    // of one that is read
inline constexpr std::uint64_t archive_ratio_max = 200;               // inflated for each packed byte, over all
inline constexpr std::uint64_t archive_ratio_from_bytes = 4u << 20;   // less may be packed as well as it can
inline constexpr std::uint64_t xml_depth_max = 256;

inline constexpr std::uint64_t pdf_inflated_bytes_max = 512u << 20;
inline constexpr std::size_t pdf_values_max = 5'000'000;  // looked through for actions

inline constexpr std::chrono::minutes clocks_apart_max{5};  // of a camera, the satellites and the server

// Of one inspection in its process. A picture of whole_pixels_max and an archive's part fit.
inline constexpr confined::Limits process{512u << 20, std::chrono::milliseconds(5'000),
                                          std::chrono::milliseconds(20'000)};

}  // namespace quotary::inspecting::limits
