// Pages filled from top to bottom, with the furniture that every page carries. Internal to pdfgen.
#pragma once

#include "pdfgen/page_writer.h"

#include <string>
#include <vector>

namespace quotary::pdfgen {

inline constexpr double margin_left = 42;
inline constexpr double margin_right = page_width - 42;
inline constexpr double body_width = margin_right - margin_left;
inline constexpr double body_top = page_height - 40;
inline constexpr double running_top = page_height - 58;  // of the pages after the first
inline constexpr double body_bottom = 92;

// The forms that finish() fills: number and dates of the first page, number in the running head, QR and code at the
// foot.
inline constexpr std::string_view form_first = "Xf";
inline constexpr std::string_view form_running = "Xr";
inline constexpr std::string_view form_foot = "Xq";
inline constexpr std::string_view form_under = "Xu";

// Where finish() writes; fixed, so that prepare() and finish() agree without a protocol.
struct Place {
  double x = 0, y = 0, width = 0;
};
inline constexpr double qr_size = 52;  // 18 mm: a module of a long URL stays over 0.4 mm
inline constexpr Place qr_place{margin_left, 26, qr_size};
inline constexpr Place caption_place{margin_left + qr_size + 10, 69, 330};
inline constexpr Place code_place{margin_left + qr_size + 10, 51, 300};
inline constexpr Place url_place{margin_left + qr_size + 10, 33, 360};
inline constexpr Place running_number_place{margin_right, page_height - 37, 190};

// "中文 English" when two languages are asked for, else the Chinese alone.
struct Label {
  std::string_view chinese, english;
};
inline constexpr Label verify_caption{"本文件已加盖电子签章，改动即失效；扫码或访问下列网址核验真伪",
                                      "Sealed; scan or visit to verify"};
inline constexpr Label sealed_caption{"本文件已加盖电子签章，改动即失效", "Sealed; any change breaks the seal"};
inline constexpr Label code_label{"核验码", "Code"};
inline constexpr Label draft_caption{"草稿，仅供内部审阅，不构成要约", "Draft for review, not an offer"};
inline constexpr std::string_view draft_mark = "草稿 DRAFT";
[[nodiscard]] std::string both(const Label& label, bool english);
[[nodiscard]] std::string with_colon(const Label& label, bool english);

// The document's pages while they are laid out. One thread.
class PageFlow {
 public:
  PageFlow(Typesetter& typesetter, bool english, std::string running_title)
      : typesetter_(typesetter), english_(english), running_title_(std::move(running_title)) {
    new_page();
  }

  [[nodiscard]] Canvas& page() { return pages_.back(); }
  [[nodiscard]] Typesetter& typesetter() { return typesetter_; }
  [[nodiscard]] bool english() const { return english_; }
  [[nodiscard]] std::size_t page_index() const { return pages_.size() - 1; }
  [[nodiscard]] double room() const { return y - body_bottom; }

  void new_page();
  // Free height of a page that was just started.
  [[nodiscard]] static constexpr double room_of_new_page() { return running_top - body_bottom; }
  // Starts a page when less than `height` is left.
  void need(double height) {
    if (room() < height) new_page();
  }
  // Draws a line of text below `y` and moves down.
  void put(const StyledLine& line, double x);
  // A paragraph that may run over pages.
  void paragraph(std::string_view text, const Style& style, double x, double width);

  // Rules, page numbers and captions at the foot of every page; then the compressed contents.
  [[nodiscard]] std::vector<Deflated> finish();

  double y = body_top;  // the next free point from the top

 private:
  Typesetter& typesetter_;
  bool english_;
  std::string running_title_;
  std::vector<Canvas> pages_;
};

}  // namespace quotary::pdfgen
