#include "pdfgen/signing_summary.h"

#include "pdfgen/statement.h"

namespace quotary::pdfgen {
namespace {

constexpr Color green{0.09, 0.42, 0.26}, amber{0.54, 0.35, 0.0};

// As numbers are written: an id has small letters.
std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

void add_signature(std::vector<StatementRow>& rows, const SummarySignature& s) {
  rows.push_back({{"签署", "Signature"}, "", nullptr});
  rows.push_back({{"签署人", "Signer"}, s.name, "/signer"});
  if (!s.role.empty()) rows.push_back({{"身份", "Role"}, s.role, "/role"});
  rows.push_back({{"签字栏", "Field"}, s.field, ""});
  rows.push_back({{"签署方式", "Method"}, s.method, ""});
  for (const std::string& factor : s.factors) rows.push_back({{"身份验证", "Proof of identity"}, factor, "/factors"});
  rows.push_back({{"阅读完毕", "Read to its end"}, s.viewed_at, ""});
  rows.push_back({{"签署时间", "Signed"}, s.signed_at, ""});
  rows.push_back({{"IP 地址", "IP address"}, s.ip, "/ip"});
  rows.push_back({{"浏览器", "Browser"}, s.user_agent, "/user_agent"});
  rows.push_back({{"所阅文件 SHA-256", "Document read"}, s.displayed_sha256, ""});
  rows.push_back({{"签署后 SHA-256", "Document signed"}, s.document_sha256, ""});
  rows.push_back({{"修订与条目", "Revision, entry"},
                  "第 " + std::to_string(s.revision) + " 版 revision " + std::to_string(s.revision) + "，#" +
                      std::to_string(s.entry_index),
                  ""});
}

std::vector<StatementRow> document_rows(const SigningSummary& s) {
  if (s.of_confirmation)
    return {{{"试用确认书", "Trial confirmation"}, "", nullptr},
            {{"确认书编号", "Confirmation id"}, s.number, "/number"},
            {{"名称", "Title"}, s.title, "/title"},
            {{"我方", "Seller"}, s.seller_name, "/seller_name"},
            {{"客户", "Customer"}, s.buyer_name, "/buyer_name"},
            {{"盖章原件 SHA-256", "Sealed document"}, s.document_sha256, ""}};
  return {{{"报价单", "Quotation"}, "", nullptr},
          {{"报价编号", "Quotation No."}, s.number, "/number"},
          {{"卖方", "Seller"}, s.seller_name, "/seller_name"},
          {{"买方", "Buyer"}, s.buyer_name, "/buyer_name"},
          {{"价税合计", "Total with tax"}, s.currency + " " + grouped(s.tax_inclusive), "/tax_inclusive"},
          {{"盖章原件 SHA-256", "Sealed document"}, s.document_sha256, ""}};
}

std::vector<StatementRow> rows_of(const SigningSummary& s) {
  std::vector<StatementRow> rows = document_rows(s);
  for (const SummarySignature& each : s.signatures) add_signature(rows, each);
  rows.push_back({{"签署说明", "Consent"}, "", nullptr});
  rows.push_back({{"版本", "Version"}, s.consent_id, ""});
  rows.push_back({{"文本 SHA-256", "Its hash"}, s.consent_sha256, ""});
  rows.push_back({{"中文文本", "In Chinese"}, s.consent_chinese, ""});
  rows.push_back({{"英文文本", "In English"}, s.consent_english, ""});
  rows.push_back({{"本页", "This page"}, "", nullptr});
  rows.push_back({{"签署请求", "Request"}, s.request_id, ""});
  rows.push_back({{"制作时间", "Made"}, s.made_at, ""});
  return rows;
}

}  // namespace

Result<std::string> signing_summary(std::shared_ptr<const Fonts> fonts, const SigningSummary& summary) {
  Statement statement;
  statement.title = {"签署证据摘要", "EVIDENCE OF SIGNING"};
  statement.number = upper(summary.number);
  statement.issuer = summary.seller_name;
  statement.color = summary.completed ? green : amber;
  statement.banner = summary.completed ? "全部签署 ALL HAVE SIGNED" : "部分签署 SIGNED IN PART";
  statement.banner_right = summary.made_at;
  statement.introduction =
      summary.own_certificates
          ? Label{"下列内容由签署服务在签署时记录，并登记在账本中。注明“本人数字证书”的签名由签署人以自己的证书作出；其余签名由签发方的签署服务代为加盖，用以记录签署行为。",
                  "The signing service recorded what follows at signing, and it stands in the ledger. Signatures by an own "
                  "certificate are the signer's; the others are the issuer's, made to record what the signers did."}
          : Label{
                "下列内容由签署服务在签署时记录，并登记在账本中。签名由签发方的签署服务代为加盖，用以记录签署行为，并非以签署人的个人证书作出。",
                "The signing service recorded what follows at signing, and it stands in the ledger. The digital signatures "
                "are the issuer's, made to record what the signers did; they are not made with certificates of the signers' "
                "own."};
  statement.rows = rows_of(summary);
  statement.verify_url = summary.verify_url;
  statement.subject = summary.buyer_name;
  statement.created = summary.created;
  const bool quotes = !summary.of_confirmation;
  statement.info = {{quotes ? "QuotaryNumber" : "QuotaryConfirmation", summary.number},
                    {"QuotarySigning", summary.request_id}};
  statement.properties = {{quotes ? "number" : "confirmation", summary.number}, {"signingSummary", summary.request_id}};
  return write_statement(std::move(fonts), statement);
}

}  // namespace quotary::pdfgen
