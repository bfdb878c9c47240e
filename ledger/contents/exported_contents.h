// Large contents on their way out of a ledger: which an export takes along, and what its reader holds them against.
#pragma once

#include "ledger/blobs/blob_store.h"
#include "ledger/log/export_check.h"
#include "ledger/log/export_writer.h"

#include <vector>

namespace quotary::contents {

// For ExportOptions: opens what evidence's references lead to. `store` outlives the export. A content that is lost,
// damaged or another one ends the export: Errc::corrupt `blob_missing`, `blob_damaged`, `blob_differs`.
[[nodiscard]] FindExportContent contents_for_export(const blobs::BlobStore& store);

// For ExportCheckOptions: gathers what the entries of an export name, where it holds their references. One check; one
// thread.
class ExportedContents {
 public:
  ExportedContents();
  ExportedContents(const ExportedContents&) = delete;
  ExportedContents& operator=(const ExportedContents&) = delete;

  [[nodiscard]] const ExportWatch& watch() const { return watch_; }
  // What was named since the last call.
  [[nodiscard]] std::vector<ExportedContent> take();

 private:
  [[nodiscard]] std::optional<std::string> see(const EntryView& entry, std::string_view canonical,
                                               const std::vector<ExportedObject>& objects);

  ExportWatch watch_;
  std::vector<ExportedContent> named_;
};

}  // namespace quotary::contents
