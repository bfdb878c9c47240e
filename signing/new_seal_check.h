// The check of a seal by the one who has just made it. Internal to signing.
#pragma once

#include "ledger/base/time.h"
#include "signing/cms.h"

#include <string_view>

namespace quotary::signing {

// Holds the finished bytes against every rule of check_seal(), knowing which certificates and which time must be in
// them: structure, certification, fields, ByteRange and Contents are read back from `pdf`, its bytes are hashed anew,
// the CMS must be byte for byte the one that this hash gives in the certificates' form, and its signature must verify
// under the leaf's key. That spares decoding the certificates again, most of what a stranger's check costs.
// Errc::invalid says what does not hold.
[[nodiscard]] Result<void> check_new_seal(std::string_view pdf, const SignedCms& cms, const CmsForm& form,
                                          Timestamp time);

}  // namespace quotary::signing
