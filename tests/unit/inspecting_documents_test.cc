// Decks, documents and PDFs as people and forgers leave them, read in this process.
#include "api/inspecting/difference.h"
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/inspect.h"
#include "api/inspecting/reading/xml.h"
#include "tests/support/evidence_files.h"
#include "tests/support/golden.h"

#include <gtest/gtest.h>

namespace quotary::inspecting {
namespace {

using testing::deck_files;
using testing::deck_of;
using testing::pdf_of;
using testing::Slide;
using testing::zip_of;

constexpr const char* deck_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

Inspection inspect(std::string_view bytes, std::string declared = "", std::string name = "file") {
  static const Reader reader = Reader::open().value();
  const Question question{bytes, bytes.size(), std::move(declared), std::move(name), Timestamp{1'782'781'500'000}, {}};
  const Inspection out = reader.inspect(question);
  const auto again = decode(encode(out));
  EXPECT_TRUE(again && *again == out) << encode(out);
  return out;
}

const std::string& picture(unsigned seed) {
  static std::map<unsigned, std::string> made;
  return made.try_emplace(seed, testing::png_of(testing::spots(32, 32, seed))).first->second;
}

std::vector<Slide> first_version() {
  return {{256, {"封面", "苏州澄湖"}, picture(1)},
          {257, {"Problem", "It stops"}, {}},
          {258, {"Price", "100"}, picture(2)},
          {259, {"Thanks"}, {}}};
}

TEST(Deck, IsReadSlideBySlide) {
  const auto found = inspect(deck_of(first_version()), deck_type, "方案.pptx");
  EXPECT_EQ(found.kind, Kind::deck);
  EXPECT_EQ(found.media_type, deck_type);
  EXPECT_TRUE(found.flags.empty()) << encode(found);
  ASSERT_TRUE(found.document);
  EXPECT_EQ(found.document->count, 4U);
  EXPECT_EQ(found.document->title, "演示方案 V2");
  EXPECT_EQ(found.document->author, "李雷");
  EXPECT_EQ(found.document->created_at, parse_rfc3339("2026-06-01T08:00:00Z").value());
  EXPECT_EQ(found.document->modified_at, parse_rfc3339("2026-06-29T12:00:00Z").value());
  ASSERT_EQ(found.document->parts.size(), 4U);
  EXPECT_EQ(found.document->parts[0].id, "256");
  EXPECT_EQ(found.document->parts[0].lines, (std::vector<std::string>{"封面", "苏州澄湖"}));
  EXPECT_EQ(facts(found).at("slides").to_number<int>(), 4);
}

TEST(Deck, ThreeVersionsTellWhatChanged) {
  auto slides = first_version();
  const auto first = inspect(deck_of(slides));
  slides[2].lines = {"Price", "90", "until June"};
  slides.insert(slides.begin() + 1, {260, {"Who we are"}, {}});
  const auto second = inspect(deck_of(slides));
  const auto step = between(first, second);
  EXPECT_EQ(step.added, std::vector<std::uint32_t>{2});
  EXPECT_TRUE(step.removed.empty() && step.moved.empty());
  ASSERT_EQ(step.changed.size(), 1U);
  EXPECT_EQ(step.changed[0].from, 3U);
  EXPECT_EQ(step.changed[0].to, 4U);
  EXPECT_EQ(step.changed[0].lines_added, (std::vector<std::string>{"90", "until June"}));
  EXPECT_EQ(step.changed[0].lines_removed, std::vector<std::string>{"100"});

  slides.erase(slides.begin() + 2);          // "Problem"
  std::swap(slides.front(), slides.back());  // "Thanks" to the front
  slides.back().picture = picture(3);        // the cover's picture, its words stay
  const auto third = inspect(deck_of(slides));
  const auto next = between(second, third);
  EXPECT_TRUE(next.added.empty());
  EXPECT_EQ(next.removed, std::vector<std::uint32_t>{3});
  EXPECT_EQ(next.moved.size(), 2U);
  ASSERT_EQ(next.changed.size(), 1U);
  EXPECT_EQ(next.changed[0].from, 1U);
  EXPECT_EQ(next.changed[0].to, 4U);
  EXPECT_TRUE(next.changed[0].lines_added.empty() && next.changed[0].lines_removed.empty());
}

TEST(Deck, MacrosAreFlagged) {
  auto files = deck_files(first_version());
  files["ppt/vbaProject.bin"] = "VBA";
  const auto found = inspect(zip_of(files), deck_type);
  EXPECT_EQ(found.flags, std::set<Flag>{Flag::macro});
  EXPECT_EQ(found.media_type, "application/vnd.ms-powerpoint.presentation.macroenabled.12");
}

TEST(Deck, EncryptedOnesAreFlagged) {
  EXPECT_EQ(inspect(zip_of(deck_files(first_version()), "secret")).flags, std::set<Flag>{Flag::encrypted});
  std::string compound("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
  compound.resize(512, '\0');
  EXPECT_FALSE(inspect(compound).flags.contains(Flag::encrypted));
  for (const char c : std::string("EncryptedPackage")) compound += c, compound += '\0';
  compound.resize(2'048, '\0');
  EXPECT_EQ(inspect(compound, deck_type).flags, std::set<Flag>{Flag::encrypted});
}

TEST(Deck, DeclaredOtherwiseIsFlagged) {
  const std::string deck = deck_of(first_version());
  EXPECT_TRUE(inspect(deck, "application/zip").flags.empty());
  EXPECT_EQ(inspect(deck, "image/jpeg").flags, std::set<Flag>{Flag::mime_mismatch});
  EXPECT_EQ(inspect(zip_of({{"a.txt", "a"}}), deck_type).flags, std::set<Flag>{Flag::mime_mismatch});
}

TEST(Deck, OneThatWasNotReadIsNotContradicted) {
  const std::string zip = zip_of({{"a.txt", std::string(4'000, 'a')}, {"b.txt", "b"}});
  const auto part = zip.substr(0, zip.size() - 30);
  EXPECT_EQ(inspect(part, deck_type).flags, std::set<Flag>{Flag::damaged});
  EXPECT_EQ(inspect(part, "image/png").flags, (std::set<Flag>{Flag::damaged, Flag::mime_mismatch}));
}

TEST(Deck, BombsAreNotInflated) {
  auto files = deck_files(first_version());
  files["ppt/slides/slide1.xml"] = std::string(60u << 20, ' ');
  EXPECT_EQ(inspect(zip_of(files), deck_type).flags, std::set<Flag>{Flag::over_limits});
  EXPECT_EQ(inspect(zip_of(files), "image/png").flags, (std::set<Flag>{Flag::over_limits, Flag::mime_mismatch}));
  testing::Files many{{"[Content_Types].xml", "<Types/>"}};
  for (std::uint64_t i = 0; i < limits::archive_entries_max; ++i) many[std::to_string(i)] = "";
  EXPECT_EQ(inspect(zip_of(many)).flags, std::set<Flag>{Flag::over_limits});
}

// The table says 10 bytes, the data inflate to 1 MiB.
TEST(Deck, ATableThatLiesIsDamage) {
  auto files = deck_files(first_version());
  const std::string big(1u << 20, ' ');
  files["ppt/slides/slide1.xml"] = big;
  std::string zip = zip_of(files);
  const std::string size("\x00\x00\x10\x00", 4), lie("\x0a\x00\x00\x00", 4);
  std::size_t replaced = 0;
  for (auto at = zip.find(size); at != std::string::npos; at = zip.find(size, at + 4))
    zip.replace(at, 4, lie), ++replaced;
  ASSERT_GE(replaced, 2U);
  EXPECT_TRUE(inspect(zip).flags.contains(Flag::damaged));
}

TEST(Deck, BrokenOffOrIncompleteIsDamaged) {
  const std::string whole = deck_of(first_version());
  for (const std::size_t size : {whole.size() / 4, whole.size() / 2, whole.size() - 10})
    EXPECT_TRUE(inspect(std::string_view(whole).substr(0, size)).flags.contains(Flag::damaged)) << size;
  auto files = deck_files(first_version());
  files.erase("ppt/slides/slide2.xml");
  EXPECT_EQ(inspect(zip_of(files)).flags, std::set<Flag>{Flag::damaged});
}

TEST(Deck, HostileXmlIsDamage) {
  const std::string laughs =
      "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">"
      "<!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;\">]><p:sld xmlns:p=\"p\">&lol3;</p:sld>";
  const std::string outside =
      "<!DOCTYPE a [<!ENTITY secret SYSTEM \"file:///etc/passwd\">]><p:sld><a:p><a:t>&secret;</a:t></a:p></p:sld>";
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (const std::string& xml : {laughs, outside, deep, std::string("<a:p><a:t>x</a:p>"), std::string("\0\0", 2)}) {
    auto files = deck_files(first_version());
    files["ppt/slides/slide1.xml"] = xml;
    const auto found = inspect(zip_of(files));
    EXPECT_EQ(found.flags, std::set<Flag>{Flag::damaged}) << xml.substr(0, 100);
    EXPECT_TRUE(found.document->parts.at(0).lines.empty());
  }
  EXPECT_TRUE(read_xml("<a>&lt;&#x4e2d;</a>", {}));
  EXPECT_FALSE(read_xml("<!DOCTYPE a><a/>", {}));
}

TEST(Deck, TextIsBounded) {
  std::vector<Slide> slides;
  for (std::uint32_t i = 0; i < 4; ++i) slides.push_back({i, std::vector<std::string>(900, std::string(400, 'a')), {}});
  const auto found = inspect(deck_of(slides));
  EXPECT_TRUE(found.document->text_cut);
  EXPECT_LE(encode(found).size(), limits::inspection_bytes_max);
  // Whatever was left out of the lines still changes the hash.
  slides[3].lines.back() = "b";
  EXPECT_EQ(between(found, inspect(deck_of(slides))).changed.size(), 1U);
}

TEST(Document, IsReadAsOnePart) {
  testing::Files files = deck_files({});
  for (auto& [name, text] : files)
    for (std::string from : {"ppt/presentation.xml", "presentationml.presentation"})
      for (auto at = text.find(from); at != std::string::npos; at = text.find(from))
        text.replace(at, from.size(),
                     from[0] == 'p' && from[1] == 'p' ? "word/document.xml" : "wordprocessingml.document");
  files["word/document.xml"] =
      "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>试用</w:t></w:r><w:r><w:t>确认单</w:t></w:r></w:p><w:p/></w:body></w:document>";
  const auto found = inspect(zip_of(files));
  EXPECT_EQ(found.kind, Kind::document);
  EXPECT_TRUE(found.flags.empty()) << encode(found);
  ASSERT_EQ(found.document->parts.size(), 1U);
  EXPECT_EQ(found.document->parts[0].lines, std::vector<std::string>{"试用确认单"});
}

TEST(Workbook, CountsItsSheets) {
  testing::Files files;
  files["[Content_Types].xml"] =
      "<Types><Override PartName=\"/xl/workbook.xml\" "
      "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>";
  files["_rels/.rels"] =
      "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"/xl/workbook.xml\"/></Relationships>";
  files["xl/workbook.xml"] =
      "<workbook xmlns:r=\"r\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/><sheet name=\"B\" sheetId=\"2\" r:id=\"r2\"/></sheets></workbook>";
  files["xl/_rels/workbook.xml.rels"] =
      "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
      "<Relationship Id=\"r2\" Type=\"x/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>";
  files["xl/worksheets/sheet1.xml"] = "<worksheet/>";
  files["xl/worksheets/sheet2.xml"] = "<worksheet><sheetData/></worksheet>";
  const auto found = inspect(zip_of(files));
  EXPECT_EQ(found.kind, Kind::workbook);
  EXPECT_TRUE(found.flags.empty()) << encode(found);
  EXPECT_EQ(facts(found).at("sheets").to_number<int>(), 2);
}

TEST(Ofd, IsReadPageByPage) {
  testing::Files files;
  files["OFD.xml"] =
      "<ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:DocBody><ofd:DocInfo><ofd:Title>试用确认</ofd:Title>"
      "<ofd:Author>韩梅梅</ofd:Author></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>";
  files["Doc_0/Document.xml"] =
      "<ofd:Document xmlns:ofd=\"o\"><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/>"
      "<ofd:Page ID=\"2\" BaseLoc=\"/Doc_0/Pages/Page_1/Content.xml\"/></ofd:Pages></ofd:Document>";
  files["Doc_0/Pages/Page_0/Content.xml"] = "<ofd:Page xmlns:ofd=\"o\"><ofd:TextCode>第一页</ofd:TextCode></ofd:Page>";
  files["Doc_0/Pages/Page_1/Content.xml"] = "<ofd:Page xmlns:ofd=\"o\"><ofd:TextCode>第二页</ofd:TextCode></ofd:Page>";
  const auto found = inspect(zip_of(files), "application/ofd");
  EXPECT_EQ(found.kind, Kind::ofd);
  EXPECT_TRUE(found.flags.empty()) << encode(found);
  EXPECT_EQ(found.document->title, "试用确认");
  EXPECT_EQ(found.document->author, "韩梅梅");
  EXPECT_EQ(facts(found).at("pages").to_number<int>(), 2);
  EXPECT_EQ(found.document->parts.at(1).lines, std::vector<std::string>{"第二页"});
  files.erase("Doc_0/Pages/Page_1/Content.xml");
  EXPECT_EQ(inspect(zip_of(files)).flags, std::set<Flag>{Flag::damaged});
}

TEST(Pdf, SaysItsPagesAndMaker) {
  const auto found = inspect(pdf_of({"one", "two", "three"}), "application/pdf");
  EXPECT_EQ(found.kind, Kind::pdf);
  EXPECT_TRUE(found.flags.empty()) << encode(found);
  EXPECT_EQ(found.document->count, 3U);
  EXPECT_EQ(found.document->title, "Trial plan");
  EXPECT_EQ(found.document->author, "Han Meimei");
  EXPECT_EQ(found.document->created_at, parse_rfc3339("2026-06-30T01:05:00Z").value());
  const auto step = between(found, inspect(pdf_of({"one", "2", "three", "four"})));
  EXPECT_EQ(step.added, std::vector<std::uint32_t>{4});
  ASSERT_EQ(step.changed.size(), 1U);
  EXPECT_EQ(step.changed[0].to, 2U);
}

TEST(Pdf, ThatIsOursIsRead) {
  for (const char* name : {"signing/carried.pdf", "signing/elsewhere.pdf"}) {
    const auto found = inspect(testing::golden(name), "application/pdf");
    EXPECT_TRUE(found.flags.empty()) << name << encode(found);
    EXPECT_GE(found.document->count.value_or(0), 1U);
  }
}

TEST(Pdf, ActionsAreFlagged) {
  const auto flags = [](const std::string& more) { return inspect(pdf_of({"one"}, more)).flags; };
  EXPECT_EQ(flags("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), std::set<Flag>{Flag::script});
  EXPECT_EQ(flags("/AA [ << /X [ << /S /Launch /F (cmd.exe) >> ] >> ]"), std::set<Flag>{Flag::launch});
  EXPECT_EQ(flags("/OpenAction << /S /#4aavaScript >>"), std::set<Flag>{Flag::script});
  EXPECT_TRUE(flags("/OpenAction << /S /GoTo /D (x) >>").empty());
}

TEST(Pdf, DamagedAndEncryptedAreFlagged) {
  const std::string whole = pdf_of({"one", "two"});
  EXPECT_TRUE(inspect(whole.substr(0, whole.size() / 2)).flags.contains(Flag::damaged));
  EXPECT_TRUE(inspect("%PDF-1.7\nnothing").flags.contains(Flag::damaged));
  std::string locked = whole;
  const std::string key(32, 'a');
  locked.insert(locked.find("/Root 1 0 R"),
                "/ID [(a) (a)] /Encrypt << /Filter /Standard /V 1 /R 2 /P -1 /O (" + key + ") /U (" + key + ") >> ");
  EXPECT_TRUE(inspect(locked).flags.contains(Flag::encrypted));
}

TEST(Executable, ByBytesTypeAndName) {
  std::string windows("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0", 16);
  windows.resize(512, '\0');
  for (const std::string& bytes : {windows, std::string("#!/bin/sh\nrm -rf /\n"),
                                   std::string("\x7f"
                                               "ELF\2\1\1\0",
                                               8)})
    EXPECT_TRUE(inspect(bytes, "image/jpeg").flags.contains(Flag::executable));
  EXPECT_TRUE(inspect("", "", "photo.jpg.EXE").flags.contains(Flag::executable));
  EXPECT_TRUE(inspect("hello", "text/plain", "notes.txt").flags.empty());
}

TEST(Anything, OfNoKindIsJustTold) {
  const auto empty = inspect("");
  EXPECT_EQ(empty.kind, Kind::other);
  EXPECT_FALSE(empty.document || empty.photo);
  EXPECT_EQ(inspect("hello, world\n", "text/plain").media_type, "text/plain");
}

}  // namespace
}  // namespace quotary::inspecting
