// The program by which a server has evidence files looked at.
#include "tools/quotary/command.h"

#include <algorithm>
#include <filesystem>
#include <thread>

namespace quotary::cli {
namespace {

constexpr unsigned inspecting_processes_max = 4;

}  // namespace

inspecting::InspectorsConfig inspecting_by_processes() {
  inspecting::InspectorsConfig out;
  out.processes = std::clamp(std::thread::hardware_concurrency(), 1u, inspecting_processes_max);
  std::error_code failed;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) out.program = {(own.parent_path() / "quotary-inspect").string()};
  return out;
}

}  // namespace quotary::cli
