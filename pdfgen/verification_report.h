// A report on a verification of the ledger, for the file -> PDF/A-3u bytes. Pure, as quote_document.h.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "pdfgen/fonts.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quotary::pdfgen {

inline constexpr std::size_t reported_problems_shown_max = 40;

struct ReportedProblem {
  std::uint64_t index = 0;
  std::string kind;   // as the API names it
  std::string words;  // the same for people
};

// What the report states. Names are printed, so they must pass the same glyph check as a quote's.
struct VerificationReport {
  enum class Mode { full, incremental, sampled };
  std::string run_id;  // a UUID
  std::string organisation_name, origin;
  Mode mode = Mode::full;
  std::uint64_t from = 0, tree_size = 0, entries = 0, objects = 0;
  std::uint64_t erased = 0;  // contents that were erased lawfully
  std::string root, seed;    // hex; seed of a sample
  bool private_objects_read = true;
  std::uint64_t problems_total = 0;
  std::vector<ReportedProblem> problems;  // the first; at most reported_problems_shown_max are printed
  std::string ended_at;                   // in the organisation's zone
  std::string asked_by;                   // name with role, or an id
  bool by_command_line = false;
  std::optional<std::uint64_t> entry_index;
  std::string not_recorded;  // why there is no entry
  Timestamp created;
};

// Chinese first and English beside it, result in large plain words, with a Seal field.
[[nodiscard]] Result<std::string> verification_report(std::shared_ptr<const Fonts> fonts,
                                                      const VerificationReport& report);

}  // namespace quotary::pdfgen
