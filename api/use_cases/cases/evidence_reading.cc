// What is read of evidence, and its withdrawal.
#include "api/inspecting/difference.h"
#include "api/use_cases/body_members.h"
#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/case_answers.h"
#include "api/use_cases/cases/case_writing.h"
#include "api/use_cases/cases/evidence_calls.h"
#include "api/use_cases/cases/evidence_store.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::text_of;

constexpr std::size_t withdrawal_characters_min = 2;

std::string path_of(const records::ItemRecord& item, std::uint64_t version) {
  return "/v1/evidence/" + item.id + "/versions/" + std::to_string(version);
}

// Where other evidence lies that is the same or looks so: named only to who may read it.
template <class Place>
void put_place(const Organisation::Parts& parts, const Principal& caller, const Place& place, std::string_view name,
               json::object& out) {
  if (!case_for(parts, caller, Call::read_case, place.case_id)) return;
  out[name] = json::object{{"case", place.case_id}, {"item", place.item}, {"version", place.version}};
}

Result<void> put_likenesses(const Organisation::Parts& parts, const Principal& caller, const Entry& entry,
                            const std::set<std::string>& flags, json::object& out) {
  if (flags.contains("duplicate_of")) {
    QUOTARY_TRY(same, parts.read<std::optional<records::ContentPlace>>([&](const StateReader& state) {
      return records::find_content(state, text_of(entry.body, "tag"));
    }));
    if (same) put_place(parts, caller, *same, "duplicate_of", out);
  }
  if (flags.contains("near_duplicate_of")) {
    QUOTARY_TRY_VOID(fill_pictures(parts));
    if (const auto like = parts.evidence->pictures().like(entry.index))
      put_place(parts, caller, *like, "near_duplicate_of", out);
  }
  return {};
}

Result<void> put_private(const Organisation::Parts& parts, const Entry& entry, json::object& out) {
  auto about = object_in(parts, entry, "about");
  if (!about && about.error().kind == Errc::gone) {
    out["erased"] = true;
    return {};
  }
  if (!about) return std::move(about).error();
  for (auto& [name, value] : *about) out[name] = value;
  QUOTARY_TRY(reference, parts.payload(entry, "reference"));
  auto opened = blobs::parse_reference(reference);
  wipe(reference);
  if (!opened) return std::move(opened).error();
  out["commitment"] = json::object{{"sha256", text_of(entry.body, "content")}, {"nonce", to_hex(opened->nonce)}};
  QUOTARY_TRY(inspection, inspection_in(parts, entry));
  out["media_type"] = inspection.media_type;
  out["inspection"] = inspecting::told(inspection);
  return {};
}

json::object signature_told(gates::SignatureGrade grade) {
  json::object out{{"grade", gates::code_of(grade)}};
  if (grade == gates::SignatureGrade::wet_scan) {
    out["assurance_zh"] = "纸质签名的扫描件：只能证明上传过这份扫描件，签名是谁所签由人判断，效力低于在线签署";
    out["assurance_en"] =
        "a scan of a signature on paper: it is proved that this scan was uploaded; who signed is for people to judge, "
        "which is less than a signature made online";
  }
  return out;
}

Result<void> put_withdrawal(const Organisation::Parts& parts, const records::EvidenceRecord& version,
                            json::object& out) {
  if (!version.version.withdrawn) return {};
  QUOTARY_TRY(entry, parts.ledger->entry(version.withdrawn_index));
  out["withdrawn"] = json::object{{"at", format_rfc3339(entry.time)},
                                  {"by", person_member(parts, entry.actor_id)},
                                  {"reason", parts.text_in(entry.index, "text", "reason")}};
  return {};
}

json::object item_row(const records::ItemRecord& item) {
  json::object out{{"item", item.id},
                   {"case", item.case_id},
                   {"kind", gates::code_of(item.kind)},
                   {"versions_count", item.versions.size()},
                   {"url", "/v1/evidence/" + item.id}};
  if (!item.requirement.empty()) out["requirement"] = item.requirement;
  if (const auto current = current_of(item)) out["current_version"] = current;
  return out;
}

}  // namespace

Result<json::object> object_in(const Organisation::Parts& parts, const Entry& entry, std::string_view name) {
  QUOTARY_TRY(text, parts.payload(entry, name));
  QUOTARY_TRY(value, parse_json(text));
  if (!value.is_object())
    return fail(Errc::corrupt, "payload_damaged",
                std::string(name) + " of entry " + std::to_string(entry.index) + " is no object");
  return std::move(value.get_object());
}

Result<inspecting::Inspection> inspection_in(const Organisation::Parts& parts, const Entry& entry) {
  QUOTARY_TRY(text, parts.payload(entry, "inspection"));
  return inspecting::decode(text);
}

std::uint64_t current_of(const records::ItemRecord& item) {
  std::uint64_t out = 0;
  for (const auto& each : item.versions)
    if (!each.version.withdrawn) out = each.version.number;
  return out;
}

Result<FoundItem> item_for(const Organisation::Parts& parts, const Principal& caller, Call call,
                           std::string_view item) {
  QUOTARY_TRY_VOID(require_call(caller, call));
  const auto find = [&](const StateReader& state) -> Result<std::optional<records::ItemRecord>> {
    QUOTARY_TRY(of_case, records::find_case_of_item(state, item));
    if (!of_case) return std::optional<records::ItemRecord>();
    return records::find_item(state, *of_case, item);
  };
  QUOTARY_TRY(found, parts.read<std::optional<records::ItemRecord>>(find));
  const auto unknown = [&] { return fail(Errc::not_found, "evidence_not_found", "no evidence " + std::string(item)); };
  if (!found) QUOTARY_TRY_VOID(parts.require_whole_state());
  if (!found) return unknown();
  auto of_case = case_for(parts, caller, call, found->case_id);
  if (!of_case) return of_case.error().kind == Errc::not_found ? unknown() : of_case.error();
  return FoundItem{std::move(*of_case), std::move(*found)};
}

Result<records::EvidenceRecord> version_of(const records::ItemRecord& item, std::string_view version) {
  const auto number = parse_u64(version);
  if (!number || *number == 0 || *number > item.versions.size())
    return fail(Errc::not_found, "version_not_found", "the item has no version " + std::string(version));
  return item.versions[*number - 1];
}

Result<json::object> version_row(const Organisation::Parts& parts, const Principal& caller,
                                 const records::ItemRecord& item, const records::EvidenceRecord& version) {
  QUOTARY_TRY(entry, parts.ledger->entry(version.index));
  const auto& facts = version.version;
  json::object out{{"version", facts.number},
                   {"received_at", format_rfc3339(facts.received_at)},
                   {"size", version.size},
                   {"flags", json::array(facts.flags.begin(), facts.flags.end())},
                   {"added_by", person_member(parts, entry.actor_id)},
                   {"entry_index", version.index},
                   {"links", json::object{{"content", path_of(item, facts.number) + "/content"},
                                          {"proof", path_of(item, facts.number) + "/proof"}}}};
  if (facts.captured_at) out["captured_at"] = format_rfc3339(*facts.captured_at);
  if (facts.parent) out["parent"] = *facts.parent;
  if (facts.target) out["target"] = json::object{{"item", facts.target->item}, {"version", facts.target->version}};
  if (facts.signature) out["signature"] = signature_told(*facts.signature);
  QUOTARY_TRY_VOID(put_private(parts, entry, out));
  QUOTARY_TRY_VOID(put_likenesses(parts, caller, entry, facts.flags, out));
  QUOTARY_TRY_VOID(put_withdrawal(parts, version, out));
  return out;
}

Result<void> fill_pictures(const Organisation::Parts& parts) {
  const auto gather = [&](const std::function<void(PicturePlace)>& give) -> Result<void> {
    std::vector<PicturePlace> photos;
    // The newest cases first: of more than are kept the oldest are left out.
    const auto collect = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
      std::optional<Error> failed;
      QUOTARY_TRY_VOID(state.scan("cases/", "", true, [&](std::string_view, std::string_view id) {
        auto items = records::find_items(state, id);
        if (!items) {
          failed = std::move(items).error();
          return false;
        }
        for (const auto& item : *items) {
          if (item.kind != gates::EvidenceKind::photo) continue;
          for (const auto& each : item.versions)
            photos.push_back({each.index, 0, item.case_id, item.id, each.version.number});
        }
        return photos.size() < pictures_max;
      }));
      if (failed) return *failed;
      return {};
    };
    QUOTARY_TRY_VOID(parts.ledger->read_state(collect));
    for (auto& photo : photos) {
      // One that was erased, or cannot be read, looks like nothing.
      const auto entry = parts.ledger->entry(photo.index);
      const auto inspection = entry ? inspection_in(parts, *entry) : entry.error();
      if (!inspection || !inspection->photo || !inspection->photo->picture_hash) continue;
      photo.hash = *inspection->photo->picture_hash;
      give(std::move(photo));
    }
    return {};
  };
  return parts.evidence->pictures().fill(gather);
}

Result<Answer> list_evidence(const Organisation::Parts& parts, const Principal& caller, std::string_view case_id) {
  QUOTARY_TRY(found, case_for(parts, caller, Call::read_case, case_id));
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY(items, parts.read<std::vector<records::ItemRecord>>(
                         [&](const StateReader& state) { return records::find_items(state, found.id); }));
  QUOTARY_TRY_VOID(parts.note_read(caller, "evidence.list", case_subject(found.id), items.size()));
  json::array rows;
  for (const auto& item : items) {
    json::object row = item_row(item);
    if (const auto current = current_of(item)) {
      QUOTARY_TRY(version, version_row(parts, caller, item, item.versions[current - 1]));
      row["version"] = std::move(version);
    }
    rows.push_back(std::move(row));
  }
  return Answer{200, json::object{{"case", found.id}, {"items", std::move(rows)}}, false};
}

Result<Answer> read_evidence(const Organisation::Parts& parts, const Principal& caller, std::string_view item) {
  QUOTARY_TRY(of, item_for(parts, caller, Call::read_case, item));
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY_VOID(parts.note_read(caller, "evidence.read", case_subject(of.found.id)));
  json::object out = item_row(of.item);
  json::array versions;
  for (const auto& each : of.item.versions) {
    QUOTARY_TRY(row, version_row(parts, caller, of.item, each));
    versions.push_back(std::move(row));
  }
  out["versions"] = std::move(versions);
  return Answer{200, std::move(out), false};
}

Result<EvidenceContent> evidence_content(const Organisation::Parts& parts, const Principal& caller,
                                         std::string_view item, std::string_view version) {
  QUOTARY_TRY(of, item_for(parts, caller, Call::read_case, item));
  QUOTARY_TRY(wanted, version_of(of.item, version));
  QUOTARY_TRY(entry, parts.ledger->entry(wanted.index));
  QUOTARY_TRY(text, parts.payload(entry, "reference"));
  auto reference = blobs::parse_reference(text);
  wipe(text);
  if (!reference) return std::move(reference).error();
  QUOTARY_TRY(inspection, inspection_in(parts, entry));
  QUOTARY_TRY(store, parts.evidence->contents());
  QUOTARY_TRY(reader, store->open_blob(*reference));
  QUOTARY_TRY_VOID(parts.note_read(caller, "evidence.content", case_subject(of.found.id)));
  return EvidenceContent{std::make_shared<blobs::BlobReader>(std::move(reader)), inspection.media_type,
                         inspection.file_name, wanted.content};
}

Result<std::string> evidence_proof(const Organisation::Parts& parts, const Principal& caller, std::string_view item,
                                   std::string_view version) {
  QUOTARY_TRY(of, item_for(parts, caller, Call::read_case, item));
  QUOTARY_TRY(wanted, version_of(of.item, version));
  return parts.best_proof(wanted.index);
}

Result<Answer> evidence_difference(const Organisation::Parts& parts, const Principal& caller, std::string_view item,
                                   std::optional<std::uint64_t> from, std::optional<std::uint64_t> to) {
  QUOTARY_TRY(of, item_for(parts, caller, Call::read_case, item));
  if (!to) QUOTARY_TRY_VOID(parts.require_whole_state());  // which is the newest, a damaged ledger cannot say
  const std::uint64_t newer = to.value_or(of.item.versions.size());
  const std::uint64_t older = from.value_or(newer > 1 ? newer - 1 : 1);
  std::vector<inspecting::Inspection> both;
  for (const std::uint64_t number : {older, newer}) {
    QUOTARY_TRY(version, version_of(of.item, std::to_string(number)));
    QUOTARY_TRY(entry, parts.ledger->entry(version.index));
    QUOTARY_TRY(inspection, inspection_in(parts, entry));
    both.push_back(std::move(inspection));
  }
  QUOTARY_TRY_VOID(parts.note_read(caller, "evidence.difference", case_subject(of.found.id)));
  json::object out = inspecting::json_of(inspecting::between(both[0], both[1]));
  out["item"] = of.item.id;
  out["from"] = older;
  out["to"] = newer;
  return Answer{200, std::move(out), false};
}

Result<Answer> withdraw_evidence(Organisation::Parts& parts, const Principal& caller, std::string_view item,
                                 std::string_view version, std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::work_case));
  QUOTARY_TRY(object, parse_body(body));
  const auto describe = [](const Entry& entry) -> Result<json::object> {
    return json::object{{"item", text_of(entry.body, "item")},
                        {"case", text_of(entry.body, "case")},
                        {"version", records::number_of(entry.body, "version")},
                        {"status", "withdrawn"}};
  };
  const auto path = "/v1/evidence/" + std::string(item) + "/versions/" + std::string(version) + "/withdraw";
  QUOTARY_TRY(turn, take_turn(parts, caller, path, idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 200, describe);
  QUOTARY_TRY(of, item_for(parts, caller, Call::work_case, item));
  QUOTARY_TRY(wanted, version_of(of.item, version));
  Error faults = fail(Errc::invalid, "", "");
  refuse_unknown(object, {"reason"}, faults);
  const auto given = text_member(object, "reason", faults);
  if (const auto length = characters_in(given); length < withdrawal_characters_min || length > reason_characters_max)
    add_fault(faults, "bad_reason", "/reason", "a reason has 2 to 2,000 characters");
  if (!faults.problems.empty()) return faults;
  QUOTARY_TRY(reason, parts.document_text(given, "/reason", reason_characters_max));
  QUOTARY_TRY(key_subject, parts.live_key_subject(case_subject(of.found.id)));
  Draft draft = turn.draft(caller, records::evidence_withdrawn_type, case_subject(of.found.id));
  draft.body = {{"case", of.found.id}, {"item", of.item.id}, {"version", wanted.version.number}};
  draft.objects.push_back(private_object("text", {{"reason", reason}}, std::move(key_subject)));
  const auto command = [&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{draft};
  };
  return answer_written(parts, command, 200, describe);
}

}  // namespace quotary::api
