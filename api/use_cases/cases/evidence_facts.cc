#include "api/use_cases/cases/evidence_facts.h"

#include "api/inspecting/limits.h"
#include "api/use_cases/cases/evidence_calls.h"

#include <algorithm>
#include <chrono>

namespace quotary::api {
namespace {

using gates::EvidenceKind;
using inspecting::Flag;
using Kind = inspecting::Kind;

json::object position_json(const inspecting::Position& position) {
  json::object out{{"latitude", inspecting::degrees(position.latitude_microdegrees)},
                   {"longitude", inspecting::degrees(position.longitude_microdegrees)}};
  if (position.accuracy_cm) out["accuracy_cm"] = *position.accuracy_cm;
  return out;
}

void put(json::object& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out[name] = text;
}

bool is_ahead(Timestamp captured_at, Timestamp now) {
  const auto ahead_ms = captured_at.unix_ms - now.unix_ms;
  return ahead_ms > std::chrono::milliseconds(inspecting::limits::clocks_apart_max).count();
}

void decide_time(const EvidenceRequest& request, const inspecting::Inspection& inspection, Timestamp now,
                 DecidedFacts& out, json::object& about) {
  if (inspection.photo && inspection.photo->captured_at) {
    out.version.captured_at = inspection.photo->captured_at;
    about["captured_at_source"] = inspecting::name_of(inspection.photo->captured_from);
  } else if (request.captured_at) {
    out.version.captured_at = request.captured_at;
    about["captured_at_source"] = "declared";
    if (is_ahead(*request.captured_at, now)) out.version.flags.emplace(inspecting::name_of(Flag::future_time));
  } else {
    about["captured_at_source"] = "none";
  }
}

void decide_position(const EvidenceRequest& request, const inspecting::Inspection& inspection,
                     const std::optional<inspecting::Site>& site, DecidedFacts& out, json::object& about) {
  if (inspection.photo && inspection.photo->position) {
    about["position"] = position_json(*inspection.photo->position);
    about["position_source"] = "exif";
    out.version.has_geo = true;
  } else if (request.position) {
    about["position"] = position_json(*request.position);
    about["position_source"] = "declared";
    out.version.has_geo = true;
    if (site && inspecting::is_far_from(*request.position, *site))
      out.version.flags.emplace(inspecting::name_of(Flag::geo_far_from_site));
  } else {
    about["position_source"] = "none";
  }
}

void decide_label(const EvidenceRequest& request, const inspecting::Inspection& inspection, DecidedFacts& out,
                  json::object& about) {
  const std::string in_name = version_label_in(inspection.file_name);
  put(about, "version_label", request.version_label.empty() ? in_name : request.version_label);
  out.version.has_version_label = about.contains("version_label");
  if (out.version.has_version_label)
    about["version_label_source"] = request.version_label.empty() ? "file_name" : "declared";
}

bool has_any(const inspecting::Inspection& inspection, std::initializer_list<Flag> flags) {
  return std::any_of(flags.begin(), flags.end(), [&](Flag flag) { return inspection.flags.contains(flag); });
}

// Of a container that could not be opened nobody knows what it holds.
bool may_hold_anything(const inspecting::Inspection& inspection) {
  constexpr std::string_view containers[] = {
      "application/zip",     "application/cdfv2",  "application/x-ole-storage",
      "application/vnd.ms-", "application/msword", "application/vnd.openxmlformats-officedocument."};
  return has_any(inspection, {Flag::encrypted, Flag::too_large_to_inspect, Flag::over_limits}) &&
         std::any_of(std::begin(containers), std::end(containers),
                     [&](std::string_view each) { return inspection.media_type.starts_with(each); });
}

bool may_be(EvidenceKind kind, const inspecting::Inspection& inspection) {
  const auto is_one_of = [&](std::initializer_list<Kind> kinds) {
    return std::find(kinds.begin(), kinds.end(), inspection.kind) != kinds.end();
  };
  switch (kind) {
    case EvidenceKind::photo: return is_one_of({Kind::photo});
    case EvidenceKind::deck: return is_one_of({Kind::deck, Kind::pdf, Kind::ofd}) || may_hold_anything(inspection);
    case EvidenceKind::document:
      return is_one_of({Kind::deck, Kind::document, Kind::workbook, Kind::pdf, Kind::ofd, Kind::photo}) ||
             may_hold_anything(inspection);
    case EvidenceKind::confirmation:
      return is_one_of({Kind::document, Kind::pdf, Kind::ofd, Kind::photo}) || may_hold_anything(inspection);
    case EvidenceKind::other: return true;
  }
  return false;
}

std::string_view wanted(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::photo: return "a photo is a JPEG, PNG, WebP, HEIC, AVIF or TIFF";
    case EvidenceKind::deck: return "a deck is a presentation, a PDF or an OFD";
    case EvidenceKind::document: return "a document is an office file, a PDF, an OFD or a picture of one";
    case EvidenceKind::confirmation: return "a confirmation is a document, a PDF, an OFD or a picture of one";
    case EvidenceKind::other: break;
  }
  return "";
}

}  // namespace

DecidedFacts decide_facts(const EvidenceRequest& request, const EvidenceUpload& upload,
                          const inspecting::Inspection& inspection, const inspecting::Question& question,
                          const Hash& plain_sha256) {
  DecidedFacts out;
  json::object about{{"title", request.title}, {"file_name", inspection.file_name}, {"sha256", plain_sha256.hex()}};
  for (const Flag flag : inspection.flags) out.version.flags.emplace(inspecting::name_of(flag));
  decide_time(request, inspection, question.now, out, about);
  decide_position(request, inspection, question.site, out, about);
  decide_label(request, inspection, out, about);
  put(about, "declared_media_type", upload.media_type);
  put(about, "change_note", request.change_note);
  out.version.has_change_note = !request.change_note.empty();
  out.version.parent = request.parent;
  out.version.target = request.target;
  if (request.signer) {
    out.version.signature = gates::SignatureGrade::wet_scan;
    json::object signer{{"name", request.signer->name}};
    put(signer, "role", request.signer->role);
    put(signer, "organisation", request.signer->organisation);
    about["signer"] = std::move(signer);
  }
  const auto text = canonical_json(about);
  QUOTARY_CHECK(text.has_value());
  out.about = *text;
  return out;
}

Result<void> check_kind(EvidenceKind kind, const inspecting::Inspection& inspection) {
  if (may_be(kind, inspection) && (kind == EvidenceKind::other || !has_any(inspection, {Flag::executable}))) return {};
  const std::string is = has_any(inspection, {Flag::inspection_stopped}) ? "could not be looked at to its end"
                         : has_any(inspection, {Flag::executable})       ? "is a program, by its bytes or its name"
                                                                         : "is " + inspection.media_type;
  return invalid("kind_mismatch", "/kind", "the file " + is + "; " + std::string(wanted(kind)));
}

std::optional<inspecting::Site> site_of(const Organisation::Parts& parts, const records::CaseRecord& found) {
  const auto entry = parts.ledger->entry(found.index);
  if (!entry) return std::nullopt;
  const auto text = parts.payload(*entry, "text");
  if (!text) return std::nullopt;
  const auto value = parse_json(*text);
  if (!value || !value->is_object()) return std::nullopt;
  const auto* site = value->get_object().if_contains("site");
  const auto position = site ? position_of(*site) : std::nullopt;
  if (!position) return std::nullopt;
  return inspecting::Site{*position, site_distance_m_max};
}

}  // namespace quotary::api
