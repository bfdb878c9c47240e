// The witness's HTTP surface: the submission and the monitoring prefix are both the server's root.
#pragma once

#include "api/http/metrics.h"
#include "api/http/router.h"
#include "api/witness/witness.h"

namespace quotary::witness {

// POST /add-checkpoint, GET /{origin hash}/checkpoint, GET /vkey, GET /healthz. `witness` outlives the router.
void add_routes(http::Router& router, Witness& witness);
// GET /metrics, for a loopback listener. Both outlive the router.
void add_metrics_route(http::Router& router, const Witness& witness, const http::Metrics& metrics);

}  // namespace quotary::witness
