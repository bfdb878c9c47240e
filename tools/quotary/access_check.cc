#include "tools/quotary/access_check.h"

#include "api/use_cases/access_log.h"
#include "ledger/log/subject.h"

namespace quotary::cli {

void check_access_log(const LedgerOptions& options, FileSystem& files, VerifyReport& report) {
  constexpr std::size_t problems_max = 1'000;
  const auto add = [&](std::uint64_t index, std::string detail) {
    ++report.problems_total;
    if (report.problems.size() < problems_max) report.problems.push_back({index, "access_log", std::move(detail)});
  };
  const auto followed = visit_subject(options, api::access_subject, [&](const Entry& entry) {
    const json::value* const digest = entry.body.if_contains("sha256");
    const json::value* const size = entry.body.if_contains("size");
    const json::value* const records = entry.body.if_contains("records");
    if (digest == nullptr || !digest->is_string() || size == nullptr || !size->is_int64() || records == nullptr ||
        !records->is_int64())
      return add(entry.index, "the entry names no segment");
    const std::string fault =
        api::segment_fault(files, options.directory + "/access",
                           {std::string(digest->as_string()), static_cast<std::uint64_t>(size->as_int64()),
                            static_cast<std::uint64_t>(records->as_int64())});
    if (!fault.empty()) add(entry.index, fault);
  });
  if (!followed) add(0, followed.error().detail);
}

}  // namespace quotary::cli
