#include "ledger/log/scratch.h"

#include <malloc.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

namespace quotary {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t node_bytes = 112;  // of a map's node, with its two strings

class MapCursor final : public Cursor {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;
  explicit MapCursor(const Values& values) : values_(values), at_(values.end()) {}
  void seek(std::string_view key) override { at_ = values_.lower_bound(key); }
  void next() override { ++at_; }
  bool valid() const override { return at_ != values_.end(); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Result<void> status() const override { return {}; }

 private:
  const Values& values_;
  Values::const_iterator at_;
};

}  // namespace

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make(const std::string& where) {
  std::error_code failed;
  const fs::path parent = where.empty() ? fs::temp_directory_path(failed) : fs::path(where);
  std::string pattern = (failed ? fs::path("/tmp") : parent) / "quotary-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(Errc::unavailable, "no_scratch", "cannot make a folder " + pattern + ": " + std::strerror(errno));
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(pattern)));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Result<std::optional<std::string>> ScratchState::get(std::string_view key) const {
  QUOTARY_TRY_VOID(status_);
  if (store_) return store_->get(key);
  const auto found = values_.find(key);
  if (found == values_.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

Result<void> ScratchState::scan(std::string_view prefix, std::string_view from, bool reverse,
                                const std::function<bool(std::string_view, std::string_view)>& visit) const {
  QUOTARY_TRY_VOID(status_);
  if (store_) return store_->scan(prefix, from, reverse, visit);
  const auto begin = values_.lower_bound(prefix);
  const auto outside = [&](const auto& at) { return !at->first.starts_with(prefix); };
  if (!reverse) {
    for (auto at = from.empty() ? begin : values_.lower_bound(std::max(prefix, from));
         at != values_.end() && !outside(at); ++at)
      if (!visit(at->first, at->second)) break;
    return {};
  }
  auto end = begin;
  while (end != values_.end() && !outside(end) && (from.empty() || end->first <= from)) ++end;
  while (end != begin) {
    --end;
    if (!visit(end->first, end->second)) break;
  }
  return {};
}

void ScratchState::put(std::string_view key, std::string_view value) {
  if (!status_) return;
  if (store_) {
    status_ = store_->put(key, value);
    return;
  }
  const auto found = values_.find(key);
  if (found == values_.end()) {
    values_.emplace(key, value);
    bytes_ += key.size() + value.size() + node_bytes;
  } else {
    bytes_ += value.size();
    bytes_ -= found->second.size();
    found->second = value;
  }
  if (bytes_ > scratch_.memory_bytes_max) spill();
}

void ScratchState::erase(std::string_view key) {
  if (!status_) return;
  if (store_) {
    status_ = store_->erase(key);
    return;
  }
  const auto found = values_.find(key);
  if (found == values_.end()) return;
  bytes_ -= found->first.size() + found->second.size() + node_bytes;
  values_.erase(found);
}

void ScratchState::spill() {
  auto folder = ScratchFolder::make(scratch_.directory);
  if (!folder) {
    status_ = std::move(folder).error();
    return;
  }
  folder_ = std::move(*folder);
  auto store = open_scratch_store(folder_->path() + "/map");
  if (!store) {
    status_ = std::move(store).error();
    return;
  }
  store_ = std::move(*store);
  for (const auto& [key, value] : values_) {
    status_ = store_->put(key, value);
    if (!status_) return;
  }
  values_.clear();
  bytes_ = 0;
  // Small pieces that were freed stay with the process else, for as long as the check goes on.
  (void)::malloc_trim(0);
}

std::unique_ptr<Cursor> ScratchState::cursor() const {
  if (store_) return store_->cursor();
  return std::make_unique<MapCursor>(values_);
}

}  // namespace quotary
