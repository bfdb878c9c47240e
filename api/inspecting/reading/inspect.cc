#include "api/inspecting/reading/inspect.h"

#include "api/inspecting/limits.h"
#include "api/inspecting/name.h"
#include "api/inspecting/reading/documents.h"
#include "api/inspecting/reading/exif.h"
#include "api/inspecting/reading/families.h"
#include "api/inspecting/reading/picture.h"
#include "api/inspecting/reading/rendition.h"

#include <algorithm>
#include <array>

namespace quotary::inspecting {

namespace {

constexpr std::array<Flag, 4> unread_flags{Flag::damaged, Flag::encrypted, Flag::over_limits,
                                           Flag::too_large_to_inspect};

DecodedPicture decode(std::string_view media_type, std::string_view bytes) {
  if (media_type == "image/jpeg") return decode_jpeg(bytes);
  if (media_type == "image/png") return decode_png(bytes);
  if (media_type == "image/webp") return decode_webp(bytes);
  if (media_type == "image/heic" || media_type == "image/heif") return decode_heif(bytes);
  return {};
}

void inspect_photo(const Question& question, bool whole, Inspection& out) {
  PhotoMetadata metadata = read_exif(question.bytes);
  out.photo = std::move(metadata.photo);
  out.flags.merge(metadata.flags);
  Photo& photo = *out.photo;
  if (photo.captured_at) {
    const auto ahead = photo.captured_at->unix_ms - question.now.unix_ms;
    if (ahead > std::chrono::milliseconds(limits::clocks_apart_max).count()) out.flags.insert(Flag::future_time);
  }
  if (photo.position && question.site && is_far_from(*photo.position, *question.site))
    out.flags.insert(Flag::geo_far_from_site);
  if (!whole) return;
  const DecodedPicture picture = decode(out.media_type, question.bytes);
  photo.width_px = picture.width_px;
  photo.height_px = picture.height_px;
  if (picture.grey) photo.picture_hash = difference_hash(*picture.grey);
  if (picture.damaged) out.flags.insert(Flag::damaged);
  if (picture.over_limits) out.flags.insert(Flag::over_limits);
}

ReadDocument read_archive(std::string_view bytes) {
  const auto archive = Archive::open(bytes);
  ReadDocument out;
  if (!archive) {
    out.flags.insert(Flag::damaged);
    return out;
  }
  out = read_office(*archive);
  if (out.kind == Kind::other && archive->has("OFD.xml")) out = read_ofd(*archive);
  add_fault(*archive, out.flags);
  return out;
}

// Nothing when it is none of those that are looked into.
std::optional<ReadDocument> read_document(Kind kind, std::string_view bytes) {
  if (kind == Kind::pdf) return read_pdf(bytes);
  if (is_compound(bytes)) return read_compound(bytes);
  if (bytes.starts_with("PK\x03\x04")) return read_archive(bytes);
  return {};
}

}  // namespace

Result<Reader> Reader::open() {
  QUOTARY_TRY(sniffer, Sniffer::open());
  prepare_exif();
  prepare_heif();
  // The library that hashes reads its configuration.
  (void)sha256("");
  return Reader(std::move(sniffer));
}

Picture Reader::picture(std::string_view bytes) const { return make_picture(sniffer_.media_type(bytes), bytes); }

Inspection Reader::inspect(const Question& question) const {
  Inspection out;
  out.file_name = safe_name(question.file_name);
  out.media_type = sniffer_.media_type(question.bytes);
  out.kind = kind_of(out.media_type);
  const bool whole = question.size_bytes <= question.bytes.size();
  if (!whole) out.flags.insert(Flag::too_large_to_inspect);
  if (out.kind == Kind::photo) {
    inspect_photo(question, whole, out);
  } else if (whole) {
    if (auto read = read_document(out.kind, question.bytes)) {
      out.kind = read->kind;
      if (!read->media_type.empty()) out.media_type = read->media_type;
      if (read->kind != Kind::other) out.document = std::move(read->document);
      out.flags.merge(read->flags);
    }
  }
  const std::string declared = media_type_of(question.declared_media_type);
  // Of a container that could not be opened nobody knows what it holds.
  const bool unread =
      std::any_of(unread_flags.begin(), unread_flags.end(), [&](Flag flag) { return out.flags.contains(flag); });
  const bool unknown = unread && is_container(declared) && is_container(out.media_type);
  if (!unknown && contradicts(declared, out.media_type)) out.flags.insert(Flag::mime_mismatch);
  if (is_executable(out.media_type, question.bytes, out.file_name)) out.flags.insert(Flag::executable);
  return out;
}

}  // namespace quotary::inspecting
