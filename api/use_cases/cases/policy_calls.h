// Publishing and reading policies, and trying one on the cases that are there. Free functions over an organisation's
// parts; safe to call from any thread; each may block on disk.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/cases.h"

namespace quotary::api {

// Limits of these calls, in one place.
inline constexpr std::uint64_t policy_trial_cases_max = 10'000;  // that a trial looks at, newest first
inline constexpr std::size_t policy_trial_named_max = 100;       // changed cases that it names

// A policy as an administrator writes it.
struct PolicyText {
  enum class Form { json, toml };
  std::string_view text;
  Form form = Form::json;
};

// The next version of the policy that the text names: {"name", "version", "sha256", "published_at", "ledger"}. Errors
// of gates::parse_policy_json() and _toml(); Errc::invalid `policy_invalid` for roles that may waive nothing (problems
// `unknown_role`, `role_may_not_waive`); conflict `too_many_versions`; those of an Idempotency-Key, which may be empty.
[[nodiscard]] Result<Answer> publish_policy(Organisation::Parts& parts, const Principal& caller,
                                            std::string_view idempotency_key, const PolicyText& text);
// {"items": [{"name", "version", "title", "sha256", "published_at"}], "next_cursor"}: the newest versions, by name.
[[nodiscard]] Result<Answer> list_policies(const Organisation::Parts& parts, const Principal& caller,
                                           const PageRequest& page);
// A version with its canonical form as `policy`; absent: the newest. Errc::not_found `policy_not_found`.
[[nodiscard]] Result<Answer> read_policy(const Organisation::Parts& parts, const Principal& caller,
                                         std::string_view name, std::optional<std::uint64_t> version);
// Checks as publish_policy() does, writes nothing, and says how the open cases under that policy's name would stand as
// if the text were theirs; they keep their own version. {"name", "version", "sha256", "policy", "trial"}.
[[nodiscard]] Result<Answer> check_policy(const Organisation::Parts& parts, const Principal& caller,
                                          const PolicyText& text);

// The trial alone. Errc::corrupt `state_damaged`.
[[nodiscard]] Result<json::object> try_policy(const StateReader& state, const gates::Policy& policy);

}  // namespace quotary::api
