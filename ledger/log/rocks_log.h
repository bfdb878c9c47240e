// What the engine appended last to its log, as the file has it: read by code that is not the engine's.
#pragma once

#include "ledger/base/file_system.h"

#include <mutex>
#include <string>
#include <string_view>

namespace quotary {

// Where the engine's newest log file ends. The file layer tells, the store asks. Safe from any thread.
class LogTail {
 public:
  struct Place {
    std::string path;  // empty: no log was written yet
    std::uint64_t size = 0;
  };
  void tell(std::string_view path, std::uint64_t size);
  [[nodiscard]] Place place() const;

 private:
  mutable std::mutex mutex_;
  Place place_;
};

// The one record that bytes [offset, offset + bytes.size()) of a log file hold, put together from its frames, each with
// its CRC-32C checked (RocksDB's "Write Ahead Log File Format": blocks of 32 KiB; frames of checksum, length, type,
// data). Errc::corrupt `store_log_damaged` names the frame's place in the file.
[[nodiscard]] Result<std::string> log_record(std::string_view bytes, std::uint64_t offset);

}  // namespace quotary
