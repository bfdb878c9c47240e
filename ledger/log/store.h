// The whole contract between the ledger and its key-value engine. Nothing above may lean on which engine it is.
#pragma once

#include "ledger/base/file_system.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

// Each family is an ordered map of byte keys of its own.
enum class Family : unsigned { entries, objects, state, batches };
inline constexpr unsigned family_count = 4;

struct WriteOperation {
  Family family = Family::entries;
  std::string key;
  std::optional<std::string_view> value;  // absent: the key is erased; the bytes outlive the write and its read-back
};
using WriteSet = std::vector<WriteOperation>;

// Answers false to stop the scan.
using Visit = std::function<bool(std::string_view key, std::string_view value)>;

// A walk forward over one family of one view, in key order. Begins nowhere: seek first. One thread; the view must
// outlive it.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // To the first key at or after this one.
  virtual void seek(std::string_view key) = 0;
  // Only while valid().
  virtual void next() = 0;
  // False behind the last key and after an error, which status() names.
  [[nodiscard]] virtual bool valid() const = 0;
  // Live until the cursor moves.
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
  [[nodiscard]] virtual Result<void> status() const = 0;
};

// How a cursor will be used: a few places, or all keys from one on (reads ahead and leaves the cache alone).
enum class Access { point, sequential };

// A consistent view. Safe from any thread; a scan holds its own iterator.
class StoreView {
 public:
  virtual ~StoreView() = default;
  [[nodiscard]] virtual Result<std::optional<std::string>> get(Family family, std::string_view key) const = 0;
  // Keys that begin with `prefix`, from `from` on (inclusive; empty: the end it starts at), descending when `reverse`.
  [[nodiscard]] virtual Result<void> scan(Family family, std::string_view prefix, std::string_view from, bool reverse,
                                          const Visit& visit) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Cursor> cursor(Family family, Access access) const = 0;
};

// What stands in the store's log, operation by operation; the value is absent for an erased key. False stops.
using ReadBack = std::function<bool(Family family, std::string_view key, std::optional<std::string_view> value)>;

// A file that holds a part of a store.
struct PinnedFile {
  std::string name;                    // in the store's folder
  std::uint64_t size = 0;              // so many of its first bytes count, whatever is added meanwhile
  bool lasting = false;                // written once: its bytes stay the same for as long as it is there
  std::optional<std::string> content;  // stands in place of the file's own bytes
};

// A moment of a store, as files: what a power cut would have left on the disk just then, so that a copy of them opens
// with what had been written by that moment, and nothing later. Until it dies none of them goes away, while the store
// is written to as before. Safe from any thread.
class StorePin {
 public:
  virtual ~StorePin() = default;
  [[nodiscard]] virtual const std::string& directory() const = 0;
  [[nodiscard]] virtual const std::vector<PinnedFile>& files() const = 0;
};

// An open store. As a StoreView it shows the newest state. One thread writes; any thread reads.
class Store : public StoreView {
 public:
  // All or nothing: in the store's log and shown by the store, but on disk only after sync. After an error of either
  // the outcome is unknown: the caller must latch, and each later call of them fails with that first error.
  [[nodiscard]] virtual Result<void> write(const WriteSet& operations) = 0;
  // Brings all that was written to the disk.
  [[nodiscard]] virtual Result<void> sync() = 0;
  [[nodiscard]] Result<void> write_synced(const WriteSet& operations) {
    QUOTARY_TRY_VOID(write(operations));
    return sync();
  }
  // Visits the operations of the last write in their order, as the log file has them. May run while another thread
  // syncs.
  [[nodiscard]] virtual Result<void> read_back(const ReadBack& visit) = 0;
  [[nodiscard]] virtual std::unique_ptr<StoreView> snapshot() const = 0;
  // Empties a family without reading it, so that damage in it goes too. No snapshot or cursor of it may be alive.
  [[nodiscard]] virtual Result<void> recreate(Family family) = 0;
  // This moment, as files. On the thread that writes, after a sync; copies nothing and takes milliseconds.
  [[nodiscard]] virtual Result<std::unique_ptr<StorePin>> pin() = 0;
  // Asks the machine to let go of what it keeps of the store's tables in memory, so that a reading is one of the disk.
  // The engine's own cache stays.
  virtual void forget_cached() const {}
  // What the engine's background work died of, or empty.
  [[nodiscard]] virtual std::string background_error() const = 0;
};

enum class StoreMode { create, open, read_only };

// The embedded engine in `directory`. create also opens what is there. read_only does not lock and also reads a folder
// that a server writes to; what it needs for itself goes to a temporary folder, past `files`. create and open write
// through `files` alone, and keep `log_ahead_bytes` of zeros on the disk ahead of what the log will hold, so that a
// sync takes less long; 0: none.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocks_store(const std::string& directory, StoreMode mode,
                                                              std::shared_ptr<FileSystem> files = posix_file_system(),
                                                              std::uint64_t log_ahead_bytes = 0);

// Whatever can still be read in `directory`, which stays as it is: a key may be missing or an older one. In a
// hard-linked copy beside it, on the machine's own file system, that goes when the store closes. Not for writing.
[[nodiscard]] Result<std::unique_ptr<Store>> salvage_rocks_store(const std::string& directory);

}  // namespace quotary
