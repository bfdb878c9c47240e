#include "api/handlers/endpoint.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

// Strings only; an unknown or mistyped member is refused with its pointer.
Result<json::object> strings_of(std::string_view body, std::initializer_list<std::string_view> known) {
  QUOTARY_TRY(value, parse_json(body));
  Error error = fail(Errc::invalid, "bad_member", "a member is unknown or not a string");
  if (!value.is_object()) return fail(Errc::invalid, "bad_type", "the body is a JSON object");
  for (const auto& [name, member] : value.get_object())
    if (!member.is_string() || std::find(known.begin(), known.end(), std::string_view(name)) == known.end())
      error.problems.push_back({"/" + std::string(name), "bad_member", "unknown, or not a string"});
  if (!error.problems.empty()) return error;
  return std::move(value.get_object());
}

Result<http::Response> open_session(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(body, strings_of(request.body, {"login", "password"}));
  for (const char* name : {"login", "password"})
    if (!body.contains(name)) return invalid("missing_member", std::string("/") + name, "give login and password");
  QUOTARY_TRY(answer, surface.organisation.open_session(records::text_of(body, "login"),
                                                        records::text_of(body, "password"), request.peer));
  return answer_response(answer);
}

Result<http::Response> end_session(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(caller_of(surface, request));
  surface.organisation.end_session(bearer_token(request));
  http::Response response;
  response.status = 204;
  return response;
}

Result<http::Response> add_person(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY_VOID(require_call(caller, Call::administer));
  QUOTARY_TRY(body, strings_of(request.body, {"name", "role", "team", "region", "login", "password"}));
  const auto role = parse_role(records::text_of(body, "role"));
  if (!role) return invalid(role.error().code, "/role", role.error().detail);
  NewPerson person{records::text_of(body, "name"),  *role,
                   records::text_of(body, "team"),  records::text_of(body, "region"),
                   records::text_of(body, "login"), records::text_of(body, "password")};
  QUOTARY_TRY(answer, surface.organisation.add_person(caller, person));
  return answer_response(answer);
}

Result<http::Response> add_token(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(token, surface.organisation.issue_token(caller, request.param("id")));
  return http::json_response(201, json::serialize(json::object{{"person", request.param("id")}, {"token", token}}));
}

Result<http::Response> add_series(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY_VOID(require_call(caller, Call::administer));
  QUOTARY_TRY(body, strings_of(request.body, {"name", "branch", "document_type", "pattern", "period"}));
  NewSeries series;
  series.name = records::text_of(body, "name");
  series.branch = records::text_of(body, "branch");
  series.pattern = records::text_of(body, "pattern");
  if (body.contains("document_type")) series.document_type = records::text_of(body, "document_type");
  if (body.contains("period")) series.period = records::text_of(body, "period");
  QUOTARY_TRY(answer, surface.organisation.add_series(caller, series));
  return answer_response(answer);
}

Result<http::Response> list_people(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(page, page_of(request));
  QUOTARY_TRY(answer, surface.organisation.list_people(caller, page));
  return answer_response(answer);
}

Result<http::Response> list_series(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(page, page_of(request));
  QUOTARY_TRY(answer, surface.organisation.list_series(caller, page));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"POST", "/v1/sessions", "Sign in with login and password; the token lives eight hours", "sessions", Access::open,
     Kind::public_answer, open_session, "", "application/json", "Login", 201, "application/json", "Session",
     small_body_max, http::Run::worker, "login"},
    {"DELETE", "/v1/sessions/current", "Sign out: the session's token ends", "sessions", Access::bearer,
     Kind::public_answer, end_session, "", "", "", 204, ""},
    {"POST", "/v1/people", "Add a person", "administration", Call::administer, Kind::read, add_person, "",
     "application/json", "NewPerson", 201, "application/json", "Added"},
    {"POST", "/v1/people/{id}/tokens", "Issue a token, shown once", "administration", Call::administer,
     Kind::public_answer, add_token, "", "", "", 201, "application/json", "Token"},
    {"POST", "/v1/series", "Add a number series", "administration", Call::administer, Kind::read, add_series, "",
     "application/json", "NewSeries", 201, "application/json", "Added"},
    {"GET", "/v1/people", "List the people, in the order they were added", "administration", Call::read_people,
     Kind::read, list_people, "limit cursor", "", "", 200, "application/json", "PeopleList"},
    {"GET", "/v1/series", "List the number series with their last numbers", "administration", Call::read_series,
     Kind::read, list_series, "limit cursor", "", "", 200, "application/json", "SeriesList"},
};

}  // namespace

std::span<const Endpoint> admin_endpoints() { return endpoints; }

}  // namespace quotary::api
