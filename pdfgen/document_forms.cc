#include "pdfgen/laid.h"
#include "pdfgen/line_break.h"

#include <qrencode.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace quotary::pdfgen {
namespace {

struct QrDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

bool printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Runs of dark modules as rectangles, filled at once so that no seams show between them.
Result<void> draw_qr(Canvas& canvas, const std::string& text) {
  const std::unique_ptr<QRcode, QrDeleter> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M));
  if (!code)
    return fail(Errc::invalid, "verify_url_too_long", "the verify URL does not fit a QR code; shorten public_url");
  const double module = qr_place.width / code->width;
  std::string path = "q 0 g 1 0 0 1 ";
  for (const double offset : {qr_place.x, qr_place.y + qr_place.width}) {
    append_number(path, offset);
    path += ' ';
  }
  // Whole modules as coordinates, scaled by the matrix, four decimals being needed only here.
  const auto scale = static_cast<long>(module * 10000);
  std::string factor = std::to_string(scale / 10000) + "." + std::to_string(10000 + scale % 10000).substr(1);
  path += "cm " + factor + " 0 0 -" + factor + " 0 0 cm\n";
  for (int row = 0; row < code->width; ++row)
    for (int column = 0; column < code->width;) {
      const auto dark = [&](int c) { return c < code->width && (code->data[row * code->width + c] & 1); };
      if (!dark(column)) {
        ++column;
        continue;
      }
      int end = column;
      while (dark(end)) ++end;
      for (const int number : {column, row, end - column}) {
        char digits[12];
        path.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
        path += ' ';
      }
      path += "1 re\n";
      column = end;
    }
  path += "f Q\n";
  canvas.raw(path);
  return {};
}

// What stands in bold of a number or a code: a subset of this is a third of one of all ASCII.
constexpr std::string_view bold_stamp = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*~$=";

bool stampable(std::string_view text) { return text.find_first_not_of(bold_stamp) == text.npos; }

std::string in_groups(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += '-';
    out += code[i];
  }
  return out;
}

}  // namespace

Result<std::vector<Form>> make_forms(const LaidDocument& laid, const Stamp& stamp, bool draft) {
  if (!stampable(stamp.number) || !stampable(stamp.verify_code) || !printable_ascii(stamp.verify_url)) {
    return fail(Errc::invalid, "numbering_not_ascii",
                "number and code must be of A-Z, 0-9 and -*~$=, and the verify URL printable ASCII");
  }
  const Style small{7, Weight::regular, grey};
  Canvas first(*laid.faces), running(*laid.faces), foot(*laid.faces), under(*laid.faces);
  if (draft) {
    const Style mark{92, Weight::bold, watermark_color};
    under.rotated_text(page_width / 2, page_height / 2, 0.819, 0.574, draft_mark, mark);
    first.text(laid.number_place.x, laid.number_place.y, draft_mark, {11, Weight::bold, grey});
    first.text(laid.date_place.x, laid.date_place.y, "-", {9.5, Weight::regular, grey});
    running.text_right(running_number_place.x, running_number_place.y, draft_mark, {8, Weight::bold, grey});
    foot.text(margin_left, caption_place.y, both(draft_caption, laid.english), small);
  } else {
    if (laid.number_place.width > 0) {
      first.text_fitted(laid.number_place.x, laid.number_place.y, stamp.number, {11, Weight::bold, accent},
                        laid.number_place.width);
      first.text_fitted(laid.date_place.x, laid.date_place.y, stamp.date, {9.5, Weight::regular, ink},
                        laid.date_place.width);
    }
    running.text_fitted(running_number_place.x, running_number_place.y, "No. " + stamp.number, {8, Weight::bold, ink},
                        running_number_place.width, 1);
    if (stamp.verify_url.empty()) {
      foot.text(margin_left, caption_place.y, both(sealed_caption, laid.english), small);
    } else {
      QUOTARY_TRY_VOID(draw_qr(foot, stamp.verify_url));
      foot.text(caption_place.x, caption_place.y, both(verify_caption, laid.english), small);
    }
    if (!stamp.verify_code.empty()) {
      const std::string label = both(code_label, laid.english) + "  ";
      foot.text(code_place.x, code_place.y, label, small);
      foot.text(code_place.x + foot.width(decode_utf8(label), small), code_place.y, in_groups(stamp.verify_code),
                {9.5, Weight::bold, ink});
    }
    foot.text_fitted(url_place.x, stamp.verify_code.empty() ? code_place.y : url_place.y, stamp.verify_url, small,
                     url_place.width);
  }
  std::vector<Form> out;
  for (const auto& [name, canvas] : {std::pair{form_first, &first}, std::pair{form_running, &running},
                                     std::pair{form_foot, &foot}, std::pair{form_under, &under}})
    out.push_back({std::string(name), packed(canvas->operators(), level_waited_for)});
  return out;
}

void use_stamp_glyphs(Typesetter& typesetter, bool english) {
  typesetter.use_ascii(Weight::regular);
  typesetter.use(Weight::bold, bold_stamp);
  typesetter.use(Weight::bold, "No. ");
  typesetter.use(Weight::regular, both(verify_caption, english));
  typesetter.use(Weight::regular, both(sealed_caption, english));
  typesetter.use(Weight::regular, both(code_label, english));
  typesetter.use(Weight::regular, both(draft_caption, english));
  typesetter.use(Weight::bold, draft_mark);
}

std::vector<PageContent> make_pages(const LaidDocument& laid) {
  std::vector<PageContent> out;
  out.reserve(laid.contents.size());
  for (std::size_t i = 0; i < laid.contents.size(); ++i) {
    PageContent page{&laid.contents[i], {}};
    page.forms.emplace_back(i == 0 ? form_first : form_running, i == 0 ? 0 : 1);
    page.forms.emplace_back(form_foot, 2);
    page.forms.emplace_back(form_under, 3);
    out.push_back(std::move(page));
  }
  return out;
}

SignatureField unsigned_field(const SignaturePlace& place) {
  const auto& [left, bottom, right, top] = place.rectangle;
  SignatureField out{place.name, place.tooltip, place.page, place.rectangle, ""};
  if (right <= left) return out;
  out.appearance = "0.62 0.66 0.71 RG 0.5 w [2 2] 0 d 10 ";
  append_number(out.appearance, (top - bottom) / 4);
  out.appearance += " m ";
  append_number(out.appearance, right - left - 10);
  out.appearance += ' ';
  append_number(out.appearance, (top - bottom) / 4);
  out.appearance += " l S\n";
  return out;
}

}  // namespace quotary::pdfgen
