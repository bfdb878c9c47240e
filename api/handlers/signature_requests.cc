#include "api/handlers/endpoint.h"

namespace quotary::api {
namespace {

Result<http::Response> ask(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.request_signature(caller, request.param("number"),
                                                             request.header("Idempotency-Key"), request.body));
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", "/v1/signature-requests/" + std::string(answer.body.at("id").as_string()));
  return response;
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(page, page_of(request));
  QUOTARY_TRY(answer, surface.organisation.list_signature_requests(
                          caller, {std::string(request.query_value("status")),
                                   std::string(request.query_value("number")), page.cursor, page.limit}));
  return answer_response(answer);
}

Result<http::Response> revoke(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.revoke_signature(caller, request.param("id"), request.body));
  return answer_response(answer);
}

Result<http::Response> summary(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(bytes, surface.organisation.signing_summary(caller, request.param("id")));
  return bytes_response(std::move(bytes), false);
}

template <Result<Answer> (Organisation::*act)(const Principal&, std::string_view, std::string_view)>
Result<http::Response> on_signer(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, (surface.organisation.*act)(caller, request.param("id"), request.param("signer")));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"POST", "/v1/quotes/{number}/signature-requests",
     "Ask one to three customers to sign a quote: each is sent a link of their own", "signatures",
     Call::request_signature, Kind::write, ask, "", "application/json", "SignatureRequestBody", 201, "application/json",
     "SignatureRequest"},
    {"GET", "/v1/signature-requests", "List signature requests, newest first; addresses are masked", "signatures",
     Call::read_signatures, Kind::read, list, "status number limit cursor", "", "", 200, "application/json",
     "SignatureRequestList"},
    {"GET", "/v1/signature-requests/{id}", "Read a signature request, and how its delivery stands", "signatures",
     Call::read_signatures, Kind::read, answer_about<&Organisation::read_signature_request>, "", "", "", 200,
     "application/json", "SignatureRequest"},
    {"GET", "/v1/signature-requests/{id}/summary", "How it was signed, as a sealed page", "signatures",
     Call::read_signatures, Kind::read, summary, "", "", "", 200, "application/pdf"},
    {"POST", "/v1/signature-requests/{id}/revoke", "End a signature request: its links sign nothing any more",
     "signatures", Call::request_signature, Kind::write, revoke, "", "application/json", "SignatureRevocation", 200,
     "application/json", "SignatureRequest"},
    {"POST", "/v1/signature-requests/{id}/signers/{signer}/remind", "Remind a signer, at most once an hour",
     "signatures", Call::request_signature, Kind::write, on_signer<&Organisation::remind_signer>, "", "", "", 200,
     "application/json", "SignatureRequest"},
    {"POST", "/v1/signature-requests/{id}/signers/{signer}/renew-link",
     "Send a signer another link: the one before opens nothing any more", "signatures", Call::request_signature,
     Kind::write, on_signer<&Organisation::renew_link>, "", "", "", 200, "application/json", "SignatureRequest"},
};

}  // namespace

std::span<const Endpoint> signature_request_endpoints() { return endpoints; }

}  // namespace quotary::api
