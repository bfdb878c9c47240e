#include "tools/quotary_verify/numbers.h"

#include "ledger/numbers/numbers_proof.h"

#include <algorithm>

namespace quotary::offline {

namespace {

constexpr std::size_t shown_max = 20;

std::string count(std::uint64_t value) { return std::to_string(value); }

Verdict& end(Verdict& verdict, const Error& error) {
  const bool newer = error.code == "index_version" || error.code == "unknown_entry_type";
  newer ? verdict.leave_unchecked(error) : verdict.refuse(error);
  return verdict;
}

// The parts by their first number must follow each other.
Result<void> check_parts(const std::vector<CheckedNumbers>& parts) {
  std::uint64_t next = 1;
  for (const CheckedNumbers& part : parts) {
    if (part.series != parts.front().series || part.period != parts.front().period ||
        part.origin != parts.front().origin)
      return fail(Errc::corrupt, "numbers_gap", "the files are of different series, periods or logs");
    if (part.first > next)
      return fail(Errc::corrupt, "numbers_gap",
                  "the places " + count(next) + " to " + count(part.first - 1) + " are in none of the files");
    next = std::max(next, part.first + part.numbers.size());
  }
  return {};
}

// Each place once, as the newest part that holds it says, and the smallest size that one of these parts is of.
std::vector<CheckedNumber> numbers_of(const std::vector<CheckedNumbers>& parts, std::uint64_t& statuses_as_of) {
  std::vector<CheckedNumber> out;
  std::vector<std::uint64_t> as_of;
  for (const CheckedNumbers& part : parts) {
    for (const CheckedNumber& number : part.numbers) {
      const auto at = static_cast<std::size_t>(number.sequence - 1);
      if (at == out.size()) {
        out.push_back(number);
        as_of.push_back(part.root.size);
      } else if (as_of[at] < part.root.size) {
        out[at] = number;
        as_of[at] = part.root.size;
      }
    }
  }
  statuses_as_of = as_of.empty() ? 0 : *std::min_element(as_of.begin(), as_of.end());
  return out;
}

void tell(Verdict& verdict, const std::vector<CheckedNumber>& numbers) {
  json::array voided;
  json::object by_status;
  std::string listed;
  for (const CheckedNumber& number : numbers) {
    const std::string& status = number.status.status;
    auto& counted = by_status.emplace(status, std::uint64_t{0}).first->value();
    counted = counted.to_number<std::uint64_t>() + 1;
    if (status != "voided") continue;
    voided.push_back(json::object{{"number", number.status.number},
                                  {"since", number.status.since ? format_rfc3339(*number.status.since) : ""},
                                  {"reason_code", number.status.reason_code}});
    if (voided.size() <= shown_max) listed += (listed.empty() ? ": " : ", ") + number.status.number;
  }
  if (voided.size() > shown_max) listed += " …";
  if (const auto* burned = by_status.if_contains(burned_status))
    verdict.tell(
        "已空置", "burned",
        count(burned->to_number<std::uint64_t>()) +
            " 个编号由已失去部分记录的前一账本签发或可能签发过，不再使用 given, or perhaps given, by a log that lost "
            "its last entries; never given again");
  verdict.tell("已作废", "voided", count(voided.size()) + " 个 of them" + listed);
  verdict.facts["by_status"] = std::move(by_status);
  verdict.facts["voided"] = std::move(voided);
}

}  // namespace

Verdict judge_numbers(const std::vector<std::string>& proofs, const CheckpointVerifier& log_key) {
  Verdict verdict;
  std::vector<CheckedNumbers> parts;
  for (const std::string& proof : proofs) {
    auto checked = check_numbers_proof(proof, log_key);
    if (!checked) return end(verdict, checked.error());
    parts.push_back(std::move(*checked));
  }
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  verdict.facts["origin"] = parts.front().origin;
  verdict.facts["series"] = parts.front().series;
  verdict.facts["period"] = parts.front().period;
  verdict.tell("账本", "ledger", parts.front().origin);
  verdict.tell("系列", "series",
               parts.front().series + (parts.front().period.empty() ? "" : ", " + parts.front().period));
  if (const auto whole = check_parts(parts); !whole) return end(verdict, whole.error());
  std::uint64_t statuses_as_of = 0;
  const std::vector<CheckedNumber> numbers = numbers_of(parts, statuses_as_of);
  // What nothing follows must be the last place of all.
  const CheckedNumbers* ending = nullptr;
  for (const CheckedNumbers& part : parts) {
    if (part.ends && part.first + part.numbers.size() == numbers.size() + 1) ending = &part;
  }
  verdict.facts["numbers"] = numbers.size();
  if (!numbers.empty()) {
    verdict.facts["first"] = numbers.front().status.number;
    verdict.facts["last"] = numbers.back().status.number;
    verdict.tell(
        "编号", "numbers",
        count(numbers.size()) + " 个 of them, " + numbers.front().status.number + " – " + numbers.back().status.number);
  }
  tell(verdict, numbers);
  if (ending == nullptr) {
    verdict.leave_unchecked(fail(Errc::not_found, "numbers_open",
                                 "no file shows that the place behind the " + count(numbers.size()) +
                                     " is free: get the part that begins there"));
    return verdict;
  }
  const std::string size = count(ending->root.size), time = format_rfc3339(ending->root_entry.time);
  verdict.facts["as_of"] = json::object{{"entry", ending->root.size}, {"time", time}};
  verdict.tell("截至", "as of", "前 the first " + size + " 条记录 entries, " + time);
  // A quote of an older part may have been voided since.
  if (!numbers.empty() && statuses_as_of < ending->root.size) {
    verdict.facts["statuses_as_of"] = statuses_as_of;
    verdict.tell("状态截至", "statuses as of",
                 "前 the first " + count(statuses_as_of) +
                     " 条记录 entries: 各份证明并非同时取得 the parts are not of one time");
  }
  const auto burned = std::count_if(numbers.begin(), numbers.end(),
                                    [](const CheckedNumber& each) { return each.status.status == burned_status; });
  const std::string but = burned == 0 ? "" : "（" + std::to_string(burned) + " 个空置除外）";
  const std::string except = burned == 0 ? "" : " (but for " + std::to_string(burned) + " that are burned)";
  verdict.chinese = "截至账本前 " + size + " 条记录（" + time + "），该期 " + count(numbers.size()) +
                    " 个编号从 1 起连续，无空缺，每个" + but + "只签发过一次，紧随其后的编号尚未签发。";
  verdict.english = "As of the first " + size + " entries (" + time + ") the " + count(numbers.size()) +
                    " numbers of the period run from 1 without a gap, each" + except +
                    " was issued once, and the next one was not.";
  return verdict;
}

}  // namespace quotary::offline
