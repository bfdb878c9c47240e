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

// Ruled paper.
void lay_out_room(PageFlow& flow, double height, double left) {
  constexpr double line_height = 22;
  for (double done = line_height; done <= height; done += line_height) {
    flow.need(line_height + 5);
    flow.y -= line_height;
    if (done + line_height <= height) flow.page().line(left, flow.y, margin_right, flow.y, 0.3, hairline);
  }
}

void lay_out_rows(PageFlow& flow, const Statement& statement) {
  constexpr double label_width = 150;
  constexpr Style value{9};
  for (const StatementRow& row : statement.rows) {
    if (!row.pointer) {
      flow.need(64);  // a heading stays with what it heads
      flow.y -= 22;
      flow.page().text(margin_left, flow.y, both(row.label, true), {8.5, Weight::bold, statement.color});
      flow.y -= 5;
      flow.page().line(margin_left, flow.y, margin_right, flow.y, 0.8, statement.color);
      continue;
    }
    if (row.value.empty() && row.room <= 0) continue;
    std::vector<StyledLine> lines;
    flow.typesetter().wrap(lines, row.value, value, body_width - label_width);
    flow.need(std::min(std::max(height_of(lines), row.room), 3 * value.size * 1.42) + 9);
    flow.y -= 4;
    flow.page().text(margin_left, flow.y - value.size * 1.42 + value.size * 0.26, both(row.label, true),
                     {8, Weight::regular, grey});
    if (row.value.empty()) lay_out_room(flow, row.room, margin_left + label_width);
    for (const StyledLine& line : lines) {
      flow.need(line.height() + 5);
      flow.put(line, margin_left + label_width);
    }
    flow.y -= 4.5;
    flow.page().line(margin_left, flow.y, margin_right, flow.y, 0.4, hairline);
  }
}

// As large as leaves all of it on one page; where that would be too small to see, as large as looks well.
void lay_out_picture(PageFlow& flow, const Statement& statement) {
  constexpr double height_least = 190, height_most = 330, space = 10, caption_height = 14;
  constexpr Style caption{7, Weight::regular, grey};
  PageFlow scratch(flow.typesetter(), true, "");
  const double top = scratch.y;
  lay_out_rows(scratch, statement);
  const double left = scratch.page_index() > 0 ? 0 : flow.room() - (top - scratch.y) - space - caption_height;
  const double height_max = left < height_least ? height_most : std::min(left, height_most);
  const double scale = std::min(body_width / statement.picture->width, height_max / statement.picture->height);
  const double width = scale * statement.picture->width, height = scale * statement.picture->height;
  flow.y -= space + height;
  flow.page().image(margin_left + (body_width - width) / 2, flow.y, width, height);
  flow.y -= caption_height;
  flow.page().text_center(page_width / 2, flow.y + 4, both(statement.picture_caption, true), caption);
}

void lay_out(PageFlow& flow, const Statement& statement, LaidDocument& laid) {
  lay_out_head(flow, statement);
  if (statement.picture) lay_out_picture(flow, statement);
  lay_out_rows(flow, statement);
  if (!statement.signatures) {
    laid.fields.push_back({"Seal", "电子签章 Seal", 0, {}});
    return;
  }
  constexpr double space = 34;
  flow.need(space + signature_boxes_height);
  flow.page().text_fitted(margin_left, flow.y - 18, statement.signed_about, {8, Weight::bold, statement.color},
                          body_width);
  flow.y -= space;
  lay_out_signature_boxes(flow, laid.fields, *statement.signatures);
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
  lay_out(flow, statement, laid);
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
  if (statement.picture) container.image = &*statement.picture;
  for (const SignaturePlace& place : laid.fields) container.fields.push_back(unsigned_field(place));
  return write_container(container);
}

}  // namespace quotary::pdfgen
