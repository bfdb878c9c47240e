// Time-stamps over a whole document, appended to it (ISO 32000-2 section 12.8.5, EN 319 142-1 section 5.4.3): PAdES
// B-LTA when the security store came first.
#pragma once

#include "signing/incremental_update.h"

namespace quotary::signing {

// Reserved for the token.
inline constexpr std::size_t document_time_stamp_bytes = 16u << 10;
// The fields' names: this and a number, from 1.
inline constexpr std::string_view document_time_stamp_field = "DocTimeStamp";

// Appends a revision with an empty time-stamp in a new invisible field; its number is one more than the highest that
// the document has. `digest` is what the authority is to be asked about. Errc::invalid `not_our_profile`;
// Errc::too_large `file_too_large`, `too_many_fields`, `too_many_revisions`.
[[nodiscard]] Result<PreparedSignature> prepare_document_time_stamp(std::string_view pdf);

// Places the token. Errors of read_time_token(); Errc::corrupt `token_imprint` when it is over something else;
// Errc::too_large `time_token_too_large`. Who signed it is not asked: see check_time_token().
[[nodiscard]] Result<void> put_document_time_stamp(PreparedSignature& prepared, std::string_view token);

}  // namespace quotary::signing
