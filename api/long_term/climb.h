// One rung up the PAdES ladder for a document: what its signatures will be judged by is put into it, then a time-stamp
// over the whole (EN 319 142-1 section 5.4). Who fetches is the caller's; nothing else is.
#pragma once

#include "ledger/base/hash.h"
#include "signing/seal_level.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::long_term {

inline constexpr int fetch_rounds_max = 4;      // an answer may name what it is itself judged by
inline constexpr std::size_t fetches_max = 32;  // of one climb
inline constexpr std::string_view store_kind = "security_store", time_kind = "document_time_stamp";

struct ClimbPorts {
  // The bytes behind a place that a certificate names. Blocks.
  std::function<Result<std::string>(const signing::Fetch&)> fetch;
  // A time-stamping authority's token over an imprint, checked. Blocks.
  std::function<Result<std::string>(const Hash&)> token;
};

struct Rung {
  std::string_view kind;                                // store_kind or time_kind
  std::string pdf;                                      // begins with what was given
  signing::SealLevel level = signing::SealLevel::none;  // the lowest of its signatures
  std::optional<signing::MaterialEnd> ends;             // when that cannot be proved any more
};

// The lowest level of a document's signatures, and when its proof ends. Errors of judge_levels(); Errc::invalid
// `signature_fault` for one that does not hold.
struct Standing {
  signing::SealLevel level = signing::SealLevel::none;
  std::optional<signing::MaterialEnd> ends;
};
[[nodiscard]] Result<Standing> standing_of(std::string_view pdf, const signing::LevelQuestion& question);

// The next rung; absent when the document stands at `target` and its proof does not end before `renew_before`, or would
// not last longer by a time-stamp of today. Nothing
// is made up: without an answer, Errc::unavailable `material_missing` (which, and why) or the error of the token;
// errors of judge_levels(), append_security_store() and prepare_document_time_stamp().
[[nodiscard]] Result<std::optional<Rung>> climb(std::string_view pdf, const signing::LevelQuestion& question,
                                                signing::SealLevel target, Timestamp renew_before,
                                                const ClimbPorts& ports);

}  // namespace quotary::long_term
