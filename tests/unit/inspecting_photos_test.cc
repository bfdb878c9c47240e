// Photos as phones, editors and forgers leave them, read in this process.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/civil_time.h"
#include "api/inspecting/reading/inspect.h"
#include "tests/support/evidence_files.h"

#include <gtest/gtest.h>

namespace quotary::inspecting {
namespace {

using testing::phone_metadata;
using testing::with;
using testing::with_metadata;
using testing::without;

const Timestamp taken = parse_rfc3339("2026-06-30T01:05:00Z").value();

const Reader& reader() {
  static const Reader opened = Reader::open().value();
  return opened;
}

Inspection inspect(std::string_view bytes, std::string declared = "image/jpeg", std::optional<Site> site = {}) {
  Question question;
  question.bytes = bytes;
  question.size_bytes = bytes.size();
  question.declared_media_type = std::move(declared);
  question.file_name = "photo.jpg";
  question.now = Timestamp{taken.unix_ms + 60'000};
  question.site = site;
  const Inspection out = reader().inspect(question);
  const auto again = decode(encode(out));
  EXPECT_TRUE(again && *again == out) << encode(out);
  return out;
}

const std::string& plain() {
  static const std::string made = testing::jpeg_of(testing::spots(800, 600, 1));
  return made;
}

Inspection of(const testing::Metadata& metadata) { return inspect(with_metadata(plain(), metadata)); }

TEST(Photo, OfAPhoneSaysWhenAndWhere) {
  const auto found = of(phone_metadata());
  EXPECT_EQ(found.kind, Kind::photo);
  EXPECT_EQ(found.media_type, "image/jpeg");
  EXPECT_TRUE(found.flags.empty()) << encode(found);
  ASSERT_TRUE(found.photo);
  EXPECT_EQ(found.photo->captured_at, taken);
  EXPECT_EQ(found.photo->captured_from, TimeSource::exif);
  EXPECT_EQ(found.photo->camera_time, "2026-06-30T09:05:00");
  ASSERT_TRUE(found.photo->position);
  EXPECT_EQ(*found.photo->position, (Position{31'298'333, 120'585'000, 1'250}));
  EXPECT_EQ(found.photo->make, "Xiaomi");
  EXPECT_EQ(found.photo->model, "2211133C");
  EXPECT_EQ(found.photo->software, "MIUI Camera");
  EXPECT_EQ(found.photo->width_px, 800U);
  EXPECT_EQ(found.photo->height_px, 600U);
  EXPECT_TRUE(found.photo->picture_hash);
}

TEST(Photo, WithoutMetadataIsFlagged) {
  EXPECT_EQ(inspect(plain()).flags, std::set<Flag>{Flag::exif_missing});
  EXPECT_EQ(of({{"Exif.Image.Make", "Xiaomi"}}).flags, std::set<Flag>{Flag::exif_missing});
}

TEST(Photo, WithoutOffsetTakesTheSatellitesTime) {
  const auto found = of(without(phone_metadata(), "Offset"));
  EXPECT_EQ(found.photo->captured_at, Timestamp{taken.unix_ms + 7'000});
  EXPECT_EQ(found.photo->captured_from, TimeSource::gps);
  EXPECT_TRUE(found.flags.empty());
  const auto neither = of(without(without(phone_metadata(), "Offset"), "GPS"));
  EXPECT_FALSE(neither.photo->captured_at);
  EXPECT_EQ(neither.photo->camera_time, "2026-06-30T09:05:00");
  EXPECT_TRUE(neither.flags.empty());
}

TEST(Photo, ClocksThatDisagreeAreFlagged) {
  const auto at = [](const char* time) {
    return of(with(phone_metadata(), "Exif.Photo.DateTimeOriginal", time)).flags;
  };
  EXPECT_TRUE(at("2026:06:30 09:00:08").empty());
  EXPECT_EQ(at("2026:06:30 09:00:06"), std::set<Flag>{Flag::clock_skew});
  EXPECT_EQ(at("2026:06:28 09:05:00"), std::set<Flag>{Flag::clock_skew});
  // Without an offset any whole quarter of an hour may be its zone, but no day's difference.
  const auto zoneless = [](const char* time) {
    return of(with(without(phone_metadata(), "Offset"), "Exif.Photo.DateTimeOriginal", time)).flags;
  };
  EXPECT_TRUE(zoneless("2026:06:30 06:34:00").empty());
  EXPECT_EQ(zoneless("2026:06:30 09:12:00"), std::set<Flag>{Flag::clock_skew});
  EXPECT_EQ(zoneless("2026:06:29 09:05:00"), std::set<Flag>{Flag::clock_skew});
}

TEST(Photo, FromTheFutureIsFlagged) {
  const auto later = without(phone_metadata(), "GPS");
  EXPECT_TRUE(of(with(later, "Exif.Photo.DateTimeOriginal", "2026:06:30 09:10:59")).flags.empty());
  EXPECT_EQ(of(with(later, "Exif.Photo.DateTimeOriginal", "2026:06:30 09:11:01")).flags,
            std::set<Flag>{Flag::future_time});
}

TEST(Photo, EditorsAreKnown) {
  for (const char* software : {"Adobe Photoshop 25.0 (Windows)", "GIMP 2.10.34", "美图秀秀", "Snapseed 2.0"})
    EXPECT_EQ(of(with(phone_metadata(), "Exif.Image.Software", software)).flags, std::set<Flag>{Flag::edited_software})
        << software;
  EXPECT_EQ(of(with(phone_metadata(), "Xmp.xmp.CreatorTool", "PicsArt")).flags, std::set<Flag>{Flag::edited_software});
  EXPECT_TRUE(of(with(phone_metadata(), "Exif.Image.Software", "HDR+ 1.0.540104767zd")).flags.empty());
}

TEST(Photo, FarFromTheSiteIsFlagged) {
  const std::string bytes = with_metadata(plain(), phone_metadata());
  EXPECT_TRUE(inspect(bytes, "image/jpeg", Site{{31'298'000, 120'585'000}, 500}).flags.empty());
  EXPECT_EQ(inspect(bytes, "image/jpeg", Site{{31'230'416, 121'473'701}, 500}).flags,
            std::set<Flag>{Flag::geo_far_from_site});
}

TEST(Photo, ImpossiblePlacesAndTimesAreNone) {
  const auto placed = [](const char* key, const char* value) {
    return of(with(phone_metadata(), key, value)).photo->position;
  };
  EXPECT_FALSE(placed("Exif.GPSInfo.GPSLatitude", "91/1 0/1 0/1"));
  EXPECT_FALSE(placed("Exif.GPSInfo.GPSLatitude", "31/0 17/1 0/1"));
  EXPECT_FALSE(placed("Exif.GPSInfo.GPSLongitudeRef", "X"));
  EXPECT_FALSE(of(with(without(phone_metadata(), "GPS"), "Exif.Photo.DateTimeOriginal", "2026:13:30 09:05:00"))
                   .photo->captured_at);
  EXPECT_FALSE(of(with(without(phone_metadata(), "GPS"), "Exif.Photo.DateTimeOriginal", "0000:00:00 00:00:00"))
                   .photo->captured_at);
}

TEST(Photo, OtherFormatsAreReadAsWell) {
  const auto picture = testing::spots(800, 600, 1);
  const auto jpeg = inspect(plain());
  const std::map<std::string, std::string> others{{"image/png", testing::png_of(picture)},
                                                  {"image/webp", testing::webp_of(picture)},
                                                  {"image/heic", testing::heic_of(picture)}};
  for (const auto& [type, bytes] : others) {
    const auto found = inspect(type == "image/heic" ? bytes : with_metadata(bytes, phone_metadata()), type);
    EXPECT_EQ(found.media_type, type);
    EXPECT_EQ(found.photo->width_px, 800U) << type;
    ASSERT_TRUE(found.photo->picture_hash) << type;
    EXPECT_TRUE(is_near(*found.photo->picture_hash, *jpeg.photo->picture_hash)) << type;
    if (type != "image/heic") {
      EXPECT_EQ(found.photo->captured_at, taken) << type;
      EXPECT_TRUE(found.flags.empty()) << encode(found);
    }
  }
}

TEST(Photo, CopiesAreNearAndOthersAreNot) {
  const auto hash_of = [](const std::string& bytes) { return inspect(bytes).photo->picture_hash.value(); };
  const auto original = hash_of(testing::jpeg_of(testing::spots(2'000, 1'500, 1)));
  EXPECT_TRUE(is_near(original, hash_of(testing::jpeg_of(testing::spots(2'000, 1'500, 1), 30))));
  EXPECT_TRUE(is_near(original, hash_of(testing::jpeg_of(testing::spots(640, 480, 1)))));
  for (unsigned seed = 2; seed < 12; ++seed)
    EXPECT_FALSE(is_near(original, hash_of(testing::jpeg_of(testing::spots(640, 480, seed))))) << seed;
}

TEST(Photo, DeclaredOtherwiseIsFlagged) {
  const std::string bytes = with_metadata(plain(), phone_metadata());
  EXPECT_EQ(inspect(bytes, "application/pdf").flags, std::set<Flag>{Flag::mime_mismatch});
  for (const char* declared : {"image/png", "", "application/octet-stream", "nonsense"})
    EXPECT_TRUE(inspect(bytes, declared).flags.empty()) << declared;
}

TEST(Photo, TooManyPixelsAreNotDecoded) {
  std::string png = testing::png_of(testing::spots(64, 64, 1));
  // A PNG that says it is 30,000 x 30,000, with the checksum of its header made to fit.
  const std::string size("\x00\x00\x75\x30\x00\x00\x75\x30", 8);
  png.replace(16, 8, size);
  std::uint32_t crc = 0xffff'ffff;
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= static_cast<unsigned char>(png[i]);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb8'8320 : 0);
  }
  std::string written;
  put_u32(written, ~crc);
  png.replace(29, 4, written);
  const auto found = inspect(png, "image/png");
  EXPECT_TRUE(found.flags.contains(Flag::over_limits)) << encode(found);
  EXPECT_EQ(found.photo->width_px, 30'000U);
  EXPECT_FALSE(found.photo->picture_hash);
}

TEST(Photo, CorruptedAnywhereIsReadOrFlagged) {
  const std::string whole = with_metadata(plain(), phone_metadata());
  std::size_t damaged = 0, rounds = 0;
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0xff);
    damaged += inspect(bytes).flags.contains(Flag::damaged);
    ++rounds;
  }
  EXPECT_GT(rounds, 100U);
  EXPECT_GT(damaged, rounds / 20);
}

TEST(Photo, BrokenOffIsFlagged) {
  const std::string whole = with_metadata(plain(), phone_metadata());
  for (const std::size_t size : {whole.size() / 4, whole.size() / 2, whole.size() - 100}) {
    const auto found = inspect(std::string_view(whole).substr(0, size));
    EXPECT_TRUE(found.flags.contains(Flag::damaged)) << size;
    EXPECT_FALSE(found.photo->picture_hash) << size;
    EXPECT_EQ(found.photo->captured_at, taken) << size;
  }
}

TEST(Photo, OfALongerFileOnlyTheMetadataAreRead) {
  const std::string bytes = with_metadata(plain(), phone_metadata());
  Question question{bytes, bytes.size() + 1, "image/jpeg", "photo.jpg", taken, {}};
  const auto found = reader().inspect(question);
  EXPECT_EQ(found.flags, std::set<Flag>{Flag::too_large_to_inspect});
  EXPECT_EQ(found.photo->captured_at, taken);
  EXPECT_FALSE(found.photo->picture_hash);
}

TEST(CivilTime, AsFormatsWriteIt) {
  const auto shown = [](const std::optional<Timestamp>& time) { return time ? format_rfc3339(*time) : std::string(); };
  EXPECT_EQ(shown(parse_pdf_time("D:20260630090500+08'00'")), "2026-06-30T01:05:00.000Z");
  EXPECT_EQ(shown(parse_pdf_time("D:20260630090500+08'00")), "2026-06-30T01:05:00.000Z");
  EXPECT_EQ(shown(parse_pdf_time("D:20260630090500-0330")), "");
  EXPECT_EQ(shown(parse_pdf_time("D:20260630090500Z")), "2026-06-30T09:05:00.000Z");
  EXPECT_EQ(shown(parse_pdf_time("D:2026")), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(shown(parse_office_time("2026-06-29T20:00:00+08:00")), "2026-06-29T12:00:00.000Z");
  EXPECT_EQ(shown(parse_office_time("2026-06-29T20:00:00-03:30")), "2026-06-29T23:30:00.000Z");
  for (const char* text : {"", "D:", "D:20261301", "D:18000101", "2026-06-29", "2026-06-29T20:00:00+15:00"}) {
    EXPECT_EQ(shown(parse_pdf_time(text)), "") << text;
    EXPECT_EQ(shown(parse_office_time(text)), "") << text;
  }
  EXPECT_FALSE(parse_offset("+14:01"));
  EXPECT_FALSE(parse_offset("08:00"));
  EXPECT_FALSE(parse_offset("+8:000"));
}

}  // namespace
}  // namespace quotary::inspecting
