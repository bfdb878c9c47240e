#include "api/http/range.h"

#include "api/http/message.h"
#include "ledger/base/bytes.h"

#include <algorithm>

namespace quotary::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

AskedRange asked_range(std::string_view range, std::string_view if_range, std::string_view etag, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  range = trimmed(range);
  if (range.size() <= unit.size() || !equal_ignoring_case(range.substr(0, unit.size()), unit)) return {};
  if (!if_range.empty() && if_range != etag) return {};
  const auto asked = trimmed(range.substr(unit.size()));
  const auto dash = asked.find('-');
  if (dash == std::string_view::npos || asked.find(',') != std::string_view::npos) return {};
  const auto from = asked.substr(0, dash), to = asked.substr(dash + 1);
  const auto first = parse_u64(from), last = parse_u64(to);
  if ((!from.empty() && !first) || (!to.empty() && !last) || (from.empty() && to.empty())) return {};
  if (from.empty()) {
    if (*last == 0 || size == 0) return {RangeKind::unsatisfiable, {}};
    const auto count = std::min(*last, size);
    return {RangeKind::part, {size - count, count}};
  }
  if (!to.empty() && *last < *first) return {};
  if (*first >= size) return {RangeKind::unsatisfiable, {}};
  const auto end = to.empty() ? size - 1 : std::min(*last, size - 1);
  return {RangeKind::part, {*first, end - *first + 1}};
}

std::string content_range(const std::optional<ByteRange>& range, std::uint64_t size) {
  if (!range) return "bytes */" + std::to_string(size);
  return "bytes " + std::to_string(range->first) + "-" + std::to_string(range->first + range->size - 1) + "/" +
         std::to_string(size);
}

}  // namespace quotary::http
