// The PDF file as objects: the only door to PoDoFo. Streams come ready-made, so that nothing here costs much.
#pragma once

#include "ledger/base/result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::pdfgen {

// A stream's bytes, compressed by deflate() or packed() below.
struct Deflated {
  std::string bytes;
  bool plain = false;  // not compressed after all
};

// Compression levels: the higher ones save one part in a hundred of a short document and cost half as much as all the
// rest of it; long tables shrink by a tenth.
inline constexpr int level_waited_for = 1, level_long = 6, level_made_once = 9;
// zlib format.
[[nodiscard]] Deflated deflate(std::string_view bytes, int level);
// The same, but plain when so short that starting the compressor costs more than the stream is worth.
inline constexpr std::size_t plain_bytes_max = 256;
[[nodiscard]] Deflated packed(std::string_view bytes, int level);

struct EmbeddedFont {
  std::string name;     // ABCDEF+BaseName
  std::string program;  // bare CFF, not compressed: that would save a twentieth of the document for a fifth of its time
  Deflated to_unicode;  // CMap
  std::vector<std::pair<std::uint16_t, std::uint16_t>> widths;  // glyph and width, where it is not 1000
  std::array<int, 4> box{};
  int ascent = 0, descent = 0, cap_height = 0, stem = 80;
};

struct Image {
  int width = 0, height = 0, components = 3;
  bool jpeg = false;  // else deflated samples of 8 bits
  std::string bytes;
};

// A form XObject over the whole page.
struct Form {
  std::string name;
  Deflated content;
};

struct SignatureField {
  std::string name;     // ASCII
  std::string tooltip;  // UTF-8
  std::size_t page = 0;
  std::array<double, 4> rectangle{};  // all zero: invisible
  std::string appearance;             // content stream, origin at the box's corner; empty when invisible
};

struct Attachment {
  std::string name, description;  // ASCII
  std::string_view bytes;
};

struct PageContent {
  const Deflated* content = nullptr;                       // shared with the prepared document, not owned
  std::vector<std::pair<std::string, std::size_t>> forms;  // resource name -> index in Container::forms
};

struct Container {
  std::string language;                                   // BCP 47
  std::string title, author, subject, creator, producer;  // UTF-8
  std::string date;                                       // D:20261124020304Z
  std::vector<std::pair<std::string, std::string>> info;  // further keys, ASCII literals
  std::string xmp;
  std::array<const EmbeddedFont*, 2> fonts{};  // F0 F1
  const Image* image = nullptr;                // Im0
  std::vector<Form> forms;
  std::vector<PageContent> pages;
  std::vector<SignatureField> fields;
  const Attachment* attachment = nullptr;
};

// A PDF 1.7 file with a classic cross-reference table, no object streams, an /ID derived from its bytes. Same input,
// same bytes. Safe to call from several threads at once: each call has objects of its own.
[[nodiscard]] Result<std::string> write_container(const Container& container);

inline constexpr double page_width = 595.28;
inline constexpr double page_height = 841.89;

}  // namespace quotary::pdfgen
