// One version of one item of evidence as a page for people: a photo's stamped rendition, a deck's or a document's cover
// -> PDF/A-3u bytes. Pure, as quote_document.h.
//
// It states what is recorded and no more; that place and time of a photo are what its file says, and that this proves
// nothing, stands on it.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "pdfgen/fonts.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quotary::pdfgen {

inline constexpr std::size_t sheet_parts_shown_max = 60;        // slides or pages that are listed
inline constexpr std::size_t sheet_differences_shown_max = 40;  // lines that tell what changed
inline constexpr std::size_t sheet_part_characters_max = 120;   // of a slide's title; the rest is cut

// A member that is empty or none is left out. Texts may hold any characters: what the faces lack prints as 〓, and the
// page says that it does.
struct EvidenceSheet {
  enum class Kind { photo, deck, document, confirmation, other };
  // Where a time or a place comes from.
  enum class Source { none, exif, gps, app, declared };
  struct Withdrawal {
    std::string at, reason;  // at: in the organisation's zone
    std::uint64_t entry_index = 0;
  };

  std::string issuer;  // the organisation
  std::string case_id, case_title, customer;
  std::string item_id, item_title;  // ids: of A-Z a-z 0-9 -
  Kind kind = Kind::other;
  std::uint64_t version = 1;
  std::string version_label, change_note;

  std::string received_at;  // the ledger's time, in the organisation's zone
  std::string reported_by;  // name with role
  std::string captured_at;  // in the organisation's zone, or as the camera's clock stood
  Source captured_from = Source::none;
  std::string position;  // degrees, with the accuracy in metres where the source says one
  Source position_from = Source::none;
  std::string camera;               // maker, model, program
  std::vector<std::string> doubts;  // in plain words
  std::optional<Withdrawal> withdrawal;

  std::string file_name, media_type;
  std::uint64_t size_bytes = 0;
  std::string file_sha256;        // hex: of the content, to be compared with a file's
  std::string commitment_sha256;  // hex: over a nonce and the content
  std::uint64_t entry_index = 0;
  std::string verify_url;

  std::string picture_jpeg;             // of Kind::photo: baseline, three colours, at most 4,000 pixels a side
  std::string no_picture;               // why there is none, in plain words
  std::vector<std::string> parts;       // of the others: a title for each slide, page or sheet; may be empty texts
  std::uint64_t parts_total = 0;        // how many there are
  std::uint64_t compared_version = 0;   // that the differences are against; 0: none
  std::vector<std::string> difference;  // in plain words, a line each; empty: no difference was found
  Timestamp created;
};

// Chinese first and English beside it, with the QR of verify_url and a Seal field. Errc::invalid `bad_picture`, and
// those of a verify URL that fits no QR code.
[[nodiscard]] Result<std::string> evidence_sheet(std::shared_ptr<const Fonts> fonts, const EvidenceSheet& sheet);

}  // namespace quotary::pdfgen
