#include "ledger/log/subject_lasts.h"

#include "ledger/base/bytes.h"

#include <algorithm>
#include <utility>

namespace quotary {

namespace {

constexpr std::size_t place_bytes = 2 * (sizeof(Hash) + sizeof(SubjectLast));  // of the table, with its spare places
constexpr std::size_t value_bytes = 16;

}  // namespace

SubjectLasts::SubjectLasts(Scratch scratch, std::uint64_t expected) : scratch_(std::move(scratch)) {
  lasts_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(expected, scratch_.memory_bytes_max / place_bytes)));
}

std::optional<SubjectLast> SubjectLasts::exchange(const Hash& subject, const SubjectLast& last) {
  if (on_disk_) {
    const auto before = find_on_disk(subject);
    put_on_disk(subject, last);
    return before;
  }
  const auto [place, added] = lasts_.try_emplace(subject, last);
  if (!added) return std::exchange(place->second, last);
  if (lasts_.size() * place_bytes <= scratch_.memory_bytes_max) return std::nullopt;
  on_disk_.emplace(Scratch{scratch_.directory, 0, scratch_.subjects_max});
  for (const auto& [name, each] : lasts_) put_on_disk(name, each);
  lasts_ = {};
  return std::nullopt;
}

std::optional<SubjectLast> SubjectLasts::find_on_disk(const Hash& subject) {
  if (!status_) return std::nullopt;
  auto found = on_disk_->get(subject.view());
  if (!found) {
    status_ = std::move(found).error();
    return std::nullopt;
  }
  if (!*found) return std::nullopt;
  QUOTARY_CHECK((*found)->size() == value_bytes);
  const std::string_view value = **found;
  return SubjectLast{get_u64(value.substr(0, 8)), get_u64(value.substr(8))};
}

void SubjectLasts::put_on_disk(const Hash& subject, const SubjectLast& last) {
  std::string value;
  put_u64(value, last.index);
  put_u64(value, last.count);
  on_disk_->put(subject.view(), value);
  if (status_) status_ = on_disk_->status();
}

}  // namespace quotary
