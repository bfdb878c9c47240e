#include "api/handlers/endpoint.h"

namespace quotary::api {

std::span<const Endpoint> case_evidence_endpoints() { return {}; }

}  // namespace quotary::api
