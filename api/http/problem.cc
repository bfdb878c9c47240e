#include "api/http/problem.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace quotary::http {

namespace {

// Faults of the message, not of what it says.
constexpr std::array<std::string_view, 19> message_faults{"bad_json",
                                                          "bad_encoding",
                                                          "bad_path",
                                                          "bad_query",
                                                          "bad_request",
                                                          "bad_header",
                                                          "bad_cursor",
                                                          "duplicate_member",
                                                          "duplicate_parameter",
                                                          "too_many_parameters",
                                                          "json_too_deep",
                                                          "missing_header",
                                                          "missing_host",
                                                          "idempotency_key_missing",
                                                          "idempotency_key_invalid",
                                                          "truncated_body",
                                                          "bad_content_length",
                                                          "upload_length_missing",
                                                          "upload_offset_missing"};

struct OwnStatus {
  std::string_view code;
  int status;
};
// Those that the tus protocol gives, and a share that somebody used up.
constexpr std::array<OwnStatus, 4> own_statuses{
    {{"tus_version", 412}, {"media_type_not_taken", 415}, {"upload_busy", 423}, {"too_many_uploads", 429}}};

// Damage that is told by entry and payload, which are no secrets.
constexpr std::array<std::string_view, 5> told_damage{"entry_damaged", "entry_missing", "entry_lost", "payload_damaged",
                                                      "payload_missing"};

// Instead of a detail that may hold paths and keys' names.
std::string outer_detail(const Error& error) {
  if (error.kind != Errc::corrupt)
    return "The server could not do this; its log has the details under the request's id.";
  const bool told = std::find(told_damage.begin(), told_damage.end(), error.code) != told_damage.end();
  return (told
              ? error.detail
              : "what this answer needs is damaged on the server's disk (its log has the details under the request's id)") +
         "; the operator must run `quotary verify` and restore what is lost from a backup";
}

bool is_secret(Errc kind) { return kind == Errc::internal || kind == Errc::storage || kind == Errc::corrupt; }

}  // namespace

int status_of(const Error& error) {
  const auto own = std::find_if(own_statuses.begin(), own_statuses.end(),
                                [&](const OwnStatus& each) { return each.code == error.code; });
  if (own != own_statuses.end()) return own->status;
  switch (error.kind) {
    case Errc::invalid:
      return std::find(message_faults.begin(), message_faults.end(), error.code) != message_faults.end() ? 400 : 422;
    case Errc::unauthenticated: return 401;
    case Errc::forbidden: return 403;
    case Errc::not_found: return 404;
    case Errc::gone: return 410;
    case Errc::conflict: return 409;
    case Errc::too_large: return 413;
    case Errc::overloaded:
    case Errc::unavailable: return 503;
    case Errc::corrupt:
    case Errc::storage:
    case Errc::internal: return 500;
  }
  return 500;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 423: return "Locked";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

Response problem_response(int status, const Error& error, std::string_view instance) {
  namespace json = boost::json;
  const bool hide = is_secret(error.kind);
  json::object problem;
  problem["type"] = "about:blank";
  problem["title"] = json::string_view(reason_phrase(status).data(), reason_phrase(status).size());
  problem["status"] = status;
  problem["code"] = error.code.empty() ? "internal" : error.code;
  problem["detail"] = hide ? outer_detail(error) : error.detail;
  if (!instance.empty()) problem["instance"] = json::string_view(instance.data(), instance.size());
  if (!hide && !error.problems.empty()) {
    json::array items;
    for (const auto& each : error.problems) {
      // "?name" stands for a query parameter.
      const bool in_query = each.pointer.starts_with('?');
      items.push_back(json::object{{in_query ? "parameter" : "pointer", each.pointer.substr(in_query ? 1 : 0)},
                                   {"code", each.code},
                                   {"detail", each.detail}});
    }
    problem["errors"] = std::move(items);
  }
  auto response = text_response(status, "application/problem+json", json::serialize(problem));
  if (hide && !error.detail.empty()) response.log_detail = error.code + ": " + error.detail;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"quotary\"");
  if (status == 503 || status == 429 || status == 423) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response problem_response(const Error& error, std::string_view instance) {
  return problem_response(status_of(error), error, instance);
}

}  // namespace quotary::http
