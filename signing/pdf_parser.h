// The tokens and values of PDF syntax (ISO 32000-1 section 7), with limits on depth and count.
#pragma once

#include "signing/pdf_reader.h"

namespace quotary::signing {

// Reads forward through `bytes` from a position. Every failure is `not_our_profile`.
class PdfParser {
 public:
  PdfParser(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  [[nodiscard]] std::size_t position() const { return at_; }
  void skip_space();  // blanks and comments
  // Whether a comment was skipped: nobody sees it, and readers differ in where it ends.
  [[nodiscard]] bool saw_comment() const { return saw_comment_; }
  // True and moves on when the keyword stands here, ended by a delimiter or blank.
  [[nodiscard]] bool take(std::string_view keyword);
  // Up to ten decimal digits.
  [[nodiscard]] std::optional<std::uint64_t> take_digits();
  [[nodiscard]] Result<PdfValue> value() { return value(0); }

 private:
  Result<PdfValue> value(int depth);
  Result<PdfValue> number_or_reference();
  Result<PdfValue> name();
  Result<PdfValue> literal_string();
  Result<PdfValue> hexadecimal_string();
  Result<PdfValue> array(int depth);
  Result<PdfValue> dictionary(int depth);

  std::string_view bytes_;
  std::size_t at_;
  std::size_t values_ = 0;
  bool saw_comment_ = false;
};

[[nodiscard]] bool is_pdf_space(char c);
[[nodiscard]] bool is_pdf_delimiter(char c);

}  // namespace quotary::signing
