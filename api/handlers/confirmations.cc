#include "api/handlers/endpoint.h"
#include "api/use_cases/cases/confirmation_calls.h"

namespace quotary::api {
namespace {

constexpr std::string_view json_type = "application/json";

http::Response created(const Answer& answer, const std::string& folder) {
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", folder + std::string(answer.body.at("id").as_string()));
  return response;
}

Result<http::Response> make(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, make_confirmation(surface.organisation.parts(), caller, request.param("id"),
                                        request.header("Idempotency-Key"), request.body));
  return created(answer, "/v1/confirmations/");
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, list_confirmations(surface.organisation.parts(), caller, request.param("id")));
  return answer_response(answer);
}

Result<http::Response> read(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, read_confirmation(surface.organisation.parts(), caller, request.param("id")));
  return answer_response(answer);
}

Result<http::Response> pdf(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(revision, number_of(request, "revision"));
  QUOTARY_TRY(bytes, confirmation_pdf(surface.organisation.parts(), caller, request.param("id"), revision.value_or(1)));
  return bytes_response(std::move(bytes), true);
}

Result<http::Response> proof(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(revision, number_of(request, "revision"));
  QUOTARY_TRY(text,
              confirmation_proof(surface.organisation.parts(), caller, request.param("id"), revision.value_or(1)));
  return http::text_response(200, "text/plain; charset=utf-8", std::move(text));
}

Result<http::Response> ask(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, request_confirmation_signature(surface.organisation.parts(), caller, request.param("id"),
                                                     request.header("Idempotency-Key"), request.body));
  return created(answer, "/v1/signature-requests/");
}

const Endpoint endpoints[] = {
    {"POST", "/v1/cases/{id}/confirmations",
     "Make and seal the confirmation of a trial, bound to exactly one version of what was shown", "confirmations",
     Call::work_case, Kind::write, make, "", json_type, "ConfirmationRequest", 201, json_type, "Confirmation"},
    {"GET", "/v1/cases/{id}/confirmations", "The confirmations of a case, oldest first", "confirmations",
     Call::read_case, Kind::read, list, "", "", "", 200, json_type, "ConfirmationList"},
    {"GET", "/v1/confirmations/{id}", "Read a confirmation, and what came of it", "confirmations", Call::read_case,
     Kind::read, read, "", "", "", 200, json_type, "Confirmation"},
    {"GET", "/v1/confirmations/{id}/pdf", "The sealed PDF; later revisions have the customers' signatures",
     "confirmations", Call::read_case, Kind::read, pdf, "revision", "", "", 200, "application/pdf"},
    {"GET", "/v1/confirmations/{id}/proof", "The .tlog-proof of the entry that brought a revision", "confirmations",
     Call::read_case, Kind::read, proof, "revision", "", "", 200, "text/plain"},
    {"POST", "/v1/confirmations/{id}/signature-requests",
     "Ask one to three people of the customer to sign a confirmation: each is sent a link of their own",
     "confirmations", Call::request_signature, Kind::write, ask, "", json_type, "SignatureRequestBody", 201, json_type,
     "SignatureRequest"},
};

}  // namespace

std::span<const Endpoint> confirmation_endpoints() { return endpoints; }

std::string_view confirmation_schemas() {
  return R"json({
"ConfirmationRequest": {"type": "object", "required": ["deck"], "properties": {
  "deck": {"type": "object", "required": ["item", "version"], "description": "The version of a deck or document that was shown.",
    "properties": {"item": {"type": "string"}, "version": {"type": "integer", "minimum": 1}}},
  "title": {"type": "string", "maxLength": 200, "description": "Else the case's."}, "result_text": {"type": "string", "maxLength": 2000,
    "description": "What came of the trial; left out, the page has room to write it."},
  "held_at": {"type": "string", "format": "date-time"}, "place": {"type": "string", "maxLength": 200, "description": "Else the name of the case's site."},
  "requirement": {"type": "string", "description": "A confirmation that the case's policy asks for."},
  "language": {"enum": ["zh-CN", "en"], "description": "Of these words; the page is in both."}}},
"Confirmation": {"type": "object", "description": "status: accepted once all who were asked have signed; `evidence` is the item of the case that it became then, in the same write.",
  "required": ["id", "case", "status", "deck", "made_at", "document", "entry_index"], "properties": {"id": {"type": "string"}, "case": {"type": "string"},
  "status": {"enum": ["issued", "accepted", "declined"]}, "title": {"type": "string"}, "result_text": {"type": "string"},
  "held_at": {"type": "string", "format": "date-time"}, "place": {"type": "string"}, "language": {"type": "string"}, "requirement": {"type": "string"},
  "deck": {"type": "object", "required": ["item", "version", "content"], "properties": {"item": {"type": "string"}, "version": {"type": "integer"},
    "content": {"$ref": "#/components/schemas/Hash"}, "current": {"type": "boolean", "description": "Whether that is still the item's current version."}}},
  "made_at": {"type": "string", "format": "date-time"}, "accepted_at": {"type": "string", "format": "date-time"},
  "document": {"type": "object", "required": ["sha256", "size", "revision", "media_type", "url"], "properties": {"sha256": {"$ref": "#/components/schemas/Hash"},
    "size": {"type": "integer"}, "revision": {"type": "integer"}, "media_type": {"type": "string"}, "url": {"type": "string"}}},
  "signature_request": {"type": "string", "description": "The open one."}, "evidence": {"type": "string"}, "entry_index": {"type": "integer"},
  "erased": {"type": "string"}, "ledger": {"$ref": "#/components/schemas/LedgerPlace"}}},
"ConfirmationList": {"type": "object", "required": ["case", "items"], "properties": {"case": {"type": "string"},
  "items": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/Confirmation"}}}}
})json";
}

}  // namespace quotary::api
