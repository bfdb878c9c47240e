#include "tests/support/faulty_file_system.h"

#include <algorithm>
#include <limits>
#include <random>

namespace quotary::testing {

namespace {

constexpr std::uint64_t sector_bytes = 512;

std::string normal(const std::string& path) {
  std::string text = std::filesystem::path(path).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

}  // namespace

Result<void> FaultyFileSystem::Plan::step(const std::string& what, bool* first) {
  ++calls;
  if (!fail_at_what.empty() && what.find(fail_at_what) != what.npos) {
    fail_at = calls;
    fail_at_what.clear();
  }
  if (fail_at == 0 || calls < fail_at || calls > fail_to) return {};
  if (first != nullptr) *first = failed.empty();
  if (failed.empty()) failed = what;
  return fail(Errc::storage, "injected", what + " was made to fail");
}

void FaultyFileSystem::Plan::move(const std::string& from, const std::string& to) {
  if (auto moved = contents.extract(from)) contents[to] = std::move(moved.mapped());
}

Result<void> FaultyFileSystem::Plan::undo(const Change& change) {
  if (change.kind == Change::create) {
    contents.erase(change.to);
    return below->exists(change.to) ? below->remove(change.to) : Result<void>();
  }
  if (change.kind == Change::rename) {
    QUOTARY_TRY_VOID(below->rename(change.to, change.from));
    move(change.to, change.from);
  }
  if (change.kept.empty()) return {};
  QUOTARY_TRY_VOID(below->rename(change.kept, change.to));
  move(change.kept, change.to);
  return {};
}

void FaultyFileSystem::Plan::names_are_synced(const std::function<bool(const Change&)>& in) {
  std::erase_if(changes, [&](const Change& change) {
    if (!in(change)) return false;
    if (!change.kept.empty()) {
      (void)below->remove(change.kept);
      contents.erase(change.kept);
    }
    return true;
  });
}

void FaultyFileSystem::Content::is_synced(std::uint64_t whole_size) {
  size = whole_size;
  overwritten.clear();
  cut = false;
}

Result<void> FaultyFileSystem::Content::sync_failed(const File& now, std::uint64_t whole_size) {
  for (std::uint64_t at = size / sector_bytes * sector_bytes; at < whole_size; at += sector_bytes) {
    const std::uint64_t synced = size > at ? size - at : 0;
    QUOTARY_TRY(before, now.read_at(at, synced));
    before.resize(std::min(sector_bytes, whole_size - at));
    overwritten.emplace(at, std::move(before));
  }
  stuck.merge(overwritten);
  overwritten.clear();
  return {};
}

// Of the files and names below one folder.
class FaultyVolume final : public Volume {
 public:
  FaultyVolume(std::shared_ptr<FaultyFileSystem::Plan> plan, std::string folder)
      : plan_(std::move(plan)), folder_(std::move(folder)) {}

  Result<void> sync() override {
    const std::lock_guard lock(plan_->mutex);
    const auto allowed = plan_->step("a sync of the volume of " + folder_);
    for (const auto& [path, content] : plan_->contents) {
      if (!path.starts_with(folder_ + "/") || !plan_->below->exists(path)) continue;
      QUOTARY_TRY(file, plan_->below->open(path, OpenMode::read_only));
      QUOTARY_TRY(size, file->size());
      if (allowed)
        content->is_synced(size);
      else
        QUOTARY_TRY_VOID(content->sync_failed(*file, size));
    }
    if (!allowed) return allowed;
    ++plan_->syncs;
    plan_->names_are_synced(
        [&](const FaultyFileSystem::Change& change) { return change.to.starts_with(folder_ + "/"); });
    return {};
  }

 private:
  std::shared_ptr<FaultyFileSystem::Plan> plan_;
  std::string folder_;
};

class FaultyFile final : public File {
 public:
  FaultyFile(std::shared_ptr<FaultyFileSystem::Plan> plan, std::unique_ptr<File> below, std::string path,
             std::shared_ptr<FaultyFileSystem::Content> content)
      : plan_(std::move(plan)), below_(std::move(below)), path_(std::move(path)), content_(std::move(content)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    return below_->read_at(offset, size);
  }
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    const std::lock_guard lock(plan_->mutex);
    bool first = false;
    auto allowed = plan_->step("a write to " + path_, &first);
    if (!allowed && first) bytes = bytes.substr(0, bytes.size() / 2);
    if (allowed || first) {
      QUOTARY_TRY_VOID(keep(offset, bytes.size()));
      QUOTARY_TRY_VOID(below_->write_at(offset, bytes));
    }
    return allowed;
  }
  Result<void> sync() override {
    const std::lock_guard lock(plan_->mutex);
    auto allowed = plan_->step("a sync of " + path_);
    // Nothing is waited for, so that tests are quick: a power cut is what lose_unsynced makes of it.
    QUOTARY_TRY(size, below_->size());
    if (!allowed) {
      QUOTARY_TRY_VOID(content_->sync_failed(*below_, size));
      return allowed;
    }
    ++plan_->syncs;
    content_->is_synced(size);
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    const std::lock_guard lock(plan_->mutex);
    QUOTARY_TRY_VOID(plan_->step("a truncation of " + path_));
    if (size < content_->size) {
      QUOTARY_TRY_VOID(keep(size, content_->size - size));
      content_->cut = true;
    }
    return below_->truncate(size);
  }
  Result<std::uint64_t> size() const override { return below_->size(); }

 private:
  // What stands in synced sectors that are about to change.
  Result<void> keep(std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t end = std::min(offset + size, content_->size);
    for (std::uint64_t at = offset / sector_bytes * sector_bytes; at < end; at += sector_bytes) {
      if (content_->overwritten.contains(at)) continue;
      if (auto dirty_again = content_->stuck.extract(at)) {
        content_->overwritten.insert(std::move(dirty_again));
        continue;
      }
      QUOTARY_TRY(before, below_->read_at(at, std::min(sector_bytes, content_->size - at)));
      content_->overwritten.emplace(at, std::move(before));
    }
    // New bytes where older ones were stuck are dirty like any others.
    const auto first = content_->stuck.lower_bound(std::max(offset, content_->size) / sector_bytes * sector_bytes);
    content_->stuck.erase(first, content_->stuck.lower_bound(std::max(offset + size, content_->size)));
    return {};
  }

  std::shared_ptr<FaultyFileSystem::Plan> plan_;
  std::unique_ptr<File> below_;
  std::string path_;
  std::shared_ptr<FaultyFileSystem::Content> content_;
};

void FaultyFileSystem::fail_from(std::uint64_t nth) {
  const std::lock_guard lock(plan_->mutex);
  plan_->fail_at = plan_->calls + nth;
  plan_->fail_to = std::numeric_limits<std::uint64_t>::max();
  plan_->failed.clear();
}

void FaultyFileSystem::fail_from(std::string_view what) {
  const std::lock_guard lock(plan_->mutex);
  plan_->fail_at = 0;
  plan_->fail_to = std::numeric_limits<std::uint64_t>::max();
  plan_->fail_at_what = what;
  plan_->failed.clear();
}

void FaultyFileSystem::fail_once(std::uint64_t nth) {
  fail_from(nth);
  const std::lock_guard lock(plan_->mutex);
  plan_->fail_to = plan_->fail_at;
}

void FaultyFileSystem::heal() {
  const std::lock_guard lock(plan_->mutex);
  plan_->fail_at = 0;
  plan_->fail_at_what.clear();
}

std::uint64_t FaultyFileSystem::calls() const {
  const std::lock_guard lock(plan_->mutex);
  return plan_->calls;
}

std::string FaultyFileSystem::failed() const {
  const std::lock_guard lock(plan_->mutex);
  return plan_->failed;
}

std::uint64_t FaultyFileSystem::syncs() const {
  const std::lock_guard lock(plan_->mutex);
  return plan_->syncs;
}

Result<void> FaultyFileSystem::lose_unsynced(std::uint64_t seed) {
  const std::lock_guard lock(plan_->mutex);
  std::mt19937_64 random(seed);
  const auto up_to = [&](std::uint64_t most) { return seed == 0 ? 0 : random() % (most + 1); };
  const std::size_t reached = up_to(plan_->changes.size());
  while (plan_->changes.size() > reached) {
    QUOTARY_TRY_VOID(plan_->undo(plan_->changes.back()));
    plan_->changes.pop_back();
  }
  for (const auto& [path, content] : plan_->contents) {
    if (!plan_->below->exists(path)) continue;
    QUOTARY_TRY(file, plan_->below->open(path, OpenMode::read_write));
    QUOTARY_TRY(size, file->size());
    for (const auto& [offset, before] : content->stuck) QUOTARY_TRY_VOID(file->write_at(offset, before));
    if (content->cut && up_to(1) == 1) continue;
    for (const auto& [offset, before] : content->overwritten) {
      if (content->cut || up_to(1) == 0) QUOTARY_TRY_VOID(file->write_at(offset, before));
    }
    // A new end that could not be synced is missing, unless later bytes lie beyond it.
    const auto stuck = content->stuck.lower_bound(content->size / sector_bytes * sector_bytes);
    const std::uint64_t reaches =
        stuck == content->stuck.end() ? size : std::min(size, std::max(content->size, stuck->first));
    const std::uint64_t more = reaches > content->size ? reaches - content->size : 0;
    // All, nothing or a part of it.
    const std::uint64_t chosen = up_to(2);
    QUOTARY_TRY_VOID(file->truncate(content->size + (chosen == 0 ? 0 : chosen == 1 ? more : up_to(more))));
  }
  plan_->changes.clear();
  plan_->contents.clear();
  return {};
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::string& given, OpenMode mode, unsigned permissions) {
  if (mode == OpenMode::read_only) return plan_->below->open(given, mode, permissions);
  const std::string path = normal(given);
  const std::lock_guard lock(plan_->mutex);
  const bool made = mode != OpenMode::read_write && !plan_->below->exists(path);
  if (made) QUOTARY_TRY_VOID(plan_->step("the making of " + path));
  QUOTARY_TRY(file, plan_->below->open(path, mode, permissions));
  if (made) plan_->changes.push_back({Change::create, "", path, ""});
  auto& content = plan_->contents[path];
  if (!content) {
    // What stands in a file at its first opening counts as synced.
    QUOTARY_TRY(size, file->size());
    content = std::make_shared<Content>(Content{size, {}, {}, false});
  }
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(plan_, std::move(file), path, content));
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& directory) {
  return plan_->below->list(directory);
}
bool FaultyFileSystem::exists(const std::string& path) { return plan_->below->exists(path); }
Result<void> FaultyFileSystem::make_directory(const std::string& path, unsigned permissions) {
  const std::lock_guard lock(plan_->mutex);
  if (!plan_->below->exists(path)) QUOTARY_TRY_VOID(plan_->step("the making of " + path));
  // As the machine's own would, but without its syncs.
  std::error_code failed;
  if (std::filesystem::create_directories(path, failed))
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(permissions));
  if (failed) return fail(Errc::storage, "file_error", "cannot create folder " + path + ": " + failed.message());
  return {};
}
Result<void> FaultyFileSystem::remove(const std::string& given) {
  const std::string path = normal(given);
  const std::lock_guard lock(plan_->mutex);
  QUOTARY_TRY_VOID(plan_->step("a removal of " + path));
  const std::string kept = plan_->next_kept();
  QUOTARY_TRY_VOID(plan_->below->rename(path, kept));
  plan_->move(path, kept);
  plan_->changes.push_back({Change::remove, "", path, kept});
  return {};
}
Result<void> FaultyFileSystem::rename(const std::string& given_from, const std::string& given_to) {
  const std::string from = normal(given_from), to = normal(given_to);
  const std::lock_guard lock(plan_->mutex);
  QUOTARY_TRY_VOID(plan_->step("a renaming of " + from));
  std::string kept;
  if (plan_->below->exists(to)) {
    kept = plan_->next_kept();
    std::filesystem::create_hard_link(to, kept);
  }
  QUOTARY_TRY_VOID(plan_->below->rename(from, to));
  if (!kept.empty()) plan_->move(to, kept);
  plan_->move(from, to);
  plan_->changes.push_back({Change::rename, from, to, kept});
  return {};
}
Result<void> FaultyFileSystem::sync_directory(const std::string& given) {
  const std::string path = normal(given);
  const std::lock_guard lock(plan_->mutex);
  QUOTARY_TRY_VOID(plan_->step("a sync of " + path));
  plan_->names_are_synced([&](const Change& change) { return folder_of(change.to) == path; });
  return {};
}
Result<std::unique_ptr<Volume>> FaultyFileSystem::open_volume(const std::string& directory) {
  if (!plan_->below->exists(directory)) return fail(Errc::not_found, "file_missing", "cannot open folder " + directory);
  return std::unique_ptr<Volume>(std::make_unique<FaultyVolume>(plan_, normal(directory)));
}
void FaultyFileSystem::say_free(std::uint64_t bytes) {
  const std::lock_guard lock(plan_->mutex);
  plan_->free_bytes = bytes;
}

Result<std::uint64_t> FaultyFileSystem::free_bytes(const std::string& path) {
  const std::lock_guard lock(plan_->mutex);
  return plan_->free_bytes ? Result<std::uint64_t>(*plan_->free_bytes) : plan_->below->free_bytes(path);
}
Result<std::shared_ptr<void>> FaultyFileSystem::lock(const std::string& path) { return plan_->below->lock(path); }

}  // namespace quotary::testing
