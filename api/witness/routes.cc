#include "api/witness/routes.h"

#include "api/metrics_label.h"
#include "api/metrics_text.h"
#include "ledger/log/add_checkpoint.h"

namespace quotary::witness {

namespace {

http::Response response_of(Answer answer) {
  auto response = http::text_response(answer.status, std::move(answer.content_type), std::move(answer.body));
  response.headers.emplace_back("Cache-Control", "no-store");
  if (answer.status == 503) response.headers.emplace_back("Retry-After", "60");
  return response;
}

std::string figures(const Witness& witness) {
  const auto origins = witness.origins();
  const auto family = [&](const char* name, const char* kind, const char* help, std::uint64_t OriginState::*member) {
    std::string out = metrics_head(name, kind, help);
    for (const auto& each : origins)
      out +=
          std::string(name) + "{origin=\"" + metrics_label(each.origin) + "\"} " + std::to_string(each.*member) + "\n";
    return out;
  };
  return family("quotary_witness_size", "gauge", "Size of the latest checkpoint cosigned.", &OriginState::size) +
         family("quotary_witness_cosigned_total", "counter", "Checkpoints cosigned.", &OriginState::count) +
         family("quotary_witness_splits", "gauge",
                "Refused checkpoints that contradict a cosigned one: the log forked.", &OriginState::splits) +
         family("quotary_witness_unproved", "gauge", "Refused checkpoints whose consistency was not proved.",
                &OriginState::unproved);
}

}  // namespace

void add_routes(http::Router& router, Witness& witness) {
  router.add("POST", "/add-checkpoint", {.body_max = add_checkpoint_bytes_max},
             [&witness](const std::shared_ptr<const http::Request>& request, const http::Reply& reply) {
               reply(response_of(witness.add_checkpoint(request->body)));
             });
  router.add("GET", "/{origin}/checkpoint", {},
             [&witness](const std::shared_ptr<const http::Request>& request, const http::Reply& reply) {
               reply(response_of(witness.latest(request->param("origin"))));
             });
  router.add("GET", "/vkey", {.run = http::Run::inline_io},
             [&witness](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
               reply(response_of({200, "text/plain; charset=utf-8", vkey_text(witness.vkey()) + "\n"}));
             });
  router.add("GET", "/healthz", {.run = http::Run::inline_io},
             [](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
               reply(response_of({200, "text/plain; charset=utf-8", "ok\n"}));
             });
}

void add_metrics_route(http::Router& router, const Witness& witness, const http::Metrics& metrics) {
  router.add("GET", "/metrics", {},
             [&witness, &metrics](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
               reply(http::text_response(200, "text/plain; version=0.0.4", figures(witness) + metrics.text()));
             });
}

}  // namespace quotary::witness
