// Fetches trusted time for a log in the background: never on the sequencer's thread, and issuing never waits for it.
#pragma once

#include "api/http/client.h"
#include "api/time_stamping/pace.h"
#include "ledger/base/file_system.h"
#include "ledger/base/random.h"
#include "ledger/log/sequencer.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace quotary::time_stamping {

inline constexpr std::string_view token_entry_type = "system.time_token";
inline constexpr std::string_view lost_entry_type = "system.time_stamping_lost";
// The subjects of their entries: each kind has its own, so that the newest of each can be found.
inline constexpr std::string_view token_subject = "time-stamping", lost_subject = "time-stamping:authority";
// The payloads of a token's entry: the checkpoint that was stamped, and the token.
inline constexpr std::string_view checkpoint_object = "checkpoint", token_object = "token";

struct TimeStamperPorts {
  Ledger* ledger = nullptr;  // outlives the stamper
  std::shared_ptr<FileSystem> files;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<Random> random;
  http::MakeTransport transport;  // empty: over HTTP
};

// The newest token in a ledger; absent when there is none. Errc::corrupt says which entry cannot be read.
[[nodiscard]] Result<std::optional<Stamped>> newest_stamped(const Ledger& ledger);

// One thread, one request in flight. When the log has grown by anything but the newest token's own entry, and the
// interval since the last token is over, the newest signed checkpoint is stamped: a token that holds becomes an entry
// (token_entry_type) with the checkpoint and the token as its payloads, and is kept until it could be written. A
// failure is repeated ever more seldom, with the newest checkpoint of then; an authority that is lost is told by one
// entry (lost_entry_type), and the next token says that it is back. What waits is counted from the entries, so that a
// restart hides nothing. Safe to call from any thread; reads take one short lock and never the disk.
class TimeStamper {
 public:
  // Errc::invalid `bad_url`, `bad_roots` (names the file); errors of reading that file and the ledger.
  [[nodiscard]] static Result<std::unique_ptr<TimeStamper>> start(TimeStampingConfig config, TimeStamperPorts ports);
  // Cuts off what is in flight and ends the thread.
  ~TimeStamper();
  TimeStamper(const TimeStamper&) = delete;
  TimeStamper& operator=(const TimeStamper&) = delete;

  [[nodiscard]] TimeStampingState state() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Lock = std::unique_lock<std::mutex>;
  // A token that was given and is not in the ledger yet.
  struct Waiting {
    Stamped stamped;  // but for the index
    Draft draft;
    Time asked_at;
  };

  TimeStamper(TimeStampingConfig config, TimeStamperPorts ports, std::string roots,
              std::unique_ptr<http::Transport> transport);
  [[nodiscard]] Result<void> recall();
  void run();
  void look(Lock& lock);
  [[nodiscard]] std::uint64_t first_unstamped() const;
  void attempt(Lock& lock);
  [[nodiscard]] Result<Waiting> fetch(Time asked_at);
  void fail_once(const Error& error);
  void chain(Lock& lock);
  void tell_loss(Lock& lock);
  void say(std::string line) { to_say_.push_back(std::move(line)); }
  void tell_operator(Lock& lock);

  const TimeStampingConfig config_;
  const TimeStamperPorts ports_;
  const std::string roots_;
  const std::unique_ptr<http::Transport> transport_;

  mutable std::mutex mutex_;  // all below
  std::condition_variable wake_;
  bool stopping_ = false;
  bool closed_ = false;  // the ledger is latched, for good
  std::optional<Stamped> newest_;
  std::optional<Waiting> waiting_;  // the thread's own
  std::uint64_t signed_size_ = 0;
  std::optional<Timestamp> pending_since_;
  Time due_, next_try_;  // by the interval, and after a failure
  std::optional<Error> failure_;
  std::optional<Time> failing_since_;
  std::uint64_t failures_ = 0, asked_total_ = 0, failed_total_ = 0;
  bool lost_ = false, told_ = false;  // told: the ledger holds that it is lost
  Time chain_next_;
  std::string recall_trouble_, chain_trouble_;
  std::vector<std::string> to_say_;  // to the operator, once the lock is free
  std::thread thread_;
};

}  // namespace quotary::time_stamping
