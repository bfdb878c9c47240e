#include "api/handlers/endpoint.h"

namespace quotary::api {

std::string_view case_schemas() {
  return R"json({
})json";
}

}  // namespace quotary::api
