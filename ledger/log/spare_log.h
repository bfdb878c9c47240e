// A file of zeros that stands ready to become the store's next log.
#pragma once

#include "ledger/base/file_system.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace quotary {

inline constexpr std::string_view spare_log_name = "log.spare";  // no name of the engine's, which leaves it alone

// A sync of bytes that overwrite zeros on the disk takes half as long as one of bytes that lengthen a file, whose size
// and blocks must be written too. Making the zeros is no promise: where the disk refuses or has little room, there is
// no spare, logs grow as they are written, and the next log asks again. Safe from any thread.
class SpareLog {
 public:
  // A spare of `bytes` in `directory`; what stands there under its name is written over. 0: none ever, and nothing is
  // touched.
  SpareLog(std::shared_ptr<FileSystem> files, std::string directory, std::uint64_t bytes);
  // Ends a making that is under way, and removes the spare.
  ~SpareLog();
  SpareLog(const SpareLog&) = delete;
  SpareLog& operator=(const SpareLog&) = delete;

  // How long the spare is, and so how far a log that was one reaches ahead of what was written to it.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  // Makes the spare now, unless there is one or it was refused since the last take().
  void make();
  // The same on a thread of its own; returns at once.
  void make_soon();
  // Gives the spare the name `path`, if there is one.
  [[nodiscard]] bool take(const std::string& path);

 private:
  enum class State { none, making, ready, refused };
  [[nodiscard]] bool begin_making();
  void write_zeros();
  [[nodiscard]] bool write_zeros_to(File& file) const;

  const std::shared_ptr<FileSystem> files_;
  const std::string path_;
  const std::uint64_t bytes_;
  std::mutex mutex_;
  State state_ = State::none;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;  // of the last making in the background
};

}  // namespace quotary
