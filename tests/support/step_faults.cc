#include "tests/support/step_faults.h"

#include <pthread.h>

#include <array>
#include <filesystem>
#include <utility>

namespace quotary::testing {

const char* word(Call call) {
  switch (call) {
    case Call::read: return "read ";
    case Call::write: return "write ";
    case Call::sync: return "sync ";
    case Call::make: return "make ";
    case Call::rename: return "rename to ";
    case Call::remove: return "remove ";
    case Call::sync_folder: return "sync folder ";
  }
  return "";
}

namespace {

Error told(Call call, const std::string& path) {
  return fail(Errc::storage, "injected", std::string(word(call)) + path + " was told as failed");
}

std::string thread_name() {
  std::array<char, 16> name{};  // as many as the system keeps
  return pthread_getname_np(pthread_self(), name.data(), name.size()) == 0 ? name.data() : "";
}

std::string normal(const std::string& path) { return std::filesystem::path(path).lexically_normal().string(); }

}  // namespace

std::optional<StepFault> StepFaults::Plan::meet(Call call, const std::string& path) {
  const std::lock_guard lock(mutex);
  if (!thread.empty() && thread != thread_name()) return std::nullopt;
  steps.push_back(word(call) + std::filesystem::path(path).filename().string());
  const bool fits = next && next->call == call && path.find(next->path_part) != path.npos;
  return fits ? std::exchange(next, std::nullopt) : std::nullopt;
}

Result<void> StepFaults::Plan::step(Call call, const std::string& path, const std::string& on_disk,
                                    const std::function<Result<void>()>& action) {
  const auto fault = meet(call, path);
  if (!fault) return action();
  if (fault->ending == Ending::did) {
    QUOTARY_TRY_VOID(action());
    return told(call, path);
  }
  // The disk below notes what this step leaves behind when it does not come to its end.
  disk->fail_from(on_disk);
  auto failed = action();
  disk->heal();
  QUOTARY_CHECK(!failed);
  return fault->ending == Ending::lied ? Result<void>() : failed;
}

class SteppedFile final : public File {
 public:
  SteppedFile(std::shared_ptr<StepFaults::Plan> plan, std::unique_ptr<File> below, std::string path)
      : plan_(std::move(plan)), below_(std::move(below)), path_(std::move(path)) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    const auto fault = plan_->meet(Call::read, path_);
    if (fault && fault->ending == Ending::did_not && !fault->read) return told(Call::read, path_);
    QUOTARY_TRY(bytes, below_->read_at(offset, size));
    if (!fault || !fault->read) return bytes;
    return fault->read(path_, offset, std::move(bytes));
  }
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    return plan_->step(Call::write, path_, "a write to " + path_, [&] { return below_->write_at(offset, bytes); });
  }
  Result<void> sync() override {
    return plan_->step(Call::sync, path_, "a sync of " + path_, [&] { return below_->sync(); });
  }
  Result<void> truncate(std::uint64_t size) override { return below_->truncate(size); }
  Result<std::uint64_t> size() const override { return below_->size(); }

 private:
  const std::shared_ptr<StepFaults::Plan> plan_;
  const std::unique_ptr<File> below_;
  const std::string path_;
};

void StepFaults::fail_next(StepFault fault) {
  const std::lock_guard lock(plan_->mutex);
  plan_->next = std::move(fault);
}

void StepFaults::watch_only(std::string thread) {
  const std::lock_guard lock(plan_->mutex);
  plan_->thread = std::move(thread);
}

bool StepFaults::came() const {
  const std::lock_guard lock(plan_->mutex);
  return !plan_->next;
}

std::vector<std::string> StepFaults::take_steps() {
  const std::lock_guard lock(plan_->mutex);
  return std::exchange(plan_->steps, {});
}

Result<std::unique_ptr<File>> StepFaults::open(const std::string& given, OpenMode mode, unsigned permissions) {
  const std::string path = normal(given);
  std::unique_ptr<File> file;
  const auto opening = [&]() -> Result<void> {
    QUOTARY_TRY(opened, plan_->disk->open(path, mode, permissions));
    file = std::move(opened);
    return {};
  };
  const bool made = mode != OpenMode::read_only && mode != OpenMode::read_write && !plan_->disk->exists(path);
  QUOTARY_TRY_VOID(made ? plan_->step(Call::make, path, "the making of " + path, opening) : opening());
  return std::unique_ptr<File>(std::make_unique<SteppedFile>(plan_, std::move(file), path));
}

Result<void> StepFaults::remove(const std::string& path) {
  return plan_->step(Call::remove, path, "a removal of " + normal(path), [&] { return plan_->disk->remove(path); });
}

Result<void> StepFaults::rename(const std::string& from, const std::string& to) {
  return plan_->step(Call::rename, to, "a renaming of " + normal(from), [&] { return plan_->disk->rename(from, to); });
}

Result<void> StepFaults::sync_directory(const std::string& path) {
  return plan_->step(Call::sync_folder, path, "a sync of " + normal(path),
                     [&] { return plan_->disk->sync_directory(path); });
}

}  // namespace quotary::testing
