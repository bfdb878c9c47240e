#include "ledger/base/result.h"

#include <cstdio>

namespace quotary {

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  std::fprintf(stderr, "quotary: unchecked error %s (%s) at %s:%u\n", error.code.c_str(), error.detail.c_str(),
               where.file_name(), static_cast<unsigned>(where.line()));
  std::abort();
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "quotary: check failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace quotary
