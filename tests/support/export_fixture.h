// A ledger of a test's own and exports of it, with what it takes to damage them.
#pragma once

#include "ledger/log/export_check.h"
#include "ledger/log/export_writer.h"
#include "tests/support/log_fixture.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace quotary::testing {

// The subjects whose keys were destroyed answer so.
class ErasingCipher final : public ObjectCipher {
 public:
  Result<std::string> encrypt(std::string_view subject, std::string_view id, std::string_view plain) override {
    return below_.encrypt(subject, id, plain);
  }
  Result<std::string> decrypt(std::string_view subject, std::string_view id, std::string_view sealed) const override {
    if (subject == erased) return fail(Errc::not_found, "subject_key_erased", "the key was destroyed");
    return below_.decrypt(subject, id, sealed);
  }
  std::string erased;

 private:
  MarkingCipher below_;
};

class ExportFixture : public LogFixture {
 protected:
  explicit ExportFixture(std::shared_ptr<FileSystem> files = posix_file_system()) : LogFixture(std::move(files)) {
    ports.cipher = &erasing;
  }

  // A ledger of `size` entries about some subjects, each with a fact and a private object of one of three customers.
  void make_log(std::uint64_t size, std::uint64_t subjects = 7) {
    auto ledger = make();
    grow(*ledger, size, subjects);
  }
  void grow(Ledger& ledger, std::uint64_t size, std::uint64_t subjects = 7) {
    constexpr std::uint64_t at_once = 2'000;
    for (std::uint64_t at = ledger.state().tree_size; at < size;) {
      const std::uint64_t end = std::min(size, at + at_once);
      auto appended = ledger.append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
        std::vector<Draft> drafts;
        for (std::uint64_t i = at; i < end; ++i) {
          drafts.push_back(draft("quote.issued", "quote:" + std::to_string(i % subjects), facts_of(i)));
          drafts.back().objects.back().key_subject = "customer:" + std::to_string(i % 3);
        }
        return drafts;
      });
      ASSERT_TRUE(appended) << appended.error().detail;
      at = end;
    }
  }
  // Of lengths on both sides of a block's.
  static std::string facts_of(std::uint64_t index) {
    return "{\"n\":\"" + std::string(index * 37 % 1'100, static_cast<char>('a' + index % 26)) + "\"}";
  }

  [[nodiscard]] std::string at(const std::string& path) const { return folder.path() + "/export/" + path; }
  Result<ExportManifest> write(ExportPayloads payloads = ExportPayloads::facts, const std::string& target = "export") {
    ExportOptions how;
    how.target = folder.path() + "/" + target;
    how.archive = target.ends_with(".tar");
    how.payloads = payloads;
    how.vkey = signer->vkey();
    how.seal_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    return export_ledger(options, ports, *key, how);
  }
  Result<ExportReport> try_check(const std::string& target = "export") {
    auto source = open_export(folder.path() + "/" + target);
    if (!source) return std::move(source).error();
    return check_export(**source, *key, vkey.empty() ? signer->vkey() : vkey);
  }
  ExportReport check() {
    auto report = try_check();
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : ExportReport{};
  }

  [[nodiscard]] std::string read(const std::string& path) const {
    return read_file(*posix_file_system(), at(path)).value();
  }
  void put(const std::string& path, std::string_view bytes) const {
    std::filesystem::remove(at(path));
    ASSERT_TRUE((*posix_file_system()->open(at(path), OpenMode::create_new))->write_at(0, bytes));
  }
  // As someone would who changed files and covers it up as far as no key is needed.
  void sum_anew() const {
    std::istringstream lines(read("SHA256SUMS"));
    std::string made;
    for (std::string line; std::getline(lines, line);)
      made += sums_line(sha256(read(line.substr(66))), line.substr(66));
    put("SHA256SUMS", made);
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const auto& item : std::filesystem::recursive_directory_iterator(at("")))
      if (item.is_regular_file())
        found.push_back(std::filesystem::relative(item.path(), folder.path() + "/export").string());
    std::sort(found.begin(), found.end());
    return found;
  }
  static bool names(const ExportReport& report, std::string_view kind, std::string_view file) {
    return std::any_of(report.problems.begin(), report.problems.end(), [&](const ExportProblem& problem) {
      return (kind.empty() || problem.kind == kind) && problem.file == file;
    });
  }
  static bool names_entry(const ExportReport& report, std::string_view kind, std::uint64_t index) {
    return std::any_of(report.problems.begin(), report.problems.end(),
                       [&](const ExportProblem& problem) { return problem.kind == kind && problem.index == index; });
  }
  static std::string told(const ExportReport& report) {
    std::string out;
    for (const ExportProblem& problem : report.problems)
      out += problem.kind + " " + problem.file + (problem.index ? " #" + std::to_string(*problem.index) : "") + ": " +
             problem.detail + "\n";
    return out;
  }

  ErasingCipher erasing;
  std::string vkey;  // what `key` is as text; empty: the signer's
};

}  // namespace quotary::testing
