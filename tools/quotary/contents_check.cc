#include "tools/quotary/contents_check.h"

#include "ledger/base/random.h"
#include "signing/content_cipher.h"
#include "tools/quotary/findings.h"

#include <unistd.h>

#include <cstdio>

namespace quotary::cli {

Result<contents::ContentFigures> check_contents(const LedgerOptions& options, const LedgerPorts& ports,
                                                const contents::ContentsCheck& check, VerifyReport& report) {
  const auto cipher = signing::content_cipher(std::make_shared<SystemRandom>());
  const auto store = blobs::BlobStore::open_for_reading(ports.files, *cipher,
                                                        options.directory + "/" + std::string(contents::blobs_folder));
  contents::ContentFigures figures;
  QUOTARY_TRY_VOID(read_log(options, ports, [&](const LogView& view) -> Result<void> {
    QUOTARY_TRY(found, contents::check_contents(view, *store, check, report));
    figures = found;
    return {};
  }));
  return figures;
}

std::function<void(std::uint64_t, std::uint64_t)> content_progress() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [shown = std::uint64_t{0}](std::uint64_t done, std::uint64_t bytes) mutable {
    constexpr unsigned mb_shift = 20;
    if (done < bytes && done >> mb_shift == shown) return;
    shown = done >> mb_shift;
    std::fprintf(stderr, "\rMB %llu / %llu", number(shown), number(bytes >> mb_shift));
    if (done >= bytes) std::fputs("\r\033[K", stderr);
  };
}

}  // namespace quotary::cli
