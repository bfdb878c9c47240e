#include "api/handlers/endpoint.h"
#include "api/use_cases/cases/policy_calls.h"
#include "ledger/gates/limits.h"

namespace quotary::api {
namespace {

constexpr std::string_view toml_type = "application/toml", json_type = "application/json";

bool is_type(const http::Request& request, std::string_view type) {
  const auto sent = request.header("Content-Type");
  return http::equal_ignoring_case(sent.substr(0, sent.find_first_of("; ")), type);
}

http::Response unknown_type(const http::Request& request) {
  return http::problem_response(
      415, fail(Errc::invalid, "unsupported_media_type", "a policy is application/toml or application/json"),
      request.path);
}

// Calls `use` with the body's text, in the form that its media type says.
template <class Use>
Result<http::Response> with_text(const http::Request& request, const Use& use) {
  const bool toml = is_type(request, toml_type);
  if (!toml && !is_type(request, json_type)) return unknown_type(request);
  QUOTARY_TRY(answer, use(PolicyText{request.body, toml ? PolicyText::Form::toml : PolicyText::Form::json}));
  return answer_response(answer);
}

Result<http::Response> publish(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY_VOID(require_call(caller, Call::publish_policy));
  return with_text(request, [&](const PolicyText& text) {
    return publish_policy(surface.organisation.parts(), caller, request.header("Idempotency-Key"), text);
  });
}

Result<http::Response> check(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY_VOID(require_call(caller, Call::publish_policy));
  return with_text(request,
                   [&](const PolicyText& text) { return check_policy(surface.organisation.parts(), caller, text); });
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(page, page_of(request));
  QUOTARY_TRY(answer, list_policies(surface.organisation.parts(), caller, page));
  return answer_response(answer);
}

Result<http::Response> read(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(version, number_of(request, "version"));
  QUOTARY_TRY(answer, read_policy(surface.organisation.parts(), caller, request.param("name"), version));
  return answer_response(answer);
}

// A little over the text's own limit, so that its own error names it.
constexpr std::size_t policy_body_max = gates::limits::policy_bytes_max + 1024;

constexpr Endpoint text_call(std::string_view pattern, std::string_view summary, Kind kind, EndpointHandler handler,
                             int status, std::string_view schema) {
  Endpoint out{"POST", pattern, summary, "policies", Call::publish_policy, kind, handler};
  out.request_type = json_type;
  out.request_schema = "Policy";
  out.other_request_type = toml_type;
  out.status = status;
  out.response_schema = schema;
  out.body_max = policy_body_max;
  return out;
}

const Endpoint endpoints[] = {
    text_call("/v1/policies", "Publish the next version of a policy, as TOML or JSON", Kind::write, publish, 201,
              "PolicyPublished"),
    text_call("/v1/policies:check",
              "Check a policy's text, and say how the open cases under its name would stand as if it were theirs; "
              "writes nothing",
              Kind::read, check, 200, "PolicyCheck"),
    {"GET", "/v1/policies", "List policies by name, with their newest versions", "policies", Call::read_policy,
     Kind::read, list, "limit cursor", "", "", 200, json_type, "PolicyList"},
    {"GET", "/v1/policies/{name}", "Read a version of a policy, in its canonical form", "policies", Call::read_policy,
     Kind::read, read, "version", "", "", 200, json_type, "PolicyVersion"},
};

}  // namespace

std::span<const Endpoint> policy_endpoints() { return endpoints; }

}  // namespace quotary::api
