// What the engine appended last to its log, as the file has it: read by code that is not the engine's.
#pragma once

#include "ledger/base/file_system.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary {

// As the engine makes its files; the data folder around them is 0700.
inline constexpr unsigned engine_file_permissions = 0644, engine_folder_permissions = 0755;

// Whether a file of this name or path is a log of the engine's.
[[nodiscard]] inline bool is_log(std::string_view name) { return name.ends_with(".log"); }
// The order of logs by their numbers, which the engine writes with six digits or more; names, without their folder.
[[nodiscard]] inline bool earlier_log(std::string_view a, std::string_view b) {
  return std::pair(a.size(), a) < std::pair(b.size(), b);
}

// Where the engine's newest log file ends, and what of the logs is not synced. The file layer tells, the store asks.
// Safe from any thread.
class LogTail {
 public:
  struct Place {
    std::string path;  // empty: no log was written yet
    std::uint64_t size = 0;
  };
  // After each append.
  void tell(const std::string& path, std::uint64_t size, const std::shared_ptr<File>& file);
  [[nodiscard]] Place place() const;
  // The logs that were appended to since the last call.
  [[nodiscard]] std::vector<std::shared_ptr<File>> take_unsynced();

 private:
  mutable std::mutex mutex_;
  Place place_;
  std::vector<std::shared_ptr<File>> unsynced_;
};

// The one record that bytes [offset, offset + bytes.size()) of a log file hold, put together from its frames, each with
// its CRC-32C checked (RocksDB's "Write Ahead Log File Format": blocks of 32 KiB; frames of checksum, length, type,
// data). Errc::corrupt `store_log_damaged` names the frame's place in the file.
[[nodiscard]] Result<std::string> log_record(std::string_view bytes, std::uint64_t offset);

// Where the newest log file ends: behind its last whole record, whatever a crash left behind that, zeros or parts of
// one record, for each record is synced before the next is begun. The file's size where a record begins behind one that
// does not hold: that is damage, for the engine to name. Bounded by the file's size in time, by a piece of it in
// memory.
[[nodiscard]] Result<std::uint64_t> log_end(const File& file);
// The same, but absent where there is damage. Also for the engine's table of files (MANIFEST), which is framed alike.
[[nodiscard]] Result<std::optional<std::uint64_t>> find_log_end(const File& file);

}  // namespace quotary
