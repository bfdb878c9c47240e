#include "api/handlers/endpoint.h"

namespace quotary::api {

std::span<const Endpoint> board_endpoints() { return {}; }

}  // namespace quotary::api
