#include "tools/quotary/operator.h"

#include "api/http/problem.h"
#include "api/use_cases/cases/policy_calls.h"
#include "api/use_cases/evidence.h"
#include "ledger/base/bytes.h"
#include "ledger/records/fields.h"
#include "tools/quotary/socket_client.h"

namespace quotary::cli {
namespace {

constexpr std::size_t operator_body_bytes_max = 4u << 20;  // the report of a verification with all its problems

std::string text_of(const json::object& body, std::string_view name, std::string otherwise = {}) {
  const auto* value = body.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::move(otherwise);
}

Result<json::object> add_person(api::Organisation& organisation, const json::object& body) {
  api::NewPerson person;
  person.name = text_of(body, "name");
  QUOTARY_TRY(role, api::parse_role(text_of(body, "role")));
  person.role = role;
  person.team = text_of(body, "team");
  person.region = text_of(body, "region");
  person.login = text_of(body, "login");
  person.password = text_of(body, "password");
  QUOTARY_TRY(answer, organisation.add_person(api::Organisation::operator_principal(), person));
  return answer.body;
}

Result<json::object> issue_token(api::Organisation& organisation, const json::object& body) {
  const auto person = text_of(body, "person");
  QUOTARY_TRY(token, organisation.issue_token(api::Organisation::operator_principal(), person));
  return json::object{{"person", person}, {"token", token}};
}

Result<json::object> add_series(api::Organisation& organisation, const json::object& body) {
  api::NewSeries series;
  series.name = text_of(body, "name");
  series.branch = text_of(body, "branch");
  series.document_type = text_of(body, "document_type", series.document_type);
  series.pattern = text_of(body, "pattern");
  series.period = text_of(body, "period", series.period);
  QUOTARY_TRY(answer, organisation.add_series(api::Organisation::operator_principal(), series));
  return answer.body;
}

// What the text says or would do, or what has been published.
Result<json::object> about_policies(api::Organisation& organisation, std::string_view call, const json::object& body) {
  const auto caller = api::Organisation::operator_principal();
  if (call == "show") {
    const auto version = records::number_of(body, "version");
    QUOTARY_TRY(answer, api::read_policy(organisation.parts(), caller, text_of(body, "name"),
                                         version == 0 ? std::nullopt : std::optional(version)));
    return std::move(answer.body);
  }
  const auto text = text_of(body, "text");
  const api::PolicyText given{
      text, text_of(body, "form") == "toml" ? api::PolicyText::Form::toml : api::PolicyText::Form::json};
  QUOTARY_TRY(answer, call == "publish" ? api::publish_policy(organisation.parts(), caller, "", given)
                                        : api::check_policy(organisation.parts(), caller, given));
  return std::move(answer.body);
}

// Every page of a list in one answer.
template <class List>
Result<json::object> all_pages(const List& list) {
  api::PageRequest page;
  page.limit = api::list_items_max;
  json::array items;
  for (;;) {
    QUOTARY_TRY(answer, list(page));
    for (auto& item : answer.body.at("items").as_array()) items.push_back(std::move(item));
    const auto* next = answer.body.if_contains("next_cursor");
    if (!next) return json::object{{"items", std::move(items)}};
    page.cursor = std::string(next->as_string());
  }
}

http::Response answer_request(api::Organisation& organisation, const http::Request& request) {
  const auto parsed = parse_json(request.body);
  if (!parsed) return http::problem_response(parsed.error(), request.path);
  if (!parsed->is_object())
    return http::problem_response(fail(Errc::invalid, "bad_json", "an object is expected"), request.path);
  const auto done = perform(organisation, request.param("action"), parsed->get_object());
  if (!done) return http::problem_response(done.error(), request.path);
  return http::json_response(200, json::serialize(*done));
}

}  // namespace

Result<json::object> perform(api::Organisation& organisation, std::string_view action, const json::object& body) {
  if (action == "people.add") return add_person(organisation, body);
  if (action == "people.token") return issue_token(organisation, body);
  if (action == "series.add") return add_series(organisation, body);
  const auto caller = api::Organisation::operator_principal();
  if (action == "people.list")
    return all_pages([&](const api::PageRequest& page) { return organisation.list_people(caller, page); });
  if (action == "policy.list")
    return all_pages(
        [&](const api::PageRequest& page) { return api::list_policies(organisation.parts(), caller, page); });
  if (action == "policy.check" || action == "policy.publish" || action == "policy.show")
    return about_policies(organisation, action.substr(action.find('.') + 1), body);
  if (action == "witnesses.show") return organisation.read_witnesses(true).body;
  if (action == "verifications.add") {
    QUOTARY_TRY(answer, organisation.verify_log(caller, json::serialize(body)));
    return answer.body;
  }
  if (action == "verifications.report") {
    QUOTARY_TRY(made, organisation.verification_report(caller, text_of(body, "run")));
    return json::object{{"sha256", made.sha256}, {"pdf", to_base64(made.bytes)}};
  }
  if (action == "backup.start") {
    QUOTARY_TRY_VOID(organisation.begin_backup(caller, text_of(body, "to"), records::number_of(body, "keep"),
                                               text_of(body, "chain") == "yes"));
    return organisation.read_backup();
  }
  if (action == "backup.show") return organisation.read_backup();
  if (action == "long_term.show") {
    QUOTARY_TRY(answer, organisation.read_long_term(nullptr, text_of(body, "by")));
    return std::move(answer.body);
  }
  if (action == "long_term.renew") {
    QUOTARY_TRY(answer, organisation.renew_long_term(text_of(body, "before")));
    return std::move(answer.body);
  }
  if (action == "evidence.make") {
    QUOTARY_TRY(made, api::quote_evidence(organisation, caller, text_of(body, "number")));
    return json::object{{"file_name", made.file_name}, {"sha256", made.sha256}, {"tar", to_base64(made.bytes)}};
  }
  if (action == "time_stamping.show") return organisation.read_time_stamping(true).body;
  if (action == "series.list")
    return all_pages([&](const api::PageRequest& page) { return organisation.list_series(caller, page); });
  return fail(Errc::not_found, "unknown_action", "there is no operator's call " + std::string(action));
}

void add_operator_routes(http::Router& router, api::Organisation& organisation) {
  http::RouteOptions options;
  options.body_max = operator_body_bytes_max;
  router.add("POST", "/operator/{action}", options,
             [&organisation](const std::shared_ptr<const http::Request>& request, const http::Reply& reply) {
               reply(answer_request(organisation, *request));
             });
}

bool server_runs(const Places& places) { return socket_listens(places.socket_path()); }

Result<json::object> operator_call(const Places& places, std::string_view action, const json::object& body) {
  if (server_runs(places)) return call_over_socket(places.socket_path(), action, body);
  QUOTARY_TRY(organisation, api::Organisation::open(places.config()));
  return perform(*organisation, action, body);
}

}  // namespace quotary::cli
