// One question to a time-stamping authority (RFC 3161 section 3.4).
#pragma once

#include "api/http/client.h"
#include "ledger/base/hash.h"
#include "ledger/base/random.h"
#include "signing/time_stamp.h"

namespace quotary::time_stamping {

// Asks for a token over `imprint`, and checks it. Blocks. Errors of the transport and of check_time_reply();
// Errc::unavailable `status_<n>`; Errc::invalid `bad_time_reply` for an answer of another media type.
[[nodiscard]] Result<signing::TimeToken> ask_authority(http::Transport& authority, const Hash& imprint,
                                                       std::string_view roots_pem, const Clock& clock, Random& random);

}  // namespace quotary::time_stamping
