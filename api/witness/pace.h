// The log's side of witnessing: its configuration and the state that it shows.
#pragma once

#include "ledger/base/time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::witness {

// Every time and limit of asking, by name.
struct Pace {
  std::chrono::milliseconds poll{100};           // how often the newest checkpoint is looked at
  std::chrono::milliseconds interval{1'000};     // between two checkpoints that are sent out
  std::chrono::milliseconds round_max{10'000};   // then the next one is sent out although cosignatures are missing
  std::chrono::milliseconds retry_first{1'000};  // after a failure; doubled with each further one
  std::chrono::milliseconds retry_max{60'000};
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds refresh{
      300'000};  // a checkpoint that stays the newest is cosigned anew: shows who still lives
  std::chrono::milliseconds lost_after{30'000};  // of failures without success: then the witness is lost
  std::chrono::milliseconds remember{5'000};     // between two writings of the cosigned checkpoint
  // Between two entries about one witness, so that one which comes and goes does not fill the ledger.
  std::chrono::milliseconds tell_again{600'000};
};

inline constexpr std::size_t cosigned_kept_max = 64;  // checkpoints whose cosignatures are held in memory
inline constexpr int conflicts_in_a_row_max = 3;      // answers with another size that one attempt follows

struct WitnessingConfig {
  std::string policy_file;  // tlog-policy with the witnesses' URLs; empty: no witness is asked
  std::string ca_file;      // PEM roots for https; empty: the system's
  Pace pace;
  // One line for the operator's log about what changed; called from the asking's own threads, must not block.
  std::function<void(std::string_view)> say;
};

// How one witness stands.
struct WitnessState {
  std::string name;             // of the policy
  std::string key;              // name+id of its verifier key
  std::string state;            // waiting | cosigned | failing | lost | refused | not_asked
  std::uint64_t size = 0;       // the largest checkpoint of ours that it cosigned, 0: none since the start
  std::uint64_t time = 0;       // POSIX seconds of that cosignature
  std::string code;             // of the last failure, while it lasts
  std::uint64_t failures = 0;   // in a row
  std::int64_t failing_ms = 0;  // since the first of them
  std::uint64_t asked_total = 0, failed_total = 0;
};

// "Signed to N, witnessed to M by K since T."
struct WitnessingState {
  bool configured = false;
  bool required = false;             // the policy has a quorum
  std::uint64_t signed_size = 0;     // N
  std::uint64_t witnessed_size = 0;  // M: the newest checkpoint that is witnessed as the policy asks; 0: none
  std::size_t count = 0;             // K: cosignatures that it carries
  std::uint64_t since = 0;           // T: POSIX seconds of the newest of them when M was reached; 0: never
  std::int64_t behind_ms = 0;        // for how long the newest signed checkpoint has been waiting, 0: it is witnessed
  std::string trouble;               // what the operator must look at, "" when there is nothing
  std::string signed_note, witnessed_note;
  std::vector<WitnessState> witnesses;
};

// That sentence, for /readyz, the command line and logs. `state.configured`.
[[nodiscard]] std::string sentence_of(const WitnessingState& state);
// Whether the operator must be told: a witness lost or refusing, the quorum missing for longer than lost_after, or
// trouble.
[[nodiscard]] bool is_degraded(const WitnessingState& state, const Pace& pace);

}  // namespace quotary::witness
