#include "tests/support/faulty_file_system.h"

namespace quotary::testing {

Result<void> FaultyFileSystem::Plan::step(const std::string& what) {
  const std::lock_guard lock(mutex);
  ++calls;
  if (fail_at != 0 && calls >= fail_at) return fail(Errc::storage, "injected", what + " was made to fail");
  return {};
}

class FaultyFile final : public File {
 public:
  FaultyFile(std::shared_ptr<FaultyFileSystem::Plan> plan, std::unique_ptr<File> below, std::string path)
      : plan_(std::move(plan)), below_(std::move(below)), path_(std::move(path)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override { return below_->read_at(offset, size); }
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    QUOTARY_TRY_VOID(plan_->step("a write to " + path_));
    return below_->write_at(offset, bytes);
  }
  Result<void> sync() override {
    QUOTARY_TRY_VOID(plan_->step("a sync of " + path_));
    QUOTARY_TRY_VOID(below_->sync());
    QUOTARY_TRY(size, below_->size());
    QUOTARY_TRY(bytes, below_->read_at(0, size));
    const std::lock_guard lock(plan_->mutex);
    ++plan_->syncs;
    plan_->synced[path_] = std::move(bytes);
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    QUOTARY_TRY_VOID(plan_->step("a truncation of " + path_));
    return below_->truncate(size);
  }
  Result<std::uint64_t> size() const override { return below_->size(); }

 private:
  std::shared_ptr<FaultyFileSystem::Plan> plan_;
  std::unique_ptr<File> below_;
  std::string path_;
};

void FaultyFileSystem::fail_from(std::uint64_t nth) {
  const std::lock_guard lock(plan_->mutex);
  plan_->fail_at = plan_->calls + nth;
}

void FaultyFileSystem::heal() {
  const std::lock_guard lock(plan_->mutex);
  plan_->fail_at = 0;
}

std::uint64_t FaultyFileSystem::calls() const {
  const std::lock_guard lock(plan_->mutex);
  return plan_->calls;
}

std::uint64_t FaultyFileSystem::syncs() const {
  const std::lock_guard lock(plan_->mutex);
  return plan_->syncs;
}

Result<void> FaultyFileSystem::lose_unsynced() {
  const std::lock_guard lock(plan_->mutex);
  for (const auto& [path, bytes] : plan_->synced) {
    if (!plan_->below->exists(path)) continue;
    QUOTARY_TRY(file, plan_->below->open(path, OpenMode::read_write));
    QUOTARY_TRY_VOID(file->truncate(bytes.size()));
    QUOTARY_TRY_VOID(file->write_at(0, bytes));
  }
  return {};
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::string& path, OpenMode mode, unsigned permissions) {
  QUOTARY_TRY(file, plan_->below->open(path, mode, permissions));
  if (mode != OpenMode::read_only) {
    // What stands in the file at its first opening counts as synced.
    QUOTARY_TRY(size, file->size());
    QUOTARY_TRY(bytes, file->read_at(0, size));
    const std::lock_guard lock(plan_->mutex);
    plan_->synced.emplace(path, std::move(bytes));
  }
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(plan_, std::move(file), path));
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& directory) { return plan_->below->list(directory); }
bool FaultyFileSystem::exists(const std::string& path) { return plan_->below->exists(path); }
Result<void> FaultyFileSystem::make_directory(const std::string& path, unsigned permissions) {
  return plan_->below->make_directory(path, permissions);
}
Result<void> FaultyFileSystem::remove(const std::string& path) {
  QUOTARY_TRY_VOID(plan_->step("a removal of " + path));
  QUOTARY_TRY_VOID(plan_->below->remove(path));
  const std::lock_guard lock(plan_->mutex);
  plan_->synced.erase(path);
  return {};
}
Result<void> FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  QUOTARY_TRY_VOID(plan_->step("a renaming of " + from));
  QUOTARY_TRY_VOID(plan_->below->rename(from, to));
  const std::lock_guard lock(plan_->mutex);
  if (auto moved = plan_->synced.extract(from)) plan_->synced[to] = std::move(moved.mapped());
  return {};
}
Result<void> FaultyFileSystem::sync_directory(const std::string& path) {
  QUOTARY_TRY_VOID(plan_->step("a sync of " + path));
  return plan_->below->sync_directory(path);
}
Result<std::uint64_t> FaultyFileSystem::free_bytes(const std::string& path) { return plan_->below->free_bytes(path); }
Result<std::shared_ptr<void>> FaultyFileSystem::lock(const std::string& path) { return plan_->below->lock(path); }

}  // namespace quotary::testing
