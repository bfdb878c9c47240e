// The files of an export as they are checked: each byte goes through SHA-256, and each hash is held against SHA256SUMS.
// Inside ledger/log.
#pragma once

#include "ledger/log/export_check.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace quotary {

// Collects problems; both halves of the check add to one report.
class ExportProblems {
 public:
  explicit ExportProblems(ExportReport& report) : report_(report) {}
  void add(std::optional<std::uint64_t> index, const char* kind, std::string file, std::string detail);
  // So much is wrong that more would say no more.
  [[nodiscard]] bool enough() const { return report_.problems_total >= export_problems_max; }
  [[nodiscard]] ExportReport& report() { return report_; }

 private:
  ExportReport& report_;
};

// One thread. Errors of its calls are those that leave the export unchecked; all others become problems.
class ExportInputs {
 public:
  ExportInputs(const ExportSource& source, ExportProblems& problems) : source_(source), problems_(problems) {}

  [[nodiscard]] Result<void> open_sums();

  // A file read in parts. Bytes are absent from where it ends or cannot be read, which was told then.
  class Reading {
   public:
    // Exactly so many bytes.
    [[nodiscard]] Result<std::optional<std::string>> take(std::size_t size);
    [[nodiscard]] bool there() const { return input_ != nullptr; }

   private:
    friend class ExportInputs;
    std::unique_ptr<ExportInput> input_;
    std::string path_;
    std::uint64_t taken_ = 0;
    bool short_ = false;
    Sha256 hash_;
    ExportInputs* inputs_ = nullptr;
  };
  [[nodiscard]] Result<Reading> open(const std::string& path);
  // Reads on to the end (`surplus_max`: more bytes than that are too many, and not read), then takes the file's line of
  // SHA256SUMS. Files are closed in the order of SHA256SUMS.
  [[nodiscard]] Result<void> close(Reading reading, std::uint64_t surplus_max);
  // A whole file of at most `size_max` bytes; absent when it is missing or larger, which was told.
  [[nodiscard]] Result<std::optional<std::string>> whole(const std::string& path, std::size_t size_max);

  // A file read to its end, part by part; its line of SHA256SUMS is taken. False: it was missing or could not be read,
  // or is over `size_max`, which was told.
  [[nodiscard]] Result<bool> stream(const std::string& path, std::uint64_t size_max,
                                    const std::function<void(std::string_view part)>& part);

  // SHA256SUMS must end here; and it, the folder must hold nothing that the manifest does not make it hold.
  [[nodiscard]] Result<void> finish(const ExportManifest& manifest);

 private:
  // The next line's hash, when it is a line for this file.
  [[nodiscard]] Result<std::optional<Hash>> next_sum(const std::string& path);
  [[nodiscard]] Result<void> fill_sums();

  const ExportSource& source_;
  ExportProblems& problems_;
  std::unique_ptr<ExportInput> sums_;
  std::string sums_text_;  // read and not yet taken
  bool sums_ended_ = false, sums_lost_ = false;
  std::uint64_t sums_line_ = 0;
  unsigned misses_ = 0;  // lines in a row that were not the file's
};

}  // namespace quotary
