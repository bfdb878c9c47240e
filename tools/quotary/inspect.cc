// The program by which a server has evidence files looked at.
#include "tools/quotary/command.h"

#include <filesystem>

namespace quotary::cli {

inspecting::InspectorsConfig inspecting_by_processes() {
  inspecting::InspectorsConfig out;
  std::error_code failed;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) out.program = {(own.parent_path() / "quotary-inspect").string()};
  return out;
}

}  // namespace quotary::cli
