#include "api/handlers/endpoint.h"
#include "api/use_cases/erased_keys.h"
#include "api/use_cases/kept_contents.h"

namespace quotary::api {
namespace {

http::Response page_response(const Surface& surface, std::shared_ptr<const std::string> page) {
  auto response = http::shared_response("text/html; charset=utf-8", std::move(page));
  response.headers.emplace_back("Content-Security-Policy", surface.page_policy);
  return response;
}

Result<http::Response> index(const Surface& surface, const http::Request&) {
  const auto& organisation = surface.organisation;
  return page_response(surface, std::make_shared<const std::string>(
                                    index_page(organisation.profile(), organisation.ledger_state().tree_size)));
}

Result<http::Response> docs(const Surface& surface, const http::Request&) {
  return page_response(surface, surface.docs);
}

Result<http::Response> healthz(const Surface&, const http::Request&) {
  return http::text_response(200, "text/plain; charset=utf-8", "ok\n");
}

Result<http::Response> readyz(const Surface& surface, const http::Request&) {
  if (const auto ready = surface.organisation.ready(); !ready) {
    Error told = ready.error();
    told.detail = surface.organisation.without_folders(std::move(told.detail));
    return told;
  }
  std::string text = "ready\n";
  // Where and why stands in the server's log: this answer is public.
  if (!surface.organisation.access_log_works())
    text += "degraded: access log: reads of auditors and administrators cannot be recorded\n";
  if (!subject_keys_work(surface.organisation.parts()))
    text +=
        "degraded: keys: a key could not be written, so nothing is kept for new customers, people or cases until the "
        "server is restarted; check its disk first\n";
  if (!surface.organisation.erasures_carried_out())
    text += "degraded: erasure: the key or files of an erased subject could not be destroyed yet\n";
  if (!contents_of(surface.organisation.parts()).hold())
    text += "degraded: contents: a content of evidence is missing or damaged; run `quotary verify`\n";
  const auto witnessing = surface.organisation.witnessing();
  if (witnessing.configured) text += "witnesses: " + witness::sentence_of(witnessing) + "\n";
  if (surface.organisation.witnessing_degraded())
    text += "degraded: witnesses: one is lost or refuses, or cosignatures are missing; see /v1/log/witnesses\n";
  if (surface.organisation.index_roots_degraded())
    text += "degraded: subject index: status proofs are missing or trail the ledger\n";
  const auto time = surface.organisation.time_stamping();
  if (time.configured) text += "time: " + time_stamping::sentence_of(time) + "\n";
  if (time_stamping::is_degraded(time))
    text += "degraded: time: the time-stamping authority is lost, or its answers do not hold; see /v1/log/time\n";
  if (const auto seals = surface.organisation.seal_times(); seals && seals->failing_since)
    text += "degraded: seal time: documents are sealed without a time-stamp since " +
            format_rfc3339(*seals->failing_since) + " (" + seals->code + ")\n";
  if (const auto doubt = surface.organisation.seal_doubt())
    text += "degraded: seal: " + surface.organisation.without_folders(doubt->detail) + " (" + doubt->code + ")\n";
  if (signature::is_degraded(surface.organisation.delivery()))
    text += "degraded: delivery: invitations to sign cannot be delivered; see /v1/signature-requests\n";
  const auto later = surface.organisation.long_term();
  if (long_term::is_degraded(later))
    text += "degraded: long-term proof: " + later.code + " since " + format_rfc3339(*later.failing_since) +
            "; see /v1/log/long-term\n";
  if (!surface.organisation.signatures_can_be_written())
    text += "degraded: signing: customers' signatures cannot be written; see the server's log\n";
  if (!surface.organisation.evidence_can_be_taken())
    text += "degraded: evidence: no program looks at evidence files, so none are taken; see the server's log\n";
  if (is_degraded(surface.organisation.disk())) text += "degraded: disk: it is nearly full, or cannot be looked at\n";
  return http::text_response(200, "text/plain; charset=utf-8", std::move(text));
}

Result<http::Response> openapi(const Surface& surface, const http::Request&) {
  return http::shared_response("application/json", surface.openapi);
}

const Endpoint endpoints[] = {
    {"GET", "/", "A small index of this server", "site", Access::open, Kind::read, index, "", "", "", 200, "text/html"},
    {"GET", "/docs", "This document as a page", "site", Access::open, Kind::read, docs, "", "", "", 200, "text/html",
     "", 0, http::Run::inline_io},
    {"GET", "/healthz", "The process lives", "site", Access::open, Kind::write, healthz, "", "", "", 200, "text/plain",
     "", 0, http::Run::inline_io},
    {"GET", "/readyz", "The ledger takes writes and the seal is there", "site", Access::open, Kind::write, readyz, "",
     "", "", 200, "text/plain", "", 0, http::Run::inline_io},
    {"GET", "/openapi.json", "This document", "site", Access::open, Kind::read, openapi, "", "", "", 200,
     "application/json", "", 0, http::Run::inline_io},
};

}  // namespace

std::span<const Endpoint> site_endpoints() { return endpoints; }

}  // namespace quotary::api
