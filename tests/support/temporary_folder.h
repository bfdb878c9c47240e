// A folder of a test's own, gone when the test ends.
#pragma once

#include "ledger/base/bytes.h"
#include "ledger/base/random.h"

#include <filesystem>
#include <string>

namespace quotary::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    SystemRandom random;
    path_ = (std::filesystem::temp_directory_path() / ("quotary-test-" + to_hex(random.bytes(8)))).string();
    std::filesystem::create_directories(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace quotary::testing
