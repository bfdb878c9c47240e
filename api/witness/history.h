// What a witness has cosigned for one log: the latest checkpoint, every earlier one as evidence, and what contradicts
// them.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/time.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/slots.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace quotary::witness {

inline constexpr std::size_t recent_max = 4'096;  // cosigned checkpoints whose roots are held in memory
// Of a log's refused checkpoints; beyond, no more are kept. Those that are only not proved get half of it at most:
// anyone can send a log's own checkpoint with a false proof, and must not take the room of what shows a split view.
inline constexpr std::uint64_t refused_bytes_max = 64u << 20, unproved_bytes_max = refused_bytes_max / 2;
inline constexpr std::size_t record_bytes_max = 4'096;  // of one record, header and note

// Kinds of records.
inline constexpr std::string_view kind_cosigned = "cosigned";
inline constexpr std::string_view kind_split = "split";        // same size as one that was cosigned, another root
inline constexpr std::string_view kind_unproved = "unproved";  // its consistency proof did not hold

// One record of a file of notes (FORMAT.md, "A witness's folder").
struct Record {
  std::string kind;
  Timestamp time;
  std::string note;
  std::uint64_t end = 0;  // the byte behind it; set by reading
};

// Visits the records of [from, to) in order; `visit` gets where each begins. Errc::corrupt `witness_evidence` names the
// place that does not hold.
[[nodiscard]] Result<void> visit_records(const File& file, const std::string& path, std::uint64_t from,
                                         std::uint64_t to,
                                         const std::function<Result<void>(std::uint64_t at, Record record)>& visit);

// Whether [at, to) only begins a record, whose rest is missing.
[[nodiscard]] Result<bool> is_cut_off(const File& file, std::uint64_t at, std::uint64_t to);

// The folder of a log below a witness's, by its origin.
[[nodiscard]] std::string origin_hash(std::string_view origin);
[[nodiscard]] std::string origin_folder(const std::string& folder, std::string_view origin);
inline constexpr std::string_view slots_name = "latest.slots", cosigned_name = "cosigned.notes",
                                  refused_name = "refused.notes";

// What the slots tell of the evidence, without opening it for writing.
struct Latest {
  std::optional<Published> published;  // absent: nothing was cosigned yet
  std::uint64_t evidence_bytes = 0;    // of cosigned.notes that count
  std::uint64_t recent_from = 0;       // where the records held in memory begin
  std::uint64_t count = 0;             // records
};
[[nodiscard]] Result<Latest> read_latest(FileSystem& files, const std::string& folder);

// The open history of one log. One thread at a time; `files` outlives it.
class History {
 public:
  // Makes it when it is not there. Errc::corrupt `witness_evidence` when the evidence is shorter than what was
  // cosigned, does not end in the latest checkpoint, or has more behind it than a cut can leave. A whole record behind
  // it counts: its slot was cut off, or was damaged after it was answered. What is left of a torn one is removed.
  [[nodiscard]] static Result<std::unique_ptr<History>> open(FileSystem& files, const std::string& folder,
                                                             const std::string& origin);

  // 0 and SHA-256("") before anything was cosigned.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const Hash& root() const { return root_; }
  // The latest checkpoint with the log's line and ours; empty before the first.
  [[nodiscard]] const std::string& note() const { return note_; }
  [[nodiscard]] bool begun() const { return !note_.empty(); }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  // Refused checkpoints that contradict a cosigned one, whichever of the two came first.
  [[nodiscard]] std::uint64_t splits() const { return splits_.size(); }
  [[nodiscard]] std::uint64_t unproved() const { return unproved_; }

  // The root that was cosigned at that size, as far back as is held in memory.
  [[nodiscard]] std::optional<Hash> root_at(std::uint64_t size) const;
  // Puts the checkpoint and its cosignature on disk, evidence first: two syncs. After a failure what the disk holds is
  // unknown, so that every later call is refused (Errc::unavailable `witness_latched`) until the history is opened
  // anew.
  [[nodiscard]] Result<void> record(const Checkpoint& checkpoint, const std::string& note, Timestamp now);
  // A newer cosignature of the same checkpoint, which stands in the evidence already.
  void renew(std::string note) { note_ = std::move(note); }
  // Keeps a checkpoint that the log signed and that was refused, once for each kind, size and root; answers whether it
  // is new. Where there is no more room, or nothing is written any more, an unproved one is not (false), and a split is
  // Errc::storage `refused_full` or Errc::unavailable `witness_latched`.
  [[nodiscard]] Result<bool> keep_refused(std::string_view kind, const Checkpoint& checkpoint, std::string_view note,
                                          Timestamp now);

 private:
  struct Seen {
    std::uint64_t size = 0;
    Hash root;
    std::uint64_t at = 0;
  };
  History(Slots slots, std::unique_ptr<File> cosigned, std::unique_ptr<File> refused)
      : slots_(std::move(slots)), cosigned_(std::move(cosigned)), refused_(std::move(refused)) {}
  [[nodiscard]] Result<void> load(const Latest& latest, const std::string& folder);
  [[nodiscard]] Result<void> load_rest(const std::string& path, std::uint64_t bytes);
  [[nodiscard]] Result<void> load_refused(const std::string& path);
  void find_splits(std::uint64_t size, const Hash& root);
  [[nodiscard]] Result<void> write_record(const Checkpoint& checkpoint, const std::string& note, Timestamp now);

  Slots slots_;
  std::unique_ptr<File> cosigned_, refused_;
  std::uint64_t evidence_bytes_ = 0, refused_bytes_ = 0, count_ = 0, unproved_ = 0;
  std::uint64_t size_ = 0;
  Hash root_;
  std::string note_;
  std::deque<Seen> recent_;
  using Kept = std::tuple<bool, std::uint64_t, Hash>;  // split, size, root
  std::set<Kept> kept_;
  std::set<std::pair<std::uint64_t, Hash>> splits_;  // size, root
  std::string latched_;
};

}  // namespace quotary::witness
