// A disk one chosen step of which fails, in either of the two ways in which a step can: it was not done, or it was.
#pragma once

#include "tests/support/faulty_file_system.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace quotary::testing {

enum class Call { read, write, sync, make, rename, remove, sync_folder };

// As take_steps() begins a step of it.
[[nodiscard]] const char* word(Call call);

// How the step ends: told as failed, and not done (of a write its first half is); told as failed, though done; told as
// done, and lost, as a drive does it that lies.
enum class Ending { did_not, did, lied };

struct StepFault {
  Call call = Call::write;
  std::string path_part;  // of the file, of a renaming the new name
  Ending ending = Ending::did_not;
  // Of a read, what comes instead of what stands there.
  std::function<Result<std::string>(const std::string& path, std::uint64_t offset, std::string bytes)> read = {};
};

// Over a FaultyFileSystem, which knows what a power cut leaves. Safe from any thread.
class StepFaults final : public FileSystem {
 public:
  explicit StepFaults(std::shared_ptr<FaultyFileSystem> disk) : plan_(std::make_shared<Plan>(std::move(disk))) {}

  // The next step that fits ends so; those after it go well.
  void fail_next(StepFault fault);
  // From now on the steps of threads with other names go by unnoticed; without a name all count. A store works behind
  // the thread that writes.
  void watch_only(std::string thread);
  // Whether it came to that step since then.
  [[nodiscard]] bool came() const;
  // The steps since the last call of this, in words: "write published.slots".
  [[nodiscard]] std::vector<std::string> take_steps();

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions) override;
  Result<std::vector<std::string>> list(const std::string& directory) override { return plan_->disk->list(directory); }
  bool exists(const std::string& path) override { return plan_->disk->exists(path); }
  Result<void> make_directory(const std::string& path, unsigned permissions) override {
    return plan_->disk->make_directory(path, permissions);
  }
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<Volume>> open_volume(const std::string& directory) override {
    return plan_->disk->open_volume(directory);
  }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return plan_->disk->free_bytes(path); }
  Result<std::shared_ptr<void>> lock(const std::string& path) override { return plan_->disk->lock(path); }

 private:
  friend class SteppedFile;
  struct Plan {
    explicit Plan(std::shared_ptr<FaultyFileSystem> below) : disk(std::move(below)) {}
    // The fault that this step is to have.
    [[nodiscard]] std::optional<StepFault> meet(Call call, const std::string& path);
    // Does the step as the fault of it says. `on_disk` is what FaultyFileSystem calls it.
    [[nodiscard]] Result<void> step(Call call, const std::string& path, const std::string& on_disk,
                                    const std::function<Result<void>()>& action);

    const std::shared_ptr<FaultyFileSystem> disk;
    std::mutex mutex;
    std::optional<StepFault> next;
    std::vector<std::string> steps;
    std::string thread;  // empty: every one
  };
  // Shared with open files, which may outlive the file system.
  std::shared_ptr<Plan> plan_;
};

}  // namespace quotary::testing
