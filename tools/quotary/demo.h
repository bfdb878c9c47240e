// The demonstration organisation: 上海衡拓自动化设备有限公司 with its people, its series and, if asked, sample quotes.
#pragma once

#include "tools/quotary/command.h"

namespace quotary::cli {

struct DemoOptions {
  Places places;
  std::string public_url = "http://127.0.0.1:8480";
  std::string origin;  // empty: the public URL's host + "/ledger"
  bool empty = false;  // no sample quotes
};

// Makes all of it beside the final places and moves it there last, so that a run that was cut off leaves nothing that
// looks like an organisation, and the next one begins anew. Writes demo-credentials.json (0600) into the key folder.
// Refuses folders that are there.
[[nodiscard]] Result<void> make_demo(DemoOptions options);

}  // namespace quotary::cli
