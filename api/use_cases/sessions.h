// Who is signed in, and who failed to: short-lived tokens after a login with a password, and the brake on guessing.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <unordered_map>

namespace quotary::api {

inline constexpr std::string_view session_prefix = "qs_";
inline constexpr std::size_t session_token_bytes = 32;
inline constexpr std::int64_t session_life_ms = std::int64_t{8} * 3'600'000;
inline constexpr std::size_t sessions_max = 10'000;
inline constexpr std::size_t sessions_per_person_max = 20;  // the one that ends first gives way
inline constexpr unsigned login_failures_max = 10;          // of one login from one address, in the window
inline constexpr std::int64_t login_window_ms = std::int64_t{15} * 60'000;
inline constexpr std::size_t login_failures_table_max = 10'000;
inline constexpr int password_checks_max = 2;  // at once: each takes 64 MB and a core
inline constexpr int password_check_wait_ms = 250;

// Sessions by the keyed hash of their token. In memory only: a restart ends them all. Thread-safe; times are monotonic.
class Sessions {
 public:
  // Errc::overloaded `too_many_sessions`.
  [[nodiscard]] Result<void> add(const std::string& token_hash, const std::string& person, std::int64_t now_ms);
  // The person, or nothing when the session has ended or never was.
  [[nodiscard]] std::optional<std::string> find(const std::string& token_hash, std::int64_t now_ms) const;
  void end(const std::string& token_hash);
  void end_all(std::string_view person);

 private:
  struct Session {
    std::string person;
    std::int64_t ends_at_ms = 0;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Session> sessions_;
};

// Failed logins by login and address: a guesser is slowed down, and locks nobody else out. Thread-safe.
class LoginBrake {
 public:
  // Errc::overloaded `login_throttled` once there were too many.
  [[nodiscard]] Result<void> check(const std::string& who, std::int64_t now_ms) const;
  void failed(const std::string& who, std::int64_t now_ms);

  // Held while a password is being checked. Acquire it for password_check_wait_ms at most.
  std::counting_semaphore<password_checks_max> checks{password_checks_max};

 private:
  struct Failures {
    unsigned count = 0;
    std::int64_t since_ms = 0;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Failures> failures_;
};

}  // namespace quotary::api
