// What the bytes of an evidence file show by themselves, as values. What stands here is what a file says, never proof.
#pragma once

#include "api/inspecting/geo.h"
#include "ledger/base/hash.h"
#include "ledger/base/json.h"
#include "ledger/base/time.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::inspecting {

// Doubts, and what a reader should know before opening the file. In the order of their texts.
enum class Flag {
  clock_skew,            // the camera's time and the satellites' lie more than 5 minutes apart
  damaged,               // the file breaks off, or could not be read to its end
  edited_software,       // a program that edits pictures wrote it last
  encrypted,             // it, or a part of it, opens with a password only
  executable,            // a program or a script, by its bytes or by the end of its name
  exif_missing,          // a photo that says neither when nor where it was taken
  future_time,           // taken more than 5 minutes after now
  geo_far_from_site,     // beyond the site's limit
  inspection_stopped,    // reading it took more than the limits, or ended the program that read it
  launch,                // a PDF that starts programs
  macro,                 // an Office file that carries programs
  mime_mismatch,         // declared as something else
  over_limits,           // more entries, bytes, pixels or parts than are read
  script,                // a PDF that carries JavaScript
  too_large_to_inspect,  // only the beginning was read
};
inline constexpr Flag last_flag = Flag::too_large_to_inspect;
[[nodiscard]] std::string_view name_of(Flag flag);

enum class Kind { photo, deck, document, workbook, pdf, ofd, other };
[[nodiscard]] std::string_view name_of(Kind kind);

enum class TimeSource {
  exif,  // the camera's clock with the offset that it wrote
  gps,   // the satellites' time: the camera wrote no offset
};
[[nodiscard]] std::string_view name_of(TimeSource source);

struct Photo {
  std::uint32_t width_px = 0, height_px = 0;  // 0: not known
  std::optional<Timestamp> captured_at;
  TimeSource captured_from = TimeSource::exif;  // of captured_at
  std::string camera_time;                      // as the camera's clock stood: 2026-06-30T09:05:00, without offset
  std::optional<Position> position;
  std::string make, model, software;
  std::optional<std::uint64_t> picture_hash;  // picture_hash.h

  friend bool operator==(const Photo&, const Photo&) = default;
};

// A slide, page or sheet, or the whole text of a document that has no such.
struct Part {
  std::string id;  // that stays when the part moves or changes; empty: the format has none
  Hash content;    // of its own bytes and of those of its pictures
  Hash text;       // of its lines
  std::vector<std::string> lines;

  friend bool operator==(const Part&, const Part&) = default;
};
[[nodiscard]] Hash hash_of_lines(const std::vector<std::string>& lines);

struct Document {
  std::string title, author;
  std::optional<Timestamp> created_at, modified_at;  // as it says itself
  std::optional<std::uint32_t> count;                // slides, pages or sheets
  std::vector<Part> parts;                           // in order; the first 2,000
  bool text_cut = false;                             // more lines were there than are told

  friend bool operator==(const Document&, const Document&) = default;
};

struct Inspection {
  std::string file_name = "evidence";  // name.h
  std::string media_type = "application/octet-stream";
  Kind kind = Kind::other;
  std::set<Flag> flags;
  std::optional<Photo> photo;        // of Kind::photo
  std::optional<Document> document;  // of the other kinds that could be opened

  friend bool operator==(const Inspection&, const Inspection&) = default;
};

// All of it as canonical JSON: a private payload, since it holds names, places and text. At most inspection_bytes_max.
[[nodiscard]] std::string encode(const Inspection& inspection);
// Takes what encode() writes and no other spelling. Errc::corrupt `inspection_malformed`, with a JSON pointer.
[[nodiscard]] Result<Inspection> decode(std::string_view text);

// The part without personal data, for an entry's facts: kind, media_type, flags, geo (whether a position is there),
// captured_at and captured_from, slides, pages or sheets.
[[nodiscard]] json::object facts(const Inspection& inspection);

// What pages and the API show: all but hashes and lines. Degrees are decimals with 6 digits.
[[nodiscard]] json::object told(const Inspection& inspection);

}  // namespace quotary::inspecting
