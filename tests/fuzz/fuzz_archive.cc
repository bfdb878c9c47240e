// Any bytes as an archive of an export: never a crash, and each file of one that opens lies within it.
#include "ledger/log/export_source.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace quotary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("archive", MFD_CLOEXEC);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  if (const auto source = open_export_archive("/proc/self/fd/" + std::to_string(file))) {
    std::uint64_t bytes = 0;
    const auto visited = (*source)->visit([&](const std::string& path) {
      const auto input = (*source)->open(path);
      if (!input) std::abort();
      const auto whole = (*input)->read(size + 1);
      if (!whole || whole->size() != (*input)->size()) std::abort();
      bytes += whole->size();
      return true;
    });
    if (!visited || bytes > size) std::abort();
  }
  ::close(file);
  return 0;
}
