#include "api/handlers/endpoint.h"

namespace quotary::api {
namespace {

// The log's surface is public by configuration; else it needs an auditor.
Result<void> admit(const Surface& surface, const http::Request& request) {
  if (surface.options.public_log) return {};
  QUOTARY_TRY(caller, caller_of(surface, request));
  return require_call(caller, Call::read_entries);
}

Result<http::Response> checkpoint(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  auto response = http::text_response(200, "text/plain; charset=utf-8", surface.organisation.checkpoint());
  response.headers.emplace_back("Cache-Control", "public, max-age=2");
  return response;
}

Result<http::Response> vkey(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  return http::text_response(200, "text/plain; charset=utf-8", surface.organisation.vkey());
}

Result<http::Response> tile(const Surface& surface, const http::Request& request) {
  auto named = parse_tile_path(request.param("path"));
  if (!named) return fail(Errc::not_found, "tile_not_found", "no such tile");
  const TileName& path = *named;
  std::string bytes;
  if (path.entries) {
    QUOTARY_TRY(caller, caller_of(surface, request));
    QUOTARY_TRY(bundle, surface.organisation.entry_bundle(caller, path));
    bytes = std::move(bundle);
  } else {
    QUOTARY_TRY_VOID(admit(surface, request));
    QUOTARY_TRY(hashes, surface.organisation.tile(path));
    bytes = std::move(hashes);
  }
  auto response = http::text_response(200, "application/octet-stream", std::move(bytes));
  response.headers.emplace_back("Cache-Control", path.entries ? "private, max-age=31536000, immutable" : "public, max-age=31536000, immutable");
  return response;
}

Result<http::Response> verify(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.verify_log(caller, request.body));
  auto response = answer_response(answer);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

const Endpoint endpoints[] = {
    {"GET", "/log/checkpoint", "The latest signed checkpoint (C2SP tlog-checkpoint)", "log", Access::log, Kind::read, checkpoint, "", "", "", 200, "text/plain"},
    {"GET", "/log/vkey", "The log's verifier key", "log", Access::log, Kind::read, vkey, "", "", "", 200, "text/plain"},
    {"GET", "/log/tile/{path*}", "Hash tiles, and entry bundles under entries/ for auditors (C2SP tlog-tiles)", "log", Access::log, Kind::read, tile, "", "", "",
     200, "application/octet-stream"},
    {"POST", "/v1/log/verify", "Check the ledger: chain, tree, payloads, numbers", "log", Access::bearer, Kind::read, verify, "", "application/json",
     "LogVerifyRequest", 200, "application/json", "LogVerifyReport"},
};

}  // namespace

std::span<const Endpoint> log_endpoints() { return endpoints; }

}  // namespace quotary::api
