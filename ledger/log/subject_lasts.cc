#include "ledger/log/subject_lasts.h"

#include "ledger/base/bytes.h"

namespace quotary {

namespace {

constexpr std::size_t place_bytes = 2 * (sizeof(Hash) + sizeof(SubjectLast));  // of the table, with its spare places
constexpr std::size_t value_bytes = 16;

}  // namespace

std::optional<SubjectLast> SubjectLasts::find(const Hash& subject) {
  if (!on_disk_) {
    const auto found = lasts_.find(subject);
    return found == lasts_.end() ? std::nullopt : std::optional(found->second);
  }
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

void SubjectLasts::put(const Hash& subject, const SubjectLast& last) {
  if (on_disk_) return put_on_disk(subject, last);
  if (const auto found = lasts_.find(subject); found != lasts_.end()) {
    found->second = last;
    return;
  }
  lasts_.emplace(subject, last);
  if (lasts_.size() * place_bytes <= scratch_.memory_bytes_max) return;
  on_disk_.emplace(Scratch{scratch_.directory, 0, scratch_.subjects_max});
  for (const auto& [name, each] : lasts_) put_on_disk(name, each);
  lasts_ = {};
}

void SubjectLasts::put_on_disk(const Hash& subject, const SubjectLast& last) {
  std::string value;
  put_u64(value, last.index);
  put_u64(value, last.count);
  on_disk_->put(subject.view(), value);
  if (status_) status_ = on_disk_->status();
}

}  // namespace quotary
