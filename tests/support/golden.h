// What stands in tests/golden.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/json.h"

#include <string>

namespace quotary::testing {

// `name` is a path below tests/golden; a test cannot go on without the file.
inline std::string golden(const std::string& name) {
  return read_file(*posix_file_system(), QUOTARY_SOURCE_DIR "/tests/golden/" + name).value();
}
inline json::value golden_json(const std::string& name) { return parse_json(golden(name)).value(); }

}  // namespace quotary::testing
