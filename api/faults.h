// Faults in a request, named where they are: the body's by JSON pointer, the query's by parameter.
#pragma once

#include "ledger/base/result.h"

#include <string>
#include <utility>

namespace quotary::api {

// Errc::invalid with one problem at `pointer` in the body.
[[nodiscard]] inline Error invalid(std::string code, std::string pointer, std::string detail) {
  Error error = fail(Errc::invalid, code, detail);
  error.problems.push_back({std::move(pointer), std::move(code), std::move(detail)});
  return error;
}

// Errc::invalid with one problem in the query parameter `name`. Its pointer is "?name", which the HTTP layer writes as
// the member `parameter`: a JSON pointer never begins so.
[[nodiscard]] inline Error invalid_parameter(const std::string& name, std::string code, std::string detail) {
  return invalid(std::move(code), "?" + name, std::move(detail));
}

}  // namespace quotary::api
