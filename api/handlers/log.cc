#include "api/handlers/endpoint.h"

namespace quotary::api {
namespace {

constexpr std::string_view absent_detail = "no such tile";

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

struct TilePath {
  bool entries = false;
  unsigned level = 0, width = 256;
  std::uint64_t number = 0;
};

// "<L>/<N>[.p/<W>]" with N in groups of three digits, all but the last prefixed x; "entries" for L names bundles.
Result<TilePath> parse_tile(std::string_view path) {
  auto absent = fail(Errc::not_found, "tile_not_found", std::string(absent_detail));
  TilePath out;
  std::vector<std::string_view> parts;
  while (true) {
    auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  if (parts.size() < 2 || parts.size() > 8) return absent;
  if (parts.front() == "entries") {
    out.entries = true;
  } else {
    auto level = parse_u64(parts.front());
    if (!level || *level > 63) return absent;
    out.level = static_cast<unsigned>(*level);
  }
  std::size_t last = parts.size() - 1;
  if (last >= 2 && parts[last - 1].ends_with(".p")) {
    auto width = parse_u64(parts[last]);
    if (!width || *width == 0 || *width > 255) return absent;
    out.width = static_cast<unsigned>(*width);
    --last;
    parts[last].remove_suffix(2);
  }
  for (std::size_t i = 1; i <= last; ++i) {
    auto group = parts[i];
    if (i != last) {
      if (!group.starts_with('x')) return absent;
      group.remove_prefix(1);
    }
    if (group.size() != 3) return absent;
    for (char c : group) {
      if (c < '0' || c > '9') return absent;
      out.number = out.number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    // The first group of several is never 000: each tile has one path.
    if (i == 1 && last > 1 && out.number == 0) return absent;
  }
  return out;
}

Result<http::Response> tile(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(path, parse_tile(request.param("path")));
  std::string bytes;
  if (path.entries) {
    QUOTARY_TRY(caller, caller_of(surface, request));
    QUOTARY_TRY(bundle, surface.organisation.entry_bundle(caller, path.number, path.width));
    bytes = std::move(bundle);
  } else {
    QUOTARY_TRY_VOID(admit(surface, request));
    QUOTARY_TRY(hashes, surface.organisation.tile(path.level, path.number, path.width));
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
