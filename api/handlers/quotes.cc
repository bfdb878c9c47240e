#include "api/handlers/endpoint.h"
#include "api/use_cases/evidence.h"

namespace quotary::api {
namespace {

constexpr std::size_t quote_body_max = 8u << 20;
constexpr const char* proof_cache = "private, max-age=86400";

Result<http::Response> issue(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.issue_quote(caller, request.header("Idempotency-Key"), request.body));
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", "/v1/quotes/" + std::string(answer.body.at("number").as_string()));
  return response;
}

Result<http::Response> preview(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(bytes, surface.organisation.preview_quote(caller, request.body));
  return bytes_response(std::move(bytes), false);
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(limit, number_of(request, "limit"));
  QuoteFilter filter;
  filter.status = request.query_value("status");
  filter.owner = request.query_value("owner");
  filter.from = request.query_value("from");
  filter.to = request.query_value("to");
  filter.text = request.query_value("q");
  filter.cursor = request.query_value("cursor");
  filter.limit = limit;
  QUOTARY_TRY(answer, surface.organisation.list_quotes(caller, filter));
  return answer_response(answer);
}

Result<http::Response> pdf(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(revision, number_of(request, "revision"));
  const auto proof = request.query_value("proof");
  if (!proof.empty() && proof != "embedded")
    return invalid_parameter("proof", "bad_proof", "`proof` is `embedded`, or left out");
  if (!proof.empty()) {
    if (revision.value_or(1) != 1)
      return fail(Errc::not_found, "revision_not_found", "revision 1 is the one that can carry its proof");
    QUOTARY_TRY(carried, surface.organisation.quote_pdf_with_proof(caller, request.param("number")));
    auto response = bytes_response(std::move(carried), false);
    // The tag changes when the seal's certificate or the log's key is renewed; what was fetched before holds for ever.
    response.headers.emplace_back("Cache-Control", proof_cache);
    return response;
  }
  QUOTARY_TRY(bytes, surface.organisation.quote_pdf(caller, request.param("number"), revision.value_or(1)));
  return bytes_response(std::move(bytes), true);
}

Result<http::Response> evidence(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(bytes, quote_evidence(surface.organisation, caller, request.param("number")));
  return bytes_response(std::move(bytes), false);
}

http::Response attached_text(std::string text, const std::string& file_name) {
  auto response = http::text_response(200, "text/plain; charset=utf-8", std::move(text));
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + file_name + "\"");
  return response;
}

Result<http::Response> difference(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer,
              surface.organisation.quote_difference(caller, request.param("number"), request.query_value("from")));
  return answer_response(answer);
}

Result<http::Response> proof(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(revision, number_of(request, "revision"));
  QUOTARY_TRY(text, surface.organisation.quote_proof(caller, request.param("number"), revision));
  return attached_text(std::move(text), request.param("number") + ".tlog-proof");
}

Result<http::Response> status_proof(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(text, surface.organisation.quote_status_proof(caller, request.param("number")));
  return attached_text(std::move(text), request.param("number") + ".status-proof");
}

Result<http::Response> numbers_proof(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  NumbersRange range;
  if (const std::string_view period = request.query_value("period"); !period.empty())
    range.period = period == "-" ? std::string() : std::string(period);
  QUOTARY_TRY(first, number_of(request, "first"));
  QUOTARY_TRY(count, number_of(request, "count"));
  range.first = first;
  range.count = count;
  const std::string& name = request.param("name");
  QUOTARY_TRY(text, surface.organisation.numbers_proof(caller, name, range));
  return attached_text(std::move(text), name + ".numbers-proof");
}

Result<http::Response> period_seals(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(page, page_of(request));
  QUOTARY_TRY(answer, surface.organisation.list_period_seals(caller, request.param("name"), page));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"POST", "/v1/quotes", "Issue a quote: number, sealed PDF and ledger entry in one durable act", "quotes",
     Call::issue_quote, Kind::write, issue, "", "application/json", "QuoteRequest", 201, "application/json",
     "IssuedQuote", quote_body_max},
    {"GET", "/v1/quotes", "List the quotes in the caller's scope, newest first", "quotes", Call::read_quote, Kind::read,
     list, "status owner from to q limit cursor", "", "", 200, "application/json", "QuoteList"},
    {"POST", "/v1/quotes:preview", "Render a draft PDF; writes nothing", "quotes", Call::preview_quote, Kind::write,
     preview, "", "application/json", "QuoteRequest", 200, "application/pdf", "", quote_body_max},
    {"GET", "/v1/quotes/{number}", "Read a quote, its canonical form and its state", "quotes", Call::read_quote,
     Kind::read, answer_about<&Organisation::read_quote>, "", "", "", 200, "application/json", "IssuedQuote"},
    {"GET", "/v1/quotes/{number}/pdf",
     "The sealed PDF, always the same bytes; with proof=embedded, the same with its .tlog-proof in one more revision, "
     "for "
     "quotary-verify document",
     "quotes", Call::read_quote, Kind::read, pdf, "revision proof", "", "", 200, "application/pdf"},
    {"GET", "/v1/quotes/{number}/difference",
     "What differs, by field and amount, from the quote that it revises or from another", "quotes", Call::read_quote,
     Kind::read, difference, "from", "", "", 200, "application/json", "QuoteDifference"},
    {"GET", "/v1/quotes/{number}/history", "Every entry about the quote, oldest first", "quotes", Call::read_quote,
     Kind::read, answer_about<&Organisation::quote_history>, "", "", "", 200, "application/json", "History"},
    {"GET", "/v1/quotes/{number}/evidence",
     "Everything about the quote for a court's file, as a tar archive: revisions, entries, proofs, signatures, "
     "certificates, texts, time and a sealed summary",
     "quotes", Call::read_signatures, Kind::read, evidence, "", "", "", 200, "application/x-tar"},
    {"GET", "/v1/quotes/{number}/proof", "The .tlog-proof of the issue entry, or of the entry that brought a revision",
     "quotes", Call::read_quote, Kind::read, proof, "revision", "", "", 200, "text/plain"},
    {"GET", "/v1/quotes/{number}/status-proof",
     "A status proof: every entry about the quote, and that there is no other as of the newest index.root, for "
     "quotary-verify status",
     "quotes", Call::read_quote, Kind::read, status_proof, "", "", "", 200, "text/plain"},
    {"GET", "/v1/series/{name}/numbers-proof",
     "A numbers proof: each number of a period of the series issued once, and what became of it, as of the newest "
     "index.root, for quotary-verify numbers; period=- for a series without periods",
     "quotes", Call::prove_numbers, Kind::read, numbers_proof, "period first count", "", "", 200, "text/plain"},
    {"GET", "/v1/series/{name}/periods",
     "The sealed months and years of a series: first and last number, count, sums and voids, each with its ledger entry",
     "quotes", Call::prove_numbers, Kind::read, period_seals, "limit cursor", "", "", 200, "application/json",
     "PeriodSealList"},
};

}  // namespace

std::span<const Endpoint> quote_endpoints() { return endpoints; }

}  // namespace quotary::api
