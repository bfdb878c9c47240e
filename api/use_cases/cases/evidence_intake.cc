// How an upload becomes a version of evidence.
#include "api/inspecting/name.h"
#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/case_writing.h"
#include "api/use_cases/cases/evidence_calls.h"
#include "api/use_cases/cases/evidence_facts.h"
#include "api/use_cases/cases/evidence_store.h"
#include "api/use_cases/cases/upload_calls.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::text_of;

// Which item the version is to be of, as the state said.
struct Place {
  records::CaseRecord found;
  std::string item, requirement;
  gates::EvidenceKind kind = gates::EvidenceKind::other;
  std::uint64_t number = 1;
  std::uint64_t current = 0;  // the newest version that is not withdrawn; 0: none
  [[nodiscard]] bool first() const { return number == 1; }
};

Result<Answer> answer_of(const Organisation::Parts& parts, const Principal& caller, const Entry& entry,
                         const std::string& proof, bool replayed) {
  QUOTARY_TRY(item, parts.read<std::optional<records::ItemRecord>>([&](const StateReader& state) {
    return records::find_item(state, text_of(entry.body, "case"), text_of(entry.body, "item"));
  }));
  const auto number = records::number_of(entry.body, "version");
  if (!item || number == 0 || number > item->versions.size())
    return fail(Errc::corrupt, "state_damaged", "the state lacks the version of entry " + std::to_string(entry.index));
  QUOTARY_TRY(row, version_row(parts, caller, *item, item->versions[number - 1]));
  json::object out{{"item", item->id}, {"case", item->case_id}, {"kind", gates::code_of(item->kind)}};
  if (!item->requirement.empty()) out["requirement"] = item->requirement;
  out["version"] = std::move(row);
  out["ledger"] = ledger_member(entry, proof);
  return Answer{201, std::move(out), replayed};
}

// A crash may have come between the entry and the end of the upload.
void let_go(const Organisation::Parts& parts, const std::string& upload) {
  if (const auto uploads = parts.evidence->uploads()) (void)(*uploads)->drop(upload);
}

Result<Answer> replay(const Organisation::Parts& parts, const Principal& caller, std::uint64_t index) {
  QUOTARY_TRY(entry, parts.ledger->entry(index));
  QUOTARY_TRY(proof, parts.ledger->proof(index, true));
  let_go(parts, text_of(entry.body, "blob"));
  return answer_of(parts, caller, entry, proof, true);
}

// The entry by which an upload became a version, which answers whoever sends it again. Nothing: it did not yet.
Result<std::optional<std::uint64_t>> became(const Organisation::Parts& parts, const Principal& caller,
                                            const std::string& upload, const Place& place) {
  const auto find = [&](const StateReader& state) -> Result<std::optional<records::EvidenceRecord>> {
    QUOTARY_TRY(named, records::find_blob(state, upload));
    if (!named) return std::optional<records::EvidenceRecord>();
    QUOTARY_TRY(item, records::find_item(state, named->case_id, named->item));
    const bool known = item && named->version > 0 && named->version <= item->versions.size();
    if (!known) return fail(Errc::corrupt, "state_damaged", "the state lacks a version whose content it names");
    const bool here = named->case_id == place.found.id &&
                      (place.first() ? named->version == 1 : named->item == place.item && named->version > 1);
    if (!here) return fail(Errc::conflict, "upload_used", "the upload is a version of other evidence");
    return std::optional(item->versions[named->version - 1]);
  };
  QUOTARY_TRY(version, parts.read<std::optional<records::EvidenceRecord>>(find));
  if (!version) return std::optional<std::uint64_t>();
  QUOTARY_TRY(entry, parts.ledger->entry(version->index));
  if (entry.actor_id != caller.id) return invalid("upload_unknown", "/upload", "no upload " + upload + " of yours");
  return std::optional(version->index);
}

Result<EvidenceUpload> upload_of(const Organisation::Parts& parts, const Principal& caller, const std::string& id,
                                 const Place& place) {
  auto upload = find_upload(parts, caller, id);
  if (!upload && upload.error().kind != Errc::not_found) return upload;
  if (!upload || upload->case_id != place.found.id)
    return invalid("upload_unknown", "/upload", "no upload " + id + " of yours for this case");
  if (upload->offset == upload->size_bytes) return upload;
  Error error = fail(Errc::conflict, "upload_incomplete",
                     "the upload has " + std::to_string(upload->offset) + " of " + std::to_string(upload->size_bytes) +
                         " bytes: go on with it first");
  error.problems.push_back({"/upload", error.code, error.detail});
  return error;
}

// What the fold would refuse without a pointer.
Result<void> check_request(const Organisation::Parts& parts, const Place& place, const EvidenceRequest& request) {
  if (place.found.closed_at) return fail(Errc::conflict, "case_is_closed", "the case is closed");
  if (place.number > records::evidence_versions_max)
    return fail(Errc::conflict, "too_many_versions",
                "an item has at most " + std::to_string(records::evidence_versions_max) + " versions");
  if (!place.first() && request.change_note.empty())
    return invalid("change_note_missing", "/change_note", "from version 2 on, say what changed");
  if (request.signer && place.kind != gates::EvidenceKind::confirmation)
    return invalid("bad_signature", "/signature", "only evidence of the kind confirmation is signed");
  if (request.parent && *request.parent >= place.number)
    return invalid("parent_unknown", "/parent", "the item has no version " + std::to_string(*request.parent));
  if (request.parent && *request.parent != place.current && *request.parent != place.number - 1)
    return fail(Errc::conflict, "parent_not_current",
                "this was made from version " + std::to_string(*request.parent) + ", and the item stands at version " +
                    std::to_string(place.number - 1) + ": look at that first");
  return parts.ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    if (!request.requirement.empty()) {
      QUOTARY_TRY(policy, records::find_policy(state, place.found.policy, place.found.policy_version));
      const bool known = policy && std::any_of(policy->policy.requirements.begin(), policy->policy.requirements.end(),
                                               [&](const auto& each) {
                                                 return each.id == request.requirement && each.kind == place.kind;
                                               });
      if (!known)
        return invalid("requirement_unknown", "/requirement",
                       "the case's policy has no requirement " + request.requirement + " of that kind");
    }
    if (request.target) {
      QUOTARY_TRY(target, records::find_item(state, place.found.id, request.target->item));
      if (!target || request.target->version > target->versions.size())
        return invalid("target_unknown", "/target", "the case has no such version of " + request.target->item);
    }
    return {};
  });
}

Result<void> check_hash(const std::string& declared, const std::string& pointer, const Hash& plain) {
  if (declared.empty() || declared == plain.hex()) return {};
  return invalid("hash_differs", pointer, "the bytes that came have the SHA-256 " + plain.hex());
}

NewObject private_json(std::string name, std::string text, const std::string& key_subject) {
  return {std::move(name), "application/json", std::move(text), key_subject, 1};
}

// All that a version will be, before the write.
struct Made {
  Draft draft;  // without its facts
  DecidedFacts decided;
  std::string tag;
  std::optional<PicturePlace> picture;
};

Result<Made> make(const Organisation::Parts& parts, const Principal& caller, const Place& place,
                  const EvidenceRequest& request, const EvidenceUpload& upload) {
  QUOTARY_TRY(uploads, parts.evidence->uploads());
  QUOTARY_TRY(finished, uploads->finish(upload.id));
  QUOTARY_TRY_VOID(check_hash(request.sha256, "/sha256", finished.hashes.plain));
  QUOTARY_TRY_VOID(check_hash(upload.sha256, "/upload", finished.hashes.plain));
  inspecting::Question question;
  question.declared_media_type = upload.media_type;
  question.file_name = upload.file_name;
  question.now = parts.now();
  question.site = site_of(parts, place.found);
  QUOTARY_TRY(inspection, parts.evidence->inspect(finished.reference, question));
  QUOTARY_TRY_VOID(check_kind(place.kind, inspection));

  Made out;
  out.decided = decide_facts(request, upload, inspection, question, finished.hashes.plain);
  out.decided.version.number = place.number;
  out.tag = parts.keys->keyed_hash("evidence-content", finished.hashes.plain.view()).hex();
  if (place.kind == gates::EvidenceKind::photo && inspection.photo && inspection.photo->picture_hash) {
    QUOTARY_TRY_VOID(fill_pictures(parts));
    out.picture = PicturePlace{0, *inspection.photo->picture_hash, place.found.id, place.item, place.number};
  }
  QUOTARY_TRY(key_subject, parts.live_key_subject(case_subject(place.found.id)));
  Draft& draft = out.draft;
  draft = draft_by(caller, records::evidence_added_type, case_subject(place.found.id));
  draft.body = {{"case", place.found.id},
                {"item", place.item},
                {"kind", gates::code_of(place.kind)},
                {"version", place.number},
                {"content", finished.hashes.commitment.hex()},
                {"size", finished.reference.size_bytes},
                {"tag", out.tag},
                {"blob", finished.reference.id}};
  if (!place.requirement.empty()) draft.body["requirement"] = place.requirement;
  draft.objects.push_back(private_json("reference", blobs::reference_text(finished.reference), key_subject));
  draft.objects.push_back(private_json("about", out.decided.about, key_subject));
  draft.objects.push_back(private_json("inspection", inspecting::encode(inspection), key_subject));
  return out;
}

// What is the same as, or looks like, what is known by then, is known at the write alone.
Result<Committed> write(const Organisation::Parts& parts, const Place& place, const std::shared_ptr<Made>& made) {
  auto& pictures = parts.evidence->pictures();
  const std::string claim = text_of(made->draft.body, "blob");
  const auto command = [place, made, &pictures, claim](const StateReader& state,
                                                       Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(item, records::find_item(state, place.found.id, place.item));
    if ((item ? item->versions.size() : 0) + 1 != place.number)
      return fail(Errc::conflict, "version_taken", "another version came meanwhile: look at it, and send this again");
    gates::EvidenceVersion version = made->decided.version;
    QUOTARY_TRY(same, records::find_content(state, made->tag));
    if (same && same->item != place.item) version.flags.insert("duplicate_of");
    if (made->picture && pictures.claim(claim, *made->picture)) version.flags.insert("near_duplicate_of");
    Draft draft = made->draft;
    draft.objects.insert(draft.objects.begin(), facts_object(gates::evidence_facts_to_json(version)));
    return std::vector<Draft>{std::move(draft)};
  };
  auto committed = parts.ledger->append(command);
  if (committed) {
    pictures.settle(claim, committed->entries.front().index);
  } else {
    pictures.release(claim);
  }
  return committed;
}

// `find_place` answers where the version goes, or why it goes nowhere.
template <class FindPlace>
Result<Answer> add(Organisation::Parts& parts, const Principal& caller, const std::string& path, bool first,
                   std::string_view idempotency_key, std::string_view body, FindPlace find_place) {
  QUOTARY_TRY_VOID(require_call(caller, Call::work_case));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(turn, take_turn(parts, caller, path, idempotency_key, object));
  if (turn.before) return replay(parts, caller, turn.before->index);
  QUOTARY_TRY(place, find_place());
  QUOTARY_TRY(request, parse_evidence_request(parts, object, first));
  if (first) {
    place.kind = *request.kind;
    place.requirement = request.requirement;
  }
  const auto alone = parts.gate.enter("upload " + request.upload);
  QUOTARY_TRY(before, became(parts, caller, request.upload, place));
  if (before) return replay(parts, caller, *before);
  QUOTARY_TRY(upload, upload_of(parts, caller, request.upload, place));
  QUOTARY_TRY_VOID(check_request(parts, place, request));
  QUOTARY_TRY(made, make(parts, caller, place, request, upload));
  made.draft.request_scope = turn.identity.scope;
  made.draft.request_body = turn.identity.body;
  const auto shared = std::make_shared<Made>(std::move(made));
  QUOTARY_TRY(committed, write(parts, place, shared));
  let_go(parts, upload.id);
  return answer_of(parts, caller, committed.entries.front(), committed.proof(0), false);
}

}  // namespace

Result<Answer> add_evidence(Organisation::Parts& parts, const Principal& caller, std::string_view case_id,
                            std::string_view idempotency_key, std::string_view body) {
  const auto place = [&]() -> Result<Place> {
    QUOTARY_TRY(found, case_for(parts, caller, Call::work_case, case_id));
    Place out;
    out.found = std::move(found);
    out.item = uuid_v7(parts.now().unix_ms, *parts.config.random);
    return out;
  };
  return add(parts, caller, "/v1/cases/" + std::string(case_id) + "/evidence", true, idempotency_key, body, place);
}

Result<Answer> add_evidence_version(Organisation::Parts& parts, const Principal& caller, std::string_view item,
                                    std::string_view idempotency_key, std::string_view body) {
  const auto place = [&]() -> Result<Place> {
    QUOTARY_TRY(of, item_for(parts, caller, Call::work_case, item));
    Place out;
    out.found = std::move(of.found);
    out.item = of.item.id;
    out.requirement = of.item.requirement;
    out.kind = of.item.kind;
    out.number = of.item.versions.size() + 1;
    out.current = current_of(of.item);
    return out;
  };
  return add(parts, caller, "/v1/evidence/" + std::string(item) + "/versions", false, idempotency_key, body, place);
}

}  // namespace quotary::api
