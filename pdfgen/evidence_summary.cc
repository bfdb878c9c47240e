#include "pdfgen/evidence_summary.h"

#include "pdfgen/statement.h"

namespace quotary::pdfgen {
namespace {

constexpr Color blue{0.10, 0.24, 0.45};

}  // namespace

Result<std::string> evidence_summary(std::shared_ptr<const Fonts> fonts, const EvidenceSummary& summary) {
  Statement statement;
  statement.title = {"证据摘要", "SUMMARY OF EVIDENCE"};
  statement.number = summary.number;
  statement.issuer = summary.seller_name;
  statement.color = blue;
  statement.banner = summary.status;
  statement.banner_right = summary.made_at;
  statement.introduction = {
      "本摘要说明随附文件所能证明的事实，并逐条对照有关法律；凡签署方法不足以证明的，均注明不作主张。随附的账本记录、包含证明与数字签名可用任何实现核验，无须信任本摘要。",
      "This page says what the files enclosed show, provision by provision; where a method shows less, nothing is claimed, and "
      "that is said. The ledger's entries, proofs of inclusion and digital signatures enclosed can be verified by anybody's "
      "program: nothing rests on this page."};
  for (const EvidenceSection& section : summary.sections) {
    statement.rows.push_back({{section.chinese.c_str(), section.english.c_str()}, "", nullptr});
    for (const EvidenceRow& row : section.rows)
      statement.rows.push_back({{row.chinese.c_str(), row.english.c_str()}, row.value, "/evidence"});
  }
  statement.verify_url = summary.verify_url;
  statement.subject = summary.buyer_name;
  statement.created = summary.created;
  statement.info = {{"QuotaryNumber", summary.number}, {"QuotaryEvidence", summary.number}};
  statement.properties = {{"number", summary.number}, {"evidenceSummary", summary.number}};
  return write_statement(std::move(fonts), statement);
}

}  // namespace quotary::pdfgen
