#include "api/handlers/endpoint.h"

namespace quotary::api {

std::span<const Endpoint> policy_endpoints() { return {}; }

}  // namespace quotary::api
