// Where documents are signed: the same boxes and fields in all of them.
#include "pdfgen/laid.h"

namespace quotary::pdfgen {

void lay_out_signature_boxes(PageFlow& flow, std::vector<SignaturePlace>& fields, const SignatureLabels& labels) {
  constexpr const char* names[] = {"Rep", "Customer1", "Customer2", "Customer3"};
  constexpr double spacing = 10, wide = (body_width - 3 * spacing) / 4;
  static_assert(wide - signature_box_width < 0.01 && signature_box_width - wide < 0.01);
  flow.y -= 8;
  fields.push_back({"Seal", "电子签章 Seal", 0, {}});
  double x = margin_left;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double top = flow.y - 4, bottom = top - signature_box_height;
    flow.page().text(x, flow.y + 1, both(labels[i], flow.english()), {7, Weight::regular, grey});
    flow.page().frame(x, bottom, wide, signature_box_height, 0.5, hairline);
    fields.push_back({names[i], both(labels[i], true), flow.page_index(), {x, bottom, x + wide, top}});
    x += wide + spacing;
  }
  flow.y -= signature_box_height + 6;
}

}  // namespace quotary::pdfgen
