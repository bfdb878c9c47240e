// The change of a ledger's key, on a stopped ledger: one entry that both keys sign is the old key's last.
#pragma once

#include "api/organisation.h"
#include "ledger/log/succession.h"

#include <string>

namespace quotary::api {

// Makes the key that will follow, or takes the one that was made, and answers its vkey: so that witnesses' policies can
// know it before it signs. The ledger may be served meanwhile. The errors of the key folder.
[[nodiscard]] Result<std::string> prepare_log_key(const OrganisationConfig& config);

struct KeyRotation {
  Rotation rotation;
  std::string succession;  // the file that now leads to the new key
  bool resumed = false;    // it was begun before and is completed now
};

// Replaces the log's key by the prepared one, which is made where there is none. Interrupted at any place, the next
// call completes it, and until then Ledger::open refuses, or opens with the new key once it is the log's; then a start
// completes it as well. The old key is destroyed at the end. Errc::conflict `locked` while the ledger is served;
// Errc::corrupt `other_rotation` when the ledger names another key as the next one; `bad_succession` after
// successions_max rotations; the errors of Ledger::open.
[[nodiscard]] Result<KeyRotation> rotate_log_key(const OrganisationConfig& config, KeyEnd end);

}  // namespace quotary::api
