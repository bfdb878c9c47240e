#include "tests/support/evidence_files.h"

#include "ledger/base/result.h"

#include <libheif/heif.h>
#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>
#include <zip.h>
#include <exiv2/exiv2.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>

namespace quotary::testing {

namespace {

std::string rgb_of(const inspecting::GreyPicture& picture) {
  std::string out;
  for (const char c : picture.pixels) out.append(3, c);
  return out;
}

const std::uint8_t* bytes_of(const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

}  // namespace

inspecting::GreyPicture spots(std::uint32_t width, std::uint32_t height, unsigned seed) {
  std::minstd_rand random(seed);
  std::uniform_real_distribution<double> phase(0.0, 6.28);
  std::uniform_int_distribution<int> waves(1, 4);
  struct Wave {
    double x, y, phase;
  };
  std::vector<Wave> all;
  for (int i = 0; i < 6; ++i) all.push_back({3.0 * waves(random), 3.0 * waves(random), phase(random)});
  inspecting::GreyPicture out{width, height, {}};
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      double sum = 0;
      for (const Wave& wave : all) sum += std::sin(wave.x * x / width + wave.y * y / height + wave.phase);
      out.pixels += static_cast<char>(std::lround(128 + 20 * sum));
    }
  }
  return out;
}

std::string jpeg_of(const inspecting::GreyPicture& picture, int quality) {
  const std::unique_ptr<void, int (*)(tjhandle)> encoder(tjInitCompress(), tjDestroy);
  unsigned char* made = nullptr;
  unsigned long size = 0;
  QUOTARY_CHECK(tjCompress2(encoder.get(), bytes_of(rgb_of(picture)), static_cast<int>(picture.width), 0,
                            static_cast<int>(picture.height), TJPF_RGB, &made, &size, TJSAMP_420, quality, 0) == 0);
  std::string out(reinterpret_cast<const char*>(made), size);
  tjFree(made);
  return out;
}

std::string png_of(const inspecting::GreyPicture& picture) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = picture.width;
  png.height = picture.height;
  png.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  QUOTARY_CHECK(png_image_write_to_memory(&png, nullptr, &size, 0, picture.pixels.data(), 0, nullptr));
  std::string out(size, '\0');
  QUOTARY_CHECK(png_image_write_to_memory(&png, out.data(), &size, 0, picture.pixels.data(), 0, nullptr));
  out.resize(size);
  return out;
}

std::string webp_of(const inspecting::GreyPicture& picture) {
  std::uint8_t* made = nullptr;
  const std::size_t size =
      WebPEncodeRGB(bytes_of(rgb_of(picture)), static_cast<int>(picture.width), static_cast<int>(picture.height),
                    static_cast<int>(picture.width) * 3, 80, &made);
  std::string out(reinterpret_cast<const char*>(made), size);
  WebPFree(made);
  return out;
}

std::string heic_of(const inspecting::GreyPicture& picture) {
  const std::unique_ptr<heif_context, void (*)(heif_context*)> context(heif_context_alloc(), heif_context_free);
  heif_encoder* encoder = nullptr;
  QUOTARY_CHECK(heif_context_get_encoder_for_format(context.get(), heif_compression_HEVC, &encoder).code ==
                heif_error_Ok);
  const int width = static_cast<int>(picture.width), height = static_cast<int>(picture.height);
  heif_image* image = nullptr;
  QUOTARY_CHECK(heif_image_create(width, height, heif_colorspace_YCbCr, heif_chroma_420, &image).code == heif_error_Ok);
  for (const auto channel : {heif_channel_Y, heif_channel_Cb, heif_channel_Cr}) {
    const int part = channel == heif_channel_Y ? 1 : 2;
    QUOTARY_CHECK(heif_image_add_plane(image, channel, width / part, height / part, 8).code == heif_error_Ok);
    int stride = 0;
    std::uint8_t* plane = heif_image_get_plane(image, channel, &stride);
    for (int y = 0; y < height / part; ++y)
      for (int x = 0; x < width / part; ++x)
        plane[y * stride + x] =
            part == 1 ? static_cast<std::uint8_t>(picture.pixels[std::size_t(y) * picture.width + x]) : 128;
  }
  QUOTARY_CHECK(heif_context_encode_image(context.get(), image, encoder, nullptr, nullptr).code == heif_error_Ok);
  std::string out;
  heif_writer writer{1, [](heif_context*, const void* data, std::size_t size, void* into) {
                       static_cast<std::string*>(into)->assign(static_cast<const char*>(data), size);
                       return heif_error{heif_error_Ok, heif_suberror_Unspecified, nullptr};
                     }};
  QUOTARY_CHECK(heif_context_write(context.get(), &writer, &out).code == heif_error_Ok);
  heif_image_release(image);
  heif_encoder_release(encoder);
  return out;
}

std::string with_metadata(const std::string& picture, const Metadata& metadata) {
  const auto image = Exiv2::ImageFactory::open(bytes_of(picture), static_cast<long>(picture.size()));
  image->readMetadata();
  for (const auto& [key, value] : metadata) {
    if (key.starts_with("Xmp")) {
      image->xmpData()[key] = value;
    } else {
      image->exifData()[key] = value;
    }
  }
  image->writeMetadata();
  Exiv2::BasicIo& io = image->io();
  QUOTARY_CHECK(io.open() == 0);
  const Exiv2::DataBuf all = io.read(static_cast<long>(io.size()));
  return {reinterpret_cast<const char*>(all.pData_), static_cast<std::size_t>(all.size_)};
}

Metadata phone_metadata() {
  return {{"Exif.Image.Make", "Xiaomi"},
          {"Exif.Image.Model", "2211133C"},
          {"Exif.Image.Software", "MIUI Camera"},
          {"Exif.Photo.DateTimeOriginal", "2026:06:30 09:05:00"},
          {"Exif.Photo.OffsetTimeOriginal", "+08:00"},
          {"Exif.GPSInfo.GPSLatitudeRef", "N"},
          {"Exif.GPSInfo.GPSLatitude", "31/1 17/1 5400/100"},
          {"Exif.GPSInfo.GPSLongitudeRef", "E"},
          {"Exif.GPSInfo.GPSLongitude", "120/1 35/1 600/100"},
          {"Exif.GPSInfo.GPSHPositioningError", "125/10"},
          {"Exif.GPSInfo.GPSDateStamp", "2026:06:30"},
          {"Exif.GPSInfo.GPSTimeStamp", "1/1 5/1 7/1"}};
}

Metadata without(Metadata metadata, const std::string& key_part) {
  std::erase_if(metadata, [&](const auto& each) { return each.first.find(key_part) != std::string::npos; });
  return metadata;
}

Metadata with(Metadata metadata, const std::string& key, const std::string& value) {
  metadata = without(std::move(metadata), key);
  metadata.emplace_back(key, value);
  return metadata;
}

std::string zip_of(const Files& files, const std::string& password) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* into = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(into);
  zip_t* zip = zip_open_from_source(into, ZIP_TRUNCATE, &error);
  QUOTARY_CHECK(zip != nullptr);
  for (const auto& [name, bytes] : files) {
    const auto at = zip_file_add(zip, name.c_str(), zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
    QUOTARY_CHECK(at >= 0);
    if (!password.empty())
      QUOTARY_CHECK(zip_file_set_encryption(zip, static_cast<zip_uint64_t>(at), ZIP_EM_AES_256, password.c_str()) == 0);
  }
  QUOTARY_CHECK(zip_close(zip) == 0);
  zip_stat_t about;
  QUOTARY_CHECK(zip_source_stat(into, &about) == 0 && zip_source_open(into) == 0);
  std::string out(about.size, '\0');
  QUOTARY_CHECK(zip_source_read(into, out.data(), out.size()) == static_cast<zip_int64_t>(out.size()));
  zip_source_close(into);
  zip_source_free(into);
  return out;
}

Files deck_files(const std::vector<Slide>& slides) {
  static const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  static const std::string relations =
      "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
  static const std::string types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
  Files out;
  out["[Content_Types].xml"] =
      head +
      "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override "
      "PartName=\"/ppt/presentation.xml\" "
      "ContentType=\"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml\"/></Types>";
  out["_rels/.rels"] = head + relations + "<Relationship Id=\"rId1\" Type=\"" + types +
                       "officeDocument\" Target=\"ppt/presentation.xml\"/></Relationships>";
  out["docProps/core.xml"] =
      head +
      "<cp:coreProperties xmlns:cp=\"cp\" xmlns:dc=\"dc\" xmlns:dcterms=\"dcterms\"><dc:title>演示方案 "
      "V2</dc:title><dc:creator>李雷</dc:creator><dcterms:created>2026-06-01T08:00:00Z</dcterms:created>"
      "<dcterms:modified>2026-06-29T20:00:00+08:00</dcterms:modified></cp:coreProperties>";
  std::string list, links;
  std::map<std::string, std::string> pictures;  // bytes: name
  for (std::size_t i = 0; i < slides.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    list += "<p:sldId id=\"" + std::to_string(slides[i].id) + "\" r:id=\"rId" + number + "\"/>";
    links += "<Relationship Id=\"rId" + number + "\" Type=\"" + types + "slide\" Target=\"slides/slide" + number +
             ".xml\"/>";
    std::string text;
    for (const auto& line : slides[i].lines) text += "<a:p><a:r><a:t>" + line + "</a:t></a:r></a:p>";
    out["ppt/slides/slide" + number + ".xml"] =
        head + "<p:sld xmlns:a=\"a\" xmlns:p=\"p\" xmlns:r=\"r\"><p:txBody>" + text + "</p:txBody></p:sld>";
    if (slides[i].picture.empty()) continue;
    const std::string name =
        pictures.emplace(slides[i].picture, "image" + std::to_string(pictures.size() + 1) + ".png").first->second;
    out["ppt/media/" + name] = slides[i].picture;
    out["ppt/slides/_rels/slide" + number + ".xml.rels"] = head + relations + "<Relationship Id=\"rId2\" Type=\"" +
                                                           types + "image\" Target=\"../media/" + name +
                                                           "\"/></Relationships>";
  }
  out["ppt/presentation.xml"] =
      head + "<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst>" + list + "</p:sldIdLst></p:presentation>";
  out["ppt/_rels/presentation.xml.rels"] = head + relations + links + "</Relationships>";
  return out;
}

std::string deck_of(const std::vector<Slide>& slides) { return zip_of(deck_files(slides)); }

std::string pdf_of(const std::vector<std::string>& pages, const std::string& more) {
  std::string kids;
  std::vector<std::string> objects;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const std::size_t page = 4 + 2 * i;
    kids += std::to_string(page) + " 0 R ";
    const std::string drawn = "BT (" + pages[i] + ") Tj ET";
    objects.push_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> /Contents " +
                      std::to_string(page + 1) + " 0 R >>");
    objects.push_back("<< /Length " + std::to_string(drawn.size()) + " >>\nstream\n" + drawn + "\nendstream");
  }
  objects.insert(objects.begin(),
                 {"<< /Type /Catalog /Pages 2 0 R " + more + " >>",
                  "<< /Type /Pages /Kids [ " + kids + "] /Count " + std::to_string(pages.size()) + " >>",
                  "<< /Title (Trial plan) /Author (Han Meimei) /CreationDate (D:20260630090500+08'00') >>"});
  std::string out = "%PDF-1.7\n", table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char row[24];
    std::snprintf(row, sizeof row, "%010zu 00000 n \n", out.size());
    table += row;
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string begin = std::to_string(out.size()), size = std::to_string(objects.size() + 1);
  out += "xref\n0 " + size + "\n0000000000 65535 f \n" + table + "trailer\n<< /Size " + size +
         " /Root 1 0 R /Info 3 0 R >>\nstartxref\n" + begin + "\n%%EOF\n";
  return out;
}

}  // namespace quotary::testing
