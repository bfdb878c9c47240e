#include "api/inspecting/reading/exif.h"

#include "api/inspecting/limits.h"
#include "api/inspecting/reading/civil_time.h"
#include "api/inspecting/reading/editors.h"
#include "api/inspecting/text.h"

#include <exiv2/exiv2.hpp>

#include <algorithm>
#include <cmath>
#include <new>

namespace quotary::inspecting {

namespace {

using std::chrono::milliseconds;

// Empty when it is not there or holds nothing to read.
std::string text_of(const Exiv2::ExifData& exif, const char* key, std::size_t code_points_max = limits::title) {
  const auto found = exif.findKey(Exiv2::ExifKey(key));
  return found == exif.end() ? std::string() : clean_line(found->toString(), code_points_max);
}

std::optional<double> number_of(const Exiv2::ExifData& exif, const char* key, long index = 0) {
  const auto found = exif.findKey(Exiv2::ExifKey(key));
  if (found == exif.end() || index >= found->count()) return {};
  const Exiv2::Rational value = found->toRational(index);
  if (value.second == 0) return {};
  return static_cast<double>(value.first) / value.second;
}

// Degrees, minutes and seconds, and the letter of the half of the Earth.
std::optional<std::int32_t> angle_of(const Exiv2::ExifData& exif, const char* key, const char* half_key, char positive,
                                     char negative, double degrees_max) {
  const auto degrees = number_of(exif, key, 0);
  const std::string half = text_of(exif, half_key);
  if (!degrees || half.size() != 1 || (half[0] != positive && half[0] != negative)) return {};
  const double size = *degrees + number_of(exif, key, 1).value_or(0) / 60 + number_of(exif, key, 2).value_or(0) / 3'600;
  if (!(size >= 0 && size <= degrees_max)) return {};
  const auto micro = static_cast<std::int32_t>(std::lround(size * 1'000'000));
  return half[0] == negative ? -micro : micro;
}

std::optional<Position> position_of(const Exiv2::ExifData& exif) {
  const auto latitude = angle_of(exif, "Exif.GPSInfo.GPSLatitude", "Exif.GPSInfo.GPSLatitudeRef", 'N', 'S', 90);
  const auto longitude = angle_of(exif, "Exif.GPSInfo.GPSLongitude", "Exif.GPSInfo.GPSLongitudeRef", 'E', 'W', 180);
  if (!latitude || !longitude) return {};
  Position out{*latitude, *longitude};
  // Half the Earth's way round is as good as no accuracy.
  const auto metres = number_of(exif, "Exif.GPSInfo.GPSHPositioningError");
  if (metres && *metres >= 0 && *metres <= 20'000'000)
    out.accuracy_cm = static_cast<std::uint32_t>(std::ceil(*metres * 100));
  return out;
}

std::optional<Timestamp> satellites_time(const Exiv2::ExifData& exif) {
  const auto day = parse_exif_time(text_of(exif, "Exif.GPSInfo.GPSDateStamp") + " 00:00:00");
  const auto hours = number_of(exif, "Exif.GPSInfo.GPSTimeStamp", 0);
  const auto minutes = number_of(exif, "Exif.GPSInfo.GPSTimeStamp", 1);
  const auto seconds = number_of(exif, "Exif.GPSInfo.GPSTimeStamp", 2);
  if (!day || !hours || !minutes || !seconds) return {};
  const bool possible = *hours >= 0 && *hours < 24 && *minutes >= 0 && *minutes < 60 && *seconds >= 0 && *seconds < 61;
  if (!possible) return {};
  return Timestamp{day->unix_ms + std::llround((*hours * 3'600 + *minutes * 60 + *seconds) * 1'000)};
}

// Without an offset the camera may stand in any zone: whole quarters of an hour from -12 to +14.
bool fits_some_zone(Timestamp camera, Timestamp satellites) {
  constexpr std::int64_t quarter = std::int64_t{15} * 60'000, hour = 4 * quarter;
  const std::int64_t apart = camera.unix_ms - satellites.unix_ms;
  const std::int64_t most = milliseconds(limits::clocks_apart_max).count();
  if (apart < -12 * hour - most || apart > 14 * hour + most) return false;
  const std::int64_t rest = ((apart % quarter) + quarter) % quarter;
  return std::min(rest, quarter - rest) <= most;
}

void read_times(const Exiv2::ExifData& exif, PhotoMetadata& out) {
  const auto satellites = satellites_time(exif);
  auto camera = parse_exif_time(text_of(exif, "Exif.Photo.DateTimeOriginal"));
  if (camera) {
    out.photo.camera_time = format_rfc3339(*camera).substr(0, 19);
    const auto offset = parse_offset(text_of(exif, "Exif.Photo.OffsetTimeOriginal"));
    bool skewed = false;
    if (offset) {
      camera->unix_ms -= milliseconds(*offset).count();
      out.photo.captured_at = camera;
      skewed = satellites &&
               std::abs(camera->unix_ms - satellites->unix_ms) > milliseconds(limits::clocks_apart_max).count();
    } else {
      skewed = satellites && !fits_some_zone(*camera, *satellites);
    }
    if (skewed) out.flags.insert(Flag::clock_skew);
  }
  if (!out.photo.captured_at && satellites) {
    out.photo.captured_at = satellites;
    out.photo.captured_from = TimeSource::gps;
  }
}

bool names_editor(std::string software) {
  std::transform(software.begin(), software.end(), software.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::any_of(editors.begin(), editors.end(),
                     [&](std::string_view each) { return software.find(each) != std::string::npos; });
}

void read_makers(const Exiv2::ExifData& exif, const Exiv2::XmpData& xmp, PhotoMetadata& out) {
  out.photo.make = text_of(exif, "Exif.Image.Make");
  out.photo.model = text_of(exif, "Exif.Image.Model");
  out.photo.software = text_of(exif, "Exif.Image.Software");
  std::string all = out.photo.software + "\n" + text_of(exif, "Exif.Image.ProcessingSoftware");
  const auto creator = xmp.findKey(Exiv2::XmpKey("Xmp.xmp.CreatorTool"));
  if (creator != xmp.end()) {
    const std::string tool = clean_line(creator->toString(), limits::title);
    all += "\n" + tool;
    if (out.photo.software.empty()) out.photo.software = tool;
  }
  if (names_editor(all)) out.flags.insert(Flag::edited_software);
}

}  // namespace

void prepare_exif() {
  Exiv2::enableBMFF(true);
  Exiv2::XmpParser::initialize();
  // What files say of themselves is no matter for this program's log.
  Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
}

PhotoMetadata read_exif(std::string_view bytes) {
  PhotoMetadata out;
  try {
    const auto image =
        Exiv2::ImageFactory::open(reinterpret_cast<const Exiv2::byte*>(bytes.data()), static_cast<long>(bytes.size()));
    image->readMetadata();
    read_times(image->exifData(), out);
    out.photo.position = position_of(image->exifData());
    read_makers(image->exifData(), image->xmpData(), out);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    out.flags.insert(Flag::damaged);
  }
  if (!out.photo.captured_at && out.photo.camera_time.empty() && !out.photo.position)
    out.flags.insert(Flag::exif_missing);
  return out;
}

unsigned read_orientation(std::string_view bytes) {
  try {
    const auto image =
        Exiv2::ImageFactory::open(reinterpret_cast<const Exiv2::byte*>(bytes.data()), static_cast<long>(bytes.size()));
    image->readMetadata();
    const auto found = image->exifData().findKey(Exiv2::ExifKey("Exif.Image.Orientation"));
    if (found == image->exifData().end() || found->count() == 0) return 1;
    const auto said = found->toLong(0);
    return said >= 1 && said <= 8 ? static_cast<unsigned>(said) : 1;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return 1;
  }
}

}  // namespace quotary::inspecting
