#include "api/time_stamping/routes.h"

#include "api/metrics_text.h"

namespace quotary::time_stamping {

namespace {

http::Response response_of(int status, std::string type, std::string body) {
  auto response = http::text_response(status, std::move(type), std::move(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

http::Response answer(signing::TimeAuthority& authority, AuthorityFigures& figures, const http::Request& request) {
  if (!http::equal_ignoring_case(request.header("Content-Type"), signing::time_query_type))
    return response_of(415, "text/plain; charset=utf-8",
                       std::string("a question has the type ") + signing::time_query_type + "\n");
  auto answered = authority.answer(request.body);
  if (!answered) {
    ++figures.failed;
    auto response = response_of(503, "text/plain; charset=utf-8", answered.error().code + "\n");
    response.headers.emplace_back("Retry-After", "60");
    response.log_detail = answered.error().detail;
    return response;
  }
  ++(answered->granted ? figures.granted : figures.refused);
  auto response = response_of(200, signing::time_reply_type, std::move(answered->der));
  if (const std::int64_t behind_ms = authority.clock_behind_ms(); !answered->granted && behind_ms > 0)
    response.log_detail = clock_behind_words(behind_ms);
  return response;
}

}  // namespace

void add_routes(http::Router& router, signing::TimeAuthority& authority, AuthorityFigures& figures) {
  router.add("POST", "/", {.body_max = signing::time_query_bytes_max},
             [&authority, &figures](const std::shared_ptr<const http::Request>& request, const http::Reply& reply) {
               reply(answer(authority, figures, *request));
             });
  router.add("GET", "/certificate", {.run = http::Run::inline_io},
             [&authority](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
               reply(response_of(200, "application/x-pem-file", authority.certificate_pem()));
             });
  router.add("GET", "/healthz", {.run = http::Run::inline_io},
             [&authority](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
               const std::int64_t behind_ms = authority.clock_behind_ms();
               reply(behind_ms <= signing::kept_time_step_ms
                         ? response_of(200, "text/plain; charset=utf-8", "ok\n")
                         : response_of(503, "text/plain; charset=utf-8", clock_behind_words(behind_ms) + "\n"));
             });
}

std::string clock_behind_words(std::int64_t behind_ms) {
  return "the clock is " + std::to_string((behind_ms + 999) / 1000) +
         " s behind the time that was given last, so no token is given: set it right, or, when it had jumped ahead, "
         "make a new authority with a key of its own";
}

void add_metrics_route(http::Router& router, const signing::TimeAuthority& authority, const AuthorityFigures& figures,
                       const http::Metrics& metrics) {
  router.add("GET", "/metrics", {},
             [&authority, &figures, &metrics](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
               reply(http::text_response(
                   200, "text/plain; version=0.0.4",
                   metrics_line("quotary_tsa_granted_total", "counter", "Tokens given.", figures.granted) +
                       metrics_line("quotary_tsa_refused_total", "counter", "Questions refused.", figures.refused) +
                       metrics_line("quotary_tsa_failed_total", "counter", "Questions that could not be answered.",
                                    figures.failed) +
                       metrics_line("quotary_tsa_clock_behind_seconds", "gauge",
                                    "By how much the clock is behind the time given last; over 1, no token is given.",
                                    static_cast<std::uint64_t>((authority.clock_behind_ms() + 999) / 1000)) +
                       metrics.text()));
             });
}

}  // namespace quotary::time_stamping
