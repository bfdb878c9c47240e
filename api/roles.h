// Who may call what, and how far they see: one matrix as data, used by every use case and walked by a test.
#pragma once

#include "ledger/base/result.h"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace quotary::api {

enum class Role { rep, manager, region_director, finance, auditor, crm, admin };
inline constexpr std::size_t role_count = 7;

[[nodiscard]] std::string_view role_name(Role role);
// Errc::invalid `unknown_role`.
[[nodiscard]] Result<Role> parse_role(std::string_view name);

// How far a call reaches. `none`: the role may not make the call at all.
enum class Scope { none, self, team, region, organisation };
[[nodiscard]] std::string_view scope_name(Scope scope);

// The calls that the matrix knows.
enum class Call {
  issue_quote,
  preview_quote,
  read_quote,  // read, list, pdf, history, proof
  request_void,
  decide_void,
  decide_void_accepted,  // a void request on an accepted quote
  withdraw_void,
  read_void,  // requests, certificates
  report_voids,
  verify_log,
  read_entries,
  administer,     // people, series, tokens
  read_series,    // names, patterns, last numbers
  read_people,    // names, roles, teams
  prove_numbers,  // what became of each number of a series
  ask_erasure,    // of a customer or person; also to withdraw it
  decide_erasure,
  read_erasures,      // requests and legal holds
  hold,               // place and release legal holds
  request_signature,  // ask customers to sign, remind them, renew links, revoke
  read_signatures,    // signature requests
  sign_own,           // own quotes, with an own key
  read_policy,        // what cases must hold
  publish_policy,     // new versions; also to try one on the cases that are there
  open_case,          // for oneself, or for somebody in reach
  read_case,          // read, list, gate, notes, evidence
  work_case,          // notes, evidence, withdrawals, closing
  waive_requirement,  // the policy says which roles may waive which
  record_lead,        // assignments and first touches
  read_lead,
  read_board,  // PHI and what stands beside it
};
inline constexpr std::size_t call_count = 31;

struct CallRow {
  Call call;
  std::string_view name;
  std::string_view doing;               // in words, after "may not"
  std::array<Scope, role_count> scope;  // by Role
};
// The whole matrix, one row for each Call in its order.
[[nodiscard]] std::span<const CallRow> role_matrix();

[[nodiscard]] Scope scope_of(Role role, Call call);

// The authenticated caller.
struct Principal {
  std::string id;
  Role role = Role::rep;
  std::string team, region;  // codes; empty where they do not apply
};

// True when a thing owned by (owner, team, region) lies in the caller's scope for the call.
[[nodiscard]] bool in_scope(const Principal& caller, Call call, std::string_view owner, std::string_view team,
                            std::string_view region);
// Errc::forbidden `role_not_allowed` when the role may not make the call at all.
[[nodiscard]] Result<void> require_call(const Principal& caller, Call call);

}  // namespace quotary::api
