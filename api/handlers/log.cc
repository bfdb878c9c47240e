#include "api/handlers/endpoint.h"

#include <algorithm>

namespace quotary::api {
namespace {

// Answers of a log that is not public stay with who may ask.
std::string cached(const Surface& surface, std::string_view how) {
  return (surface.options.public_log ? "public, " : "private, ") + std::string(how);
}

// The log's surface is public by configuration; else it needs an auditor.
Result<void> admit(const Surface& surface, const http::Request& request) {
  if (surface.options.public_log) return {};
  QUOTARY_TRY(caller, caller_of(surface, request));
  return require_call(caller, Call::read_entries);
}

Result<http::Response> checkpoint(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  auto checkpoint = surface.organisation.checkpoint();
  if (checkpoint.empty())
    return fail(Errc::unavailable, "checkpoint_lost",
                "the published checkpoint cannot be read; the operator must restore the ledger");
  auto response = http::text_response(200, "text/plain; charset=utf-8", std::move(checkpoint));
  response.headers.emplace_back("Cache-Control", cached(surface, "max-age=2"));
  return response;
}

Result<http::Response> witnesses(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  auto response = answer_response(surface.organisation.read_witnesses());
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> time_stamping(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  auto response = answer_response(surface.organisation.read_time_stamping());
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> vkey(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  return http::text_response(200, "text/plain; charset=utf-8", surface.organisation.vkey());
}

Result<http::Response> succession(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  QUOTARY_TRY(text, surface.organisation.succession());
  return http::text_response(200, "text/plain; charset=utf-8", std::move(text));
}

Result<http::Response> tile(const Surface& surface, const http::Request& request) {
  auto named = parse_tile_path(request.param("path"));
  if (!named) return fail(Errc::not_found, "tile_not_found", "no such tile");
  const TileName& path = *named;
  http::Response response;
  constexpr const char* type = "application/octet-stream";
  if (path.entries) {
    QUOTARY_TRY(caller, caller_of(surface, request));
    QUOTARY_TRY(bundle, surface.organisation.entry_bundle(caller, path));
    response = http::text_response(200, type, std::move(bundle));
  } else {
    QUOTARY_TRY_VOID(admit(surface, request));
    QUOTARY_TRY(hashes, surface.organisation.tile(path));
    response = http::shared_response(type, std::move(hashes));
  }
  constexpr const char* for_ever = "max-age=31536000, immutable";
  response.headers.emplace_back("Cache-Control",
                                path.entries ? std::string("private, ") + for_ever : cached(surface, for_ever));
  return response;
}

// Between sizes that the caller named, a proof never changes.
http::Response proof_response(const Surface& surface, const Answer& answer, bool sizes_named) {
  auto response = answer_response(answer);
  const bool for_ever = sizes_named && surface.options.public_log;
  response.headers.emplace_back("Cache-Control", for_ever ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

Result<http::Response> inclusion(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  QUOTARY_TRY(index, number_of(request, "index"));
  QUOTARY_TRY(size, number_of(request, "size"));
  if (!index) return invalid_parameter("index", "bad_index", "name the entry: ?index=");
  QUOTARY_TRY(answer, surface.organisation.inclusion_proof(*index, size));
  return proof_response(surface, answer, size.has_value());
}

Result<http::Response> consistency(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY_VOID(admit(surface, request));
  QUOTARY_TRY(from, number_of(request, "from"));
  QUOTARY_TRY(to, number_of(request, "to"));
  if (!from) return invalid_parameter("from", "bad_from", "name the older size: ?from=");
  QUOTARY_TRY(answer, surface.organisation.consistency_proof(*from, to));
  return proof_response(surface, answer, to.has_value());
}

Result<http::Response> entries(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(from, number_of(request, "from"));
  QUOTARY_TRY(cursor, number_of(request, "cursor"));
  QUOTARY_TRY(limit, number_of(request, "limit"));
  if (from && cursor)
    return invalid_parameter("cursor", "bad_cursor", "give `from` or the `cursor` of the page before, not both");
  QUOTARY_TRY(answer, surface.organisation.list_entries(caller, cursor.value_or(from.value_or(0)), limit));
  return answer_response(answer);
}

// RFC 7240: a list of preferences, each perhaps with parameters.
bool prefers(std::string_view list, std::string_view preference) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto each = list.substr(0, std::min(list.find(';'), end));
    while (each.starts_with(' ')) each.remove_prefix(1);
    while (each.ends_with(' ')) each.remove_suffix(1);
    if (http::equal_ignoring_case(each, preference)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

Result<http::Response> verify(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  const bool in_background = prefers(request.header("Prefer"), "respond-async");
  QUOTARY_TRY(answer, surface.organisation.verify_log(caller, request.body, in_background));
  auto response = answer_response(answer);
  response.headers.emplace_back("Cache-Control", "no-store");
  if (answer.status == 202)
    response.headers.emplace_back("Location", "/v1/log/verifications/" + std::string(answer.body.at("id").as_string()));
  if (in_background) response.headers.emplace_back("Preference-Applied", "respond-async");
  return response;
}

Result<http::Response> verification(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.read_verification(caller, request.param("id")));
  auto response = answer_response(answer);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> verification_report(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(bytes, surface.organisation.verification_report(caller, request.param("id")));
  auto response = bytes_response(std::move(bytes), false);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> long_term(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.read_long_term(&caller, request.query_value("by")));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"GET", "/log/checkpoint",
     "The newest checkpoint; with a witness policy the newest that has its quorum (C2SP tlog-checkpoint)", "log",
     Access::log, Kind::read, checkpoint, "", "", "", 200, "text/plain", "", small_body_max, http::Run::inline_io},
    {"GET", "/log/vkey", "The log's verifier key", "log", Access::log, Kind::read, vkey, "", "", "", 200, "text/plain",
     "", small_body_max, http::Run::inline_io},
    {"GET", "/log/succession", "How the log came to its key from earlier ones; 404 for its first", "log", Access::log,
     Kind::read, succession, "", "", "", 200, "text/plain", "", small_body_max, http::Run::inline_io},
    {"GET", "/log/tile/{path*}", "Hash tiles, and entry bundles under entries/ for auditors (C2SP tlog-tiles)", "log",
     Access::log, Kind::read, tile, "", "", "", 200, "application/octet-stream"},
    {"GET", "/v1/log/proofs/inclusion", "Proof that entry `index` is in the tree of `size` entries (RFC 6962)", "log",
     Access::log, Kind::read, inclusion, "index size", "", "", 200, "application/json", "InclusionProof"},
    {"GET", "/v1/log/proofs/consistency", "Proof that the tree of size `to` extends that of size `from` (RFC 6962)",
     "log", Access::log, Kind::read, consistency, "from to", "", "", 200, "application/json", "ConsistencyProof"},
    {"GET", "/v1/log/witnesses", "Signed to which size, witnessed to which, by whom and since when", "log", Access::log,
     Kind::read, witnesses, "", "", "", 200, "application/json", "LogWitnesses", small_body_max, http::Run::inline_io},
    {"GET", "/v1/log/time", "Trusted time: the newest token and what it is over, and what waits for one (RFC 3161)",
     "log", Access::log, Kind::read, time_stamping, "", "", "", 200, "application/json", "LogTime", small_body_max,
     http::Run::inline_io},
    {"GET", "/v1/log/long-term",
     "How documents stand on the ladder to proof in many years, and which cannot be proved any more by a day", "log",
     Call::verify_log, Kind::read, long_term, "by", "", "", 200, "application/json", "LogLongTerm"},
    {"GET", "/v1/log/entries", "Canonical entries in order, for auditors", "log", Call::read_entries, Kind::read,
     entries, "from limit cursor", "", "", 200, "application/json", "EntryList"},
    {"POST", "/v1/log/verify", "Check the ledger: chain, tree, payloads, numbers", "log", Call::verify_log, Kind::read,
     verify, "", "application/json", "LogVerifyRequest", 200, "application/json", "LogVerifyReport", small_body_max,
     http::Run::worker, "default", "Prefer", 202, "LogVerification"},
    {"GET", "/v1/log/verifications/{id}", "A check of the ledger that was begun: running, done or failed", "log",
     Call::verify_log, Kind::read, verification, "", "", "", 200, "application/json", "LogVerification"},
    {"GET", "/v1/log/verifications/{id}/report", "The sealed report on a check of the ledger that ended", "log",
     Call::verify_log, Kind::read, verification_report, "", "", "", 200, "application/pdf"},
};

}  // namespace

std::span<const Endpoint> log_endpoints() { return endpoints; }

}  // namespace quotary::api
