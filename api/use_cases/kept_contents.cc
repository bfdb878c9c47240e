#include "api/use_cases/kept_contents.h"

#include "api/metrics_text.h"
#include "api/use_cases/erased_keys.h"
#include "api/use_cases/parts.h"
#include "ledger/log/system_event.h"
#include "signing/content_cipher.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr std::string_view damaged_type = "system.content_damaged", contents_subject = "system:contents";
constexpr std::size_t told_max = 1'000;  // damaged contents that are chained since the start; all are counted

}  // namespace

KeptContents::KeptContents(Ledger& ledger, const std::shared_ptr<FileSystem>& files,
                           const std::shared_ptr<Random>& random, const std::string& data_directory)
    : ledger_(ledger),
      cipher_(signing::content_cipher(random)),
      store_(blobs::BlobStore::open_for_reading(files, *cipher_,
                                                data_directory + "/" + std::string(contents::blobs_folder))),
      erased_(ledger, *files, *store_, data_directory) {}

KeptContents::~KeptContents() = default;

void KeptContents::start_scrubbing(const Scrubbing& scrubbing) {
  if (scrubbing.bytes_per_second == 0 || ledger_.state().read_only) return;
  scrubber_ = std::make_unique<contents::ContentsScrubber>(
      scrubbing, ledger_, *store_,
      [this](std::uint64_t index, const contents::ContentFinding& finding) { found(index, finding); });
}

Result<contents::ContentFigures> KeptContents::check(const contents::ContentsCheck& check, VerifyReport& report) const {
  contents::ContentFigures figures;
  QUOTARY_TRY_VOID(read_log(ledger_, [&](const LogView& view) -> Result<void> {
    QUOTARY_TRY(found, contents::check_contents(view, *store_, check, report));
    figures = found;
    return {};
  }));
  return figures;
}

Result<std::vector<std::string>> KeptContents::paths(std::uint64_t tree_size) const {
  std::vector<std::string> out;
  QUOTARY_TRY_VOID(read_log(ledger_, [&](const LogView& view) -> Result<void> {
    QUOTARY_TRY(entries, contents::naming_entries(view.state, 0, tree_size));
    for (const auto& each : entries) {
      const auto content = contents::named_content(view, each.index);
      if (content && content->reference) {
        out.push_back(contents::blob_path(content->reference->id));
        continue;
      }
      const Error& why = content ? content->unread : content.error();
      if (why.kind != Errc::corrupt && why.kind != Errc::gone) return why;
    }
    return {};
  }));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool KeptContents::hold() const { return !scrubber_ || scrubber_->figures().damaged == 0; }

std::string KeptContents::metrics() const {
  const auto figures = scrubber_ ? scrubber_->figures() : contents::ContentsScrubFigures{};
  return metrics_line("quotary_content_scrub_rounds_total", "counter",
                      "Times that all contents of evidence were read again in the background, since the start.",
                      figures.rounds) +
         metrics_line("quotary_content_scrub_contents", "gauge", "Contents read in the round under way.",
                      figures.contents) +
         metrics_line("quotary_contents_damaged", "gauge",
                      "Contents of evidence that are missing, damaged or another than their entries commit to.",
                      figures.damaged);
}

// Once for each since the start: the ledger tells when it was first seen. A ledger that takes no entry shows it by
// hold() and metrics() alone.
void KeptContents::found(std::uint64_t index, const contents::ContentFinding& finding) {
  if (told_.size() >= told_max || !told_.insert(index).second) return;
  (void)append_draft(ledger_, system_draft(damaged_type, contents_subject, {{"entry", index}, {"kind", finding.kind}}));
}

KeptContents& contents_of(Organisation::Parts& parts) { return parts.erased_keys->contents(); }

}  // namespace quotary::api
