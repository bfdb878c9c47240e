#include "api/handlers/endpoint.h"

namespace quotary::api {
namespace {

using Decision = Organisation::Decision;

http::Response made(const Answer& answer, const std::string& list) {
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", list + "/" + std::string(answer.body.at("id").as_string()));
  return response;
}

Result<http::Response> ask(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.ask_erasure(caller, request.header("Idempotency-Key"), request.body));
  return made(answer, "/v1/erasures");
}

template <Decision decision>
Result<http::Response> decide(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.decide_erasure(caller, request.param("id"), decision,
                                                          request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> hold(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.place_hold(caller, request.header("Idempotency-Key"), request.body));
  return made(answer, "/v1/legal-holds");
}

Result<http::Response> release(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.release_hold(caller, request.param("id"), request.header("Idempotency-Key"),
                                                        request.body));
  return answer_response(answer);
}

template <Result<Answer> (Organisation::*read)(const Principal&, const PageRequest&) const>
Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(page, page_of(request));
  QUOTARY_TRY(answer, (surface.organisation.*read)(caller, page));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"POST", "/v1/erasures", "Ask for the buyer of a quote, a person, a case or a lead to be erased lawfully",
     "erasures", Call::ask_erasure, Kind::write, ask, "", "application/json", "ErasureBody", 201, "application/json",
     "Erasure"},
    {"GET", "/v1/erasures", "List requests to erase, newest first", "erasures", Call::read_erasures, Kind::read,
     list<&Organisation::list_erasures>, "limit cursor", "", "", 200, "application/json", "ErasureList"},
    {"GET", "/v1/erasures/{id}", "Read a request to erase, and which quotes or contents could not be read any more",
     "erasures", Call::read_erasures, Kind::read, answer_about<&Organisation::read_erasure>, "", "", "", 200,
     "application/json", "Erasure"},
    {"POST", "/v1/erasures/{id}/approve",
     "Approve, as another than who asked: the key is destroyed and the contents are gone for good; numbers, facts and "
     "proofs remain",
     "erasures", Call::decide_erasure, Kind::write, decide<Decision::approve>, "", "application/json", "Comment", 200,
     "application/json", "Erasure"},
    {"POST", "/v1/erasures/{id}/reject", "Reject, with a comment", "erasures", Call::decide_erasure, Kind::write,
     decide<Decision::reject>, "", "application/json", "Comment", 200, "application/json", "Erasure"},
    {"POST", "/v1/erasures/{id}/withdraw", "Withdraw one's own request", "erasures", Call::ask_erasure, Kind::write,
     decide<Decision::withdraw>, "", "application/json", "Comment", 200, "application/json", "Erasure"},
    {"POST", "/v1/legal-holds", "Place a legal hold: while it stands, nothing of theirs is erased", "erasures",
     Call::hold, Kind::write, hold, "", "application/json", "LegalHoldBody", 201, "application/json", "LegalHold"},
    {"GET", "/v1/legal-holds", "List legal holds, newest first", "erasures", Call::read_erasures, Kind::read,
     list<&Organisation::list_holds>, "limit cursor", "", "", 200, "application/json", "LegalHoldList"},
    {"GET", "/v1/legal-holds/{id}", "Read a legal hold", "erasures", Call::read_erasures, Kind::read,
     answer_about<&Organisation::read_hold>, "", "", "", 200, "application/json", "LegalHold"},
    {"POST", "/v1/legal-holds/{id}/release", "Release a legal hold, with a comment", "erasures", Call::hold,
     Kind::write, release, "", "application/json", "Comment", 200, "application/json", "LegalHold"},
};

}  // namespace

std::span<const Endpoint> erasure_endpoints() { return endpoints; }

}  // namespace quotary::api
