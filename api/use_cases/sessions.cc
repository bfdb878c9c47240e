#include "api/use_cases/sessions.h"

#include "api/organisation.h"
#include "api/use_cases/parts.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {

Result<void> Sessions::add(const std::string& token_hash, const std::string& person, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& each) { return each.second.ends_at_ms <= now_ms; });
  std::size_t own = 0;
  auto first = sessions_.end();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    if (at->second.person != person) continue;
    ++own;
    if (first == sessions_.end() || at->second.ends_at_ms < first->second.ends_at_ms) first = at;
  }
  if (own >= sessions_per_person_max) sessions_.erase(first);
  if (sessions_.size() >= sessions_max)
    return fail(Errc::overloaded, "too_many_sessions", "too many people are signed in");
  sessions_[token_hash] = {person, now_ms + session_life_ms};
  return {};
}

std::optional<std::string> Sessions::find(const std::string& token_hash, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(token_hash);
  if (found == sessions_.end() || found->second.ends_at_ms <= now_ms) return std::nullopt;
  return found->second.person;
}

void Sessions::end(const std::string& token_hash) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(token_hash);
}

void Sessions::end_all(std::string_view person) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& each) { return each.second.person == person; });
}

Result<void> LoginBrake::check(const std::string& who, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(who);
  if (found == failures_.end() || now_ms - found->second.since_ms >= login_window_ms ||
      found->second.count < login_failures_max)
    return {};
  const auto wait_s = (login_window_ms - (now_ms - found->second.since_ms) + 999) / 1000;
  return fail(Errc::overloaded, "login_throttled",
              "too many failed logins: try again in " + std::to_string(wait_s) + " seconds");
}

void LoginBrake::failed(const std::string& who, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (failures_.size() >= login_failures_table_max && !failures_.contains(who)) {
    std::erase_if(failures_, [&](const auto& each) { return now_ms - each.second.since_ms >= login_window_ms; });
    if (failures_.size() >= login_failures_table_max) failures_.erase(failures_.begin());
  }
  auto& entry = failures_[who];
  if (entry.count == 0 || now_ms - entry.since_ms >= login_window_ms) entry = {0, now_ms};
  ++entry.count;
}

namespace {

Error token_unknown() {
  return fail(Errc::unauthenticated, "token_unknown", "the token is not known, or its session has ended");
}

Result<Principal> principal_of(const StateReader& state, std::string_view person_id) {
  QUOTARY_TRY(person, records::find_person(state, person_id));
  if (!person) return token_unknown();
  QUOTARY_TRY(role, parse_role(person->role));
  return Principal{person->id, role, person->team, person->region};
}

// What the person's password is checked against; nothing when there is no such login, or its record was erased.
std::optional<std::string> stored_password(const Organisation::Parts& parts,
                                           const std::optional<records::PersonRecord>& person) {
  if (!person) return std::nullopt;
  auto entry = parts.ledger->entry(person->index);
  if (!entry) return std::nullopt;
  auto stored = parts.ledger->object(*entry, "name");
  auto value = stored ? parse_json(*stored) : Result<json::value>(stored.error());
  if (!value || !value->is_object()) return std::nullopt;
  return records::text_of(value->get_object(), "password");
}

}  // namespace

Result<Principal> Organisation::authenticate(std::string_view token) const {
  if (token.empty()) return fail(Errc::unauthenticated, "token_missing", "send Authorization: Bearer with a token");
  const bool is_session = token.starts_with(session_prefix);
  const auto hash = parts_->keys->keyed_hash(is_session ? "session" : "token", token).hex();
  std::optional<std::string> id;
  if (is_session) {
    id = parts_->sessions.find(hash, parts_->config.clock->steady_ms());
    if (!id) return token_unknown();
  }
  return parts_->read<Principal>([&](const StateReader& state) -> Result<Principal> {
    if (!id) {
      QUOTARY_TRY(found, records::find_token_person(state, hash));
      if (!found) return token_unknown();
      id = std::move(found);
    }
    return principal_of(state, *id);
  });
}

Result<Answer> Organisation::open_session(std::string_view login, std::string_view password, std::string_view from) {
  const auto hash = parts_->keys->keyed_hash("login", login).hex();
  const auto who = hash + "|" + std::string(from);
  const auto now_ms = parts_->config.clock->steady_ms();
  QUOTARY_TRY_VOID(parts_->logins.check(who, now_ms));
  QUOTARY_TRY(person, parts_->read<std::optional<records::PersonRecord>>(
                          [&](const StateReader& state) -> records::Found<records::PersonRecord> {
                            QUOTARY_TRY(id, records::find_login_person(state, hash));
                            if (!id) return std::optional<records::PersonRecord>();
                            return records::find_person(state, *id);
                          }));
  const auto stored = stored_password(*parts_, person);
  if (!parts_->logins.checks.try_acquire_for(std::chrono::milliseconds(password_check_wait_ms)))
    return fail(Errc::overloaded, "login_busy", "too many people are signing in at once; try again");
  // As much work for an unknown login as for a known one, so that the time says nothing.
  const bool right = stored ? signing::password_matches(*stored, password)
                            : (static_cast<void>(signing::hash_password(password)), false);
  parts_->logins.checks.release();
  if (!right) {
    parts_->logins.failed(who, now_ms);
    ++parts_->logins_failed_total;
    return fail(Errc::unauthenticated, "login_wrong", "login or password is wrong");
  }
  const auto token = std::string(session_prefix) + to_hex(parts_->config.random->bytes(session_token_bytes));
  QUOTARY_TRY_VOID(parts_->sessions.add(parts_->keys->keyed_hash("session", token).hex(), person->id, now_ms));
  ++parts_->logins_total;
  const Timestamp ends{parts_->now().unix_ms + session_life_ms};
  return Answer{
      201,
      {{"token", token},
       {"expires_at", format_rfc3339(ends)},
       {"person", json::object{{"id", person->id}, {"name", parts_->person_name(person->id)}, {"role", person->role}}}},
      false};
}

void Organisation::end_session(std::string_view token) {
  if (token.starts_with(session_prefix)) parts_->sessions.end(parts_->keys->keyed_hash("session", token).hex());
}

}  // namespace quotary::api
