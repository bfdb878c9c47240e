#include "api/web/assets.h"

#include <algorithm>

namespace quotary::web {

const Embedded* find(std::string_view address) {
  const auto found =
      std::find_if(embedded().begin(), embedded().end(), [&](const Embedded& each) { return each.address == address; });
  return found == embedded().end() ? nullptr : &*found;
}

}  // namespace quotary::web
