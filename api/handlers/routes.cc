#include "api/handlers/routes.h"

#include "api/handlers/endpoint.h"
#include "api/use_cases/sessions.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr std::string_view bearer = "Bearer ";

void protect(http::Response& response, Kind kind) {
  if (kind == Kind::read) return;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (kind == Kind::public_answer) response.headers.emplace_back("Referrer-Policy", "no-referrer");
}

http::Response error_response(const Error& error, const std::string& path) {
  const bool throttled = error.code == "login_throttled";
  // Matters of rate, not of health.
  if (!throttled && error.code != "verification_running") return http::problem_response(error, path);
  auto response = http::problem_response(429, error, path);
  if (throttled) {
    std::erase_if(response.headers, [](const auto& header) { return header.first == "Retry-After"; });
    response.headers.emplace_back("Retry-After", std::to_string(login_window_ms / 1000));  // at the latest
  }
  return response;
}

template <class Visit>
void for_each_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const auto blank = std::min(words.find(' '), words.size());
    visit(words.substr(0, blank));
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
}

json::array parameters_of(const Endpoint& endpoint) {
  json::array out;
  auto add = [&](std::string_view name, const char* where, bool required) {
    out.push_back(json::object{
        {"name", name}, {"in", where}, {"required", required}, {"schema", json::object{{"type", "string"}}}});
  };
  for (auto at = endpoint.pattern.find('{'); at != std::string_view::npos; at = endpoint.pattern.find('{', at + 1)) {
    auto name = endpoint.pattern.substr(at + 1, endpoint.pattern.find('}', at) - at - 1);
    if (name.ends_with('*')) name.remove_suffix(1);
    add(name, "path", true);
  }
  for_each_word(endpoint.query, [&](std::string_view name) { add(name, "query", false); });
  if (endpoint.kind == Kind::write && endpoint.gate.access == Access::bearer &&
      !endpoint.pattern.ends_with(":preview") && !endpoint.tus)
    add("Idempotency-Key", "header", endpoint.pattern == "/v1/quotes");
  for_each_word(endpoint.headers, [&](std::string_view name) { add(name, "header", false); });
  return out;
}

json::object content_of(std::string_view type, std::string_view schema) {
  json::object shape{{"type", type == "application/json" ? "object" : "string"}};
  if (!schema.empty()) shape = {{"$ref", "#/components/schemas/" + std::string(schema)}};
  return {{type, json::object{{"schema", shape}}}};
}

json::object header_of(std::string_view description) {
  return {{"description", description}, {"schema", json::object{{"type", "string"}}}};
}

// The roles that may make the call, each with how far it reaches.
json::object roles_of(Call call) {
  json::object out;
  for (std::size_t i = 0; i < role_count; ++i) {
    const auto role = static_cast<Role>(i);
    if (const Scope scope = scope_of(role, call); scope != Scope::none) out[role_name(role)] = scope_name(scope);
  }
  return out;
}

json::object operation_of(const Endpoint& endpoint, const SurfaceOptions& options) {
  json::object operation{{"summary", endpoint.summary},
                         {"x-summary-zh", chinese_summary(endpoint.method, endpoint.pattern)},
                         {"tags", json::array{json::value(endpoint.tag)}}};
  if (auto parameters = parameters_of(endpoint); !parameters.empty()) operation["parameters"] = parameters;
  if (!endpoint.request_type.empty()) {
    auto content = content_of(endpoint.request_type, endpoint.request_schema);
    if (!endpoint.other_request_type.empty())
      content[endpoint.other_request_type] =
          content_of(endpoint.other_request_type, {}).at(endpoint.other_request_type);
    operation["requestBody"] = json::object{{"required", true}, {"content", std::move(content)}};
  }
  json::object good{{"description", endpoint.status == 201 ? "Made." : "The answer."}};
  if (!endpoint.response_type.empty()) {
    auto content = content_of(endpoint.response_type, endpoint.response_schema);
    if (!endpoint.table_type.empty()) {
      content[endpoint.table_type] = content_of(endpoint.table_type, {}).at(endpoint.table_type);
      good["headers"] =
          json::object{{"Quotary-Tree-Size", header_of("Of a table: the size of the tree that it was computed at.")},
                       {"Quotary-Root", header_of("Of a table: that tree's root, hexadecimal.")}};
    }
    good["content"] = std::move(content);
  }
  json::object responses{{std::to_string(endpoint.status), good},
                         {"default", json::object{{"description", "A problem (RFC 9457)."},
                                                  {"content", content_of("application/problem+json", "Problem")}}}};
  if (endpoint.other_status == 206) {
    responses["206"] = json::object{{"description", "The range that was asked for."}, {"content", good.at("content")}};
  } else if (endpoint.other_status != 0) {
    responses[std::to_string(endpoint.other_status)] = json::object{
        {"description", "Accepted; see Location."}, {"content", content_of("application/json", endpoint.other_schema)}};
  }
  operation["responses"] = responses;
  const bool private_log = endpoint.gate.access == Access::log && !options.public_log;
  const auto call = private_log ? std::optional(Call::read_entries) : endpoint.gate.call;
  operation["security"] = endpoint.gate.access == Access::bearer || private_log
                              ? json::array{json::object{{"bearer", json::array()}}}
                              : json::array{};
  if (call) operation["x-roles"] = roles_of(*call);
  return operation;
}

// A misspelt filter must not answer as if there were none. Pages and public calls take what is put behind their
// addresses, as messengers do when somebody shares one.
Result<http::Response> answer_of(const Endpoint& endpoint, const Surface& surface, const http::Request& request) {
  if (endpoint.gate.access == Access::bearer) {
    for (const auto& [given, value] : request.query) {
      const std::string& name = given;
      bool known = false;
      for_each_word(endpoint.query, [&](std::string_view each) { known = known || each == name; });
      if (!known)
        return invalid_parameter(name, "unknown_parameter",
                                 endpoint.query.empty() ? "this call takes no query parameters"
                                                        : "known are " + std::string(endpoint.query));
    }
  }
  return endpoint.handler(surface, request);
}

}  // namespace

std::vector<Endpoint> all_endpoints() {
  std::vector<Endpoint> out;
  for (auto group : {quote_endpoints(), void_endpoints(), signature_request_endpoints(), signer_endpoints(),
                     case_endpoints(), case_evidence_endpoints(), evidence_sheet_endpoints(), confirmation_endpoints(),
                     upload_endpoints(), policy_endpoints(), lead_endpoints(), board_endpoints(), erasure_endpoints(),
                     verify_endpoints(), log_endpoints(), admin_endpoints(), site_endpoints(), web_endpoints()})
    out.insert(out.end(), group.begin(), group.end());
  return out;
}

std::string_view bearer_token(const http::Request& request) {
  const auto value = request.header("Authorization");
  if (value.size() < bearer.size() || !http::equal_ignoring_case(value.substr(0, bearer.size()), bearer)) return {};
  return value.substr(bearer.size());
}

Result<Principal> caller_of(const Surface& surface, const http::Request& request) {
  return surface.organisation.authenticate(bearer_token(request));
}

http::Response answer_response(const Answer& answer) {
  auto response = http::json_response(answer.status, json::serialize(answer.body));
  if (answer.replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
  return response;
}

http::Response bytes_response(Bytes bytes, bool immutable) {
  auto response = http::shared_response(bytes.media_type, std::make_shared<const std::string>(std::move(bytes.bytes)));
  if (!bytes.sha256.empty()) response.headers.emplace_back("ETag", "\"" + bytes.sha256 + "\"");
  if (immutable) response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
  if (bytes.tree_size > 0) {
    response.headers.emplace_back("Quotary-Tree-Size", std::to_string(bytes.tree_size));
    response.headers.emplace_back("Quotary-Root", bytes.root);
  }
  response.headers.emplace_back("Content-Disposition", "inline; filename=\"" + bytes.file_name + "\"");
  return response;
}

Result<std::optional<std::uint64_t>> number_of(const http::Request& request, const std::string& name) {
  auto text = request.query_value(name);
  if (text.empty()) return std::optional<std::uint64_t>();
  auto number = parse_u64(text);
  if (!number) return invalid_parameter(name, "bad_" + name, "`" + name + "` is a whole number from 0, in digits");
  return std::optional<std::uint64_t>(*number);
}

Result<PageRequest> page_of(const http::Request& request) {
  QUOTARY_TRY(limit, number_of(request, "limit"));
  return PageRequest{std::string(request.query_value("cursor")), limit};
}

void add_routes(http::Router& router, Organisation& organisation, const SurfaceOptions& options) {
  auto policy = "default-src 'none'; style-src 'sha256-" + to_base64(sha256(page_style()).view()) +
                "'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
  auto document = std::make_shared<const std::string>(openapi_document(organisation.profile().public_url, options));
  const auto parsed = parse_json(*document);
  QUOTARY_CHECK(parsed.has_value());
  auto docs = std::make_shared<const std::string>(docs_page(parsed->as_object()));
  auto surface = std::make_shared<const Surface>(
      Surface{organisation, options, std::move(document), std::move(docs), std::move(policy)});
  for (const auto& endpoint : all_endpoints()) {
    http::RouteOptions route;
    route.body_max = endpoint.body_max;
    route.run = endpoint.gate.access == Access::log && !options.public_log ? http::Run::worker : endpoint.run;
    route.rate_class = endpoint.rate_class;
    route.path_is_secret = endpoint.path_is_secret;
    if (endpoint.tus) route.headers.emplace_back("Tus-Resumable", tus_version);
    if (endpoint.open_upload) {
      route.upload_max = blobs::blob_bytes_max;
      route.open_upload = [surface, open = endpoint.open_upload](const http::Request& request) {
        return open(*surface, request);
      };
    }
    auto handler = [surface, endpoint](const std::shared_ptr<const http::Request>& request, const http::Reply& reply) {
      auto answered = answer_of(endpoint, *surface, *request);
      auto response = answered
                          ? std::move(*answered)
                          : error_response(answered.error(), endpoint.path_is_secret ? request->route : request->path);
      protect(response, endpoint.kind);
      reply(std::move(response));
    };
    router.add(std::string(endpoint.method), std::string(endpoint.pattern), std::move(route), std::move(handler));
  }
}

void add_metrics_route(http::Router& router, const Organisation& organisation, const http::Metrics& metrics) {
  router.add("GET", "/metrics", {.run = http::Run::inline_io},
             [&organisation, &metrics](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
               reply(http::text_response(200, "text/plain; version=0.0.4", organisation.metrics() + metrics.text()));
             });
}

std::string openapi_document(const std::string& server_url, const SurfaceOptions& options) {
  json::object paths;
  for (const auto& endpoint : all_endpoints()) {
    std::string path;
    for (char c : endpoint.pattern)
      if (c != '*') path += c;
    if (!paths.contains(path)) paths[path] = json::object();
    std::string method(endpoint.method);
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    paths[path].as_object()[method] = operation_of(endpoint, options);
  }
  json::object schemas;
  for (const auto text :
       {quote_schemas(), case_schemas(), case_evidence_schemas(), confirmation_schemas(), board_schemas()}) {
    const auto read = parse_json(text);
    QUOTARY_CHECK(read.has_value() && read->is_object());
    for (const auto& [name, schema] : read->get_object()) QUOTARY_CHECK(schemas.emplace(name, schema).second);
  }
  json::object document{
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", "Quotary"},
                            {"version", "1"},
                            {"summary", "Quotes that cannot change, and the proof that they did not."},
                            {"description",
                             "Prometheus metrics are not served here but on a loopback listener of their own "
                             "(--metrics-port), at /metrics."}}},
      {"servers", json::array{json::object{{"url", server_url}}}},
      {"paths", paths},
      {"components", json::object{{"schemas", schemas},
                                  {"securitySchemes",
                                   json::object{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}}}}}}};
  return json::serialize(document);
}

}  // namespace quotary::api
