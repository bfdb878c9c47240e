// Pictures made of photos to be shown: upright, small, and nothing in them of what else the files hold.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/inspect.h"
#include "api/inspecting/reading/rendition.h"
#include "tests/support/evidence_files.h"

#include <gtest/gtest.h>

#include <random>

namespace quotary::inspecting {
namespace {

using testing::spots;
using testing::with_metadata;

const Reader& reader() {
  static const Reader opened = Reader::open().value();
  return opened;
}

// What the process would answer, as the server takes it.
Picture picture_of(std::string_view bytes) {
  const Picture made = reader().picture(bytes);
  const auto taken = decode_picture(encode(made));
  EXPECT_TRUE(taken && *taken == made) << made.width_px << " x " << made.height_px << ", " << made.jpeg.size();
  return made;
}

Inspection seen(const std::string& bytes) {
  return reader().inspect({bytes, bytes.size(), "", "picture", Timestamp{1'782'781'500'000}, {}});
}

TEST(Picture, OfEachFormatLooksLikeThePhotoAndSaysNothingElse) {
  const auto photo = spots(320, 240, 1);
  const std::string jpeg = testing::jpeg_of(photo);
  const auto like = seen(jpeg).photo->picture_hash.value();
  for (const std::string& bytes :
       {with_metadata(jpeg, testing::phone_metadata()),
        with_metadata(testing::png_of(photo), testing::phone_metadata()),
        with_metadata(testing::webp_of(photo), testing::phone_metadata()), testing::heic_of(photo)}) {
    const Picture made = picture_of(bytes);
    EXPECT_TRUE(made.flags.empty());
    EXPECT_EQ(made.width_px, 320U);
    EXPECT_EQ(made.height_px, 240U);
    for (const char* told : {"Exif", "Xiaomi", "2211133C", "http", "Photoshop"})
      EXPECT_EQ(made.jpeg.find(told), std::string::npos) << told;
    const auto again = seen(made.jpeg);
    EXPECT_EQ(again.media_type, "image/jpeg");
    EXPECT_EQ(again.flags, std::set<Flag>{Flag::exif_missing});
    EXPECT_TRUE(is_near(again.photo->picture_hash.value(), like));
  }
}

TEST(Picture, IsAtMostAsLargeAsIsShown) {
  const auto wide = spots(2'600, 130, 1);
  for (const std::string& bytes :
       {testing::jpeg_of(wide), testing::png_of(wide), testing::webp_of(wide), testing::heic_of(wide)}) {
    const Picture made = picture_of(bytes);
    EXPECT_EQ(made.width_px, limits::picture_side_px_max);
    EXPECT_EQ(made.height_px, 100U);
  }
  // Which a decoder makes smaller while it reads.
  EXPECT_EQ(picture_of(testing::jpeg_of(spots(5'000, 500, 1))).height_px, 200U);
  const Picture tall = picture_of(testing::png_of(spots(1, 9'000, 1)));
  EXPECT_EQ(tall.width_px, 1U);
  EXPECT_EQ(tall.height_px, limits::picture_side_px_max);
  EXPECT_EQ(picture_of(testing::png_of(spots(1, 1, 1))).width_px, 1U);
}

// Noise of full contrast, which nothing compresses.
TEST(Picture, IsBoundedInBytesToo) {
  GreyPicture noise{2'000, 2'000, {}};
  std::minstd_rand random(1);
  for (std::size_t i = 0; i < 4'000'000; ++i) noise.pixels += static_cast<char>(random() >> 8);
  const Picture made = picture_of(testing::png_of(noise));
  EXPECT_TRUE(made.flags.empty());
  EXPECT_GT(made.jpeg.size(), 100'000U);
  EXPECT_LE(made.jpeg.size(), limits::picture_bytes_max);
}

// Four fields: which corner of the file stands where once it is upright, by EXIF's table, row by row.
TEST(Picture, StandsUprightWhateverTheCameraHeld) {
  constexpr std::uint32_t width = 64, height = 32;
  constexpr unsigned char shades[4] = {0, 85, 170, 255};
  GreyPicture fields{width, height, {}};
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      fields.pixels += static_cast<char>(shades[(y >= height / 2 ? 2 : 0) + (x >= width / 2 ? 1 : 0)]);
  const std::string jpeg = testing::jpeg_of(fields, 95);
  const char* stand[] = {"0123", "1032", "3210", "2301", "0213", "2031", "3120", "1302"};
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    const std::string bytes = with_metadata(jpeg, {{"Exif.Image.Orientation", std::to_string(orientation)}});
    const Picture made = picture_of(bytes);
    EXPECT_EQ(made.width_px, orientation < 5 ? width : height) << orientation;
    EXPECT_EQ(made.height_px, orientation < 5 ? height : width) << orientation;
    const Raster raster = raster_of_jpeg(made.jpeg).raster.value();
    std::string corners;
    for (const std::uint32_t y : {0U, raster.height - 1})
      for (const std::uint32_t x : {0U, raster.width - 1})
        corners += static_cast<char>(
            '0' + (static_cast<unsigned char>(raster.pixels[3 * (std::size_t{y} * raster.width + x)]) + 42) / 85);
    EXPECT_EQ(corners, stand[orientation - 1]) << orientation;
  }
  for (const char* nonsense : {"0", "9", "65535"})
    EXPECT_EQ(picture_of(with_metadata(jpeg, {{"Exif.Image.Orientation", nonsense}})).width_px, width);
}

TEST(Picture, OfWhatIsNoPhotoThereIsNone) {
  for (const std::string& bytes : {std::string(), std::string("hello"), testing::pdf_of({"one"}),
                                   testing::deck_of({{256, {"封面"}, testing::png_of(spots(32, 32, 1))}}),
                                   std::string("GIF89a\x01\0\x01\0\0\0\0;", 14)}) {
    const Picture made = picture_of(bytes);
    EXPECT_TRUE(made.jpeg.empty());
    EXPECT_TRUE(made.flags.empty());
  }
}

TEST(Picture, OfWhatBreaksOffTheBeginningIsShownAsDamaged) {
  const std::string whole = testing::jpeg_of(spots(320, 240, 1));
  const Picture half = picture_of(std::string_view(whole).substr(0, whole.size() / 2));
  EXPECT_EQ(half.flags, std::set<Flag>{Flag::damaged});
  EXPECT_EQ(half.width_px, 320U);
  const std::string png = testing::png_of(spots(320, 240, 1)), webp = testing::webp_of(spots(320, 240, 1)),
                    heic = testing::heic_of(spots(320, 240, 1));
  for (const std::string& bytes : {png, webp, heic}) {
    const Picture none = picture_of(std::string_view(bytes).substr(0, bytes.size() / 2));
    EXPECT_EQ(none.flags, std::set<Flag>{Flag::damaged});
    EXPECT_TRUE(none.jpeg.empty());
  }
}

TEST(Picture, CorruptedAnywhereIsOneOrNone) {
  std::size_t some = 0, none = 0;
  for (const std::string& whole :
       {with_metadata(testing::jpeg_of(spots(200, 150, 1)), testing::phone_metadata()),
        testing::png_of(spots(64, 48, 1)), testing::webp_of(spots(200, 150, 1)), testing::heic_of(spots(64, 48, 1))})
    for (std::size_t at = 0; at < whole.size(); at += 61) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 0xff);
      const Picture made = picture_of(bytes);
      ++(made.jpeg.empty() ? none : some);
    }
  EXPECT_GT(some, 10U);
  EXPECT_GT(none, 10U);
}

// A PNG of a few bytes that says it is 30,000 x 30,000, a WebP that is 16,383 x 16,383.
TEST(Picture, TooManyPixelsAreNotDecoded) {
  std::string png = testing::png_of(spots(64, 64, 1));
  png.replace(16, 8, std::string("\x00\x00\x75\x30\x00\x00\x75\x30", 8));
  std::uint32_t crc = 0xffff'ffff;
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= static_cast<unsigned char>(png[i]);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb8'8320 : 0);
  }
  std::string written;
  put_u32(written, ~crc);
  png.replace(29, 4, written);
  std::string webp("RIFF\x1e\0\0\0WEBPVP8 \x12\0\0\0\x30\0\0\x9d\x01\x2a\xff\x3f\xff\x3f", 30);
  webp.resize(38, '\0');
  for (const std::string& bytes : {png, webp}) {
    const Picture made = picture_of(bytes);
    EXPECT_EQ(made.flags, std::set<Flag>{Flag::over_limits});
    EXPECT_TRUE(made.jpeg.empty());
  }
}

// What a process that was taken over might answer in place of a picture.
TEST(PictureAnswer, IsHeldAgainstWhatAPictureMayBe) {
  const Picture good = picture_of(testing::jpeg_of(spots(64, 48, 1)));
  const std::string jpeg = good.jpeg;
  ASSERT_TRUE(decode_picture(encode(good)));
  const auto refused = [](const Picture& picture) {
    const auto taken = decode_picture(encode(picture));
    return !taken && taken.error().code == "picture_malformed";
  };
  const auto with_jpeg = [&](const std::string& bytes) {
    Picture out = good;
    out.jpeg = bytes;
    return out;
  };
  EXPECT_TRUE(refused(with_jpeg("")));
  EXPECT_TRUE(refused(with_jpeg("<html>")));
  EXPECT_TRUE(refused(with_jpeg(with_metadata(jpeg, testing::phone_metadata()))));
  EXPECT_TRUE(refused(with_jpeg(jpeg + "trailing")));
  EXPECT_TRUE(refused(with_jpeg(jpeg + jpeg)));
  const std::string comment("\xff\xfe\x00\x07hello", 9);
  EXPECT_TRUE(refused(with_jpeg(std::string(jpeg).insert(2, comment))));
  EXPECT_TRUE(refused(with_jpeg(std::string(jpeg).insert(jpeg.size() - 2, comment))));
  EXPECT_TRUE(
      refused(with_jpeg(jpeg.substr(0, jpeg.size() - 2) + std::string(limits::picture_bytes_max, '\1') + "\xff\xd9")));
  Picture other = good;
  ++other.width_px;
  EXPECT_TRUE(refused(other));
  Picture none;
  EXPECT_TRUE(decode_picture(encode(none)));
  none.width_px = 1;
  EXPECT_TRUE(refused(none));
  for (const char* text : {"", "\n", "{}\n", "{\"flags\":[\"macro\"],\"height_px\":0,\"width_px\":0}\n",
                           "{\"flags\":[], \"height_px\":0,\"width_px\":0}\n"})
    EXPECT_FALSE(decode_picture(text)) << text;
  for (std::size_t size = 0; size < jpeg.size(); size += 7) EXPECT_FALSE(plain_jpeg_size(jpeg.substr(0, size)));
}

}  // namespace
}  // namespace quotary::inspecting
