#include "api/use_cases/cases/picture_index.h"

#include "api/inspecting/picture_hash.h"

#include <algorithm>

namespace quotary::api {
namespace {

bool alike(const PicturePlace& one, const PicturePlace& other) {
  return one.case_id != other.case_id && inspecting::is_near(one.hash, other.hash);
}

}  // namespace

Result<void> PictureIndex::fill(const Gather& gather) {
  const std::lock_guard filling(filling_);
  {
    const std::lock_guard lock(mutex_);
    if (filled_) return {};
    settled_.clear();
  }
  QUOTARY_TRY_VOID(gather([this](PicturePlace picture) {
    const std::lock_guard lock(mutex_);
    put(std::move(picture));
  }));
  const std::lock_guard lock(mutex_);
  filled_ = true;
  return {};
}

void PictureIndex::put(PicturePlace picture) {
  const auto forgotten = forgotten_.find(picture.case_id);
  if (forgotten != forgotten_.end() && picture.index < forgotten->second) return;
  const auto at = std::lower_bound(settled_.begin(), settled_.end(), picture.index,
                                   [](const PicturePlace& each, std::uint64_t index) { return each.index < index; });
  if (at != settled_.end() && at->index == picture.index) return;
  settled_.insert(at, std::move(picture));
  if (settled_.size() > pictures_max) settled_.pop_front();
}

bool PictureIndex::claim(const std::string& name, const PicturePlace& picture) {
  const std::lock_guard lock(mutex_);
  const bool found =
      std::any_of(settled_.begin(), settled_.end(), [&](const auto& each) { return alike(each, picture); }) ||
      std::any_of(claimed_.begin(), claimed_.end(),
                  [&](const auto& each) { return each.first != name && alike(each.second, picture); });
  claimed_[name] = picture;
  return found;
}

void PictureIndex::release(const std::string& name) {
  const std::lock_guard lock(mutex_);
  claimed_.erase(name);
}

void PictureIndex::settle(const std::string& name, std::uint64_t index) {
  const std::lock_guard lock(mutex_);
  const auto found = claimed_.find(name);
  if (found == claimed_.end()) return;
  PicturePlace picture = std::move(found->second);
  claimed_.erase(found);
  picture.index = index;
  put(std::move(picture));
}

void PictureIndex::forget_case(const std::string& case_id, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  forgotten_[case_id] = size;
  std::erase_if(settled_, [&](const auto& each) { return each.case_id == case_id && each.index < size; });
}

std::optional<PicturePlace> PictureIndex::like(std::uint64_t index) const {
  const std::lock_guard lock(mutex_);
  const auto own = std::lower_bound(settled_.begin(), settled_.end(), index,
                                    [](const PicturePlace& each, std::uint64_t at) { return each.index < at; });
  if (own == settled_.end() || own->index != index) return std::nullopt;
  for (auto at = own; at != settled_.begin();)
    if (alike(*--at, *own)) return *at;
  return std::nullopt;
}

}  // namespace quotary::api
