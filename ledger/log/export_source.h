// Where an export is read from, as something that may be hostile: no links are followed, nothing outside is reached.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace quotary {

// A file read once, forward. One thread.
class ExportInput {
 public:
  virtual ~ExportInput() = default;
  // Up to `size` bytes more; fewer only at the end.
  [[nodiscard]] virtual Result<std::string> read(std::size_t size) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;  // when it was opened
};

// Thread-safe.
class ExportSource {
 public:
  virtual ~ExportSource() = default;
  // Errc::not_found `file_missing`, forbidden `file_forbidden`, corrupt `not_a_file` for what is no regular file or
  // lies behind a link, storage `file_error`.
  [[nodiscard]] virtual Result<std::unique_ptr<ExportInput>> open(const std::string& path) const = 0;
  // Visits whatever is no folder, at any depth, in no order; paths are relative. Folders deeper than any export's are
  // visited as if they were files. False stops.
  [[nodiscard]] virtual Result<void> visit(const std::function<bool(const std::string& path)>& visit) const = 0;
};

// Errc::not_found `no_export` when there is no such folder, forbidden `file_forbidden`.
[[nodiscard]] Result<std::unique_ptr<ExportSource>> open_export_folder(const std::string& folder);

inline constexpr std::size_t export_archive_files_max = 1'000'000;  // some 100 bytes of memory each

// The files in an archive that `quotary export` made, which is read through once for where they stand. The same errors,
// and Errc::corrupt `bad_archive` for anything that no export is, with the byte at which it is not: another form of
// header, two files of one name, bytes behind its end, over export_archive_files_max files.
[[nodiscard]] Result<std::unique_ptr<ExportSource>> open_export_archive(const std::string& path);
// Whichever of the two stands at `path`.
[[nodiscard]] Result<std::unique_ptr<ExportSource>> open_export(const std::string& path);

}  // namespace quotary
