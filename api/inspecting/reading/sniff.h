// What kind of file some bytes are, by libmagic.
#pragma once

#include "ledger/base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary::inspecting {

// libmagic with its database read. One thread at a time; a forked child may use its parent's.
class Sniffer {
 public:
  // Errc::unavailable `no_file_types` when the database cannot be read.
  [[nodiscard]] static Result<Sniffer> open();

  // "application/octet-stream" when nothing is known.
  [[nodiscard]] std::string media_type(std::string_view bytes) const;

 private:
  explicit Sniffer(std::shared_ptr<void> cookie) : cookie_(std::move(cookie)) {}
  std::shared_ptr<void> cookie_;
};

}  // namespace quotary::inspecting
