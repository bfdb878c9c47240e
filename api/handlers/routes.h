// The HTTP surface: one table of routes feeds the router and the OpenAPI document.
#pragma once

#include "api/http/metrics.h"
#include "api/http/router.h"
#include "api/organisation.h"

#include <string>

namespace quotary::api {

struct SurfaceOptions {
  bool public_log = true;  // /log/… hash tiles and checkpoint without a token; else for auditors alone
};

// Adds every route but /metrics. `organisation` outlives the router; handlers are safe on any worker.
void add_routes(http::Router& router, Organisation& organisation, const SurfaceOptions& options = {});

// Adds /metrics alone, for a listener that only this machine reaches: figures about the business are not for the
// public. Both outlive the router.
void add_metrics_route(http::Router& router, const Organisation& organisation, const http::Metrics& metrics);

// The OpenAPI 3.1 document of that table.
[[nodiscard]] std::string openapi_document(const std::string& server_url, const SurfaceOptions& options = {});

}  // namespace quotary::api
