// The faces that documents are set in.
#pragma once

#include "ledger/base/result.h"

#include <memory>
#include <string>

namespace quotary::pdfgen {

// Noto Sans CJK SC Regular and Bold, the common characters' outlines taken apart once. Immutable: shared by all
// threads.
class Fonts {
 public:
  struct Paths {
    std::string regular = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    std::string bold = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc";
  };
  // Errc::unavailable `font_missing` names the file and the Debian package that brings it.
  [[nodiscard]] static Result<std::shared_ptr<const Fonts>> load(const Paths& paths);
  virtual ~Fonts() = default;
};

}  // namespace quotary::pdfgen
