#include "pdfgen/statement.h"

#include "pdfgen/container_text.h"

#include <algorithm>

namespace quotary::pdfgen {
namespace {

void lay_out_head(PageFlow& flow, const Statement& statement) {
  Canvas& page = flow.page();
  page.text(margin_left, flow.y - 22, statement.title.chinese, {24, Weight::bold, statement.color}, 3);
  page.text(margin_left, flow.y - 38, statement.title.english, {8.5, Weight::regular, grey}, 2.6);
  constexpr double number_room = 280;
  constexpr Style seller{8.5, Weight::regular, grey};
  const std::u32string name = flow.typesetter().cut(statement.issuer, seller, number_room);
  page.text_fitted(margin_right, flow.y - 22, statement.number, {13, Weight::bold, ink}, number_room, 1);
  page.text(margin_right - flow.typesetter().width(name, seller), flow.y - 38, name, seller);
  flow.y -= 50;
  page.fill(margin_left, flow.y, body_width, 1.6, statement.color);
  const double bar = statement.banner_size + 14.5;
  constexpr Color white{1, 1, 1};
  flow.y -= bar + 12;
  page.fill(margin_left, flow.y, body_width, bar, statement.color);
  constexpr double banner_room = 352;  // beside a time
  page.text_fitted(margin_left + 10, flow.y + (bar - 0.765 * statement.banner_size) / 2, statement.banner,
                   {statement.banner_size, Weight::bold, white}, banner_room);
  page.text_fitted(margin_right - 10, flow.y + bar / 2 - 4, statement.banner_right, {9.5, Weight::bold, white}, 300, 1);
  flow.y -= 8;
  flow.paragraph(statement.introduction.chinese, {9.5}, margin_left, body_width);
  flow.y -= 2;
  flow.paragraph(statement.introduction.english, {8, Weight::regular, grey}, margin_left, body_width);
}

void lay_out(PageFlow& flow, const Statement& statement) {
  constexpr double label_width = 150;
  constexpr Style value{9};
  lay_out_head(flow, statement);
  for (const StatementRow& row : statement.rows) {
    if (!row.pointer) {
      flow.need(64);  // a heading stays with what it heads
      flow.y -= 22;
      flow.page().text(margin_left, flow.y, both(row.label, true), {8.5, Weight::bold, statement.color});
      flow.y -= 5;
      flow.page().line(margin_left, flow.y, margin_right, flow.y, 0.8, statement.color);
      continue;
    }
    if (row.value.empty()) continue;
    std::vector<StyledLine> lines;
    flow.typesetter().wrap(lines, row.value, value, body_width - label_width);
    flow.need(std::min(height_of(lines), 3 * value.size * 1.42) + 9);
    flow.y -= 4;
    flow.page().text(margin_left, flow.y - value.size * 1.42 + value.size * 0.26, both(row.label, true),
                     {8, Weight::regular, grey});
    for (const StyledLine& line : lines) {
      flow.need(line.height() + 5);
      flow.put(line, margin_left + label_width);
    }
    flow.y -= 4.5;
    flow.page().line(margin_left, flow.y, margin_right, flow.y, 0.4, hairline);
  }
}

}  // namespace

Result<std::string> write_statement(std::shared_ptr<const Fonts> fonts, const Statement& statement) {
  LaidDocument laid;
  laid.faces = std::static_pointer_cast<const FaceSet>(std::move(fonts));
  PrintableCheck check(*laid.faces);
  for (const StatementRow& row : statement.rows)
    if (row.pointer) check.text(row.value, row.pointer);
  QUOTARY_TRY_VOID(check.result());
  laid.english = true;
  Typesetter typesetter(*laid.faces);
  use_stamp_glyphs(typesetter, true);
  PageFlow flow(typesetter, true, both(statement.title, true));
  lay_out(flow, statement);
  laid.contents = flow.finish();
  for (const Weight weight : {Weight::regular, Weight::bold}) {
    QUOTARY_TRY(font, laid.faces->face(weight).subset(typesetter.used(weight)));
    laid.fonts[static_cast<int>(weight)] = std::move(font);
  }
  Container container;
  container.language = "zh-CN";
  container.title = std::string(statement.title.chinese) + " " + statement.number;
  container.author = statement.issuer;
  container.subject = statement.subject;
  container.creator = container.producer = producer_name;
  container.date = pdf_date(statement.created);
  container.fonts = {&laid.fonts[0], &laid.fonts[1]};
  container.pages = make_pages(laid);
  QUOTARY_TRY(forms, make_forms(laid, {statement.number, "", "", statement.verify_url}, false));
  container.forms = std::move(forms);
  container.info = statement.info;
  XmpInput xmp{container.title, container.author, container.subject, container.language, statement.created, {}};
  for (const auto& [name, value] : statement.properties) xmp.properties.emplace_back(name, value);
  container.xmp = xmp_packet(xmp);
  container.fields.push_back({"Seal", "电子签章 Seal", 0, {}, ""});
  return write_container(container);
}

}  // namespace quotary::pdfgen
