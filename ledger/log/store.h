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
enum class Family : unsigned { entries, nodes, objects, state, batches };
inline constexpr unsigned family_count = 5;

struct WriteOperation {
  Family family = Family::entries;
  std::string key;
  std::optional<std::string> value;  // absent: the key is erased
};
using WriteSet = std::vector<WriteOperation>;

// Answers false to stop the scan.
using Visit = std::function<bool(std::string_view key, std::string_view value)>;

// A consistent view. Safe from any thread; a scan holds its own iterator.
class StoreView {
 public:
  virtual ~StoreView() = default;
  [[nodiscard]] virtual Result<std::optional<std::string>> get(Family family, std::string_view key) const = 0;
  // Keys that begin with `prefix`, from `from` on (inclusive; empty: the end it starts at), descending when `reverse`.
  [[nodiscard]] virtual Result<void> scan(Family family, std::string_view prefix, std::string_view from, bool reverse,
                                          const Visit& visit) const = 0;
};

// An open store. As a StoreView it shows the newest state. One thread writes; any thread reads.
class Store : public StoreView {
 public:
  // All or nothing, and on disk before it returns. After an error the outcome is unknown: the caller must latch.
  [[nodiscard]] virtual Result<void> write_synced(const WriteSet& operations) = 0;
  // The operations of the last write_synced, read back from the log on disk.
  [[nodiscard]] virtual Result<WriteSet> read_back() = 0;
  [[nodiscard]] virtual std::unique_ptr<StoreView> snapshot() const = 0;
  // What the engine's background work died of, or empty.
  [[nodiscard]] virtual std::string background_error() const = 0;
};

enum class StoreMode { create, open, read_only };

// The embedded engine in `directory`. read_only does not lock and also reads a folder that a server writes to; what it
// needs for itself goes to a temporary folder.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocks_store(const std::string& directory, StoreMode mode);

}  // namespace quotary
