#include "api/handlers/endpoint.h"
#include "api/use_cases/cases/rendition_calls.h"

namespace quotary::api {
namespace {

Result<http::Response> sheet(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(made,
              evidence_sheet(surface.organisation.parts(), caller, request.param("item"), request.param("version")));
  return bytes_response(std::move(made), false);
}

const Endpoint endpoints[] = {
    {.method = "GET",
     .pattern = "/v1/evidence/{item}/versions/{version}/sheet",
     .summary = "A version's sealed page: a photo's stamped rendition, or the cover of a deck or document",
     .tag = "evidence",
     .gate = Call::read_case,
     .handler = sheet,
     .response_type = "application/pdf"},
};

}  // namespace

std::span<const Endpoint> evidence_sheet_endpoints() { return endpoints; }

}  // namespace quotary::api
