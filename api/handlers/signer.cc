// What a customer's browser calls: behind the link alone, and each answer for that browser alone.
#include "api/handlers/endpoint.h"
#include "api/use_cases/signer_calls.h"

namespace quotary::api {
namespace {

constexpr std::string_view proof_cookie = "quotary-sign";
// Of a drawn signature: 4,000 points of at most 14 bytes, and what stands around them.
constexpr std::size_t sign_body_max = 128u << 10;

SignerVisit visit_of(const http::Request& request) {
  return {request.param("token"), std::string(request.cookie(proof_cookie)), request.peer,
          std::string(request.header("User-Agent").substr(0, user_agent_bytes_max))};
}

// A header's bytes as evidence may hold them: the text is the browser's.
SignerVisit printable(SignerVisit visit) {
  for (char& c : visit.user_agent)
    if (c < ' ' || c > '~') c = '?';
  return visit;
}

struct Extra {
  std::string_view code, member;
  bool is_number;
};
// Members that a problem has beside those of RFC 9457; their values stand in the error's first problem.
constexpr Extra extras[] = {{"code_wrong", "attempts_left", true}, {"factor_missing", "factor", false}};

http::Response signer_problem(Error error, const std::string& pattern) {
  const std::string figure = error.problems.empty() ? std::string() : error.problems[0].detail;
  const bool bare = !error.problems.empty() && error.problems[0].pointer.empty();
  if (bare) error.problems.clear();
  if (error.code == "code_too_soon") {
    auto response = http::problem_response(429, error, pattern);
    std::erase_if(response.headers, [](const auto& header) { return header.first == "Retry-After"; });
    response.headers.emplace_back("Retry-After", figure);
    return response;
  }
  auto response = http::problem_response(error, pattern);
  for (const Extra& extra : extras) {
    if (!bare || error.code != extra.code) continue;
    auto problem = parse_json(*response.body);
    QUOTARY_CHECK(problem.has_value());
    if (const auto number = parse_u64(figure); extra.is_number && number)
      problem->as_object()[extra.member] = *number;
    else
      problem->as_object()[extra.member] = figure;
    response.body = std::make_shared<const std::string>(json::serialize(*problem));
  }
  return response;
}

using SignerHandler = Result<http::Response> (*)(const Surface&, const http::Request&, const SignerVisit&);

template <SignerHandler handler>
Result<http::Response> signer(const Surface& surface, const http::Request& request) {
  auto answered = handler(surface, request, printable(visit_of(request)));
  if (answered) return answered;
  return signer_problem(std::move(answered).error(), request.route);
}

Result<http::Response> session(const Surface& surface, const http::Request&, const SignerVisit& visit) {
  QUOTARY_TRY(answer, signer_session(surface.organisation.parts(), visit));
  return answer_response(answer);
}

Result<http::Response> document(const Surface& surface, const http::Request&, const SignerVisit& visit) {
  QUOTARY_TRY(bytes, signer_document(surface.organisation.parts(), visit));
  return bytes_response(std::move(bytes), false);
}

Result<http::Response> signed_pdf(const Surface& surface, const http::Request&, const SignerVisit& visit) {
  QUOTARY_TRY(bytes, signed_document(surface.organisation.parts(), visit));
  return bytes_response(std::move(bytes), false);
}

Result<http::Response> summary(const Surface& surface, const http::Request&, const SignerVisit& visit) {
  QUOTARY_TRY(bytes, signer_summary(surface.organisation.parts(), visit));
  return bytes_response(std::move(bytes), false);
}

Result<http::Response> viewed(const Surface& surface, const http::Request& request, const SignerVisit& visit) {
  QUOTARY_TRY(answer, signer_viewed(surface.organisation.parts(), visit, request.body));
  return answer_response(answer);
}

Result<http::Response> send_code(const Surface& surface, const http::Request&, const SignerVisit& visit) {
  QUOTARY_TRY(answer, send_signer_code(surface.organisation.parts(), visit));
  return answer_response(answer);
}

// The proof goes to this browser and no other: a link that is forwarded does not carry it.
Result<http::Response> check_code(const Surface& surface, const http::Request& request, const SignerVisit& visit) {
  QUOTARY_TRY(checked, check_signer_code(surface.organisation.parts(), visit, request.body));
  auto response = answer_response(checked.session);
  response.headers.emplace_back("Set-Cookie", std::string(proof_cookie) + "=" + checked.proof + "; Path=/sign/" +
                                                  visit.token +
                                                  "; Max-Age=" + std::to_string(signature::proof_lives_ms / 1000) +
                                                  "; HttpOnly; SameSite=Strict" + (request.secure ? "; Secure" : ""));
  return response;
}

Result<http::Response> new_passkey(const Surface& surface, const http::Request&, const SignerVisit& visit) {
  QUOTARY_TRY(answer, new_signer_passkey(surface.organisation.parts(), visit));
  return answer_response(answer);
}

Result<http::Response> register_passkey(const Surface& surface, const http::Request& request,
                                        const SignerVisit& visit) {
  QUOTARY_TRY(answer, register_signer_passkey(surface.organisation.parts(), visit, request.body));
  return answer_response(answer);
}

Result<http::Response> challenge(const Surface& surface, const http::Request& request, const SignerVisit& visit) {
  QUOTARY_TRY(answer, signing_challenge(surface.organisation.parts(), visit, request.body));
  return answer_response(answer);
}

Result<http::Response> sign(const Surface& surface, const http::Request& request, const SignerVisit& visit) {
  QUOTARY_TRY(answer,
              sign_document(surface.organisation.parts(), visit, request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> hand_in(const Surface& surface, const http::Request& request, const SignerVisit& visit) {
  const auto query = [&](const char* name) { return std::string(request.query_value(name)); };
  const json::object consent{{"id", query("consent_id")},
                             {"sha256", query("consent_sha256")},
                             {"locale", query("locale")},
                             {"accepted", query("accepted") == "true"}};
  QUOTARY_TRY(answer, hand_in_signed_copy(surface.organisation.parts(), visit, consent, request.body));
  return answer_response(answer);
}

Result<http::Response> decline(const Surface& surface, const http::Request& request, const SignerVisit& visit) {
  QUOTARY_TRY(answer, decline_document(surface.organisation.parts(), visit, request.body));
  return answer_response(answer);
}

// The same bytes for every token, so that the page tells nothing about one.
Result<http::Response> page(const Surface&, const http::Request& request) { return web_page(request, "sign"); }

constexpr Endpoint call(std::string_view method, std::string_view pattern, std::string_view summary,
                        EndpointHandler handler, std::string_view body_schema = {},
                        std::string_view response_type = "application/json", std::size_t body_max = small_body_max) {
  Endpoint out{method, pattern, summary, "signing", Access::open, Kind::public_answer, handler};
  if (!body_schema.empty()) out.request_type = "application/json";
  out.request_schema = body_schema;
  out.response_type = response_type;
  if (response_type == "application/json") out.response_schema = "SigningSession";
  out.body_max = body_max;
  out.rate_class = "sign";
  out.path_is_secret = true;
  return out;
}

const Endpoint endpoints[] = {
    call("GET", "/sign/{token}", "The page that a signer's link opens", page, "", "text/html"),
    call("GET", "/sign/{token}/session", "What a signer is asked to sign, and how far they are", signer<session>),
    call("GET", "/sign/{token}/document", "The document that would be signed", signer<document>, "", "application/pdf"),
    call("POST", "/sign/{token}/viewed", "The signer has read the document to its end", signer<viewed>,
         "SigningViewed"),
    call("POST", "/sign/{token}/code", "Send the signer a code", signer<send_code>),
    call("POST", "/sign/{token}/code/check", "Enter the code; the proof stays in this browser", signer<check_code>,
         "SigningCode"),
    [] {
      auto out = call("POST", "/sign/{token}/passkey/new", "What this browser makes the signer's passkey from",
                      signer<new_passkey>);
      out.response_schema = "SigningNewPasskey";
      return out;
    }(),
    call("POST", "/sign/{token}/passkey", "Register the passkey that this browser made", signer<register_passkey>,
         "SigningPasskey"),
    [] {
      auto out = call("POST", "/sign/{token}/passkey/challenge", "What the passkey has to confirm of a signature",
                      signer<challenge>, "SigningSignature", "application/json", sign_body_max);
      out.response_schema = "SigningChallenge";
      return out;
    }(),
    [] {
      auto out = call("POST", "/sign/{token}/sign", "Sign exactly the document that was read", signer<sign>,
                      "SigningSignature", "application/json", sign_body_max);
      out.headers = "Idempotency-Key";
      return out;
    }(),
    [] {
      auto out =
          call("POST", "/sign/{token}/signed-copy",
               "Hand in a copy of the document that was signed elsewhere, with a certificate of the signer's own",
               signer<hand_in>);
      out.query = "consent_id consent_sha256 locale accepted";
      out.request_type = "application/pdf";
      out.body_max = verify_bytes_max;
      return out;
    }(),
    call("POST", "/sign/{token}/decline", "Decline, with a reason", signer<decline>, "SigningDecline"),
    call("GET", "/sign/{token}/signed",
         "The document with this signer's signature; with those of all, once all have signed", signer<signed_pdf>, "",
         "application/pdf"),
    call("GET", "/sign/{token}/summary", "How it was signed, as a sealed page", signer<summary>, "", "application/pdf"),
};

}  // namespace

std::span<const Endpoint> signer_endpoints() { return endpoints; }

}  // namespace quotary::api
