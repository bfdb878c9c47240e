// Decks, documents, workbooks and PDFs: what they count, who wrote them, and their parts.
#pragma once

#include "api/inspecting/inspection.h"
#include "api/inspecting/reading/archive.h"

#include <string_view>

namespace quotary::inspecting {

// What was found out about a file; `media_type` is empty when its content says no more than its bytes did.
struct ReadDocument {
  Kind kind = Kind::other;
  std::string media_type;
  Document document;
  std::set<Flag> flags;
};

// Lines of one document, which share text_bytes_max.
class LineBudget {
 public:
  explicit LineBudget(Document& document) : document_(document) {}
  // Made clean; nothing of a blank one, and only a mark when the room is used up.
  void add(std::string_view line, Part& part);

 private:
  Document& document_;
  std::size_t used_bytes_ = 0;
};

// Office Open XML: by its content types. Kind::other when the archive is none.
[[nodiscard]] ReadDocument read_office(Archive& archive);
// GB/T 33190 (OFD). Kind::other when the archive is none.
[[nodiscard]] ReadDocument read_ofd(Archive& archive);
// A compound file: an encrypted Office file, or one of the formats before Office Open XML.
[[nodiscard]] ReadDocument read_compound(std::string_view bytes);
[[nodiscard]] bool is_compound(std::string_view bytes);
[[nodiscard]] ReadDocument read_pdf(std::string_view bytes);

// Adds what the archive ran into.
void add_fault(const Archive& archive, std::set<Flag>& flags);

}  // namespace quotary::inspecting
