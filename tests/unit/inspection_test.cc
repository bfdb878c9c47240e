// Names, places, hashes and differences of evidence, and inspections as JSON.
#include "api/inspecting/inspection.h"
#include "api/inspecting/difference.h"
#include "api/inspecting/limits.h"
#include "api/inspecting/name.h"
#include "api/inspecting/picture_hash.h"
#include "api/inspecting/question.h"
#include "api/inspecting/text.h"

#include <gtest/gtest.h>

namespace quotary::inspecting {
namespace {

TEST(SafeName, KeepsWhatPeopleWrite) {
  EXPECT_EQ(safe_name("演示方案 v2（终稿）.pptx"), "演示方案 v2（终稿）.pptx");
  EXPECT_EQ(safe_name("photo.jpg"), "photo.jpg");
  EXPECT_EQ(safe_name("Cafe\xcc\x81.pdf"), "Caf\xc3\xa9.pdf");
  EXPECT_EQ(safe_name("archive.tar.gz"), "archive.tar.gz");
}

TEST(SafeName, TakesAwayWhatMisleads) {
  EXPECT_EQ(safe_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_name("C:\\Users\\a\\报价.pdf"), "报价.pdf");
  EXPECT_EQ(safe_name("a/..\\.."), "evidence");
  EXPECT_EQ(safe_name("photo\xe2\x80\xaegpj.exe"), "photogpj.exe");  // right-to-left override
  EXPECT_EQ(safe_name("a\xe2\x81\xa6"
                      "b\xe2\x80\x8b"
                      "c.txt"),
            "abc.txt");  // isolate, zero width
  EXPECT_EQ(safe_name("a\r\nSet-Cookie: x.txt"), "a Set-Cookie_ x.txt");
  EXPECT_EQ(safe_name(std::string("a\0b.txt", 7)), "ab.txt");
  EXPECT_EQ(safe_name("a\"b<c>|d?*.txt"), "a_b_c__d__.txt");
  EXPECT_EQ(safe_name("...hidden. . "), "hidden");
  EXPECT_EQ(safe_name("\xff\xfe.jpg"), "\xef\xbf\xbd\xef\xbf\xbd.jpg");
}

TEST(SafeName, IsNoDevice) {
  EXPECT_EQ(safe_name("CON"), "_CON");
  EXPECT_EQ(safe_name("nul.txt"), "_nul.txt");
  EXPECT_EQ(safe_name("Lpt1.tar.gz"), "_Lpt1.tar.gz");
  EXPECT_EQ(safe_name("com¹"), "_com¹");
  EXPECT_EQ(safe_name("console.txt"), "console.txt");
  EXPECT_EQ(safe_name("common"), "common");
}

TEST(SafeName, NothingIsCalledEvidence) {
  for (const char* name : {"", " ", "...", "/", "\\", "a/", "\xe2\x80\xae", "\x01\x02"})
    EXPECT_EQ(safe_name(name), "evidence");
}

TEST(SafeName, LongOnesKeepTheirExtension) {
  std::string chinese;
  for (int i = 0; i < 300; ++i) chinese += "报";
  const std::string out = safe_name(chinese + ".pptx");
  EXPECT_EQ(count_code_points(out), limits::file_name);
  EXPECT_TRUE(out.ends_with("报.pptx"));
  EXPECT_EQ(count_code_points(safe_name(chinese)), limits::file_name);
  EXPECT_EQ(count_code_points(safe_name("a." + std::string(300, 'b'))), limits::file_name);
  EXPECT_EQ(safe_name(std::string(300, 'a') + ".pdf"), std::string(116, 'a') + ".pdf");
}

TEST(SafeName, AgainChangesNothing) {
  for (const std::string& name : {std::string("../con .txt"), std::string(119, 'a') + ". .pdf", std::string("a .. "),
                                  std::string("\xcc\x81x.jpg"), std::string(300, '.') + "x",
                                  std::string(115, 'a') + " b.pptx", std::string("e\xe2\x80\x8d\xcc\x81.jpg")}) {
    const std::string once = safe_name(name);
    EXPECT_EQ(safe_name(once), once);
    EXPECT_FALSE(once.empty());
  }
}

TEST(ContentDisposition, NamesBothWays) {
  EXPECT_EQ(content_disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
  EXPECT_EQ(content_disposition("报价\"\r\n.pdf"),
            "attachment; filename=\"___ .pdf\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7_%20.pdf");
}

TEST(CleanLine, KeepsOneLineOfText) {
  EXPECT_EQ(clean_line("  a\t\n b\x01 ", 10), "a b");
  EXPECT_EQ(clean_line("\x80"
                       "a",
                       10),
            "\xef\xbf\xbd"
            "a");
  EXPECT_EQ(clean_line("报价单", 2), "报价");
  EXPECT_EQ(clean_line("ab cd", 3), "ab");
  EXPECT_EQ(clean_line("", 3), "");
}

TEST(Distance, OfKnownPlaces) {
  const Position suzhou{31'298'333, 120'585'000}, shanghai{31'230'416, 121'473'701}, north{90'000'000, 0},
      south{-90'000'000, 55};
  EXPECT_EQ(distance_m(suzhou, suzhou), 0U);
  EXPECT_NEAR(distance_m(suzhou, shanghai), 84'810, 200);
  EXPECT_EQ(distance_m(suzhou, shanghai), distance_m(shanghai, suzhou));
  EXPECT_NEAR(distance_m(north, south), 20'015'115, 2);
  EXPECT_NEAR(distance_m({0, 179'999'000}, {0, -179'999'000}), 222, 1);
}

TEST(Distance, AccuracyCountsInFavour) {
  const Position at{31'298'333, 120'585'000}, near{31'303'333, 120'585'000};  // 556 m
  EXPECT_TRUE(is_far_from(near, {at, 500}));
  EXPECT_FALSE(is_far_from(near, {at, 556}));
  Position vague = near;
  vague.accuracy_cm = 10'000;
  EXPECT_FALSE(is_far_from(vague, {at, 500}));
  EXPECT_TRUE(is_far_from(vague, {at, 450}));
  EXPECT_FALSE(is_on_earth({90'000'001, 0}));
  EXPECT_FALSE(is_on_earth({0, -180'000'001}));
}

TEST(DifferenceHash, GoesByBrightnessFromLeftToRight) {
  GreyPicture picture{18, 16, {}};
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 18; ++x) picture.pixels += static_cast<char>(x * 10);
  EXPECT_EQ(difference_hash(picture), 0xffff'ffff'ffff'ffffU);
  std::reverse(picture.pixels.begin(), picture.pixels.end());
  EXPECT_EQ(difference_hash(picture), 0U);
  // Only the first field's right neighbour is brighter.
  picture.pixels.assign(18 * 16, '\0');
  for (int y = 0; y < 2; ++y) picture.pixels[std::size_t(y) * 18 + 2] = picture.pixels[std::size_t(y) * 18 + 3] = 100;
  EXPECT_EQ(difference_hash(picture), 0x8000'0000'0000'0000U);
}

TEST(DifferenceHash, OfNothingToSeeThereIsNone) {
  EXPECT_FALSE(difference_hash({100, 100, std::string(10'000, '\x7f')}));
  EXPECT_FALSE(difference_hash({8, 8, std::string(64, 'a')}));
  EXPECT_EQ(hash_distance(0b1011, 0b0001), 2);
  EXPECT_TRUE(is_near(0xff, 0));
  EXPECT_FALSE(is_near(0x1ff, 0));
}

Part part(std::string id, const std::string& content, std::vector<std::string> lines) {
  Part out;
  out.id = std::move(id);
  out.content = sha256(content);
  out.text = hash_of_lines(lines);
  out.lines = std::move(lines);
  return out;
}

Inspection deck(std::vector<Part> parts, Kind kind = Kind::deck) {
  Inspection out;
  out.kind = kind;
  out.document.emplace();
  out.document->count = static_cast<std::uint32_t>(parts.size());
  out.document->parts = std::move(parts);
  return out;
}

const Part one = part("256", "one", {"a", "b"}), two = part("257", "two", {"c"}), three = part("258", "three", {"d"}),
           four = part("259", "four", {"e"});

TEST(Difference, OfTheSameIsEmpty) {
  EXPECT_TRUE(between(deck({one, two}), deck({one, two})).empty());
  EXPECT_TRUE(between(deck({}), deck({})).empty());
  EXPECT_TRUE(between(deck({one, one}), deck({one, one})).empty());
}

TEST(Difference, TellsAddedAndRemoved) {
  const auto found = between(deck({one, two}), deck({three, one, four}));
  EXPECT_EQ(found.added, (std::vector<std::uint32_t>{1, 3}));
  EXPECT_EQ(found.removed, std::vector<std::uint32_t>{2});
  EXPECT_TRUE(found.moved.empty() && found.changed.empty());
}

TEST(Difference, MovesAreFew) {
  const auto found = between(deck({one, two, three, four}), deck({four, one, two, three}));
  EXPECT_EQ(found.moved, (std::vector<MovedPart>{{4, 1}}));
  EXPECT_TRUE(found.added.empty() && found.removed.empty() && found.changed.empty());
  EXPECT_EQ(between(deck({one, two}), deck({two, one})).moved.size(), 1U);
}

TEST(Difference, ChangesAreToldByLines) {
  const Part again = part("256", "other", {"a", "new", "b2"});
  const auto found = between(deck({one, two}), deck({two, again}));
  ASSERT_EQ(found.changed.size(), 1U);
  EXPECT_EQ(found.changed[0].from, 1U);
  EXPECT_EQ(found.changed[0].to, 2U);
  EXPECT_EQ(found.changed[0].lines_added, (std::vector<std::string>{"new", "b2"}));
  EXPECT_EQ(found.changed[0].lines_removed, std::vector<std::string>{"b"});
  EXPECT_EQ(found.moved.size(), 1U);
  EXPECT_TRUE(found.added.empty() && found.removed.empty());
  // Another picture, the same words.
  const auto picture = between(deck({one}), deck({part("999", "redrawn", {"a", "b"})}));
  ASSERT_EQ(picture.changed.size(), 1U);
  EXPECT_TRUE(picture.changed[0].lines_added.empty() && picture.changed[0].lines_removed.empty());
}

TEST(Difference, PagesWithoutIdsChangeBetweenTheirNeighbours) {
  const Part first = part("", "p1", {}), last = part("", "p3", {}), middle = part("", "p2", {}),
             edited = part("", "p2b", {});
  const auto found =
      between(deck({first, middle, last}, Kind::pdf), deck({first, edited, last, part("", "p4", {})}, Kind::pdf));
  ASSERT_EQ(found.changed.size(), 1U);
  EXPECT_EQ(found.changed[0].from, 2U);
  EXPECT_EQ(found.changed[0].to, 2U);
  EXPECT_EQ(found.added, std::vector<std::uint32_t>{4});
  EXPECT_TRUE(found.removed.empty());
}

TEST(Difference, OfDifferentKindsIsNone) {
  EXPECT_FALSE(between(deck({one}), deck({one}, Kind::pdf)).comparable);
  EXPECT_FALSE(between(deck({one}), Inspection()).comparable);
}

TEST(Difference, IsBounded) {
  std::vector<std::string> many, others, huge, huge_others;
  for (int i = 0; i < 400; ++i) many.push_back("a" + std::to_string(i)), others.push_back("b" + std::to_string(i));
  const auto found = between(deck({part("1", "x", many)}), deck({part("1", "y", others)})).changed.at(0);
  EXPECT_EQ(found.lines_added.size() + found.lines_removed.size(), limits::difference_lines_max);
  EXPECT_TRUE(found.lines_cut);
  for (int i = 0; i < 2'001; ++i)
    huge.push_back("a" + std::to_string(i)), huge_others.push_back("b" + std::to_string(i));
  const auto skipped = between(deck({part("1", "x", huge)}), deck({part("1", "y", huge_others)})).changed.at(0);
  EXPECT_TRUE(skipped.lines_cut && skipped.lines_added.empty());
  auto cut = deck({one});
  cut.document->text_cut = true;
  EXPECT_TRUE(between(cut, deck({one})).text_cut);
  EXPECT_EQ(canonical_json(json_of(between(deck({one}), deck({two})))).value(),
            R"({"added":[1],"changed":[],"comparable":true,"moved":[],"removed":[1],"text_cut":false})");
}

Inspection photo() {
  Inspection out;
  out.file_name = "现场.jpg";
  out.media_type = "image/jpeg";
  out.kind = Kind::photo;
  out.flags = {Flag::clock_skew, Flag::future_time};
  out.photo = Photo{4'000,
                    3'000,
                    Timestamp{1'782'781'500'000},
                    TimeSource::gps,
                    "2026-06-30T09:05:00",
                    Position{-500'001, 120'585'000, 1'250},
                    "Xiaomi",
                    "2211133C",
                    "MIUI Camera",
                    0xfedc'ba98'7654'3210U};
  return out;
}

TEST(InspectionJson, ComesBackAsItWas) {
  auto document = deck({one, two});
  document.document->title = "方案";
  document.document->created_at = Timestamp{1'782'781'500'000};
  for (const Inspection& each : {Inspection(), photo(), document}) {
    const auto read = decode(encode(each));
    ASSERT_TRUE(read) << encode(each);
    EXPECT_EQ(*read, each);
  }
}

TEST(InspectionJson, EveryOtherSpellingIsRefused) {
  const std::string good = encode(photo());
  const auto pointer_of = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto at = text.find(from);
    if (at == std::string::npos) return std::string("nothing to replace: " + from);
    const auto read = decode(text.replace(at, from.size(), to));
    if (read) return std::string("taken: ") + text;
    EXPECT_EQ(read.error().code, "inspection_malformed");
    EXPECT_EQ(read.error().kind, Errc::corrupt);
    return read.error().problems.at(0).pointer;
  };
  EXPECT_EQ(pointer_of("\"v\":1", "\"v\":2"), "/v");
  EXPECT_EQ(pointer_of("\"kind\":\"photo\"", "\"kind\":\"film\""), "/kind");
  EXPECT_EQ(pointer_of("clock_skew", "clock_skewed"), "/flags/0");
  EXPECT_EQ(pointer_of("-500001", "-90000001"), "/photo/position");
  EXPECT_EQ(pointer_of("-500001", "-5000010000"), "/photo/position/latitude_microdegrees");
  EXPECT_EQ(pointer_of("\"gps\"", "\"app\""), "/photo/captured_from");
  EXPECT_EQ(pointer_of("fedcba9876543210", "fedcba98765432"), "/photo/picture_hash");
  EXPECT_EQ(pointer_of("2026-06-30T01:05:00.000Z", "2026-06-31T01:05:00.000Z"), "/photo/captured_at");
  EXPECT_EQ(pointer_of("\"make\":", "\"maker\":"), "/photo/make");
  // Unknown members, other orders, other forms of the same values.
  EXPECT_EQ(pointer_of("\"v\":1", "\"v\":1,\"w\":1"), "");
  EXPECT_EQ(pointer_of("[\"clock_skew\",\"future_time\"]", "[\"future_time\",\"clock_skew\"]"), "");
  EXPECT_EQ(pointer_of("01:05:00.000Z", "01:05:00Z"), "");
  EXPECT_EQ(pointer_of("{", "{ "), "");
  for (const std::string& text : {std::string(), std::string("[]"), std::string("{}"), good.substr(0, good.size() - 1)})
    EXPECT_FALSE(decode(text)) << text;
}

TEST(InspectionJson, FactsHoldNothingPersonal) {
  EXPECT_EQ(canonical_json(facts(photo())).value(),
            R"({"captured_at":"2026-06-30T01:05:00.000Z","captured_from":"gps","flags":["clock_skew","future_time"],)"
            R"("geo":true,"kind":"photo","media_type":"image/jpeg"})");
  auto slides = deck({one, two});
  slides.document->author = "李雷";
  EXPECT_EQ(canonical_json(facts(slides)).value(),
            R"({"flags":[],"geo":false,"kind":"deck","media_type":"application/octet-stream","slides":2})");
}

TEST(InspectionJson, PeopleAreToldDegrees) {
  const std::string all = canonical_json(told(photo())).value();
  EXPECT_NE(all.find(R"("position":{"accuracy_cm":1250,"latitude":"-0.500001","longitude":"120.585000"})"),
            std::string::npos)
      << all;
  EXPECT_EQ(all.find("hash"), std::string::npos);
}

TEST(QuestionHead, CrossesAsItIs) {
  Question asked;
  asked.size_bytes = 70'000'000;
  asked.declared_media_type = "Image/JPEG; name=x";
  asked.file_name = "../现场.jpg";
  asked.now = Timestamp{1'782'781'500'000};
  asked.site = Site{{31'298'333, 120'585'000}, 500};
  const std::string head = encode_head(asked);
  const auto read = decode_head(head, "bytes");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bytes, "bytes");
  EXPECT_EQ(read->size_bytes, 70'000'000U);
  EXPECT_EQ(read->declared_media_type, "image/jpeg");
  EXPECT_EQ(read->file_name, "现场.jpg");
  EXPECT_EQ(read->now, asked.now);
  ASSERT_TRUE(read->site);
  EXPECT_EQ(read->site->position, asked.site->position);
  EXPECT_EQ(read->site->distance_m_max, 500U);
  for (const std::string& text : {std::string("{}"), head.substr(1), head + " ", std::string("[]")})
    EXPECT_FALSE(decode_head(text, "")) << text;
}

TEST(MediaType, IsOneOrNothing) {
  EXPECT_EQ(media_type_of("text/plain; charset=utf-8"), "text/plain");
  for (const char* text : {"", "text", "/x", "x/", "a/b/c", "a b/c", "a/\xff", "a/\r\n"})
    EXPECT_EQ(media_type_of(text), "");
}

}  // namespace
}  // namespace quotary::inspecting
