#include "pdfgen/quote_document.h"
#include "pdfgen/statement.h"

namespace quotary::pdfgen {
namespace {

constexpr Color red{0.66, 0.12, 0.14};

std::vector<StatementRow> rows_of(const VoidCertificate& c) {
  return {
      {{"报价单", "Quotation"}, "", nullptr},
      {{"报价编号", "Quotation No."}, c.number, "/number"},
      {{"卖方", "Seller"}, c.seller_name, "/seller_name"},
      {{"买方", "Buyer"}, c.buyer_name, "/buyer_name"},
      {{"价税合计", "Total with tax"}, c.currency + " " + grouped(c.tax_inclusive), "/tax_inclusive"},
      {{"签发时间", "Issued"}, c.issued_at, "/issued_at"},
      {{"作废前状态", "Status before"}, c.status_before, "/status_before"},
      {{"作废申请", "Request"}, "", nullptr},
      {{"申请人", "Requested by"}, c.requested_by, "/requested_by"},
      {{"申请时间", "Requested"}, c.requested_at, "/requested_at"},
      {{"作废原因", "Reason"}, c.reason, "/reason_code"},
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

}  // namespace

Result<std::string> void_certificate(std::shared_ptr<const Fonts> fonts, const VoidCertificate& certificate) {
  Statement statement;
  statement.title = {"作废证明", "VOID CERTIFICATE"};
  statement.number = certificate.number;
  statement.issuer = certificate.seller_name;
  statement.color = red;
  statement.banner = "已作废 VOIDED";
  statement.banner_right = certificate.decided_at;
  statement.introduction = {
      "本证明确认下列报价单已经作废，自批准时间起不再具有效力。原文件保持不变，仍可下载与核验。",
      "This certifies that the quotation below was voided and has no effect from the time of decision. The original document is unchanged and remains available."};
  statement.rows = rows_of(certificate);
  statement.verify_url = certificate.verify_url;
  statement.subject = certificate.buyer_name;
  statement.created = certificate.created;
  statement.info = {{"QuotaryNumber", certificate.number}, {"QuotaryVoid", certificate.certificate_id}};
  statement.properties = {{"number", certificate.number}, {"voidCertificate", certificate.certificate_id}};
  return write_statement(std::move(fonts), statement);
}

}  // namespace quotary::pdfgen
