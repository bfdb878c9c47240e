// The pages that people use and what they load, as they were bundled into the program. Immutable: safe to share between
// threads.
#pragma once

#include <string_view>
#include <vector>

namespace quotary::web {

struct Embedded {
  std::string_view address;  // of a page its name, of what it loads the path: its name holds the hash of its bytes
  std::string_view content_type;
  std::string_view bytes, gzip;  // the same, as it is and compressed
};

[[nodiscard]] const std::vector<Embedded>& embedded();

}  // namespace quotary::web
