// What it takes to open an organisation's ledger for writing. Internal to the use cases.
#pragma once

#include "api/organisation.h"
#include "ledger/log/sequencer.h"
#include "signing/keys.h"

namespace quotary::api {

[[nodiscard]] OrganisationConfig with_defaults(OrganisationConfig config);
// Errc::invalid `folder_missing`, and `keys_inside_data`: such a key folder would go wherever a copy of the data goes.
[[nodiscard]] Result<void> check_folders(const OrganisationConfig& config);
// Whether the key folder's succession has room for one more, before anything is written. Errc::invalid
// `bad_succession`.
[[nodiscard]] Result<void> check_room(const signing::KeyFolder& keys);
// Errc::invalid `bad_origin`.
[[nodiscard]] Result<void> check_origin(const std::string& origin);
// Of a configuration with its defaults.
[[nodiscard]] LedgerOptions ledger_options(const OrganisationConfig& config);
// `keys` outlives them.
[[nodiscard]] LedgerPorts ledger_ports(const OrganisationConfig& config, signing::KeyFolder& keys);

}  // namespace quotary::api
