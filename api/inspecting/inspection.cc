#include "api/inspecting/inspection.h"

#include "api/inspecting/limits.h"

#include <array>

namespace quotary::inspecting {

namespace {

constexpr std::array<std::string_view, 15> flag_names{"clock_skew",
                                                      "damaged",
                                                      "edited_software",
                                                      "encrypted",
                                                      "executable",
                                                      "exif_missing",
                                                      "future_time",
                                                      "geo_far_from_site",
                                                      "inspection_stopped",
                                                      "launch",
                                                      "macro",
                                                      "mime_mismatch",
                                                      "over_limits",
                                                      "script",
                                                      "too_large_to_inspect"};
static_assert(flag_names.size() == static_cast<std::size_t>(last_flag) + 1);

constexpr std::array<std::string_view, 7> kind_names{"photo", "deck", "document", "workbook", "pdf", "ofd", "other"};

json::array flags_of(const Inspection& inspection) {
  json::array out;
  for (const Flag flag : inspection.flags) out.emplace_back(name_of(flag));
  return out;
}

void put_text(json::object& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out[name] = text;
}

void put_time(json::object& out, std::string_view name, const std::optional<Timestamp>& time) {
  if (time) out[name] = format_rfc3339(*time);
}

// Nothing where parts are not counted.
std::string_view counted(Kind kind) {
  if (kind == Kind::deck) return "slides";
  if (kind == Kind::workbook) return "sheets";
  return kind == Kind::pdf || kind == Kind::ofd ? "pages" : "";
}

void put_count(json::object& out, const Inspection& inspection) {
  const auto name = counted(inspection.kind);
  if (!name.empty() && inspection.document && inspection.document->count) out[name] = *inspection.document->count;
}

void put_captured(json::object& out, const Photo& photo) {
  if (!photo.captured_at) return;
  out["captured_at"] = format_rfc3339(*photo.captured_at);
  out["captured_from"] = name_of(photo.captured_from);
}

json::object told_photo(const Photo& photo) {
  json::object out;
  put_captured(out, photo);
  put_text(out, "camera_time", photo.camera_time);
  if (photo.position) {
    json::object place{{"latitude", degrees(photo.position->latitude_microdegrees)},
                       {"longitude", degrees(photo.position->longitude_microdegrees)}};
    if (photo.position->accuracy_cm) place["accuracy_cm"] = *photo.position->accuracy_cm;
    out["position"] = std::move(place);
  }
  if (photo.width_px > 0) out["width_px"] = photo.width_px;
  if (photo.height_px > 0) out["height_px"] = photo.height_px;
  put_text(out, "make", photo.make);
  put_text(out, "model", photo.model);
  put_text(out, "software", photo.software);
  return out;
}

}  // namespace

std::string_view name_of(Flag flag) { return flag_names.at(static_cast<std::size_t>(flag)); }
std::string_view name_of(Kind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }
std::string_view name_of(TimeSource source) { return source == TimeSource::exif ? "exif" : "gps"; }

Hash hash_of_lines(const std::vector<std::string>& lines) {
  Sha256 out;
  for (const std::string& line : lines) {
    out.update(line);
    out.update("\n");
  }
  return out.finish();
}

json::object facts(const Inspection& inspection) {
  json::object out{{"kind", name_of(inspection.kind)},
                   {"media_type", inspection.media_type},
                   {"flags", flags_of(inspection)},
                   {"geo", inspection.photo && inspection.photo->position}};
  if (inspection.photo) put_captured(out, *inspection.photo);
  put_count(out, inspection);
  return out;
}

json::object told(const Inspection& inspection) {
  json::object out{{"file_name", inspection.file_name},
                   {"kind", name_of(inspection.kind)},
                   {"media_type", inspection.media_type},
                   {"flags", flags_of(inspection)}};
  if (inspection.photo) out["photo"] = told_photo(*inspection.photo);
  if (inspection.document) {
    const Document& document = *inspection.document;
    put_text(out, "title", document.title);
    put_text(out, "author", document.author);
    put_time(out, "created_at", document.created_at);
    put_time(out, "modified_at", document.modified_at);
    put_count(out, inspection);
  }
  return out;
}

}  // namespace quotary::inspecting
