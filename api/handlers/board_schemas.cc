#include "api/handlers/endpoint.h"

namespace quotary::api {

std::string_view board_schemas() {
  return R"json({
})json";
}

}  // namespace quotary::api
