// When documents cannot be proved any more, and with what: as entries tell it, for a look ahead. Inside api/use_cases.
#pragma once

#include "api/use_cases/parts.h"
#include "signing/seal_level.h"

namespace quotary::api {

inline constexpr std::size_t ending_named_max = 1'000;  // of documents that end

// The members `ends` and `ends_with` of an entry that proved something.
void put_proof_end(json::object& body, const signing::MaterialEnd& end);

// {"total", "items": [{"number", "level", "ends", "ends_with"?}]}: those that cannot be proved any more at that time,
// at most ending_named_max of them named, by number. A document ends with what its newest rung says; else with its
// seal's certificate or that seal's time-stamp, whichever lasts longer, or with the first of the signatures that came
// after. Only a document that somebody signed with a trusted certificate of their own is itself read. Errors of
// reading.
[[nodiscard]] Result<json::object> unverifiable_by(const Organisation::Parts& parts, Timestamp time);

}  // namespace quotary::api
