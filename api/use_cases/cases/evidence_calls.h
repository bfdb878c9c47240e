// The calls about evidence of cases: items with their versions, which are added and withdrawn, and never changed. Safe
// from any thread; calls may block on disk, the sequencer and the process that inspects.
#pragma once

#include "api/inspecting/inspection.h"
#include "api/use_cases/cases/evidence_request.h"
#include "ledger/blobs/blob_store.h"
#include "ledger/records/cases.h"

namespace quotary::api {

// How far a photo may lie from its case's site before that is a doubt.
inline constexpr std::uint32_t site_distance_m_max = 1'000;

// Makes an uploaded file the first version of a new item, or a further one of an item: what the file shows is looked at
// first, and decides together with what was declared. `idempotency_key` may be empty; an upload becomes one version in
// any case, and whoever repeats the call gets the first answer. 201 with the version and its ledger entry.
//
// Errc::invalid, each by pointer: those of parse_evidence_request(); `upload_unknown` (none of the caller's in this
// case), `hash_differs`, `requirement_unknown`, `target_unknown`, `change_note_missing` (from version 2),
// `parent_unknown`, `kind_mismatch` (the file cannot be of that kind). Errc::conflict `upload_incomplete`,
// `upload_used`, `case_is_closed`, `version_taken` (another version came meanwhile), `parent_not_current`,
// `too_many_items`, `too_many_versions`; not_found `case_not_found`, `evidence_not_found`; unavailable
// `inspecting_unavailable`, and overloaded `inspecting_busy`, both with the upload kept.
[[nodiscard]] Result<Answer> add_evidence(Organisation::Parts& parts, const Principal& caller, std::string_view case_id,
                                          std::string_view idempotency_key, std::string_view body);
[[nodiscard]] Result<Answer> add_evidence_version(Organisation::Parts& parts, const Principal& caller,
                                                  std::string_view item, std::string_view idempotency_key,
                                                  std::string_view body);

// {"reason"}: 2 to 2,000 characters. The version stays and can be read. Errc::conflict `already_withdrawn`,
// `case_is_closed`; not_found `version_not_found`; invalid `bad_reason`.
[[nodiscard]] Result<Answer> withdraw_evidence(Organisation::Parts& parts, const Principal& caller,
                                               std::string_view item, std::string_view version,
                                               std::string_view idempotency_key, std::string_view body);

// {"case", "items"}: each with its current version. Not paged: a case has at most case_items_max.
[[nodiscard]] Result<Answer> list_evidence(const Organisation::Parts& parts, const Principal& caller,
                                           std::string_view case_id);
// An item with all of its versions.
[[nodiscard]] Result<Answer> read_evidence(const Organisation::Parts& parts, const Principal& caller,
                                           std::string_view item);

// A version's content, open for reading.
struct EvidenceContent {
  std::shared_ptr<blobs::BlobReader> reader;
  std::string media_type, file_name;
  std::string etag;  // the commitment, lower-case hexadecimal
};
// Errc::gone `erased`; corrupt `blob_missing`, `blob_damaged`.
[[nodiscard]] Result<EvidenceContent> evidence_content(const Organisation::Parts& parts, const Principal& caller,
                                                       std::string_view item, std::string_view version);
// The .tlog-proof of the entry that added the version.
[[nodiscard]] Result<std::string> evidence_proof(const Organisation::Parts& parts, const Principal& caller,
                                                 std::string_view item, std::string_view version);
// What differs between two versions of a deck or document (api/inspecting/difference.h). Empty: `to` is the newest,
// `from` the one before `to`.
[[nodiscard]] Result<Answer> evidence_difference(const Organisation::Parts& parts, const Principal& caller,
                                                 std::string_view item, std::optional<std::uint64_t> from,
                                                 std::optional<std::uint64_t> to);

// ---- Inside these calls

struct FoundItem {
  records::CaseRecord found;
  records::ItemRecord item;
};
// An item of a case in the caller's scope. Errc::not_found `evidence_not_found`.
[[nodiscard]] Result<FoundItem> item_for(const Organisation::Parts& parts, const Principal& caller, Call call,
                                         std::string_view item);
// Errc::not_found `version_not_found`.
[[nodiscard]] Result<records::EvidenceRecord> version_of(const records::ItemRecord& item, std::string_view version);
// The number of the newest version that is not withdrawn; 0: there is none.
[[nodiscard]] std::uint64_t current_of(const records::ItemRecord& item);
// A private JSON object of an entry. Errors of reading the payload; Errc::corrupt `payload_damaged`.
[[nodiscard]] Result<json::object> object_in(const Organisation::Parts& parts, const Entry& entry,
                                             std::string_view name);
// What was found in the version's file. Errors of reading the payload, and of inspecting::decode().
[[nodiscard]] Result<inspecting::Inspection> inspection_in(const Organisation::Parts& parts, const Entry& entry);

// A version as answers show it. What was erased is left out, and said.
[[nodiscard]] Result<json::object> version_row(const Organisation::Parts& parts, const Principal& caller,
                                               const records::ItemRecord& item, const records::EvidenceRecord& version);

// So that the index of pictures knows what the ledger holds.
[[nodiscard]] Result<void> fill_pictures(const Organisation::Parts& parts);

}  // namespace quotary::api
