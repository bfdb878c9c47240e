// The documents, with readers that are not ours as judges: qpdf, poppler and zbar.
#include "ledger/base/hash.h"
#include "pdfgen/podofo_container.h"
#include "pdfgen/quote_document.h"
#include "tests/support/pdf_fixture.h"
#include "tests/support/sample_quotes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <png.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

namespace quotary::pdfgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using quotary::testing::fonts;
using quotary::testing::Ran;
using quotary::testing::run;

class Pdf : public quotary::testing::PdfTest {
 protected:
  static std::string issue(const Quote& quote, const Branding& branding = {}) {
    const QuoteDocument document = QuoteDocument::prepare(fonts(), quote, branding).value();
    return document.finish(quotary::testing::sample_numbering(), R"({"number":"SHQT2026-004812"})").value();
  }
};

TEST_F(Pdf, ChineseQuoteReadsBack) {
  const std::string path = save(issue(quotary::testing::cny_quote()));
  expect_sound(path);
  const std::string printed = text(path);
  for (const char* part : {"报价单", "SHQT2026-004812", "2026-11-24", "上海衡拓自动化设备有限公司",
                           "苏州澄湖新能源科技股份有限公司", "伺服压装机", "328,700.00", "-5,000.00", "684,487.21",
                           "人民币陆拾捌万肆仟肆佰捌拾柒元贰角壹分", "预付 30%", "7K3M-9QXW-D2HT-VB5R-A"})
    EXPECT_THAT(printed, HasSubstr(part));
  EXPECT_THAT(printed, Not(HasSubstr("Quotation No.")));
}

// Of every length, so that no cut falls into a character; the title goes on where its first line ended.
TEST_F(Pdf, ALongSellersNameIsCutBetweenCharacters) {
  std::string name;
  std::vector<std::size_t> ends;  // of each character
  for (unsigned c = 0x4e00; ends.size() < 200; ++c) {
    const std::string character{static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
                                static_cast<char>(0x80 | (c & 0x3f))};
    name += character;
    ends.push_back(name.size());
  }
  Quote quote = quotary::testing::cny_quote();
  for (std::size_t length = 60; length <= ends.size(); ++length) {
    quote.seller.name = name.substr(0, ends[length - 1]);
    ASSERT_TRUE(QuoteDocument::prepare(fonts(), quote, {})) << length;
  }
  // 34 fit on a line of the title, 24 on one of the seller's block.
  const std::string printed = text(save(issue(quote)));
  EXPECT_THAT(printed, HasSubstr(name.substr(0, ends[33])));
  EXPECT_THAT(printed, HasSubstr(name.substr(ends[33], ends[60] - ends[33])));
}

TEST_F(Pdf, ColumnsThatNoLineFillsAreLeftOut) {
  EXPECT_THAT(text(save(issue(quotary::testing::cny_quote()))), ::testing::AllOf(HasSubstr("编码"), HasSubstr("折扣")));
  Quote plain = quotary::testing::cny_quote();
  plain.lines.resize(3);
  for (auto& line : plain.lines) line.item.seller_id.clear();
  plain.lines.erase(plain.lines.begin());  // the one with a discount
  const std::string printed = text(save(issue(plain)));
  EXPECT_THAT(printed, Not(::testing::AnyOf(HasSubstr("编码"), HasSubstr("折扣"))));
  EXPECT_THAT(printed, HasSubstr("51,520.00"));
}

TEST_F(Pdf, TwoLanguagesStandSideBySide) {
  const std::string path = save(issue(quotary::testing::usd_quote()));
  expect_sound(path);
  EXPECT_EQ(page_count(path), 1);
  const std::string printed = text(path);
  for (const char* part : {"报价编号 Quotation No.", "Unit price", "Brightwater Hardware Ltd.", "USD 33,407.65",
                           "FOB Ningbo", "Page 1 of 1", "Ningbo Qifan Hardware"})
    EXPECT_THAT(printed, HasSubstr(part));
}

TEST_F(Pdf, QrCodeScansFromTheRenderedPage) {
  const std::string path = save(issue(quotary::testing::cny_quote()));
  const std::string picture = folder_ / "page";
  ASSERT_EQ(run("pdftoppm -r 200 -f 1 -l 1 -singlefile -png " + path + " " + picture).status, 0);
  EXPECT_THAT(run("zbarimg -q --raw " + picture + ".png").out,
              HasSubstr(quotary::testing::sample_numbering().verify_url));
}

TEST_F(Pdf, CarriesTheQuoteAsAttachment) {
  const std::string path = save(issue(quotary::testing::cny_quote()));
  EXPECT_THAT(run("pdfdetach -list " + path).out, HasSubstr("quote.json"));
  const std::string out = folder_ / "quote.json";
  ASSERT_EQ(run("pdfdetach -save 1 -o " + out + " " + path).status, 0);
  std::ifstream in(out);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), R"({"number":"SHQT2026-004812"})");
}

TEST_F(Pdf, StructureThatArchivesAndSignersNeed) {
  const std::string bytes = issue(quotary::testing::cny_quote());
  for (const char* part : {"%PDF-1.7",
                           "(SHQT2026-004812)",
                           "/QuotaryNumber",
                           "/QuotaryCode",
                           "(7K3M9QXWD2HTVB5RA)",
                           "GTS_PDFA1",
                           "/SigFlags 3",
                           "/T (Seal)",
                           "/T (Rep)",
                           "/T (Customer1)",
                           "/T (Customer2)",
                           "/T (Customer3)",
                           "/F 132",
                           "/AFRelationship /Source",
                           "/Subtype /application#2Fjson",
                           "<pdfaid:part>3</pdfaid:part>",
                           "<pdfaid:conformance>U</pdfaid:conformance>",
                           "<quotary:number>SHQT2026-004812</quotary:number>",
                           "\nxref\n",
                           "\ntrailer\n",
                           "2026-11-24T"})
    EXPECT_THAT(bytes, HasSubstr(part));
  for (const char* part : {"/ObjStm", "/XRef", "/Encrypt", "/NeedAppearances", "/JavaScript", "/SMask", "/CIDSet"})
    EXPECT_THAT(bytes, Not(HasSubstr(part)));
  EXPECT_EQ(bytes.substr(bytes.size() - 6), "%%EOF\n");
}

TEST_F(Pdf, SameQuoteSameBytes) {
  const std::string first = issue(quotary::testing::cny_quote());
  EXPECT_EQ(sha256(issue(quotary::testing::cny_quote())).hex(), sha256(first).hex());
  Numbering other = quotary::testing::sample_numbering();
  other.number = "SHQT2026-004813";
  EXPECT_NE(QuoteDocument::prepare(fonts(), quotary::testing::cny_quote(), {}).value().finish(other, "{}").value(),
            first);
}

TEST_F(Pdf, SameBytesFromManyThreads) {
  const std::string expected = issue(quotary::testing::usd_quote());
  const QuoteDocument shared = QuoteDocument::prepare(fonts(), quotary::testing::usd_quote(), {}).value();
  std::vector<std::string> hashes(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < hashes.size(); ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 4; ++round) {
        const std::string bytes =
            i % 2 ? issue(quotary::testing::usd_quote())
                  : shared.finish(quotary::testing::sample_numbering(), R"({"number":"SHQT2026-004812"})").value();
        hashes[i] = sha256(bytes).hex();
        if (hashes[i] != sha256(expected).hex()) return;
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& hash : hashes) EXPECT_EQ(hash, sha256(expected).hex());
}

// The library's identifiers of these begin like UTF-16 text, as those of one document in 20,000 do.
TEST(PdfContainer, IdentifierIsReplacedWhateverTheLibraryWroteThere) {
  pdfgen::EmbeddedFont font;
  font.name = "ABCDEF+Face";
  font.to_unicode = pdfgen::deflate("x", 1);
  const pdfgen::Deflated content = pdfgen::deflate("q Q", 1);
  for (const char* title : {"t1", "t43376", "t46494", "t59232"}) {
    pdfgen::Container container;
    container.language = "zh";
    container.title = title;
    container.author = container.subject = container.creator = container.producer = "a";
    container.date = "D:20261124020304Z";
    container.xmp = "<x/>";
    font.program = "x";
    container.fonts = {&font, &font};
    pdfgen::PageContent page;
    page.content = &content;
    container.pages.push_back(page);
    const auto file = pdfgen::write_container(container);
    ASSERT_TRUE(file) << title << ": " << file.error().detail;
    EXPECT_THAT(file->substr(file->rfind("trailer")),
                ::testing::ContainsRegex("/ID ?\\[ ?<[0-9a-f]{32}> ?<[0-9a-f]{32}> ?\\]"))
        << title;
  }
}

TEST_F(Pdf, PageCountsAndCarriedTotals) {
  EXPECT_EQ(page_count(save(issue(quotary::testing::long_quote(1)))), 1);
  const std::string forty = save(issue(quotary::testing::long_quote(40)));
  EXPECT_EQ(page_count(forty), 3);
  const std::string path = save(issue(quotary::testing::long_quote(400)));
  expect_sound(path);
  const int pages = page_count(path);
  EXPECT_GE(pages, 12);
  EXPECT_LE(pages, 20);
  // Each page's sum is the next one's start, and a multiple of one line's amount.
  std::string carried;
  for (int page = 1; page <= pages; ++page) {
    const std::string printed =
        run("pdftotext -layout -f " + std::to_string(page) + " -l " + std::to_string(page) + " " + path + " -").out;
    const auto figure_after = [&](const char* label) {
      const std::size_t at = printed.find(label);
      if (at == std::string::npos) return std::string();
      const std::size_t from = printed.find_first_of("0123456789", at);
      return printed.substr(from, printed.find('\n', from) - from);
    };
    EXPECT_EQ(figure_after("承前页"), carried) << page;
    carried = figure_after("过次页");
    EXPECT_EQ(carried.empty(), page == pages) << page;
    EXPECT_THAT(printed, HasSubstr("第 " + std::to_string(page) + " 页 / 共 " + std::to_string(pages) + " 页"));
    EXPECT_THAT(printed, HasSubstr("SHQT2026-004812"));
  }
}

struct Word {
  double left = 0, top = 0, right = 0, bottom = 0;
  std::string text;
};

// The words of all pages as poppler places them.
std::vector<Word> words(const std::string& path) {
  std::vector<Word> out;
  std::istringstream lines(run("pdftotext -bbox " + path + " -").out);
  for (std::string line; std::getline(lines, line);) {
    Word word;
    char text[512];
    if (std::sscanf(line.c_str(), " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\">%511[^<]", &word.left,
                    &word.top, &word.right, &word.bottom, text) == 5) {
      word.text = text;
      out.push_back(std::move(word));
    }
  }
  return out;
}

// Whatever the number of lines, nobody reads totals without a line above them, or signs without seeing the amount.
TEST_F(Pdf, LastLineTotalsAndSignaturesKeepTogether) {
  for (std::size_t count = 8; count < 48; ++count) {
    const std::string path = save(issue(quotary::testing::long_quote(count)));
    const int pages = page_count(path);
    for (int page = 1; page <= pages; ++page) {
      const std::string printed =
          run("pdftotext -layout -f " + std::to_string(page) + " -l " + std::to_string(page) + " " + path + " -").out;
      const std::string last_code = "A-" + std::to_string(100000 + count - 1);
      EXPECT_EQ(printed.find("行金额合计") != std::string::npos, printed.find(last_code) != std::string::npos)
          << count << " lines, page " << page;
      EXPECT_EQ(printed.find("行金额合计") != std::string::npos, printed.find("人民币大写") != std::string::npos)
          << count << " lines, page " << page;
      if (printed.find("买方签字一") == std::string::npos) continue;
      EXPECT_THAT(printed, HasSubstr("CNY 684,487.21")) << count << " lines, page " << page;
      EXPECT_THAT(printed, HasSubstr("备注")) << count << " lines, page " << page;
    }
  }
}

TEST_F(Pdf, LongTextsStayReadableAndWhole) {
  const std::string path = save(issue(quotary::testing::hard_quote()));
  expect_sound(path);
  std::string printed;
  for (const Word& word : words(path)) {
    printed += word.text;
    EXPECT_GE(word.bottom - word.top, 5.5) << word.text;  // the size it is set in
    EXPECT_GE(word.left, 41) << word.text;
    EXPECT_LE(word.right, 595 - 41) << word.text;
  }
  for (const char* whole : {"凭2026年中国国际工业博览会参观证明，仅限本单使用tradefairrebateforthisorderonly",
                            "4,197.16981132075", "-12,345.67", "18,875,817.70"})
    EXPECT_THAT(printed, HasSubstr(whole));
}

TEST_F(Pdf, PointsStandUnderPoints) {
  const std::string path = save(issue(quotary::testing::usd_quote()));
  constexpr double digit = 8 * 0.554;  // all digits of the face are equally wide
  std::map<std::string, double> points;
  for (const Word& word : words(path)) {
    for (const char* price : {"4.85", "1.275", "23.60", "118.40", "0.0385"})
      if (word.text == price)
        points[price] = word.right - digit * static_cast<double>(word.text.size() - word.text.find('.') - 1);
  }
  ASSERT_EQ(points.size(), 5u);
  for (const auto& [price, x] : points) EXPECT_NEAR(x, points["4.85"], 0.2) << price;
}

TEST_F(Pdf, RowsTallerThanAPageGoOnOverleaf) {
  Quote quote = quotary::testing::long_quote(3);
  for (int i = 0; i < 900; ++i) quote.lines[1].item.specification += "超长规格说明，";
  for (int i = 0; i < 500; ++i) quote.notes += "备注文字较多时也要换页。\n";
  quote.allowances[0].reason = "两行\n原因\t说明";
  const std::string path = save(issue(quote));
  expect_sound(path);
  EXPECT_GE(page_count(path), 8);
}

TEST_F(Pdf, RareCharactersComeFromTheFullFace) {
  Quote quote = quotary::testing::cny_quote();
  quote.buyer.name = "㛃䶮𠮷堃商贸有限公司";
  const std::string path = save(issue(quote));
  expect_sound(path);
  EXPECT_THAT(text(path), HasSubstr("㛃䶮𠮷堃商贸有限公司"));
}

// Texts copied from other PDFs often hold radicals (U+2F00 and up) where characters are meant; the face draws both
// alike.
TEST_F(Pdf, CharactersThatShareAGlyphArePrinted) {
  const auto picture = [&](const char* name) {
    Quote quote = quotary::testing::cny_quote();
    quote.buyer.name = name;
    const std::string out = folder_ / "page";
    EXPECT_EQ(run("pdftoppm -r 60 -f 1 -l 1 -singlefile -png " + save(issue(quote)) + " " + out).status, 0);
    std::ifstream in(out + ".png", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string radicals = picture("⼈⼒⽬⾼");
  EXPECT_TRUE(radicals == picture("人力目高"));
  EXPECT_FALSE(radicals == picture("　　　　"));
}

TEST_F(Pdf, MissingGlyphIsNamedWithItsPlace) {
  Quote quote = quotary::testing::cny_quote();
  quote.lines[0].item.name = "压装机 \xF0\x9F\xA4\x96";
  quote.buyer.contact->name = "\xE0\xB8\x81";
  const auto document = QuoteDocument::prepare(fonts(), quote, {});
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().kind, Errc::invalid);
  EXPECT_EQ(document.error().code, "character_not_printable");
  ASSERT_EQ(document.error().problems.size(), 2u);
  EXPECT_EQ(document.error().problems[0].pointer, "/buyer/contact/name");
  EXPECT_EQ(document.error().problems[1].pointer, "/lines/0/item/name");
  EXPECT_THAT(document.error().problems[1].detail, HasSubstr("U+1F916"));
}

TEST_F(Pdf, DraftSaysSoAndPromisesNothing) {
  const QuoteDocument document = QuoteDocument::prepare(fonts(), quotary::testing::cny_quote(), {}).value();
  const std::string bytes = document.draft(quotary::testing::sample_numbering().issued_at).value();
  const std::string path = save(bytes);
  expect_sound(path);
  EXPECT_THAT(text(path), HasSubstr("草稿 DRAFT"));
  for (const char* part : {"/AcroForm", "/QuotaryNumber", "/AFRelationship", "EmbeddedFile"})
    EXPECT_THAT(bytes, Not(HasSubstr(part)));
}

TEST_F(Pdf, VoidCertificateStatesTheVoid) {
  const std::string bytes = void_certificate(fonts(), quotary::testing::sample_void()).value();
  EXPECT_EQ(bytes, void_certificate(fonts(), quotary::testing::sample_void()).value());
  const std::string path = save(bytes);
  expect_sound(path);
  EXPECT_EQ(page_count(path), 1);
  const std::string printed = text(path);
  for (const char* part :
       {"作废证明", "SHQT2026-004812", "价格错误 Price error", "有效 Valid", "林若涵", "#48377", "9f86d081884c7d65"})
    EXPECT_THAT(printed, HasSubstr(part));
  EXPECT_THAT(bytes, HasSubstr("/T (Seal)"));
}

TEST_F(Pdf, VoidCertificateTakesTheLongestReason) {
  const std::string path = save(void_certificate(fonts(), quotary::testing::long_void()).value());
  expect_sound(path);
  EXPECT_EQ(page_count(path), 2);
  const std::string printed = text(path);
  for (const char* part : {"第 1 条", "第 41 条", "核验依据 Evidence", "Page 2 of 2"})
    EXPECT_THAT(printed, HasSubstr(part));
}

TEST_F(Pdf, VerificationReportSaysWhetherItHolds) {
  const std::string bytes = verification_report(fonts(), quotary::testing::sound_verification()).value();
  EXPECT_EQ(bytes, verification_report(fonts(), quotary::testing::sound_verification()).value());
  const std::string path = save(bytes);
  expect_sound(path);
  EXPECT_EQ(page_count(path), 1);
  const std::string printed = text(path);
  for (const char* part : {"账本核对报告", "未发现改动 HOLDS", "每一条记录", "48377 条记录", "9f86d081884c7d65",
                           "#48377", "周审计", "ledger.hengtuo.example/quotes"})
    EXPECT_THAT(printed, HasSubstr(part));
  EXPECT_THAT(printed, Not(HasSubstr("扫码")));  // there is nothing to look up behind it
  EXPECT_THAT(bytes, HasSubstr("/T (Seal)"));
}

TEST_F(Pdf, VerificationReportListsTheFirstProblems) {
  const std::string path = save(verification_report(fonts(), quotary::testing::bad_verification()).value());
  expect_sound(path);
  EXPECT_EQ(page_count(path), 2);
  const std::string printed = text(path);
  for (const char* part : {"不成立：发现 57 处问题 DOES NOT HOLD", "抽样核对 sampled: 自 #40000 起", "#40001", "#40040",
                           "另有 17 处未列出", "未记入账本 not recorded: ledger_latched", "未核对加密内容"})
    EXPECT_THAT(printed, HasSubstr(part));
  EXPECT_THAT(printed, Not(HasSubstr("#40041")));
  EXPECT_THAT(printed, Not(HasSubstr("HOLDS")));
}

// A small PNG with an alpha channel, as a designer's export has it.
std::string drawn_logo() {
  std::string pixels;
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 160; ++x) {
      const bool inside = (x - 30) * (x - 30) + (y - 30) * (y - 30) < 780 || (x > 70 && y > 18 && y < 42);
      pixels += std::string{'\x12', static_cast<char>(x), '\x6e', static_cast<char>(inside ? 255 : 0)};
    }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = 160;
  image.height = 60;
  image.format = PNG_FORMAT_RGBA;
  png_alloc_size_t size = 0;
  EXPECT_TRUE(png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr));
  std::string out(size, '\0');
  EXPECT_TRUE(png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr));
  out.resize(size);
  return out;
}

TEST_F(Pdf, LogoStandsWithoutTransparency) {
  const std::string bytes = issue(quotary::testing::usd_quote(), {drawn_logo()});
  const std::string path = save(bytes);
  expect_sound(path);
  EXPECT_THAT(bytes, Not(HasSubstr("/SMask")));
  EXPECT_THAT(run("pdfimages -list " + path).out, HasSubstr("160    60  rgb"));
  if (const char* keep = std::getenv("QUOTARY_KEEP_PDF"))
    std::filesystem::copy_file(path, keep, std::filesystem::copy_options::overwrite_existing);
}

TEST_F(Pdf, LogosAreCheckedWhenLoaded) {
  // A JPEG's frame header is all that is read: 8 bits, 2 x 3 pixels, four components.
  const std::string cmyk("\xff\xd8\xff\xc0\x00\x0e\x08\x00\x03\x00\x02\x04\x01\x11\x00\x02", 16);
  for (const std::string& bad : {std::string("GIF89a"), std::string("\x89PNG\r\n\x1a\n broken"),
                                 std::string("\xff\xd8\xff\xe0"), cmyk, std::string((1u << 20) + 1, 'x')}) {
    const auto document = QuoteDocument::prepare(fonts(), quotary::testing::cny_quote(), {bad});
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().code, "bad_logo");
  }
}

TEST_F(Pdf, FontsThatAreNotThereAreNamed) {
  const auto none = Fonts::load({"/nowhere/font.ttc", "/nowhere/bold.ttc"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Errc::unavailable);
  EXPECT_EQ(none.error().code, "font_missing");
  EXPECT_THAT(none.error().detail, HasSubstr("fonts-noto-cjk"));
}

}  // namespace
}  // namespace quotary::pdfgen
