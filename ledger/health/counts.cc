#include "ledger/health/counts.h"

#include "ledger/health/limits.h"
#include "ledger/health/reader.h"

#include <array>
#include <string>
#include <utility>

namespace quotary::health {

namespace {

struct Member {
  std::string_view name;
  std::uint64_t Counts::*count;
};

// Each whole is followed by its part.
constexpr std::array<Member, 6> members{{{"leads", &Counts::leads},
                                         {"answered_in_time", &Counts::answered_in_time},
                                         {"actions_due", &Counts::actions_due},
                                         {"actions_complete", &Counts::actions_complete},
                                         {"fields_required", &Counts::fields_required},
                                         {"fields_filled", &Counts::fields_filled}}};

}  // namespace

Result<Counts> parse_counts(const json::value& value, std::string_view pointer) {
  MemberReader reader(value, pointer);
  Counts out;
  for (std::size_t i = 0; i < members.size(); i += 2) {
    const Member &whole = members[i], &part = members[i + 1];
    const auto whole_count = reader.integer(whole.name, 0);
    const auto part_count = reader.integer(part.name, 0);
    if (!whole_count || !part_count) continue;
    if (*part_count > *whole_count)
      reader.add(part.name, "more_than_whole",
                 std::to_string(*part_count) + " is more than " + std::string(whole.name) + ", which is " +
                     std::to_string(*whole_count));
    out.*whole.count = *whole_count;
    out.*part.count = *part_count;
  }
  reader.finish();
  if (!reader.faultless()) return std::move(reader).error("bad_counts");
  return out;
}

Result<void> check_counts(const Counts& counts, std::string_view pointer) {
  // By the reader, so that there is one list of rules.
  QUOTARY_TRY_VOID(parse_counts(to_json(counts), pointer));
  return {};
}

Result<Counts> add(const Counts& left, const Counts& right) {
  Counts out;
  for (const auto& [name, count] : members) {
    if (left.*count > limits::count_max || right.*count > limits::count_max - left.*count)
      return fail(Errc::invalid, "count_overflow",
                  "the sum of " + std::string(name) + " is above " + std::to_string(limits::count_max) +
                      "; what was added up counts something else");
    out.*count = left.*count + right.*count;
  }
  return out;
}

json::object to_json(const Counts& counts) {
  json::object out;
  for (const auto& [name, count] : members) out.emplace(name, counts.*count);
  return out;
}

}  // namespace quotary::health
