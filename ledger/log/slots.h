// What is published outside the database, so that an older database is known as such: two alternating slots in one
// file.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::size_t slot_bytes = 64u << 10;    // reserved for each; written only as far as used
inline constexpr std::size_t slot_note_max = 8u << 10;  // with lines of longer signatures, as ML-DSA makes them
inline constexpr std::size_t counter_name_max = 200;

// The slot file of a data folder.
[[nodiscard]] std::string slots_path(const std::string& directory);

// A number that only grows and must never be given twice: the last one of a series.
struct Counter {
  std::string name;  // 1 to counter_name_max bytes
  std::uint64_t last = 0;
  friend bool operator==(const Counter&, const Counter&) = default;
};

// What a slot states. Whether the signature holds is for the caller to check. FORMAT.md has its bytes.
struct Published {
  std::uint64_t sequence = 0;  // one more with each publication
  std::uint64_t size = 0;      // size and root as the note states them
  Hash root;
  std::string note;  // the signed checkpoint, at most slot_note_max bytes
  std::vector<Counter> counters;
};

// A slot file, open for writing. One thread at a time.
class Slots {
 public:
  // Makes a file of two empty slots, synced with its folder; refuses one that exists.
  [[nodiscard]] static Result<Slots> create(FileSystem& files, const std::string& path);
  // Errc::corrupt `slots_damaged` when no slot is valid, `slots_version` when they are of another version's form.
  [[nodiscard]] static Result<Slots> open(FileSystem& files, const std::string& path);
  // Reads the newest valid slot without opening for writing, also while another process publishes; errors as open
  // (absent value: a created file nothing was published to).
  [[nodiscard]] static Result<std::optional<Published>> read(FileSystem& files, const std::string& path);

  [[nodiscard]] const std::optional<Published>& last() const { return last_; }
  // Writes the older slot and syncs once. `counters` in order of weight: those that no longer fit are left out. After a
  // failure the caller latches. Errc::invalid `bad_checkpoint`.
  [[nodiscard]] Result<void> publish(std::string_view note, const std::vector<Counter>& counters = {});

 private:
  Slots(std::unique_ptr<File> file, std::optional<Published> last) : file_(std::move(file)), last_(std::move(last)) {}
  std::unique_ptr<File> file_;
  std::optional<Published> last_;
};

}  // namespace quotary
