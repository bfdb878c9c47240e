// The outlines of a face, taken apart once so that a document's font is put together by copying. Internal to pdfgen.
#pragma once

#include "ledger/base/result.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::pdfgen {

// A font program in the Compact Font Format (Adobe Technical Note 5176), keyed by CID, of which every glyph stands for
// itself: without subroutines, as hb-subset writes it when told to. Immutable after read(): shared by threads.
class CffOutlines {
 public:
  CffOutlines() = default;

  // Errc::internal `font_subset_failed` says what is not as hb-subset writes it.
  [[nodiscard]] static Result<CffOutlines> read(std::string program);

  // Whether subset() can give this CID's glyph. 0 is .notdef, which is in every subset.
  [[nodiscard]] bool has(std::uint16_t cid) const { return cid < glyph_of_.size() && glyph_of_[cid] != 0; }

  // The program of .notdef and these glyphs: ascending CIDs, each of which has() (QUOTARY_CHECK). Byte for byte what
  // hb-subset makes of the same glyphs.
  [[nodiscard]] std::string subset(std::span<const std::uint16_t> cids) const;

  // A stretch of the program.
  struct Stretch {
    std::size_t begin = 0, end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
  };

 private:
  [[nodiscard]] std::string_view at(Stretch stretch) const {
    return std::string_view(program_).substr(stretch.begin, stretch.size());
  }

  std::string program_;
  Stretch head_, top_;                   // header and name; the top dictionary
  std::array<std::size_t, 4> places_{};  // within top_: the numbers that say where the tables stand
  std::vector<Stretch> strings_;         // the parts' names are the last of them
  std::vector<Stretch> glyphs_;
  std::vector<Stretch> parts_;           // private dictionaries, each shared by the glyphs of some scripts
  std::vector<std::uint8_t> part_of_;    // by glyph
  std::vector<std::uint16_t> glyph_of_;  // by CID; 0 where there is none
};

}  // namespace quotary::pdfgen
