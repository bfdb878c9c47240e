// The dearest files that we can think of for who judges documents.
#pragma once

#include <string>
#include <vector>

namespace quotary::testing {

struct HostileDocument {
  const char* name;
  std::string bytes;
  bool intact = false;  // all of it is allowed, and there is much of it
};
[[nodiscard]] std::vector<HostileDocument> hostile_documents();

}  // namespace quotary::testing
