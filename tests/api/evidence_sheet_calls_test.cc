// Sheets of evidence, made of what was uploaded and recorded.
#include "api/use_cases/cases/rendition_calls.h"
#include "tests/support/evidence_files.h"
#include "tests/support/evidence_world.h"
#include "tests/support/pdf_fixture.h"

#include <filesystem>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::EvidenceWorld;
using ::testing::HasSubstr;
using ::testing::Not;

class SheetCalls : public quotary::testing::PdfTest {
 protected:
  EvidenceWorld w;

  // What the sheet says; sound for the archive's readers, and sealed.
  std::string read(const std::string& item, const std::string& version = "1") {
    const auto made = evidence_sheet(w.parts(), w.rep, item, version);
    EXPECT_TRUE(made) << made.error().code << " " << made.error().detail;
    if (!made) return {};
    EXPECT_EQ(made->media_type, "application/pdf");
    EXPECT_EQ(made->sha256, sha256(made->bytes).hex());
    const std::string path = save(made->bytes);
    expect_sound(path);
    EXPECT_THAT(made->bytes, HasSubstr("/ETSI.CAdES.detached"));
    images_ = quotary::testing::run("pdfimages -list " + path).out;
    return text(path);
  }
  std::string photo(const std::string& orientation = "1") {
    return quotary::testing::with_metadata(
        quotary::testing::jpeg_of(quotary::testing::spots(640, 480, 1)),
        quotary::testing::with(quotary::testing::phone_metadata(), "Exif.Image.Orientation", orientation));
  }
  static std::string deck(const std::vector<std::string>& titles) {
    std::vector<quotary::testing::Slide> slides;
    std::uint32_t id = 256;
    for (const auto& title : titles) slides.push_back({id++, {title}, ""});
    return quotary::testing::deck_of(slides);
  }
  std::string images_;
};

TEST_F(SheetCalls, APhotoIsShownUprightWithWhatItsFileSays) {
  const std::string bytes = photo("6");
  const auto item = w.item(bytes, "photo", "", "IMG_1.jpg");
  const std::string page = read(item);
  for (const char* part :
       {"照片证据页", "伺服压装机现场演示", "苏州澄湖新能源", "现场材料", "2026-06-30 09:05:00", "EXIF",
        "31.298333, 120.585000", "12.50 m", "Xiaomi", "IMG_1.jpg", "检查未作标记", "李雷 (rep)"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, HasSubstr(sha256(bytes).hex().substr(0, 40)));
  EXPECT_THAT(images_, HasSubstr("480   640  rgb"));
}

TEST_F(SheetCalls, WhatIsDeclaredIsCalledSo) {
  const auto item =
      w.item(quotary::testing::png_of(quotary::testing::spots(200, 100, 3)), "photo",
             R"(, "captured_at": "2026-06-30T01:30:00Z", "position": {"latitude": "31.3", "longitude": "120.6"})");
  const std::string page = read(item);
  EXPECT_THAT(page, HasSubstr("2026-06-30 09:30:00"));
  EXPECT_THAT(page, HasSubstr("上传者声明"));
  EXPECT_THAT(page, HasSubstr("文件未载拍摄时间与地点"));
  EXPECT_THAT(page, Not(HasSubstr("所载 as the file")));
}

TEST_F(SheetCalls, ADecksCoverTellsWhatChanged) {
  const auto item = w.item(deck({"封面", "报价 100"}), "deck", "", "方案_v1.pptx");
  EXPECT_THAT(read(item), Not(HasSubstr("版的差异")));
  ASSERT_TRUE(w.add_version_to(item, w.upload(deck({"封面", "报价 90", "维保"}), "方案_v2.pptx")));
  const std::string page = read(item, "2");
  for (const char* part : {"演示文稿封面页", "-V2", "改了报价页", "第 3 张 Slide 3", "维保", "与第 1 版的差异",
                           "新增 Added: 3", "+ 报价 90", "− 报价 100"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(read(item, "1"), Not(HasSubstr("维保")));
}

TEST_F(SheetCalls, HostilePhotosHaveASheetThatSaysWhy) {
  const std::string whole = photo();
  const auto broken = w.item(whole.substr(0, whole.size() / 2), "photo");
  EXPECT_THAT(read(broken), HasSubstr("文件不完整或已损坏"));
  EXPECT_THAT(images_, HasSubstr("640   480  rgb"));
  const std::string png = quotary::testing::png_of(quotary::testing::spots(200, 100, 3));
  const auto none = w.item(png.substr(0, png.size() / 2), "photo");
  EXPECT_THAT(read(none), HasSubstr("no picture could be made"));
  EXPECT_THAT(images_, Not(HasSubstr("rgb")));
}

TEST_F(SheetCalls, AWithdrawnVersionSaysSo) {
  const auto item = w.item(photo(), "photo");
  ASSERT_TRUE(withdraw_evidence(w.parts(), w.rep, item, "1", "", R"({"reason": "拍错了设备"})"));
  const std::string page = read(item);
  EXPECT_THAT(page, HasSubstr("已撤回 WITHDRAWN"));
  EXPECT_THAT(page, HasSubstr("拍错了设备"));
}

TEST_F(SheetCalls, ThePageIsTheSameWheneverItIsAskedFor) {
  const auto item = w.item(deck({"封面"}), "deck");
  const auto first = read(item);
  w.pass(std::int64_t{400} * 86'400'000);
  EXPECT_EQ(read(item), first);
  // Dated by its entry.
  EXPECT_THAT(evidence_sheet(w.parts(), w.rep, item, "1")->bytes, HasSubstr("/CreationDate (D:20260630013500Z)"));
}

TEST_F(SheetCalls, IsForWhoMayReadTheCase) {
  const auto item = w.item("eins", "other");
  EXPECT_EQ(code_of(evidence_sheet(w.parts(), w.rep2, item, "1")), "evidence_not_found");
  EXPECT_EQ(code_of(evidence_sheet(w.parts(), w.rep, "nothing", "1")), "evidence_not_found");
  for (const char* version : {"0", "2", "x", ""})
    EXPECT_EQ(code_of(evidence_sheet(w.parts(), w.rep, item, version)), "version_not_found") << version;
  EXPECT_TRUE(evidence_sheet(w.parts(), w.manager, item, "1"));
  EXPECT_TRUE(evidence_sheet(w.parts(), w.auditor, item, "1"));
}

TEST_F(SheetCalls, WithoutTheProgramOnlyPhotosHaveNone) {
  const auto shown = w.item(photo(), "photo"), other = w.item("eins", "other");
  w.config.inspecting.program = {"/no/such/program"};
  w.reopen();
  EXPECT_EQ(code_of(evidence_sheet(w.parts(), w.rep, shown, "1")), "inspecting_unavailable");
  EXPECT_TRUE(evidence_sheet(w.parts(), w.rep, other, "1"));
}

}  // namespace
}  // namespace quotary::api
