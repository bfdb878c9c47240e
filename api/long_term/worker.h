// Brings documents up the PAdES ladder in the background: issuing and signing never wait for it.
#pragma once

#include "api/http/client.h"
#include "api/long_term/climb.h"
#include "ledger/base/random.h"
#include "ledger/log/sequencer.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace quotary::long_term {

inline constexpr std::size_t waiting_max = 10'000;           // documents remembered; beyond, no further entry is read
inline constexpr std::uint64_t entries_a_round_max = 2'000;  // read for documents between two climbs

// Every time of the climbing, by name.
struct Pace {
  std::chrono::milliseconds poll{1'000};          // how often the log's size is looked at
  std::chrono::milliseconds pause{50};            // after each rung
  std::chrono::milliseconds settle{600'000};      // after its issue: who asks for a signature at once comes first
  std::chrono::milliseconds retry_first{30'000};  // after a failure; doubled with each further one
  std::chrono::milliseconds retry_max{3'600'000};
  std::chrono::milliseconds request_timeout{15'000};
  std::chrono::hours renew_before{24 * 180};                     // a proof that ends sooner is renewed
  std::chrono::milliseconds look_again{std::chrono::hours(24)};  // over all documents, for those
};

struct LongTermConfig {
  signing::SealLevel target = signing::SealLevel::b_b;  // b_b: nothing is done
  std::string signer_roots_file;  // PEM: what the signers' certificates lead to; empty: they are trusted themselves
  Pace pace;
  // One line for the operator's log; called from the worker's own thread, must not block.
  std::function<void(std::string_view)> say;
};

// A document as it stands now.
struct Candidate {
  std::string pdf;
  std::uint64_t revision = 1;
  std::string signers_pem;  // certificates that are trusted for this document alone; may be empty
};

struct LongTermPorts {
  Ledger* ledger = nullptr;  // outlives the worker
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<Random> random;
  std::string tsa_url, ca_file;
  std::string signer_roots_pem, time_roots_pem;
  // Absent when there is nothing to do, or when it was erased. Errc::conflict: not now, as while customers are asked.
  std::function<Result<std::optional<Candidate>>(const std::string& number, Timestamp settled_before,
                                                 Timestamp renew_before)>
      candidate;
  // Chains a rung as the next revision. Errc::conflict when another came first.
  std::function<Result<void>(const std::string& number, const Candidate& base, const Rung& rung)> append;
};

struct LongTermState {
  bool configured = false;
  std::string target;
  std::uint64_t waiting = 0;  // documents that are not where they should be, as far as they were looked at
  std::uint64_t rungs_total = 0, failures_total = 0;
  std::uint64_t looks_total = 0;  // over all documents again, for proofs that end
  std::string code, detail;       // of the last failure, while it lasts
  std::optional<Timestamp> failing_since;
};
[[nodiscard]] inline bool is_degraded(const LongTermState& state) { return !state.code.empty(); }

// One thread, one document at a time. It reads the entries from the first on for documents, so that a restart forgets
// none. Safe to call from any thread; state() takes one short lock.
class LongTerm {
 public:
  // Errc::invalid `bad_url`.
  [[nodiscard]] static Result<std::unique_ptr<LongTerm>> start(LongTermConfig config, LongTermPorts ports);
  // Cuts off what is in flight and ends the thread.
  ~LongTerm();
  LongTerm(const LongTerm&) = delete;
  LongTerm& operator=(const LongTerm&) = delete;

  [[nodiscard]] LongTermState state() const;
  // Looks at every document again, at once, and renews each proof that ends before then, where a new one lasts longer.
  void renew(Timestamp before);

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Lock = std::unique_lock<std::mutex>;
  struct Attempt {
    std::uint64_t failures = 0;
    Time next;
  };

  LongTerm(LongTermConfig config, LongTermPorts ports, std::unique_ptr<http::Transport> authority);
  void run();
  void read_entries(Lock& lock);
  [[nodiscard]] std::optional<std::string> due() const;
  void attempt(Lock& lock, const std::string& number);
  // Whether the document is where it should be; a rung that was made is chained.
  [[nodiscard]] Result<bool> climb_once(const std::string& number, Timestamp renew_asked);
  void put_off(const std::string& number, const Error& error);
  [[nodiscard]] Result<std::string> fetch(const signing::Fetch& place);
  [[nodiscard]] Result<std::string> token(const Hash& imprint);

  const LongTermConfig config_;
  const LongTermPorts ports_;
  const std::unique_ptr<http::Transport> authority_;

  mutable std::mutex mutex_;  // all below
  std::condition_variable wake_;
  bool stopping_ = false;
  http::Client* fetching_ = nullptr;  // in flight
  std::map<std::string, Attempt> waiting_;
  std::uint64_t read_to_ = 0;
  Time look_again_;
  Timestamp renew_asked_;       // proofs that end before are renewed, however far that is; the epoch: nobody asked
  std::uint64_t renewals_ = 0;  // how often it was asked for
  std::uint64_t rungs_total_ = 0, failures_total_ = 0, looks_total_ = 0;
  std::optional<Error> failure_;
  std::optional<Timestamp> failing_since_;
  std::thread thread_;
};

}  // namespace quotary::long_term
