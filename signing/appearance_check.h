// Whether a signature's appearance stays in its box and draws nothing that is not its own. Internal to signing.
#pragma once

#include "signing/revision_objects.h"
#include "signing/signature_appearance.h"

#include <set>

namespace quotary::signing {

// The form XObject `number` of `added`, shown in `box`: as write_appearance() writes it, or, of another program, with
// fonts and images that are all new objects of this revision. Answers whether it is another program's. What it is made
// of goes into `claimed`. Errc::invalid `appearance_missing`, `appearance_form` (not a form of that box),
// `appearance_resources` (uses what is not its own), and the errors of check_appearance_content().
[[nodiscard]] Result<bool> check_appearance(std::uint32_t number, BoxSize box,
                                            const std::map<std::uint32_t, RevisionObject>& added,
                                            const std::set<std::uint32_t>& fresh, std::set<std::uint32_t>& claimed);

}  // namespace quotary::signing
