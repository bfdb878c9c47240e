#include "api/handlers/endpoint.h"
#include "api/use_cases/cases/board_calls.h"

namespace quotary::api {
namespace {

BoardUnitFilter unit_of(const http::Request& request) {
  return {std::string(request.query_value("person")), std::string(request.query_value("team")),
          std::string(request.query_value("region"))};
}

Result<http::Response> phi(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(limit, number_of(request, "limit"));
  const PhiFilter filter{unit_of(request), std::string(request.query_value("month")),
                         std::string(request.query_value("cursor")), limit};
  const auto format = request.query_value("format");
  const auto& parts = surface.organisation.parts();
  if (format == "csv") {
    QUOTARY_TRY(bytes, phi_board_csv(parts, caller, filter));
    return bytes_response(std::move(bytes), false);
  }
  if (!format.empty() && format != "json") return invalid_parameter("format", "bad_format", "a format is json or csv");
  QUOTARY_TRY(answer, phi_board(parts, caller, filter));
  return answer_response(answer);
}

Result<http::Response> overview(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(limit, number_of(request, "limit"));
  QUOTARY_TRY(answer, overview_board(surface.organisation.parts(), caller, unit_of(request), limit));
  return answer_response(answer);
}

Result<http::Response> onboarding(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, onboarding_board(surface.organisation.parts(), caller, request.query_value("person")));
  return answer_response(answer);
}

Result<http::Response> comparison(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(version, number_of(request, "version"));
  QUOTARY_TRY(answer, policy_comparison(surface.organisation.parts(), caller, request.param("name"), version));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"GET",
     "/v1/boards/phi",
     "The process health index (PHI) of a month, by person, team, region or the whole organisation, as JSON or CSV",
     "boards",
     Call::read_board,
     Kind::read,
     phi,
     "month person team region limit cursor format",
     "",
     "",
     200,
     "application/json",
     "PhiBoard",
     small_body_max,
     http::Run::worker,
     "default",
     "",
     0,
     "",
     "text/csv"},
    {"GET", "/v1/boards/overview", "Stages, what waits longest, the last seven days, leads and policies", "boards",
     Call::read_board, Kind::read, overview, "person team region limit", "", "", 200, "application/json",
     "OverviewBoard"},
    {"GET", "/v1/boards/onboarding", "How many of a person's cases of the first 30 days came to their end in them",
     "boards", Call::read_board, Kind::read, onboarding, "person", "", "", 200, "application/json", "OnboardingBoard"},
    {"GET", "/v1/boards/policies/{name}/comparison", "A policy's cases in the 30 days before and after a new version",
     "boards", Call::read_board, Kind::read, comparison, "version", "", "", 200, "application/json",
     "PolicyComparison"},
};

}  // namespace

std::span<const Endpoint> board_endpoints() { return endpoints; }

}  // namespace quotary::api
