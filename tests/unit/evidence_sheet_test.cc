// Sheets of evidence and the confirmation, with readers that are not ours as judges.
#include "pdfgen/signature_box.h"
#include "tests/support/pdf_fixture.h"
#include "tests/support/sample_sheets.h"

namespace quotary::pdfgen {
namespace {

using quotary::testing::fonts;
using quotary::testing::run;
using ::testing::HasSubstr;
using ::testing::Not;

class Sheet : public quotary::testing::PdfTest {
 protected:
  // Reads as well as a document for the archive must.
  std::string printed(const std::string& bytes) {
    const std::string path = save(bytes);
    expect_sound(path);
    for (const char* part : {"%PDF-1.7", "GTS_PDFA1", "<pdfaid:part>3</pdfaid:part>", "/T (Seal)", "/SigFlags 3"})
      EXPECT_THAT(bytes, HasSubstr(part));
    for (const char* part : {"/ObjStm", "/XRef", "/Encrypt", "/NeedAppearances", "/JavaScript", "/SMask"})
      EXPECT_THAT(bytes, Not(HasSubstr(part)));
    pages_ = page_count(path);
    return text(path);
  }
  int pages_ = 0;
};

TEST_F(Sheet, OfAPhotoShowsItAndWhatIsRecorded) {
  const auto sheet = quotary::testing::photo_sheet();
  const std::string bytes = evidence_sheet(fonts(), sheet).value();
  EXPECT_TRUE(bytes == evidence_sheet(fonts(), sheet).value());
  const std::string page = printed(bytes);
  EXPECT_EQ(pages_, 2);
  for (const char* part : {"照片证据页", "01935A3C-8001-7C41-9D0E-3A5B8C2F4E62-V1", "苏州澄湖伺服压装机现场演示",
                           "2026-06-30 09:06:12 +08:00", "31.298333, 120.585000 ± 12.5 m", "文件元数据 (EXIF) 所载",
                           "4,831,207 字节 bytes", "9f86d081884c7d659a2f", "9F86 D081 884C 7D65", "#48213",
                           "检查未作标记", "不构成证明", "neither is proof", "Made anew"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, Not(HasSubstr("〓")));
  EXPECT_THAT(page, Not(HasSubstr("WITHDRAWN")));
  const std::string images = run("pdfimages -list " + (folder_ / "document.pdf").string()).out;
  EXPECT_THAT(images, HasSubstr("800   600  rgb"));
  EXPECT_THAT(images, HasSubstr("jpeg"));
  ASSERT_EQ(run("pdftoppm -r 200 -f 1 -l 1 -singlefile -png " + (folder_ / "document.pdf").string() + " " +
                (folder_ / "page").string())
                .status,
            0);
  EXPECT_THAT(run("zbarimg -q --raw " + (folder_ / "page.png").string()).out, HasSubstr(sheet.verify_url));
}

TEST_F(Sheet, SaysThatItWasWithdrawnAndWhatIsDoubtful) {
  const std::string page = printed(evidence_sheet(fonts(), quotary::testing::doubtful_sheet()).value());
  for (const char* part : {"已撤回 WITHDRAWN", "拍错了设备", "#48301", "第 8 项疑点 doubt 8", "上传者声明",
                           "未记载 not recorded", "现场 〓.jpg", "stands for a character"})
    EXPECT_THAT(page, HasSubstr(part));
}

TEST_F(Sheet, OfADeckListsItsSlidesAndWhatChanged) {
  const std::string page = printed(evidence_sheet(fonts(), quotary::testing::deck_sheet()).value());
  for (const char* part : {"演示文稿封面页", "V2.1", "第 5 页报价调整", "第 14 张 Slide 14", "（无文字 no text）",
                           "与第 1 版的差异", "新增 Added: 9", "增加 2 行", "含有宏"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, Not(HasSubstr("位置 Position")));
  auto same = quotary::testing::deck_sheet();
  same.difference.clear();
  EXPECT_THAT(printed(evidence_sheet(fonts(), same).value()), HasSubstr("未发现差异 none was found"));
}

TEST_F(Sheet, OfAHugeDeckStaysShort) {
  auto sheet = quotary::testing::deck_sheet();
  sheet.parts.assign(2'000, std::string(3'000, 'W'));
  sheet.parts_total = 2'400;
  sheet.difference.assign(500, "改动 Changed");
  const std::string page = printed(evidence_sheet(fonts(), sheet).value());
  EXPECT_LE(pages_, 8);
  for (const char* part : {"另有 2340 项未列出", "另有 460 处未列出", "W…"}) EXPECT_THAT(page, HasSubstr(part));
}

TEST_F(Sheet, TakesAnyTextOfAFile) {
  auto sheet = quotary::testing::deck_sheet();
  sheet.issuer = "E\xF0\x9F\x98\x80";
  sheet.case_title = sheet.item_title = sheet.change_note = sheet.file_name =
      "\xff\xfe \x01 \xE0\xB8\x81 \xF0\x9F\xA4\x96";
  sheet.parts = {"\xF0\x9F\xA4\x96 机器人", "\x1b[31m"};
  EXPECT_THAT(printed(evidence_sheet(fonts(), sheet).value()), HasSubstr("〓 机器人"));
}

TEST_F(Sheet, TakesNoPictureButAJpegOfItsSize) {
  auto sheet = quotary::testing::photo_sheet();
  const std::string good = sheet.picture_jpeg;
  for (const std::string& bad :
       {std::string("GIF89a"), std::string("\xff\xd8\xff\xe0"), good + std::string(5u << 20, 'x'),
        std::string("\xff\xd8\xff\xc0\x00\x0e\x08\x00\x03\x00\x02\x04\x01\x11\x00\x02", 16)}) {
    sheet.picture_jpeg = bad;
    const auto made = evidence_sheet(fonts(), sheet);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "bad_picture");
  }
  sheet.picture_jpeg.clear();
  sheet.no_picture = "文件损坏，未能重制图像 damaged, no picture could be made";
  EXPECT_THAT(printed(evidence_sheet(fonts(), sheet).value()), HasSubstr("no picture could be made"));
}

TEST_F(Sheet, ConfirmationNamesWhatWasShownAndHasPlacesToSign) {
  const auto input = quotary::testing::sample_confirmation();
  const std::string bytes = confirmation(fonts(), input).value();
  EXPECT_TRUE(bytes == confirmation(fonts(), input).value());
  const std::string page = printed(bytes);
  EXPECT_EQ(pages_, 2);
  for (const char* part : {"试用确认书", "苏州澄湖新能源科技股份有限公司", "91310115MA1H8X0X0X", "伺服压装机方案",
                           "V2.1", "9f86d081884c7d659a2f", "#48214", "2026-06-30 09:00", "3 号厂房", "shown to us",
                           "试用结果", "客户签字一 Customer 1", "我方代表 Seller"})
    EXPECT_THAT(page, HasSubstr(part));
  for (const char* field : {"/T (Rep)", "/T (Customer1)", "/T (Customer2)", "/T (Customer3)"})
    EXPECT_THAT(bytes, HasSubstr(field));
  // Boxes of the size that signatures are drawn for.
  EXPECT_THAT(bytes, HasSubstr("/BBox [ 0 0 120.32 54 ]"));
  EXPECT_EQ(signature_box_width, 120.32);
}

TEST_F(Sheet, ConfirmationWithResultsAndWithout) {
  auto input = quotary::testing::sample_confirmation();
  input.held_at.clear();
  input.result = "压装力 200 kN 达标，节拍 8.2 s。";
  input.confirmed = {"我方确认试用合格。"};
  const std::string page = printed(confirmation(fonts(), input).value());
  EXPECT_THAT(page, HasSubstr("节拍 8.2 s"));
  EXPECT_THAT(page, HasSubstr("我方确认试用合格。"));
  EXPECT_THAT(page, Not(HasSubstr("shown to us")));
  EXPECT_THAT(page, HasSubstr("时间 When"));
}

// Whatever its length, all places to sign stand on one page.
TEST_F(Sheet, ConfirmationOfMuchStaysWhole) {
  auto input = quotary::testing::sample_confirmation();
  for (int i = 0; i < 12; ++i) {
    input.shown.push_back(input.shown.front());
    const std::string page = text(save(confirmation(fonts(), input).value()));
    const auto last = page.rfind('\f', page.size() - 2);
    EXPECT_THAT(page.substr(last == std::string::npos ? 0 : last), HasSubstr("客户签字三 Customer 3"));
    EXPECT_THAT(page.substr(last == std::string::npos ? 0 : last), HasSubstr("我方代表 Seller"));
    EXPECT_THAT(page.substr(last == std::string::npos ? 0 : last), HasSubstr("签字 Signatures"));
  }
}

TEST_F(Sheet, ConfirmationNamesWhatItCannotPrint) {
  auto input = quotary::testing::sample_confirmation();
  input.shown[0].title = "方案 \xF0\x9F\xA4\x96";
  const auto made = confirmation(fonts(), input);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "character_not_printable");
  ASSERT_EQ(made.error().problems.size(), 1U);
  EXPECT_EQ(made.error().problems[0].pointer, "/shown/0/title");
  input = quotary::testing::sample_confirmation();
  input.shown.clear();
  EXPECT_EQ(confirmation(fonts(), input).error().code, "nothing_shown");
}

}  // namespace
}  // namespace quotary::pdfgen
