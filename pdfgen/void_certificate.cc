#include "pdfgen/container_text.h"
#include "pdfgen/laid.h"

#include <algorithm>

namespace quotary::pdfgen {
namespace {

constexpr Color red{0.66, 0.12, 0.14};

struct Row {
  Label label;
  std::string value;
  const char* pointer;  // none: a heading
};

// Codes as people read them; the code itself stays beside, for machines and for codes that are not listed.
std::string in_words(const std::string& code) {
  static constexpr Label words[] = {{"价格错误", "price_error"},
                                    {"客户错误", "wrong_party"},
                                    {"产品错误", "wrong_item"},
                                    {"重复报价", "duplicate"},
                                    {"客户撤回", "customer_withdrew"},
                                    {"条款错误", "terms_error"},
                                    {"测试", "test"},
                                    {"疑似舞弊", "fraud_suspected"},
                                    {"其他", "other"},
                                    {"已签发", "issued"},
                                    {"已发送", "sent"},
                                    {"已查看", "viewed"},
                                    {"已接受", "accepted"},
                                    {"已拒绝", "declined"},
                                    {"已被取代", "superseded"},
                                    {"已过期", "expired"},
                                    {"申请作废中", "void_requested"}};
  for (const Label& word : words)
    if (word.english == code) return both(word, true);
  return code;
}

std::vector<Row> rows_of(const VoidCertificate& c) {
  return {
      {{"报价单", "Quotation"}, "", nullptr},
      {{"报价编号", "Quotation No."}, c.number, "/number"},
      {{"卖方", "Seller"}, c.seller_name, "/seller_name"},
      {{"买方", "Buyer"}, c.buyer_name, "/buyer_name"},
      {{"价税合计", "Total with tax"}, c.currency + " " + grouped(c.tax_inclusive), "/tax_inclusive"},
      {{"签发时间", "Issued"}, c.issued_at, "/issued_at"},
      {{"作废前状态", "Status before"}, in_words(c.status_before), "/status_before"},
      {{"作废申请", "Request"}, "", nullptr},
      {{"申请人", "Requested by"}, c.requested_by, "/requested_by"},
      {{"申请时间", "Requested"}, c.requested_at, "/requested_at"},
      {{"作废原因", "Reason"}, in_words(c.reason_code), "/reason_code"},
      {{"原因说明", "Explanation"}, c.reason_text, "/reason_text"},
      {{"批准", "Decision"}, "", nullptr},
      {{"批准人", "Decided by"}, c.decided_by, "/decided_by"},
      {{"批准时间", "Decided"}, c.decided_at, "/decided_at"},
      {{"批准意见", "Comment"}, c.comment, "/comment"},
      {{"核验依据", "Evidence"}, "", nullptr},
      {{"证书编号", "Certificate"}, c.certificate_id, "/certificate_id"},
      {{"原文件 SHA-256", "Document hash"}, c.document_sha256, "/document_sha256"},
      {{"账本条目", "Ledger entries"},
       "签发 issue #" + std::to_string(c.issue_index) + "    申请 request #" + std::to_string(c.request_index),
       ""},
  };
}

void lay_out_head(PageFlow& flow, const VoidCertificate& certificate) {
  Canvas& page = flow.page();
  page.text(margin_left, flow.y - 22, "作废证明", {24, Weight::bold, red}, 3);
  page.text(margin_left, flow.y - 38, "VOID CERTIFICATE", {8.5, Weight::regular, grey}, 2.6);
  constexpr double number_room = 280;
  constexpr Style seller{8.5, Weight::regular, grey};
  const std::u32string name = flow.typesetter().cut(certificate.seller_name, seller, number_room);
  page.text_fitted(margin_right, flow.y - 22, certificate.number, {13, Weight::bold, ink}, number_room, 1);
  page.text(margin_right - flow.typesetter().width(name, seller), flow.y - 38, name, seller);
  flow.y -= 50;
  page.fill(margin_left, flow.y, body_width, 1.6, red);
  constexpr double bar = 26;
  constexpr Color white{1, 1, 1};
  flow.y -= bar + 12;
  page.fill(margin_left, flow.y, body_width, bar, red);
  page.text(margin_left + 10, flow.y + 8.6, "已作废 VOIDED", {11.5, Weight::bold, white});
  page.text_fitted(margin_right - 10, flow.y + 9, certificate.decided_at, {9.5, Weight::bold, white}, 300, 1);
  flow.y -= 8;
  flow.paragraph("本证明确认下列报价单已经作废，自批准时间起不再具有效力。原文件保持不变，仍可下载与核验。", {9.5},
                 margin_left, body_width);
  flow.y -= 2;
  flow.paragraph(
      "This certifies that the quotation below was voided and has no effect from the time of decision. The original document is unchanged and remains available.",
      {8, Weight::regular, grey}, margin_left, body_width);
}

void lay_out(PageFlow& flow, const VoidCertificate& certificate) {
  constexpr double label_width = 150;
  constexpr Style value{9};
  lay_out_head(flow, certificate);
  for (const Row& row : rows_of(certificate)) {
    if (!row.pointer) {
      flow.need(64);  // a heading stays with what it heads
      flow.y -= 22;
      flow.page().text(margin_left, flow.y, both(row.label, true), {8.5, Weight::bold, red});
      flow.y -= 5;
      flow.page().line(margin_left, flow.y, margin_right, flow.y, 0.8, red);
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

Result<std::string> void_certificate(std::shared_ptr<const Fonts> fonts, const VoidCertificate& certificate) {
  LaidDocument laid;
  laid.faces = std::static_pointer_cast<const FaceSet>(std::move(fonts));
  PrintableCheck check(*laid.faces);
  for (const Row& row : rows_of(certificate))
    if (row.pointer) check.text(row.value, row.pointer);
  QUOTARY_TRY_VOID(check.result());
  laid.english = true;
  Typesetter typesetter(*laid.faces);
  use_stamp_glyphs(typesetter, true);
  PageFlow flow(typesetter, true, "作废证明 VOID CERTIFICATE");
  lay_out(flow, certificate);
  laid.contents = flow.finish();
  for (const Weight weight : {Weight::regular, Weight::bold}) {
    QUOTARY_TRY(font, laid.faces->face(weight).subset(typesetter.used(weight)));
    laid.fonts[static_cast<int>(weight)] = std::move(font);
  }
  Container container;
  container.language = "zh-CN";
  container.title = "作废证明 " + certificate.number;
  container.author = certificate.seller_name;
  container.subject = certificate.buyer_name;
  container.creator = container.producer = producer_name;
  container.date = pdf_date(certificate.created);
  container.fonts = {&laid.fonts[0], &laid.fonts[1]};
  container.pages = make_pages(laid);
  QUOTARY_TRY(forms, make_forms(laid, {certificate.number, "", "", certificate.verify_url}, false));
  container.forms = std::move(forms);
  container.info = {{"QuotaryNumber", certificate.number}, {"QuotaryVoid", certificate.certificate_id}};
  container.xmp = xmp_packet({container.title,
                              container.author,
                              container.subject,
                              container.language,
                              certificate.created,
                              {{"number", certificate.number}, {"voidCertificate", certificate.certificate_id}}});
  container.fields.push_back({"Seal", "电子签章 Seal", 0, {}, ""});
  return write_container(container);
}

}  // namespace quotary::pdfgen
