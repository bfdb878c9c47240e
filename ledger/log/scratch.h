// Where a long check keeps what it needs once: in memory while that is small, else on the disk. Inside ledger/log.
#pragma once

#include "ledger/log/sequencer.h"
#include "ledger/log/store.h"

#include <map>
#include <memory>
#include <string>

namespace quotary {

// A folder that goes with this. Errc::storage `no_scratch` names it.
class ScratchFolder {
 public:
  // Below `where`; empty: below the system's temporary folder. For its owner alone.
  [[nodiscard]] static Result<std::unique_ptr<ScratchFolder>> make(const std::string& where);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// An ordered map on the disk, which nothing is kept of once it is closed. One thread.
class ScratchStore {
 public:
  virtual ~ScratchStore() = default;
  [[nodiscard]] virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
  [[nodiscard]] virtual Result<void> put(std::string_view key, std::string_view value) = 0;
  [[nodiscard]] virtual Result<void> erase(std::string_view key) = 0;
  // Of what stands there now, first to last or last to first.
  [[nodiscard]] virtual Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                                          const Visit& visit) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Cursor> cursor() const = 0;
};
// RocksDB without a log (rocks_scratch.cc); takes some 60 MB of memory however much it holds.
[[nodiscard]] Result<std::unique_ptr<ScratchStore>> open_scratch_store(const std::string& directory);

// Folded state, or any other ordered map: in memory up to scratch.memory_bytes_max, then in a ScratchStore. One thread.
// After an error of the disk it answers that error, and status() does; put() and erase() cannot.
class ScratchState final : public StateWriter {
 public:
  explicit ScratchState(Scratch scratch) : scratch_(std::move(scratch)) {}

  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> scan(std::string_view prefix, std::string_view from, bool reverse,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;

  [[nodiscard]] const Result<void>& status() const { return status_; }
  // In key order, of what stands there now.
  [[nodiscard]] std::unique_ptr<Cursor> cursor() const;
  [[nodiscard]] bool on_disk() const { return store_ != nullptr; }

 private:
  void spill();

  const Scratch scratch_;
  std::map<std::string, std::string, std::less<>> values_;  // empty once on the disk
  std::size_t bytes_ = 0;                                   // of values_
  std::unique_ptr<ScratchFolder> folder_;
  std::unique_ptr<ScratchStore> store_;  // before the folder
  Result<void> status_;
};

}  // namespace quotary
