#include "api/organisation.h"

#include "api/use_cases/drafts.h"
#include "api/use_cases/parts.h"
#include "ledger/quote/number_pattern.h"
#include "ledger/quote/text.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

#include <algorithm>
#include <functional>

namespace quotary::api {
namespace {

constexpr std::size_t code_bytes_max = 32;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t login_bytes_max = 100;
constexpr std::size_t password_bytes_max = 200;
constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t token_bytes = 32;

bool is_code(std::string_view text, bool lower_case) {
  return text.size() <= code_bytes_max && std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  (lower_case && ((c >= 'a' && c <= 'z') || c == '_'));
         });
}

}  // namespace

Result<Answer> page_of(const Organisation::Parts& parts, std::string_view prefix, const PageRequest& page,
                       const std::function<Result<json::object>(const StateReader&, std::string_view)>& describe) {
  QUOTARY_TRY(limit, page_limit(page.limit));
  // Behind the cursor's own key.
  const std::string from = page.cursor.empty() ? std::string() : std::string(prefix) + page.cursor + '\0';
  json::array items;
  std::string last;
  bool more = false;
  auto collect = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    std::optional<Error> failed;
    QUOTARY_TRY_VOID(state.scan(prefix, from, false, [&](std::string_view key, std::string_view) {
      if (items.size() == limit) return !(more = true);
      const auto name = key.substr(prefix.size());
      auto item = describe(state, name);
      if (!item) {
        failed = std::move(item).error();
        return false;
      }
      items.push_back(std::move(*item));
      last = name;
      return true;
    }));
    if (failed) return *failed;
    return {};
  };
  QUOTARY_TRY_VOID(parts.ledger->read_state(collect));
  json::object out{{"items", std::move(items)}};
  if (more) out["next_cursor"] = last;
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::add_person(const Principal& caller, const NewPerson& person) {
  QUOTARY_TRY_VOID(require_call(caller, Call::administer));
  if (person.name.empty() || person.name.size() > name_bytes_max)
    return invalid("bad_name", "/name", "a name has 1 to 200 bytes");
  // It stands on the certificates of what the person decides.
  QUOTARY_TRY(person_name, parts_->document_text(person.name, "/name", name_bytes_max));
  if (is_blank(person_name) || person_name.find('\n') != person_name.npos)
    return invalid("bad_name", "/name", "a name is one line that is not blank");
  if (!is_code(person.team, true))
    return invalid("bad_team", "/team", "a team is a code of at most 32 letters, digits, - and _");
  if (!is_code(person.region, true))
    return invalid("bad_region", "/region", "a region is a code of at most 32 letters, digits, - and _");
  if (person.login.empty() != person.password.empty())
    return invalid("bad_login", "/login", "give both login and password, or neither");
  if (person.login.size() > login_bytes_max) return invalid("bad_login", "/login", "a login has at most 100 bytes");
  if (!person.password.empty() &&
      (person.password.size() < password_bytes_min || person.password.size() > password_bytes_max))
    return invalid("bad_password", "/password", "a password has 8 to 200 bytes");
  auto id = uuid_v7(parts_->now().unix_ms, *parts_->config.random);
  auto draft = draft_by(caller, "person.added", "person:" + id);
  draft.body = {{"person", id}, {"role", role_name(person.role)}};
  json::object facts{{"team", person.team}, {"region", person.region}};
  json::object name{{"name", person_name}};
  if (!person.login.empty()) {
    facts["login"] = parts_->keys->keyed_hash("login", person.login).hex();
    QUOTARY_TRY(stored, signing::hash_password(person.password));
    name["login"] = person.login;
    name["password"] = stored;
  }
  QUOTARY_TRY(text, canonical_json(name));
  draft.objects.push_back(facts_object(facts));
  draft.objects.push_back({"name", "application/json", text, "person:" + id, 1});
  QUOTARY_TRY(committed, append_one(*parts_->ledger, draft));
  return Answer{201,
                {{"id", id},
                 {"role", role_name(person.role)},
                 {"team", person.team},
                 {"region", person.region},
                 {"ledger", ledger_member(committed.entries.front(), committed.proof(0))}},
                false};
}

Result<Answer> Organisation::add_series(const Principal& caller, const NewSeries& series) {
  QUOTARY_TRY_VOID(require_call(caller, Call::administer));
  if (series.name.empty() || !is_code(series.name, false))
    return invalid("bad_series_name", "/name", "a series' name is 1 to 32 of A-Z 0-9 -");
  const auto period = parse_series_period(series.period);
  if (!period) return invalid("bad_period", "/period", "a period is year, month or none");
  QUOTARY_TRY(pattern, NumberPattern::parse(series.pattern, *period, series.branch));
  auto draft = draft_by(caller, "series.added", "series:" + series.name);
  draft.body = {{"series", series.name},
                {"branch", series.branch},
                {"type", series.document_type},
                {"pattern", series.pattern},
                {"period", series.period}};
  auto shared = std::make_shared<Draft>(std::move(draft));
  // No number of the new series may ever equal one of another's.
  auto command = [shared, pattern](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    std::optional<Error> refused;
    QUOTARY_TRY_VOID(state.scan("series/", "", false, [&](std::string_view key, std::string_view) {
      auto other = records::find_series(state, key.substr(7));
      if (!other || !*other) {
        refused = other ? fail(Errc::corrupt, "state_damaged", "a series cannot be read") : other.error();
        return false;
      }
      auto other_period = parse_series_period((*other)->period);
      if (!other_period) return true;
      auto parsed = NumberPattern::parse((*other)->pattern, *other_period, (*other)->branch);
      if (parsed && pattern.may_collide(*parsed)) {
        refused = fail(Errc::conflict, "series_collides", "numbers could equal those of series " + (*other)->name);
        return false;
      }
      return true;
    }));
    if (refused) return *refused;
    return std::vector<Draft>{*shared};
  };
  QUOTARY_TRY(committed, parts_->ledger->append(command));
  return Answer{201,
                {{"name", series.name},
                 {"branch", series.branch},
                 {"pattern", series.pattern},
                 {"period", series.period},
                 {"ledger", ledger_member(committed.entries.front(), committed.proof(0))}},
                false};
}

Result<std::string> Organisation::issue_token(const Principal& caller, std::string_view person_id) {
  QUOTARY_TRY_VOID(require_call(caller, Call::administer));
  auto token = "qt_" + to_hex(parts_->config.random->bytes(token_bytes));
  auto draft = draft_by(caller, "token.issued", "person:" + std::string(person_id));
  draft.body = {{"person", person_id}, {"token", parts_->keys->keyed_hash("token", token).hex()}};
  QUOTARY_TRY(committed, append_one(*parts_->ledger, draft));
  (void)committed;
  return token;
}

Result<Answer> Organisation::list_people(const Principal& caller, const PageRequest& page) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_people));
  QUOTARY_TRY(answer, page_of(*parts_, records::person_key(""), page,
                              [&](const StateReader& state, std::string_view id) -> Result<json::object> {
                                QUOTARY_TRY(person, records::find_person(state, id));
                                if (!person) return fail(Errc::corrupt, "state_damaged", "a person cannot be read");
                                return json::object{{"id", person->id},
                                                    {"name", parts_->person_name(person->id)},
                                                    {"role", person->role},
                                                    {"team", person->team},
                                                    {"region", person->region}};
                              }));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "people.list", {}, answer.body.at("items").as_array().size()));
  return answer;
}

Result<Answer> Organisation::list_series(const Principal& caller, const PageRequest& page) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_series));
  return page_of(*parts_, records::series_key(""), page,
                 [](const StateReader& state, std::string_view name) -> Result<json::object> {
                   QUOTARY_TRY(series, records::find_series(state, name));
                   if (!series) return fail(Errc::corrupt, "state_damaged", "a series cannot be read");
                   json::object item{{"name", series->name},
                                     {"branch", series->branch},
                                     {"document_type", series->type},
                                     {"pattern", series->pattern},
                                     {"period", series->period}};
                   QUOTARY_TRY(now, records::find_series_state(state, name));
                   // The period that its last number is of: a new one begins with the next number.
                   if (now) item["last"] = json::object{{"period", now->period}, {"sequence", now->last}};
                   return item;
                 });
}

}  // namespace quotary::api
