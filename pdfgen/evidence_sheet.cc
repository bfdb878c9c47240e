#include "pdfgen/evidence_sheet.h"

#include "pdfgen/line_break.h"
#include "pdfgen/statement.h"

#include <algorithm>
#include <deque>

namespace quotary::pdfgen {
namespace {

constexpr Color blue{0.10, 0.24, 0.45}, red{0.66, 0.12, 0.14};
constexpr const char* recorded = "/evidence";  // no member of a request: what is printed was recorded before

struct KindWords {
  Label title, kind, part;
};

const KindWords& words_of(EvidenceSheet::Kind kind) {
  static constexpr KindWords photo{{"照片证据页", "PHOTO EVIDENCE SHEET"}, {"照片", "Photo"}, {"页", "Page"}};
  static constexpr KindWords deck{{"演示文稿封面页", "DECK COVER SHEET"}, {"演示文稿", "Deck"}, {"张", "Slide"}};
  static constexpr KindWords document{{"文件封面页", "DOCUMENT COVER SHEET"}, {"文件", "Document"}, {"页", "Page"}};
  static constexpr KindWords confirmation{
      {"确认书封面页", "CONFIRMATION COVER SHEET"}, {"确认书", "Confirmation"}, {"页", "Page"}};
  static constexpr KindWords other{{"材料封面页", "EVIDENCE COVER SHEET"}, {"材料", "Item"}, {"页", "Page"}};
  switch (kind) {
    case EvidenceSheet::Kind::photo: return photo;
    case EvidenceSheet::Kind::deck: return deck;
    case EvidenceSheet::Kind::document: return document;
    case EvidenceSheet::Kind::confirmation: return confirmation;
    case EvidenceSheet::Kind::other: break;
  }
  return other;
}

Label words_of(EvidenceSheet::Source source) {
  switch (source) {
    case EvidenceSheet::Source::exif: return {"文件元数据 (EXIF) 所载", "as the file's EXIF says"};
    case EvidenceSheet::Source::gps: return {"文件中的卫星定位时间", "the satellites' time as the file says"};
    case EvidenceSheet::Source::app: return {"采集程序所报", "as the capturing app reported"};
    case EvidenceSheet::Source::declared: return {"上传者声明", "as declared by who reported it"};
    case EvidenceSheet::Source::none: break;
  }
  return {"未知", "unknown"};
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string joined(std::initializer_list<std::string_view> texts, std::string_view between) {
  std::string out;
  for (const std::string_view text : texts) {
    if (text.empty()) continue;
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

std::string cut(const std::string& text) {
  const std::u32string characters = decode_utf8(text);
  if (characters.size() <= sheet_part_characters_max) return text;
  std::string out;
  for (const char32_t c : characters.substr(0, sheet_part_characters_max)) out += encode_utf8(c);
  return out + "…";
}

// The hash's first 64 bits, to be read out.
std::string short_form(const std::string& hex) {
  const std::string all = upper(hex.substr(0, 16));
  std::string out;
  for (std::size_t i = 0; i < all.size(); i += 4) out += (i > 0 ? " " : "") + all.substr(i, 4);
  return out;
}

// The rows of one sheet. Its labels live as long as it does.
class Rows {
 public:
  Rows(const FaceSet& faces, const EvidenceSheet& sheet) : faces_(faces), sheet_(sheet) {}

  std::vector<StatementRow> all() {
    if (sheet_.withdrawal) withdrawn();
    capture();
    item();
    if (sheet_.kind != EvidenceSheet::Kind::photo) contents();
    if (sheet_.compared_version > 0) difference();
    file();
    if (replaced_)
      row({"〓", ""}, "代表本页字体所没有的字符 stands for a character that the fonts of this page do not have");
    return std::move(rows_);
  }

 private:
  void heading(const Label& label) { rows_.push_back({label, "", nullptr}); }
  void row(const Label& label, const std::string& value) {
    rows_.push_back({label, with_stand_ins(faces_, value, replaced_), recorded});
  }
  void numbered(const Label& label, std::uint64_t number, const std::string& value) {
    const std::string digits = std::to_string(number);
    const auto& chinese = labels_.emplace_back("第 " + digits + " " + std::string(label.chinese));
    const auto& english = labels_.emplace_back(std::string(label.english) + " " + digits);
    row({chinese, english}, value);
  }

  void withdrawn() {
    heading({"撤回", "Withdrawal"});
    row({"撤回时间", "Withdrawn"}, sheet_.withdrawal->at);
    row({"撤回原因", "Reason"}, sheet_.withdrawal->reason);
    row({"账本条目", "Ledger entry"}, "#" + std::to_string(sheet_.withdrawal->entry_index));
  }

  void capture() {
    const bool photo = sheet_.kind == EvidenceSheet::Kind::photo;
    heading(photo ? Label{"时间、地点与疑点", "Time, place and doubts"} : Label{"时间与疑点", "Time and doubts"});
    row({"收到时间", "Received"}, joined({sheet_.received_at, "账本所记 as the ledger recorded"}, "    "));
    if (photo || !sheet_.captured_at.empty())
      row({"拍摄时间", "Captured"}, sourced(sheet_.captured_at, sheet_.captured_from));
    if (photo || !sheet_.position.empty()) row({"位置", "Position"}, sourced(sheet_.position, sheet_.position_from));
    row({"拍摄设备", "Camera"}, sheet_.camera);
    std::string doubts;
    for (const std::string& doubt : sheet_.doubts) doubts += (doubts.empty() ? "" : "\n") + doubt;
    row({"疑点", "Doubts"}, doubts.empty() ? "检查未作标记 The inspection flagged none" : doubts);
  }

  static std::string sourced(const std::string& value, EvidenceSheet::Source source) {
    if (value.empty()) return "未记载 not recorded";
    return value + "    " + both(words_of(source), true);
  }

  void item() {
    const KindWords& words = words_of(sheet_.kind);
    heading({"证据", "Evidence"});
    row({"案卷", "Case"}, joined({sheet_.case_title, sheet_.case_id}, "\n"));
    row({"客户", "Customer"}, sheet_.customer);
    row({"名称", "Title"}, joined({sheet_.item_title, both(words.kind, true)}, "    "));
    row({"版本", "Version"}, joined({std::to_string(sheet_.version), sheet_.version_label}, "    "));
    row({"变更说明", "Change note"}, sheet_.change_note);
    row({"提交人", "Reported by"}, sheet_.reported_by);
  }

  void contents() {
    if (sheet_.parts_total == 0 && sheet_.parts.empty()) return;
    const auto total = std::max<std::uint64_t>(sheet_.parts_total, sheet_.parts.size());
    const auto shown = std::min(sheet_.parts.size(), sheet_parts_shown_max);
    heading({"内容目录", "Contents"});
    row({"总数", "In all"}, std::to_string(total));
    for (std::size_t i = 0; i < shown; ++i)
      numbered(words_of(sheet_.kind).part, i + 1,
               sheet_.parts[i].empty() ? "（无文字 no text）" : cut(sheet_.parts[i]));
    if (total > shown) row({"其余", "Others"}, "另有 " + std::to_string(total - shown) + " 项未列出 more");
  }

  void difference() {
    const auto& label = labels_.emplace_back("与第 " + std::to_string(sheet_.compared_version) + " 版的差异");
    const auto& english = labels_.emplace_back("Changed since version " + std::to_string(sheet_.compared_version));
    heading({label, english});
    if (sheet_.difference.empty()) row({"差异", "Difference"}, "未发现差异 none was found");
    const auto shown = std::min(sheet_.difference.size(), sheet_differences_shown_max);
    for (std::size_t i = 0; i < shown; ++i) row({"差异", "Difference"}, sheet_.difference[i]);
    if (sheet_.difference.size() > shown)
      row({"其余", "Others"}, "另有 " + std::to_string(sheet_.difference.size() - shown) + " 处未列出 more");
  }

  void file() {
    heading({"文件与账本", "File and ledger"});
    row({"文件名", "File name"}, sheet_.file_name);
    row({"大小与类型", "Size and type"},
        joined({grouped(std::to_string(sheet_.size_bytes)) + " 字节 bytes", sheet_.media_type}, "    "));
    row({"文件 SHA-256", "File hash"}, sheet_.file_sha256);
    row({"内容承诺 SHA-256", "Commitment"},
        joined({sheet_.commitment_sha256, "由随机数与文件内容一并计算 over a nonce and the content"}, "\n"));
    row({"承诺短码", "In short"}, short_form(sheet_.commitment_sha256));
    row({"账本条目", "Ledger entry"}, "#" + std::to_string(sheet_.entry_index));
    row({"图像", "Picture"}, sheet_.no_picture);
  }

  const FaceSet& faces_;
  const EvidenceSheet& sheet_;
  std::vector<StatementRow> rows_;
  std::deque<std::string> labels_;
  bool replaced_ = false;
};

Label introduction_of(EvidenceSheet::Kind kind) {
  if (kind == EvidenceSheet::Kind::photo)
    return {
        "本页如实列出账本对这份照片的记录。拍摄时间与地点是文件自身所载或上传者所声明，可以被改动，不构成证明；有疑点的均已列出。",
        "This page states what the ledger recorded about this photo. Time and place of capture are what the file says or "
        "what was declared: both can be altered, and neither is proof. Doubts are listed."};
  return {
      "本页如实列出账本对该文件这一版本的记录。文件中的文字与时间是文件自身所载；是否为同一文件，以内容承诺核验。",
      "This page states what the ledger recorded about this version. Texts and times in the file are what it says of "
      "itself; whether a file is this one is verified by the commitment."};
}

}  // namespace

Result<std::string> evidence_sheet(std::shared_ptr<const Fonts> fonts, const EvidenceSheet& sheet) {
  const auto& faces = static_cast<const FaceSet&>(*fonts);
  Statement statement;
  if (!sheet.picture_jpeg.empty()) {
    QUOTARY_TRY(picture, read_picture(sheet.picture_jpeg));
    statement.picture = std::move(picture);
    statement.picture_caption = {"由原文件重制的图像，仅供查看，以原文件为准",
                                 "Made anew from the file to be looked at; the file itself is the evidence"};
  }
  bool replaced = false;
  const std::string version = std::to_string(sheet.version);
  statement.title = words_of(sheet.kind).title;
  statement.number = upper(sheet.item_id) + "-V" + version;
  statement.issuer = with_stand_ins(faces, sheet.issuer, replaced);
  statement.color = sheet.withdrawal ? red : blue;
  statement.banner = (sheet.withdrawal ? "已撤回 WITHDRAWN · " : "") + ("第 " + version + " 版 Version " + version);
  statement.banner_right = sheet.withdrawal ? sheet.withdrawal->at : sheet.received_at;
  statement.introduction = introduction_of(sheet.kind);
  Rows rows(faces, sheet);
  statement.rows = rows.all();
  statement.verify_url = sheet.verify_url;
  statement.subject = with_stand_ins(faces, sheet.item_title, replaced);
  statement.created = sheet.created;
  statement.info = {{"QuotaryEvidence", sheet.item_id}, {"QuotaryVersion", version}};
  statement.properties = {{"evidenceItem", sheet.item_id}, {"evidenceVersion", version}};
  return write_statement(std::move(fonts), statement);
}

}  // namespace quotary::pdfgen
