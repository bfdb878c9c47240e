// The published sets of time-stamps, exports and backups that must be taken or refused (tests/golden/refused). Another
// reader of the formats can be held against the same sets.
#include "ledger/backup/backup_format.h"
#include "ledger/base/bytes.h"
#include "ledger/base/time.h"
#include "ledger/log/export_check.h"
#include "signing/keys.h"
#include "signing/time_stamp.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

namespace quotary {
namespace {

namespace fs = std::filesystem;

std::string text(const json::value& object, const char* name) { return std::string(object.at(name).as_string()); }

// Of a case that must be refused, its code; "" of one that holds.
std::string code_in(const json::value& each) {
  return each.as_object().contains("code") ? text(each, "code") : std::string();
}

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? std::string() : result.error().code;
}

template <class Check>
void walk(const std::string& file, const Check& check) {
  const json::value set = testing::golden_json("refused/" + file);
  std::size_t refused = 0, held = 0;
  for (const json::value& each : set.at("cases").as_array()) {
    SCOPED_TRACE(text(each, "name"));
    check(set, each);
    ++(code_in(each).empty() ? held : refused);
  }
  EXPECT_GE(refused, 15u);
  EXPECT_GE(held, 2u);
}

TEST(RefusedFiles, TimeTokens) {
  walk("time_tokens.json", [](const json::value& set, const json::value& each) {
    const std::string token = from_hex(text(each, "hex")).value();
    const auto held = signing::check_time_token(token, sha256(text(set, "checkpoint")), text(set, "roots"));
    ASSERT_EQ(code_of(held), code_in(each)) << (held ? "" : held.error().detail);
    if (!held) return;
    EXPECT_EQ(format_rfc3339(held->time), text(each, "time"));
    // Without a root it is as good as ever, but for who gave it.
    EXPECT_TRUE(signing::check_time_token_signature(token, sha256(text(set, "checkpoint"))));
  });
}

TEST(RefusedFiles, ExportManifests) {
  walk("export_manifests.json", [](const json::value&, const json::value& each) {
    const auto parsed = parse_manifest(text(each, "text"));
    ASSERT_EQ(code_of(parsed), code_in(each)) << (parsed ? "" : parsed.error().detail);
    if (parsed) {
      EXPECT_EQ(manifest_text(*parsed), text(each, "text"));
    }
  });
}

TEST(RefusedFiles, BackupManifests) {
  walk("backup_manifests.json", [](const json::value&, const json::value& each) {
    const auto parsed = parse_backup_manifest(text(each, "text"));
    ASSERT_EQ(code_of(parsed), code_in(each)) << (parsed ? "" : parsed.error().detail);
    if (parsed) {
      EXPECT_EQ(manifest_text(*parsed).value(), text(each, "text"));
    }
  });
}

std::string content(const json::value& file) {
  return file.as_object().contains("hex") ? from_hex(text(file, "hex")).value() : text(file, "text");
}

// The set's export as the case has it, by path.
std::map<std::string, std::string> files_of(const json::value& set, const json::value& each) {
  std::map<std::string, std::string> files;
  for (const auto& [path, file] : set.at("files").as_object()) files[path] = content(file);
  for (const auto& [path, change] : each.at("files").as_object()) {
    if (change.is_null()) {
      files.erase(path);
    } else if (change.as_object().contains("at")) {
      const auto at = change.at("at").to_number<std::size_t>(), removed = change.at("remove").to_number<std::size_t>();
      files.at(path).replace(at, removed, content(change));
    } else {
      files[path] = content(change);
    }
  }
  return files;
}

TEST(RefusedFiles, Exports) {
  walk("exports.json", [](const json::value& set, const json::value& each) {
    const testing::TemporaryFolder folder;
    for (const auto& [path, bytes] : files_of(set, each)) {
      const fs::path whole = folder.file(path);
      fs::create_directories(whole.parent_path());
      std::ofstream(whole, std::ios::binary) << bytes;
    }
    const std::string vkey = text(set, "vkey");
    const auto key = signing::open_vkey(vkey).value();
    const auto source = open_export_folder(folder.path());
    ASSERT_TRUE(source) << source.error().detail;
    const auto report = check_export(**source, *key, vkey);
    const bool could_be_checked = code_in(each).empty() || each.as_object().contains("file");
    ASSERT_EQ(report.has_value(), could_be_checked);
    if (!report) {
      EXPECT_EQ(report.error().code, code_in(each)) << report.error().detail;
      return;
    }
    std::string said;
    bool named = false;
    for (const ExportProblem& problem : report->problems) {
      said += "\n  " + problem.kind + " " + problem.file + ": " + problem.detail;
      named = named || (problem.kind == code_in(each) && problem.file == text(each, "file"));
    }
    EXPECT_EQ(named, !code_in(each).empty()) << said;
    EXPECT_EQ(report->problems_total == 0, code_in(each).empty()) << said;
  });
}

}  // namespace
}  // namespace quotary
