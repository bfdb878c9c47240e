#include "api/handlers/endpoint.h"
#include "api/use_cases/added_signatures.h"

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
  QUOTARY_TRY(answer,
              surface.organisation.list_signature_requests(
                  caller, {std::string(request.query_value("status")), std::string(request.query_value("number")),
                           page.cursor, page.limit, std::string(request.query_value("confirmation"))}));
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

Result<http::Response> take_copy(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, add_signed_copy(surface.organisation.parts(), caller, request.param("number"), request.body));
  return answer_response(answer);
}

Result<http::Response> take_scan(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, add_signed_scan(surface.organisation.parts(), caller, request.param("number"), request.body));
  return answer_response(answer);
}

Result<http::Response> give_scan(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(bytes,
              read_signed_scan(surface.organisation.parts(), caller, request.param("number"), request.param("index")));
  const std::string name = bytes.file_name;
  auto response = bytes_response(std::move(bytes), true);
  std::erase_if(response.headers, [](const auto& header) { return header.first == "Content-Disposition"; });
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + "\"");
  return response;
}

Result<http::Response> sign_own(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, sign_as_seller(surface.organisation.parts(), caller, request.param("number"),
                                     request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> make_key(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, make_signing_key(surface.organisation.parts(), caller, request.body));
  return answer_response(answer);
}

Result<http::Response> read_key(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, read_signing_key(surface.organisation.parts(), caller));
  return answer_response(answer);
}

Result<http::Response> revoke_key(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, revoke_signing_key(surface.organisation.parts(), caller));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"POST", "/v1/quotes/{number}/signature-requests",
     "Ask one to three customers to sign a quote: each is sent a link of their own", "signatures",
     Call::request_signature, Kind::write, ask, "", "application/json", "SignatureRequestBody", 201, "application/json",
     "SignatureRequest"},
    {"GET", "/v1/signature-requests", "List signature requests, newest first; addresses are masked", "signatures",
     Call::read_signatures, Kind::read, list, "status number confirmation limit cursor", "", "", 200,
     "application/json", "SignatureRequestList"},
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
    {"POST", "/v1/quotes/{number}/signed-copies",
     "Take a copy that was signed elsewhere, with a certificate of the signer's own, as the next revision",
     "signatures", Call::request_signature, Kind::read, take_copy, "", "application/pdf", "", 201, "application/json",
     "AddedSignature", verify_bytes_max},
    {"POST", "/v1/quotes/{number}/signed-scans",
     "Keep a scan of signed paper (PDF, JPEG or PNG) with the quote; it accepts nothing", "signatures",
     Call::request_signature, Kind::read, take_scan, "", "application/octet-stream", "", 201, "application/json",
     "SignedScan", scan_bytes_max},
    {"GET", "/v1/quotes/{number}/signed-scans/{index}", "A scan of signed paper, by the index of its entry",
     "signatures", Call::read_signatures, Kind::read, give_scan, "", "", "", 200, "application/octet-stream"},
    {"POST", "/v1/quotes/{number}/signature", "Sign an own quote, with a key that your password for signing opens",
     "signatures", Call::sign_own, Kind::write, sign_own, "", "application/json", "SellerSignature", 201,
     "application/json", "AddedSignature"},
    {"GET", "/v1/signing-key", "Read which key you sign with", "signatures", Call::sign_own, Kind::read, read_key, "",
     "", "", 200, "application/json", "SigningKey"},
    {"POST", "/v1/signing-key", "Make a key to sign own quotes with; it takes the place of the one before",
     "signatures", Call::sign_own, Kind::read, make_key, "", "application/json", "SellerSignature", 201,
     "application/json", "SigningKey"},
    {"POST", "/v1/signing-key/revoke", "End the key that you sign with: it signs nothing any more", "signatures",
     Call::sign_own, Kind::read, revoke_key, "", "", "", 200, "application/json", "RevokedSigningKey"},
};

}  // namespace

std::span<const Endpoint> signature_request_endpoints() { return endpoints; }

}  // namespace quotary::api
