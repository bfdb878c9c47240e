// The one writer of a ledger: chains entries, commits a batch with one synced write, reads it back, signs, publishes.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"
#include "ledger/base/json.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "ledger/log/merkle.h"
#include "ledger/log/ports.h"
#include "ledger/log/slots.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quotary {

// A payload of an entry, beside the log. Facts are stored plain; private objects under the subject's key.
struct NewObject {
  std::string name;  // "facts", "quote", "pdf", "text" ...
  std::string media_type;
  std::string bytes;        // plain; at most 64 MB
  std::string key_subject;  // empty: a fact; else whose key encrypts it ("customer:<id>", "person:<id>")
  std::uint64_t revision = 1;
};

// One entry that a command wants to append; the sequencer adds index, prev, time, salt and subject links.
struct Draft {
  std::string type;  // "quote.issued" ...
  std::string actor_id, actor_role;
  std::string subject;                      // "quote:SHQT2026-000001"
  std::string request_scope, request_body;  // hex hashes of the idempotent request, both empty without one
  json::object body;                        // opaque ids, codes, numbers as strings or integers only
  std::vector<NewObject> objects;
  // Instead of `body`, for one that names its own place: makes it from the entry's index and prev.
  std::function<Result<json::object>(std::uint64_t index, const Hash& prev)> placed_body;
  bool ends_batch = false;  // no entry of another command follows it under the same checkpoint
};

struct ObjectRef {
  std::string name, media_type, key_subject;
  Hash sha256;  // of the plain bytes
  std::uint64_t size = 0, revision = 1;
};

// A canonical entry, parsed.
struct Entry {
  std::uint64_t index = 0;
  Hash prev;
  Timestamp time;
  std::string type, actor_id, actor_role, subject;
  std::uint64_t subject_seq = 1;              // 1 for the subject's first entry
  std::optional<std::uint64_t> subject_prev;  // index of the previous entry about the subject
  std::string request_scope, request_body;
  json::object body;
  std::vector<ObjectRef> objects;
  std::string canonical;  // the exact bytes
  Hash leaf;
};

// Folded state, ordered byte keys. A reader is valid only during the call it is passed to.
class StateReader {
 public:
  virtual ~StateReader() = default;
  [[nodiscard]] virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
  // Calls `visit(key, value)` in key order (reverse: descending) for keys with the prefix, from `from` on (inclusive,
  // empty: the end it starts at); stops when visit answers false.
  [[nodiscard]] virtual Result<void> scan(
      std::string_view prefix, std::string_view from, bool reverse,
      const std::function<bool(std::string_view, std::string_view)>& visit) const = 0;
};
class StateWriter : public StateReader {
 public:
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
};

// Applies one entry to the state. Pure in (state, entry, facts): rebuilt state must equal live state. `facts` is the
// plain bytes of the object named "facts", or empty. An error refuses the command that drafted the entry.
class Fold {
 public:
  virtual ~Fold() = default;
  [[nodiscard]] virtual Result<void> apply(const Entry& entry, std::string_view facts, StateWriter& state) const = 0;
  // State keys with this prefix hold counters, which the log also publishes outside the database. Empty: there are
  // none.
  [[nodiscard]] virtual std::string_view counter_prefix() const { return {}; }
  // The entry by which what is encrypted under the key subject was erased; absent when none was. A fold that knows no
  // erasures leaves a destroyed key unexplained.
  [[nodiscard]] virtual Result<std::optional<std::uint64_t>> erased_by(const StateReader& state,
                                                                       std::string_view key_subject) const {
    (void)state, (void)key_subject;
    return std::optional<std::uint64_t>();
  }
  // Whether that entry is one that erases what is encrypted under the key subject.
  [[nodiscard]] virtual bool erases(const Entry& entry, std::string_view key_subject) const {
    (void)entry, (void)key_subject;
    return false;
  }
  // The counter that such a key and value state; absent when there is none yet.
  [[nodiscard]] virtual std::optional<Counter> counter(std::string_view key, std::string_view value) const {
    (void)key, (void)value;
    return std::nullopt;
  }
};

// Runs on the sequencer's thread against the state including the batch so far: checks preconditions, answers drafts.
// An error drops this command alone; nothing of it is written.
using Command = std::function<Result<std::vector<Draft>>(const StateReader& state, Timestamp now)>;

// What a command became: durable, included, signed, provable.
struct Committed {
  std::vector<Entry> entries;
  std::vector<std::vector<Hash>>
      paths;               // each entry's inclusion proof (RFC 6962 section 2.1.1) in the tree of `checkpoint`
  std::string checkpoint;  // signed note
  std::uint64_t tree_size = 0;

  // The .tlog-proof (with extra) of entries[ordinal]. Written when it is asked for, so that the log need not.
  [[nodiscard]] std::string proof(std::size_t ordinal) const;
};

// A little more than a log of the store grows to.
inline constexpr std::uint64_t serving_log_ahead_bytes = 32u << 20;

// How the store is read again in the background; a server sets `serving_scrubbing`.
struct Scrubbing {
  std::uint64_t bytes_per_second = 0;  // at most, on average; 0: never
  std::chrono::milliseconds pause{0};  // between the end of a round and the next
};
inline constexpr Scrubbing serving_scrubbing{32u << 20, std::chrono::hours(1)};

// Since the start.
struct ScrubFigures {
  std::uint64_t rounds = 0;   // that ended and found all whole
  std::uint64_t entries = 0;  // read in the round under way
};

struct LedgerOptions {
  std::string directory;                // data folder
  std::vector<std::string> publish_to;  // further slot files
  std::function<void(std::string_view reason)>
      on_latch;                              // told once, when a failed write or found damage ends all writing
  std::uint64_t queue_max = 4096;            // commands waiting; beyond: Errc::overloaded
  std::size_t start_check_entries = 10'000;  // how many last entries the start verifies
  // With their payloads, from the newest back, for as long as these together take no more; the last entry's always.
  std::uint64_t start_check_payload_bytes = 64u << 20;
  Scrubbing scrubbing;
  // retiring: also for a signer that the newest rotation retired, so that the rotation is completed. succeeding: also
  // where signed entries are lost, for the signer of the log that goes on from what is left; what the folder's slots
  // say of the old log is overwritten.
  enum class Opening { normal, retiring, succeeding };
  Opening opening = Opening::normal;
  // Zeros kept on the disk ahead of the store's log, which make a sync cheaper; a server sets serving_log_ahead_bytes.
  std::uint64_t log_ahead_bytes = 0;
};

class Succession;

struct LedgerPorts {
  std::shared_ptr<FileSystem> files;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<Random> random;
  CheckpointSigner* signer = nullptr;  // outlives the ledger
  ObjectCipher* cipher = nullptr;      // outlives the ledger
  std::shared_ptr<const Fold> fold;
  const Succession* succession = nullptr;  // of a signer that was not the log's first key; outlives the ledger
};

struct LedgerState {
  std::uint64_t tree_size = 0;
  Hash root;
  bool latched = false;
  std::string latch_reason;
  bool read_only = false;   // opened for reading: damaged or rolled back
  bool state_whole = true;  // read_only: whether the folded state is what all published entries lead to
  ScrubFigures scrub = {};
};

// An open ledger: one writer thread inside. Safe to call from any thread. The destructor finishes what is queued.
class Ledger {
 public:
  // A new ledger whose first entry is `genesis`; refuses a folder that holds one.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> create(const LedgerOptions& options, const LedgerPorts& ports,
                                                              Draft genesis);
  // Opens for writing: compares with the published slots (refuses a rolled-back store: Errc::corrupt `rolled_back`,
  // with sizes), recovers a batch that was durable but not yet published, verifies the last start_check_entries, and
  // what a scrubber once found damaged. Errc::unavailable `key_retired` for a signer that the log replaced.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open(const LedgerOptions& options, const LedgerPorts& ports);
  // What is left of a ledger that open refused for `why`, for reads alone: latched, nothing is written or signed. Under
  // a whole published checkpoint only entries that lead to its root are answered; without one, only those of the tree
  // that the store itself still has, and without proofs. The rest is Errc::corrupt `entry_lost`.
  [[nodiscard]] static Result<std::unique_ptr<Ledger>> open_for_reading(const LedgerOptions& options,
                                                                        const LedgerPorts& ports, const Error& why);
  virtual ~Ledger() = default;

  // Completion runs on a sequencer-owned thread after the checkpoint is published; it must not block.
  virtual void submit(Command command, std::function<void(Result<Committed>)> done) = 0;
  // submit and wait.
  [[nodiscard]] virtual Result<Committed> append(Command command) = 0;

  // Reads see published entries only (index < tree_size of the last published checkpoint).
  [[nodiscard]] virtual LedgerState state() const = 0;
  [[nodiscard]] virtual std::string checkpoint() const = 0;
  [[nodiscard]] virtual Result<Entry> entry(std::uint64_t index) const = 0;
  // Plain bytes of the entry's object, hash checked. Errc::not_found, corrupt.
  [[nodiscard]] virtual Result<std::string> object(const Entry& entry, std::string_view name) const = 0;
  // A .tlog-proof under the current checkpoint; `first_covering`: under the batch checkpoint that first covered it
  // (signed again: Ed25519 is deterministic, so the bytes are those of the first answer).
  [[nodiscard]] virtual Result<std::string> proof(std::uint64_t index, bool first_covering = false) const = 0;
  // Nodes for tiles: hash of the complete subtree of 2^level leaves with that number.
  [[nodiscard]] virtual Result<Hash> node(unsigned level, std::uint64_t number) const = 0;
  // The same for many nodes of one tree: a reader of the published tree as it is now. For one thread; must not outlive
  // the ledger.
  [[nodiscard]] virtual NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t number) { return node(level, number); };
  }
  // Runs `read` against one snapshot of the folded state and the tree size and root it belongs to.
  [[nodiscard]] virtual Result<void> read_state(
      const std::function<Result<void>(const StateReader&, std::uint64_t tree_size, const Hash& root)>& read) const = 0;
};

// One thing that does not hold.
struct VerifyProblem {
  std::uint64_t index = 0;
  std::string
      kind;  // payload leaf link node index state checkpoint truncation reorder number_gap number_duplicate clock
  std::string detail;
};
// Payloads that nobody can read any more, since their subject's key was destroyed.
struct ErasedPayloads {
  std::uint64_t payloads = 0;
  std::uint64_t first = 0;             // the first entry that has one
  std::optional<std::uint64_t> entry;  // the one that erased them; absent: none of these entries
};
struct VerifyReport {
  std::uint64_t tree_size = 0;
  Hash root;
  std::uint64_t entries_checked = 0, objects_checked = 0;
  std::uint64_t bytes_read = 0;                               // of entries and payloads, as stored
  std::map<std::string, ErasedPayloads, std::less<>> erased;  // by key subject
  std::vector<VerifyProblem> problems;                        // at most 1,000; `problems_total` counts all
  std::uint64_t problems_total = 0;
};
// Where a check keeps what does not fit into memory; nothing of it is left behind.
struct Scratch {
  std::string directory;                     // empty: the system's temporary folder
  std::size_t memory_bytes_max = 48u << 20;  // of each of its maps, of which it has two; the rest goes to the disk
  std::size_t subjects_max = 1'000'000;      // of the subject index at once, some 70 bytes each; more take more rounds
};
struct VerifyOptions {
  std::uint64_t from = 0, to = 0;  // entries [from, to); to 0: the tree's size. The state is checked only when all are.
  bool payloads = true;
  bool state = true;  // fold all entries anew and compare
  // Of a folder, whether it may lack signed entries: what was erased by none of those that are there is then no
  // problem, and keeps no entry. A folder with a lost mark is known to.
  bool lacks_entries = false;
  unsigned threads = 0;  // 0: as many as the machine has cores
  std::function<void(std::uint64_t done, std::uint64_t size)> progress;
  std::function<void(std::uint64_t bytes)> read;  // after each entry, on the thread that read it
  Scratch scratch;
  const std::atomic<bool>* stop = nullptr;  // once true, the verification ends soon with Errc::unavailable `stopped`
};
// Verifies a live ledger from its own snapshot.
[[nodiscard]] Result<VerifyReport> verify_ledger(const Ledger& ledger, const VerifyOptions& options);
// Verifies a folder, stopped or live (read-only, secondary instance); cipher may be null (private payloads are then not
// read and said so). Never throws or stops at the first problem. Errc::storage when the folder cannot be read at all.
[[nodiscard]] Result<VerifyReport> verify_folder(const LedgerOptions& options, const LedgerPorts& ports,
                                                 const VerifyOptions& verify, const CheckpointVerifier& log_key);

}  // namespace quotary
