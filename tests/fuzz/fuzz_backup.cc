// A manifest of a backup: read, and if it is one, written again to the same bytes.
#include "ledger/backup/backup_format.h"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = quotary::parse_backup_manifest(text);
  if (!manifest) return 0;
  const auto again = quotary::manifest_text(*manifest);
  QUOTARY_CHECK(again && *again == text);
  for (const quotary::BackupFile& file : manifest->files)
    QUOTARY_CHECK(quotary::good_backup_path(file.path) && ("/" + file.path).find("/.") == std::string::npos);
  return 0;
}
