// Errors as values: every call that can fail for the world's reasons answers a Result.
// A programmer's error is not a Result: it ends the process through QUOTARY_CHECK.
#pragma once

#include <boost/system/result.hpp>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace quotary {

// The class of a failure; the HTTP layer maps each to one status and the command line to one exit code.
enum class Errc {
  invalid,          // the caller's input breaks a rule
  unauthenticated,  // no credential, or one that is not known
  forbidden,        // known caller, not allowed
  not_found,        // absent, or out of the caller's scope
  gone,             // was there, and was erased lawfully
  conflict,         // the state at the write does not allow it
  too_large,        // over a named limit
  overloaded,       // try again later
  corrupt,          // stored bytes do not hold
  storage,          // the disk or the store refused
  unavailable,      // a part this call needs is missing or degraded
  internal,         // a library failed in a way we do not expect
};

// One fault in the caller's input. `pointer` is a JSON pointer (RFC 6901) into the request, may be empty.
struct Problem {
  std::string pointer;
  std::string code;
  std::string detail;
};

// What went wrong: `code` is stable and for machines, `detail` says where and what to do, for people.
struct Error {
  Errc kind = Errc::internal;
  std::string code;
  std::string detail;
  std::vector<Problem> problems;
};

template <class T = void>
using Result = boost::system::result<T, Error>;

[[nodiscard]] inline Error fail(Errc kind, std::string code, std::string detail) {
  return Error{kind, std::move(code), std::move(detail), {}};
}

// Called by Result::value() on an error: reaching it is a programmer's error.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

// Ends the process with a message on stderr. `file` and `line` come from the macro.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace quotary

// Stays on in release builds: what it guards must hold whatever the input was.
#define QUOTARY_CHECK(condition) ((condition) ? void(0) : ::quotary::check_failed(#condition, __FILE__, __LINE__))

// Unwraps a Result into a new variable, or returns its error from the enclosing function.
#define QUOTARY_TRY(name, expression)                              \
  auto name##_or_error = (expression);                             \
  if (!name##_or_error) return std::move(name##_or_error).error(); \
  auto name = std::move(*name##_or_error)

// The same for a Result<void>.
#define QUOTARY_TRY_VOID(expression)                   \
  do {                                                 \
    auto outcome_ = (expression);                      \
    if (!outcome_) return std::move(outcome_).error(); \
  } while (false)
