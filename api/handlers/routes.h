// The HTTP surface: one table of routes feeds the router and the OpenAPI document.
#pragma once

#include "api/http/metrics.h"
#include "api/http/router.h"
#include "api/organisation.h"

#include <string>

namespace quotary::api {

struct SurfaceOptions {
  bool public_log = true;  // /log/… hash tiles and checkpoint without a token
};

// Adds every route. `organisation` and `metrics` outlive the router; handlers are safe on any worker.
void add_routes(http::Router& router, Organisation& organisation, http::Metrics& metrics, const SurfaceOptions& options = {});

// The same for an embedder that keeps no HTTP metrics: /metrics then shows the ledger's figures alone.
void add_routes(http::Router& router, Organisation& organisation, const SurfaceOptions& options = {});

// The OpenAPI 3.1 document of that table.
[[nodiscard]] std::string openapi_document(const std::string& server_url);

}  // namespace quotary::api
