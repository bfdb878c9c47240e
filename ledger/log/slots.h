// The last published checkpoint, outside the database: two alternating 512-byte slots.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace quotary {

// Leaves room for origins of up to 120 bytes.
inline constexpr std::size_t slot_note_max = 512 - 8 - 8 - 2 - 32;

// What a slot states. Whether the signature holds is for the caller to check. FORMAT.md has its bytes.
struct Published {
  std::uint64_t sequence = 0;  // one more with each publication
  std::uint64_t size = 0;      // size and root as the note states them
  Hash root;
  std::string note;            // the signed checkpoint, at most slot_note_max bytes
};

// A slot file, open for writing. One thread at a time.
class Slots {
 public:
  // Makes a file of two empty slots, synced with its folder; refuses one that exists.
  [[nodiscard]] static Result<Slots> create(FileSystem& files, const std::string& path);
  [[nodiscard]] static Result<Slots> open(FileSystem& files, const std::string& path);
  // Reads the newest valid slot without opening for writing; Errc::corrupt `slots_damaged` when no slot is valid
  // (absent value: a created file nothing was published to).
  [[nodiscard]] static Result<std::optional<Published>> read(FileSystem& files, const std::string& path);

  [[nodiscard]] const std::optional<Published>& last() const { return last_; }
  // Writes the older slot and syncs once. After a failure the caller latches. Errc::invalid `bad_checkpoint`.
  [[nodiscard]] Result<void> publish(std::string_view note);

 private:
  Slots(std::unique_ptr<File> file, std::optional<Published> last) : file_(std::move(file)), last_(last) {}
  std::unique_ptr<File> file_;
  std::optional<Published> last_;
};

}  // namespace quotary
