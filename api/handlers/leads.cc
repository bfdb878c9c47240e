#include "api/handlers/endpoint.h"

namespace quotary::api {

std::span<const Endpoint> lead_endpoints() { return {}; }

}  // namespace quotary::api
