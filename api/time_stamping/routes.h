// The HTTP surface of an authority of our own (RFC 3161 section 3.4).
#pragma once

#include "api/http/metrics.h"
#include "api/http/router.h"
#include "signing/time_stamp.h"

#include <atomic>
#include <cstdint>
#include <string>

namespace quotary::time_stamping {

// Counts since the start. Thread-safe.
struct AuthorityFigures {
  std::atomic<std::uint64_t> granted{0}, refused{0}, failed{0};
};

// POST / (application/timestamp-query, at most time_query_bytes_max; 415 for another type), GET /certificate (PEM),
// GET /healthz (503 while the clock cannot be used). All outlive the router.
void add_routes(http::Router& router, signing::TimeAuthority& authority, AuthorityFigures& figures);
// GET /metrics, for a loopback listener. All outlive the router.
void add_metrics_route(http::Router& router, const signing::TimeAuthority& authority, const AuthorityFigures& figures,
                       const http::Metrics& metrics);
// What a clock that is behind means and what to do, for people.
[[nodiscard]] std::string clock_behind_words(std::int64_t behind_ms);

}  // namespace quotary::time_stamping
