// One-time codes that prove an address, and the browsers that proved one. In memory only: a restart ends them all.
#pragma once

#include "ledger/base/random.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "signing/keys.h"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::signature {

inline constexpr std::int64_t minute_ms = 60'000;
inline constexpr std::int64_t code_lives_ms = 10 * minute_ms, code_resend_ms = minute_ms,
                              code_day_ms = std::int64_t{24} * 60 * minute_ms;
inline constexpr int code_attempts_max = 5;
inline constexpr std::size_t codes_a_day_max = 5;
inline constexpr std::int64_t proof_lives_ms = 60 * minute_ms;  // of a browser that proved the address
inline constexpr std::size_t proofs_max = 4;                    // browsers of one signer
inline constexpr std::size_t signers_remembered_max = 10'000;

// How a signer's code stands.
struct CodeState {
  std::optional<Timestamp> sent_at, resend_at, expires_at;  // of the newest one that may still be entered
  int attempts_left = code_attempts_max;
};

struct CodeProof {
  Timestamp sent_at, proven_at;
};

// Safe to call from any thread. `signer` names a signer's newest link; `keys` and `random` outlive it.
class Codes {
 public:
  Codes(const signing::KeyFolder& keys, Random& random) : keys_(keys), random_(random) {}

  // A new code of six digits, which takes the place of the one before. Errc::overloaded `code_too_soon` (problems[0]'s
  // detail: the seconds to wait) and `codes_busy`; conflict `code_attempts_spent` after codes_a_day_max in a day.
  [[nodiscard]] Result<std::string> make(const std::string& signer, Timestamp now);
  // It could not be delivered: as if it had not been made, but for the day's count.
  void undo(const std::string& signer);
  // The proof to keep in the browser. Errc::invalid `code_wrong` (problems[0]'s detail: the attempts left); gone
  // `code_expired`; conflict `code_attempts_spent`.
  [[nodiscard]] Result<std::string> check(const std::string& signer, std::string_view code, Timestamp now);
  // What a browser that shows `proof` proved; absent: nothing that counts.
  [[nodiscard]] std::optional<CodeProof> proven(const std::string& signer, std::string_view proof, Timestamp now) const;
  [[nodiscard]] CodeState state(const std::string& signer, Timestamp now) const;

 private:
  struct Proof {
    signing::Secret hash;
    CodeProof said;
  };
  struct Signer {
    std::optional<signing::Secret> hash;  // of the code
    Timestamp sent_at;
    int attempts_left = code_attempts_max;
    std::vector<Timestamp> sent;  // of the last day, oldest first
    std::deque<Proof> proofs;
  };
  [[nodiscard]] std::string hash_of(std::string_view purpose, const std::string& signer, std::string_view text) const;
  [[nodiscard]] Result<Signer*> room_for(const std::string& signer, Timestamp now);

  const signing::KeyFolder& keys_;
  Random& random_;
  mutable std::mutex mutex_;
  std::map<std::string, Signer, std::less<>> signers_;
};

}  // namespace quotary::signature
