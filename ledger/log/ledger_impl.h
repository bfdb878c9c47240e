// Inside the ledger: what its reading half and its sequencer share. Not for use outside ledger/log.
#pragma once

#include "ledger/log/checkpoint.h"
#include "ledger/log/entry_view.h"
#include "ledger/log/folded_state.h"
#include "ledger/log/merkle.h"
#include "ledger/log/overlay.h"
#include "ledger/log/pin.h"
#include "ledger/log/scrubber.h"
#include "ledger/log/sequencer.h"
#include "ledger/log/slots.h"
#include "ledger/log/store.h"
#include "ledger/log/stored_tree.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <thread>

namespace quotary {

// Keys of the store's families.
[[nodiscard]] std::string index_key(std::uint64_t index);
[[nodiscard]] std::string object_key(std::uint64_t index, std::size_t ordinal);

// State key of the tree's size that the state belongs to.
inline constexpr std::string_view state_size_key = "~size";
// A file that stands while a rebuild of the state is under way.
[[nodiscard]] std::string rebuild_mark(const std::string& directory);
[[nodiscard]] std::string store_path(const std::string& directory);

// Whether a published checkpoint is of a log that this one succeeded, and covers entries that it had lost.
[[nodiscard]] bool over_lost_entries(const LedgerPorts& ports, const Published& published);

// Whether a published note is the log's own: by its signer, or by an earlier key of its succession for its time.
[[nodiscard]] bool published_by(const LedgerPorts& ports, const Published& published);

// The slot files of a ledger, the data folder's own first.
[[nodiscard]] std::vector<std::string> slots_paths(const LedgerOptions& options);

class LedgerImpl final : public Ledger {
 public:
  LedgerImpl(LedgerOptions options, LedgerPorts ports, std::unique_ptr<Store> store, std::vector<Slots> slots,
             std::shared_ptr<void> lock);
  ~LedgerImpl() override;

  // Checks the store's `size` entries against the slots, verifies the last of them, publishes what was not yet.
  [[nodiscard]] Result<void> recover(std::uint64_t size);
  // Instead of recover: shows what the store still has, latched for `why`.
  [[nodiscard]] Result<void> show_for_reading(const Error& why);
  void start();

  void submit(Command command, std::function<void(Result<Committed>)> done) override;
  Result<Committed> append(Command command) override;
  LedgerState state() const override;
  std::string checkpoint() const override;
  Result<Entry> entry(std::uint64_t index) const override;
  Result<std::string> object(const Entry& entry, std::string_view name) const override;
  Result<std::string> proof(std::uint64_t index, bool first_covering) const override;
  Result<Hash> node(unsigned level, std::uint64_t number) const override;
  NodeReader nodes() const override;
  Result<void> read_state(
      const std::function<Result<void>(const StateReader&, std::uint64_t, const Hash&)>& read) const override;

  [[nodiscard]] Result<PinnedLedger> pin();
  [[nodiscard]] Result<VerifyReport> verify(const VerifyOptions& options) const;
  // Finds the entries that erased what the report says is erased, and names what none of them did.
  void explain_erased(VerifyReport& report) const;
  [[nodiscard]] Result<void> visit_entries(std::uint64_t from, std::uint64_t to,
                                           const std::function<bool(const EntryView&)>& visit) const;

 private:
  struct Waiting {
    Command command;
    std::function<void(Result<Committed>)> done;
  };
  // A command that passed: its entries and the bytes of their objects as stored.
  struct Accepted {
    std::vector<Entry> entries;
    std::vector<std::vector<std::string>> stored;
    bool ends_batch = false;
  };
  // What a command will be told.
  struct Answer {
    std::function<void(Result<Committed>)> done;
    std::vector<Entry> entries;
    std::optional<Error> refused;
    std::vector<std::vector<Hash>> paths;  // of each entry, once they are made
  };
  // What readers see: replaced as a whole after each publication.
  struct Head {
    std::uint64_t size = 0;
    Hash root;
    std::string checkpoint;
    std::shared_ptr<const StoreView> view;
    bool provable = true;  // the checkpoint is of this size and root
  };

  struct Growth;
  struct Batch;
  class ReadBackCheck;
  void run();
  [[nodiscard]] std::vector<Waiting> take();
  [[nodiscard]] std::span<Waiting> accept_some(std::span<Waiting> taken, Batch& batch);
  void accept_one(Waiting waiting, Batch& batch);
  [[nodiscard]] Result<Accepted> accept(const Command& command, StateOverlay& batch_state, std::uint64_t first,
                                        const Hash& prev, Timestamp now);
  void commit(Batch& batch);
  [[nodiscard]] Result<void> write_and_check(Batch& batch, const Hash& root);
  [[nodiscard]] Result<void> check_read_back(const Batch& batch, const Hash& root);
  [[nodiscard]] static Result<void> prove_all(Batch& batch);
  static void give_answers(Batch& batch, const Head& published);
  [[nodiscard]] Result<void> check_published(const Slots& slots, std::uint64_t size, const NodeReader& nodes);
  [[nodiscard]] Result<void> check_counters(const Published& published) const;
  [[nodiscard]] Result<void> check_signer(std::uint64_t size);
  [[nodiscard]] Result<void> check_tail(std::uint64_t from, std::uint64_t published_size, std::uint64_t size);
  [[nodiscard]] Result<void> publish(std::uint64_t size, const Hash& root);
  [[nodiscard]] Result<void> check_state_size(std::uint64_t size);
  [[nodiscard]] Result<void> load_counters();
  void count(std::string_view state_key, std::string_view value);
  [[nodiscard]] static Waiting clock_event(Timestamp clock_says, Timestamp last);
  [[nodiscard]] std::string next_salt();
  void latch(const Error& error);
  [[nodiscard]] bool latched() const;
  [[nodiscard]] Error latched_error() const;
  [[nodiscard]] std::shared_ptr<const Head> head() const;
  void choose_tree(Head& shown, const std::optional<Published>& published);
  [[nodiscard]] bool leads_to_root(const Head& shown) const;
  // The tree of a head, for one thread.
  [[nodiscard]] NodeReader tree_of(const Head& shown) const;

  const LedgerOptions options_;
  const LedgerPorts ports_;
  const std::shared_ptr<void> lock_;
  const std::shared_ptr<Store> store_;

  // Sequencer's thread only.
  std::vector<Slots> slots_;
  CompactRange range_;
  Hash last_leaf_;
  Timestamp last_time_;
  bool clock_behind_ = false;      // the step back was recorded; set anew once the clock has caught up
  std::string salts_;              // drawn ahead, since each draw has its own cost; taken from the end
  std::vector<Counter> counters_;  // those that advanced last come first

  mutable std::mutex queue_mutex_;
  std::condition_variable queue_filled_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  bool state_whole_ = true;
  std::unique_ptr<const MapState> folded_;                      // read instead of the stored state
  std::unique_ptr<const std::vector<std::vector<Hash>>> tree_;  // levels, read instead of the stored tree
  bool reading_ = false;  // set before anyone calls: the store may hold anything, so each entry is led to the root
  std::string latch_reason_;

  mutable std::shared_mutex head_mutex_;
  std::shared_ptr<const Head> head_;

  std::thread thread_;
  std::unique_ptr<Scrubber> scrubber_;
};

}  // namespace quotary
