#include "pdfgen/confirmation.h"

#include "pdfgen/statement.h"

#include <deque>

namespace quotary::pdfgen {
namespace {

constexpr Color green{0.09, 0.36, 0.30};
constexpr double short_room = 22, result_room = 110;  // points
constexpr SignatureLabels signature_labels{
    {{"我方代表", "Seller"}, {"客户签字一", "Customer 1"}, {"客户签字二", "Customer 2"}, {"客户签字三", "Customer 3"}}};

// What customers confirm where nothing else was agreed.
constexpr std::string_view standard_statements[] = {
    "上列内容已按所列版本向我方展示。 What is listed above was shown to us in the versions stated.",
    "展示的时间与地点如本页所载。 It was shown at the time and place stated on this page.",
    "下列试用结果如实反映我方所见。 The result below states what we saw."};

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// The rows of one confirmation. Labels and pointers live as long as it does.
class Rows {
 public:
  explicit Rows(const Confirmation& in) : in_(in) {}

  std::vector<StatementRow> all() {
    participant({"我方", "Seller"}, in_.seller, "/seller");
    participant({"客户", "Customer"}, in_.customer, "/customer");
    heading({"展示内容", "What was shown"});
    row({"案卷", "Case"}, in_.case_title + (in_.case_title.empty() ? "" : "\n") + in_.case_id, "/case_title");
    for (std::size_t i = 0; i < in_.shown.size(); ++i) shown(in_.shown[i], "/shown/" + std::to_string(i));
    heading({"时间与地点", "Time and place"});
    rows_.push_back({{"时间", "When"}, in_.held_at, "/held_at", short_room});
    rows_.push_back({{"地点", "Where"}, in_.place, "/place", short_room});
    confirmed();
    heading({"试用结果", "Result of the trial"});
    rows_.push_back({{"结果", "Result"}, in_.result, "/result", result_room});
    return std::move(rows_);
  }

 private:
  void heading(const Label& label) { rows_.push_back({label, "", nullptr}); }
  void row(const Label& label, std::string value, const std::string& pointer) {
    rows_.push_back({label, std::move(value), kept_.emplace_back(pointer).c_str()});
  }

  void participant(const Label& label, const Confirmation::Participant& who, const std::string& at) {
    heading(label);
    row({"单位", "Organisation"}, who.organisation, at + "/organisation");
    row({"统一社会信用代码", "Legal id"}, who.legal_id, at + "/legal_id");
    row({"代表", "Representative"}, who.representative, at + "/representative");
    row({"联系方式", "Contact"}, who.contact, at + "/contact");
  }

  void shown(const Confirmation::Shown& item, const std::string& at) {
    row({"名称", "Title"}, item.title, at + "/title");
    row({"版本", "Version"},
        std::to_string(item.version) + (item.version_label.empty() ? "" : "    " + item.version_label),
        at + "/version_label");
    row({"内容承诺 SHA-256", "Commitment"}, item.commitment_sha256, at + "/commitment_sha256");
    row({"账本条目", "Ledger entry"}, "#" + std::to_string(item.entry_index), at + "/entry_index");
  }

  void confirmed() {
    heading({"客户确认", "The customer confirms"});
    if (in_.confirmed.empty())
      for (std::size_t i = 0; i < std::size(standard_statements); ++i)
        statement(i, std::string(standard_statements[i]));
    for (std::size_t i = 0; i < in_.confirmed.size(); ++i) statement(i, in_.confirmed[i]);
  }

  void statement(std::size_t i, std::string text) {
    row({kept_.emplace_back(std::to_string(i + 1)), ""}, std::move(text), "/confirmed/" + std::to_string(i));
  }

  const Confirmation& in_;
  std::vector<StatementRow> rows_;
  std::deque<std::string> kept_;
};

}  // namespace

Result<std::string> confirmation(std::shared_ptr<const Fonts> fonts, const Confirmation& confirmation) {
  if (confirmation.shown.empty())
    return fail(Errc::invalid, "nothing_shown", "a confirmation names what was shown: /shown is empty");
  Statement statement;
  statement.title = {"试用确认书", "TRIAL CONFIRMATION"};
  statement.number = upper(confirmation.id);
  statement.issuer = confirmation.seller.organisation;
  statement.color = green;
  // Nothing that a signature would make untrue: the page stays as it is.
  statement.banner = "客户试用确认 CONFIRMED BY WHO SIGNS BELOW";
  statement.introduction = {
      "客户就下列展示与试用作出确认。签署对象是本文件的全部内容；所列版本与内容承诺指明当时展示的文件，之后的版本不在确认之列。",
      "The customer confirms the demonstration and trial below. What is signed is all of this document; versions and "
      "commitments name the files that were shown, and no later version is confirmed by it."};
  Rows rows(confirmation);
  statement.rows = rows.all();
  statement.signatures = &signature_labels;
  const auto& shown = confirmation.shown.front();
  statement.signed_about = "签字 Signatures    " + confirmation.customer.organisation + "    " + shown.title + " (" +
                           std::to_string(shown.version) + ")" + (confirmation.shown.size() > 1 ? " …" : "");
  statement.verify_url = confirmation.verify_url;
  statement.subject = confirmation.customer.organisation;
  statement.created = confirmation.created;
  statement.info = {{"QuotaryConfirmation", confirmation.id}};
  statement.properties = {{"confirmation", confirmation.id}, {"case", confirmation.case_id}};
  return write_statement(std::move(fonts), statement);
}

}  // namespace quotary::pdfgen
