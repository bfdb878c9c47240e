// C2SP tlog-policy: which logs and witnesses are known, and which cosignatures are enough. Pure; safe from any thread.
#pragma once

#include "ledger/log/checkpoint.h"
#include "ledger/log/cosignature.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

// Limits on a policy file; the format asks for 32 of each kind at least.
inline constexpr std::size_t policy_bytes_max = 256u << 10;
inline constexpr std::size_t policy_logs_max = 64, policy_witnesses_max = 64, policy_groups_max = 64;
inline constexpr std::size_t policy_word_bytes_max = 4'096;

struct PolicyLog {
  Vkey key;
  std::string url;  // empty: none was given
};

struct PolicyWitness {
  std::string name;  // of the policy alone: opaque bytes
  Vkey key;
  std::string url;  // of its submission prefix; empty: none was given
};

// A policy file, parsed. Immutable.
class WitnessPolicy {
 public:
  // Reads the whole file. Errc::invalid `bad_policy`: "line 3: what is wrong, and what would be right".
  [[nodiscard]] static Result<WitnessPolicy> parse(std::string_view text);

  [[nodiscard]] const std::vector<PolicyLog>& logs() const { return logs_; }
  [[nodiscard]] const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // False for `quorum none`: no cosignature is needed.
  [[nodiscard]] bool required() const { return quorum_.has_value(); }
  // Whether these witnesses are enough; one flag for each of witnesses(), in their order.
  [[nodiscard]] bool enough(const std::vector<bool>& cosigned) const;

 private:
  class Parser;
  // Places count the witnesses first, then the groups in their order.
  struct Group {
    std::size_t threshold = 1;
    std::vector<std::size_t> members;
  };
  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Group> groups_;  // members of earlier groups only
  std::optional<std::size_t> quorum_;
};

// A checkpoint whose log signature holds, with the cosignatures of the policy's witnesses.
struct Witnessed {
  Checkpoint checkpoint;
  std::vector<std::optional<Cosignature>> cosignatures;  // by the policy's witnesses, in their order
  std::size_t count = 0;                                 // of those that are there
  bool enough = false;
};

// Checks the log's signature by one of `logs` (Ed25519 notes; the origin must be the key's name) and each cosignature
// of a known witness. Errc::invalid `bad_note` | `bad_checkpoint`; Errc::corrupt `note_signature` | `cosignature` |
// `origin` when a known key's signature does not hold or no known log signed. That too few witnesses cosigned is no
// error: see `enough`.
[[nodiscard]] Result<Witnessed> check_witnessed(std::string_view note, std::span<const Vkey> logs,
                                                const WitnessPolicy& policy, Ed25519Check holds);

}  // namespace quotary
