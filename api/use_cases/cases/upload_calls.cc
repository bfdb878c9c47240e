#include "api/use_cases/cases/upload_calls.h"

#include "api/inspecting/name.h"
#include "api/inspecting/question.h"
#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/evidence_store.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::text_of;

Error unknown(std::string_view id) {
  return fail(Errc::not_found, "upload_unknown",
              "no upload " + std::string(id.substr(0, 2 * blobs::blob_id_bytes)) +
                  " of yours: it was dropped, expired, or never began; begin anew");
}

// Kept beside the upload, encrypted.
std::string meta_text(std::string_view case_id, const NewEvidenceUpload& upload) {
  const auto text = canonical_json(json::object{{"case", case_id},
                                                {"file_name", inspecting::safe_name(upload.file_name)},
                                                {"media_type", inspecting::media_type_of(upload.media_type)},
                                                {"sha256", upload.sha256}});
  QUOTARY_CHECK(text.has_value());
  return *text;
}

}  // namespace

Result<EvidenceUpload> begin_upload(Organisation::Parts& parts, const Principal& caller, std::string_view case_id,
                                    const NewEvidenceUpload& upload) {
  QUOTARY_TRY(found, case_for(parts, caller, Call::work_case, case_id));
  QUOTARY_TRY(uploads, parts.evidence->uploads());
  if (found.closed_at) return fail(Errc::conflict, "case_is_closed", "the case is closed");
  if (!upload.size_bytes)
    return fail(Errc::invalid, "upload_length_missing", "send Upload-Length: the size of the file in bytes");
  if (*upload.size_bytes == 0) return fail(Errc::invalid, "upload_empty", "a file of 0 bytes shows nothing");
  if (!upload.sha256.empty() && !Hash::from_hex(upload.sha256))
    return fail(Errc::invalid, "bad_sha256", "a declared sha256 is 64 lower-case hexadecimal digits");
  QUOTARY_TRY(key_subject, parts.live_key_subject(case_subject(found.id)));
  blobs::NewUpload made;
  made.owner = caller.id;
  made.key_subject = key_subject;
  made.meta = meta_text(found.id, upload);
  made.size_bytes = *upload.size_bytes;
  QUOTARY_TRY(id, uploads->create(made, parts.now()));
  return find_upload(parts, caller, id);
}

Result<EvidenceUpload> find_upload(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY_VOID(require_call(caller, Call::work_case));
  QUOTARY_TRY(uploads, parts.evidence->uploads());
  const std::string name(id);
  if (!blobs::is_blob_id(name)) return unknown(id);
  const auto state = uploads->state(name);
  if (!state) return state.error().code == "upload_unknown" ? unknown(id) : state.error();
  if (state->owner != caller.id) return unknown(id);
  const auto meta = parse_json(state->meta);
  if (!meta || !meta->is_object()) return fail(Errc::corrupt, "upload_damaged", "what is kept of upload " + name);
  const auto& kept = meta->get_object();
  EvidenceUpload out{name,
                     text_of(kept, "case"),
                     state->owner,
                     text_of(kept, "file_name"),
                     text_of(kept, "media_type"),
                     text_of(kept, "sha256"),
                     state->size_bytes,
                     state->offset,
                     state->expires_at};
  if (!case_for(parts, caller, Call::work_case, out.case_id)) return unknown(id);
  if (out.expires_at <= parts.now())
    return fail(Errc::gone, "upload_expired", "the upload expired at " + format_rfc3339(out.expires_at));
  return out;
}

Result<std::uint64_t> take_bytes(const Organisation::Parts& parts, const std::string& id, std::uint64_t offset,
                                 std::string_view bytes) {
  QUOTARY_TRY(uploads, parts.evidence->uploads());
  return uploads->append(id, offset, bytes);
}

Result<void> drop_upload(const Organisation::Parts& parts, const Principal& caller, std::string_view id) {
  QUOTARY_TRY(upload, find_upload(parts, caller, id));
  QUOTARY_TRY(uploads, parts.evidence->uploads());
  return uploads->drop(upload.id);
}

Result<void> sweep_evidence(const Organisation::Parts& parts) {
  const auto named = [&](const std::string& id) -> Result<bool> {
    QUOTARY_TRY(place, parts.read<std::optional<records::ContentPlace>>(
                           [&](const StateReader& state) { return records::find_blob(state, id); }));
    return place.has_value();
  };
  return parts.evidence->sweep(named, parts.now());
}

}  // namespace quotary::api
