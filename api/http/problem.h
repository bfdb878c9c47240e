// Errors as application/problem+json (RFC 9457).
#pragma once

#include "api/http/message.h"

#include <string>
#include <string_view>

namespace quotary::http {

// The status of an error: its class decides, but a few codes that are faults of the message itself (bad JSON, a
// missing header, bad encoding) are 400 instead of 422, and a few have a status of their own.
[[nodiscard]] int status_of(const Error& error);

// The whole answer, with WWW-Authenticate for 401 and Retry-After for 503, 429 and 423. A problem whose pointer is
// "?name" is said of the query parameter `name`. The details of internal, storage and corrupt errors stay out of it
// (they may name paths): they ride in log_detail to the server's error log.
[[nodiscard]] Response problem_response(const Error& error, std::string_view instance);
// The same with a status of the caller's choice.
[[nodiscard]] Response problem_response(int status, const Error& error, std::string_view instance);

// The standard phrase, "Unknown" when there is none.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace quotary::http
