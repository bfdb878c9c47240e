#include "pdfgen/page_flow.h"

namespace quotary::pdfgen {

std::string both(const Label& label, bool english) {
  std::string out(label.chinese);
  if (english && !label.english.empty()) {
    out += ' ';
    out += label.english;
  }
  return out;
}

void PageFlow::new_page() {
  pages_.emplace_back(typesetter_.faces(), &typesetter_);
  page().form(form_under);
  y = body_top;
  if (pages_.size() == 1) {
    page().form(form_first);
    return;
  }
  page().form(form_running);
  const Style style{8, Weight::regular, grey};
  page().text(margin_left, page_height - 37,
              typesetter_.cut(running_title_, style, body_width - running_number_place.width - 12), style);
  page().line(margin_left, page_height - 44, margin_right, page_height - 44, 0.5, hairline);
  y = running_top;
}

void PageFlow::put(const StyledLine& line, double x) {
  y -= line.height();
  page().text(x, y + line.style.size * 0.26, line.text, line.style);
}

std::string with_colon(const Label& label, bool english) { return both(label, english) + (english ? ": " : "："); }

void PageFlow::paragraph(std::string_view text, const Style& style, double x, double width) {
  std::vector<StyledLine> lines;
  typesetter_.wrap(lines, text, style, width);
  for (const StyledLine& line : lines) {
    need(line.height());
    put(line, x);
  }
}

std::vector<Deflated> PageFlow::finish() {
  constexpr std::size_t short_pages_max = 20;
  std::vector<Deflated> out;
  out.reserve(pages_.size());
  const std::string total = std::to_string(pages_.size());
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    Canvas& canvas = pages_[i];
    const std::string number = std::to_string(i + 1);
    canvas.line(margin_left, 85, margin_right, 85, 0.5, hairline);
    canvas.form(form_foot);
    const Style small{7, Weight::regular, grey};
    canvas.text_right(margin_right, caption_place.y, "第 " + number + " 页 / 共 " + total + " 页", small);
    if (english_) canvas.text_right(margin_right, caption_place.y - 10, "Page " + number + " of " + total, small);
    out.push_back(deflate(canvas.operators(), pages_.size() > short_pages_max ? level_long : level_waited_for));
  }
  return out;
}

}  // namespace quotary::pdfgen
