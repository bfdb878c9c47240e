// The witnesses of one log, asked in the background: never on the sequencer's thread, and issuing never waits for them.
#pragma once

#include "api/witness/exchange.h"
#include "ledger/base/file_system.h"
#include "ledger/log/sequencer.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace quotary::witness {

struct WitnessesPorts {
  Ledger* ledger = nullptr;  // outlives the witnesses
  Vkey log;                  // the ledger's own key
  std::shared_ptr<FileSystem> files;
  std::shared_ptr<const Clock> clock;
  MakeTransport transport;  // empty: http_transport
};

// One thread for each witness, with one request in flight, and one that chooses what they are asked about: all are
// asked about the same checkpoint, so that their cosignatures add up to a quorum; the newest one is next as soon as the
// quorum is there, all that are not failing have answered, or Pace::round_max is over. A failing witness is asked again
// ever more seldom. Losing a witness and getting it back are entries (`system.witness_lost`,
// `system.witness_back`, subject `witness:<name>+<id>`), one about each in Pace::tell_again. Safe to call from any
// thread; reads take one short lock and never the disk.
class Witnesses {
 public:
  // Errc::invalid `bad_policy` (file and line), `policy_other_log` when it names logs and not this one,
  // `no_witness_url`, `bad_url`; errors of reading the file. `remember_path` is where the newest witnessed checkpoint
  // stands for the next start.
  [[nodiscard]] static Result<std::unique_ptr<Witnesses>> start(WitnessingConfig config, std::string remember_path,
                                                                WitnessesPorts ports);
  // Cuts off what is in flight and ends all threads.
  ~Witnesses();
  Witnesses(const Witnesses&) = delete;
  Witnesses& operator=(const Witnesses&) = delete;

  // What GET /log/checkpoint serves. With a quorum: the newest checkpoint that has it, or the newest signed one before
  // there is any. Without: the newest signed one. Either way with the cosignatures that it has.
  [[nodiscard]] std::string checkpoint() const;
  // The newest witnessed checkpoint, with its cosignatures.
  struct Newest {
    std::uint64_t size = 0;
    Hash root;
    std::string note;
  };
  [[nodiscard]] std::optional<Newest> witnessed() const;
  [[nodiscard]] WitnessingState state() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  // One witness; its thread alone uses transport and exchange, the rest is under the mutex.
  struct Asked {
    std::string name;                      // of the policy, fit to be shown
    std::string key;                       // name+id
    std::unique_ptr<Transport> transport;  // null: it has no URL
    std::unique_ptr<Exchange> exchange;
    std::uint64_t answered = 0;  // number of the last target that it cosigned
    std::uint64_t size = 0, time = 0, failures = 0, asked_total = 0, failed_total = 0;
    std::optional<Time> failing_since;
    Time next_try;
    std::optional<Error> failure;
    bool lost = false;
    bool told = false;  // what the ledger's last entry about it says
    Time tell_next;     // when there may be another one
    std::thread thread;
  };

  Witnesses(WitnessingConfig config, std::string remember_path, WitnessesPorts ports, WitnessPolicy policy);
  [[nodiscard]] Result<void> make_exchanges();
  void recall();
  void begin();
  void ask(Asked& asked);
  void take(Asked& asked, const Target& target, Result<Cosignature> answer);
  void choose();
  void look(Time now);
  [[nodiscard]] bool may_advance(Time now) const;
  void find_lost(Time now);
  void chain(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Result<void> append_event(const Asked& asked, bool lost, const std::string& code, std::uint64_t size);
  void remember(std::unique_lock<std::mutex>& lock, Time now, bool at_once);
  [[nodiscard]] bool needs_person(const Asked& asked) const;
  [[nodiscard]] WitnessState state_of(const Asked& asked, Time now) const;
  void say(const std::string& line) const {
    if (config_.say) config_.say(line);
  }

  const WitnessingConfig config_;
  const std::string remember_path_;
  const WitnessesPorts ports_;
  const WitnessPolicy policy_;

  mutable std::mutex mutex_;  // all below
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Asked>> asked_;  // by the policy's witnesses
  CosignedCheckpoints cosigned_;
  std::shared_ptr<const Target> target_;
  Time chosen_;
  std::string signed_note_;
  std::uint64_t signed_size_ = 0;
  Time progress_;  // when the newest checkpoint was witnessed, or one more was
  Time chain_next_;
  std::string chain_trouble_, remember_trouble_, other_ledger_;
  std::string remembered_;  // what the file holds
  Time remembered_at_;
  std::thread thread_;
};

}  // namespace quotary::witness
