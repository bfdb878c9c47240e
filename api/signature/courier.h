// Sends invitations and notices in the background: signing and asking never wait for it, and a restart goes on.
#pragma once

#include "api/signature/config.h"
#include "ledger/log/sequencer.h"
#include "ledger/records/signing.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace quotary::signature {

inline constexpr std::size_t open_requests_looked_at_max = 10'000;  // the first to expire; the rest wait for these
inline constexpr std::uint64_t entries_a_round_max = 1'000;  // read for notices between two rounds of invitations
inline constexpr std::size_t notices_waiting_max = 1'000;    // beyond, no further entry is read

struct CourierPorts {
  Ledger* ledger = nullptr;  // outlives the courier
  std::shared_ptr<FileSystem> files;
  std::string position_file;  // remembers up to which entry notices were sent
  // The invitation of a signer, with the link. Errc::gone when its contents were erased: then it is not sent.
  std::function<Result<Message>(const records::SignatureRequestRecord&, const records::SignerRecord&)> invitation;
  // Who is told about an entry; empty: nobody.
  std::function<Result<std::vector<Message>>(const Entry&)> notices;
};

// How the invitation of one signer stands while it is not in the ledger that it was sent.
struct InvitationState {
  std::uint64_t failures = 0;  // in a row; 0: it waits for its first attempt
  std::string code;            // of the last failure
  bool failed = false;         // failed_after was reached
};

struct CourierState {
  bool configured = false;
  std::uint64_t waiting = 0, failing = 0, failed = 0;  // invitations
  std::uint64_t notices_waiting = 0;
  std::uint64_t delivered_total = 0, attempts_failed_total = 0, given_up_total = 0;  // given up: notices
  std::string code;  // of the last failure, while it lasts
};
[[nodiscard]] inline bool is_degraded(const CourierState& state) { return state.failed > 0; }

// One thread, one message in flight. What is not in the ledger as sent is sent, in an ordered request only to whose
// turn it is, and then chained as signature.sent; a failure is repeated ever more seldom. A notice is sent at least
// once, or given up after notice_attempts_max. Safe to call from any thread; reads take one short lock.
class Courier {
 public:
  // Errors of reading the position.
  [[nodiscard]] static Result<std::unique_ptr<Courier>> start(SignatureConfig config, CourierPorts ports);
  // Cuts off what is in flight and ends the thread.
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  [[nodiscard]] CourierState state() const;
  [[nodiscard]] InvitationState invitation(const records::SignatureRequestRecord& request,
                                           const records::SignerRecord& signer) const;
  // There is something new in the ledger.
  void wake();

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Lock = std::unique_lock<std::mutex>;
  struct Due {
    std::string key;
    records::SignatureRequestRecord request;
    records::SignerRecord signer;
  };
  struct Attempt {
    std::uint64_t failures = 0;
    std::string code;
    Time next;
    bool delivered = false;  // only that it was is not chained yet
    bool erased = false;     // there is nothing left to send
  };
  struct Notice {
    Message message;
    std::uint64_t failures = 0;
  };

  Courier(SignatureConfig config, CourierPorts ports) : config_(std::move(config)), ports_(std::move(ports)) {}
  void run();
  [[nodiscard]] std::vector<Due> collect() const;
  void send_invitations(Lock& lock);
  void send_invitation(Lock& lock, const Due& due);
  [[nodiscard]] Result<void> chain_sent(const Due& due);
  void read_notices(Lock& lock);
  void send_notices(Lock& lock);
  void remember(Lock& lock);
  [[nodiscard]] Result<void> write_position(std::uint64_t position) const;
  void note_failure(const Error& error);
  [[nodiscard]] std::chrono::milliseconds back_off(std::uint64_t failures) const;

  const SignatureConfig config_;
  const CourierPorts ports_;

  mutable std::mutex mutex_;  // all below
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<std::string, Attempt, std::less<>> attempts_;  // of what waits
  std::deque<Notice> notices_;
  Time notices_next_;
  std::uint64_t read_to_ = 0, remembered_ = 0;  // the first entry not read for notices
  bool must_remember_ = true;                   // a notice was sent, or nothing is remembered yet
  std::optional<std::uint64_t> collected_at_;   // the log's size of then
  std::uint64_t delivered_total_ = 0, attempts_failed_total_ = 0, given_up_total_ = 0;
  std::string code_;
  std::thread thread_;
};

}  // namespace quotary::signature
