// Uploads of evidence that can be broken off and gone on with. Safe from any thread; calls may block on disk.
#pragma once

#include "api/use_cases/parts.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::api {

// What a client says of a file before it comes.
struct NewEvidenceUpload {
  std::optional<std::uint64_t> size_bytes;
  std::string file_name, media_type, sha256;  // as declared; may be empty
};

// Where an upload stands.
struct EvidenceUpload {
  std::string id, case_id;
  std::string owner, file_name, media_type, sha256;
  std::uint64_t size_bytes = 0, offset = 0;
  Timestamp expires_at;
};

// Begins one for a case that the caller may add to. Errc::invalid `upload_length_missing`, `upload_empty`,
// `bad_sha256`; too_large `upload_too_large`; overloaded `too_many_uploads`, `uploads_full`; conflict `case_is_closed`;
// unavailable `ledger_read_only`; those of case_for().
[[nodiscard]] Result<EvidenceUpload> begin_upload(Organisation::Parts& parts, const Principal& caller,
                                                  std::string_view case_id, const NewEvidenceUpload& upload);
// The caller's own: Errc::not_found `upload_unknown` for what is not there, somebody else's, or of a case out of reach;
// gone `upload_expired`; conflict `upload_busy` while another call is at work on it. The first call after a restart
// reads what came.
[[nodiscard]] Result<EvidenceUpload> find_upload(const Organisation::Parts& parts, const Principal& caller,
                                                 std::string_view id);
// Takes bytes of an upload that find_upload() gave, and answers the new offset. The errors of Uploads::append().
[[nodiscard]] Result<std::uint64_t> take_bytes(const Organisation::Parts& parts, const std::string& id,
                                               std::uint64_t offset, std::string_view bytes);
// Forgets one, as if it never came.
[[nodiscard]] Result<void> drop_upload(const Organisation::Parts& parts, const Principal& caller, std::string_view id);

// Once a minute: uploads over their age, and contents that no entry names.
[[nodiscard]] Result<void> sweep_evidence(const Organisation::Parts& parts);

}  // namespace quotary::api
