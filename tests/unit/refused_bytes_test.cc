// The published sets of what must be taken and what refused (tests/golden/refused): each case is a known file with some
// lines, or bytes, of it changed. Another reader of the formats can be held against the same sets.
#include "ledger/base/bytes.h"
#include "ledger/log/slots.h"
#include "ledger/numbers/numbers_proof.h"
#include "signing/keys.h"
#include "signing/subject_keys.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_folder.h"
#include "tools/quotary_verify/status.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace quotary {
namespace {

std::string text(const json::value& object, const char* name) { return std::string(object.at(name).as_string()); }

std::vector<std::string> lines_of(std::string_view file) {
  std::vector<std::string> out;
  for (std::size_t end = 0; (end = file.find('\n')) != file.npos; file.remove_prefix(end + 1))
    out.emplace_back(file.substr(0, end));
  out.emplace_back(file);
  return out;
}

// The set's file as the case has it. Lines are counted from 1, in the file as it was.
std::string edited(const json::value& set, const json::value& each) {
  const auto lines = lines_of(testing::golden(text(set, "of")));
  std::vector<std::string> out;
  std::size_t taken = 0;
  for (const json::value& edit : each.at("edits").as_array()) {
    const auto begin = edit.at("line").to_number<std::size_t>() - 1;
    out.insert(out.end(), lines.begin() + static_cast<std::ptrdiff_t>(taken),
               lines.begin() + static_cast<std::ptrdiff_t>(begin));
    for (const json::value& line : edit.at("insert").as_array()) out.emplace_back(line.as_string());
    taken = std::min(begin + edit.at("remove").to_number<std::size_t>(), lines.size());
  }
  out.insert(out.end(), lines.begin() + static_cast<std::ptrdiff_t>(taken), lines.end());
  std::string file;
  for (std::size_t i = 0; i < out.size(); ++i) file += (i == 0 ? "" : "\n") + out[i];
  return file;
}

std::unique_ptr<CheckpointVerifier> key_of(const json::value& set) {
  const std::string vkey = testing::golden(text(set, "vkey"));
  return signing::open_vkey(vkey.substr(0, vkey.find('\n'))).value();
}

template <class Check>
void walk(const std::string& file, const Check& check) {
  const json::value set = testing::golden_json("refused/" + file);
  std::size_t refused = 0;
  for (const json::value& each : set.at("cases").as_array()) {
    SCOPED_TRACE(text(each, "name"));
    check(set, each);
    refused += each.as_object().contains("code") ? 1 : 0;
  }
  EXPECT_GE(refused, 8u);
}

// Of a case that must be refused, its code.
std::string code_in(const json::value& each) {
  return each.as_object().contains("code") ? text(each, "code") : std::string();
}

TEST(RefusedBytes, StatusProofs) {
  walk("status_proofs.json", [](const json::value& set, const json::value& each) {
    const auto verdict = offline::judge_status(edited(set, each), {}, *key_of(set));
    EXPECT_EQ(verdict.code, code_in(each)) << verdict.detail;
    EXPECT_EQ(verdict.holds(), code_in(each).empty());
  });
}

TEST(RefusedBytes, NumbersProofs) {
  walk("numbers_proofs.json", [](const json::value& set, const json::value& each) {
    const auto checked = check_numbers_proof(edited(set, each), *key_of(set));
    EXPECT_EQ(checked ? "" : checked.error().code, code_in(each)) << (checked ? "" : checked.error().detail);
  });
}

TEST(RefusedBytes, Slots) {
  const testing::TemporaryFolder folder;
  const auto files = posix_file_system();
  walk("slots.json", [&](const json::value&, const json::value& each) {
    std::string bytes(each.at("bytes").to_number<std::size_t>(), '\0');
    for (const json::value& part : each.at("parts").as_array()) {
      const auto at = part.at("at").to_number<std::size_t>();
      const auto content = from_hex(text(part, "hex")).value();
      bytes.replace(at, content.size(), content);
    }
    bytes.resize(each.at("bytes").to_number<std::size_t>());
    const std::string path = folder.file("slots");
    ASSERT_TRUE(write_file_durably(*files, path, bytes));
    const auto read = Slots::read(*files, path);
    EXPECT_EQ(read ? "" : read.error().code, code_in(each)) << (read ? "" : read.error().detail);
    EXPECT_EQ(Slots::open(*files, path).has_value(), read.has_value());
    if (!read) return;
    EXPECT_EQ(*read ? (*read)->sequence : 0, each.at("published").to_number<std::uint64_t>());
  });
}

TEST(RefusedBytes, SubjectKeys) {
  const testing::TemporaryFolder folder;
  const auto files = posix_file_system();
  walk("subject_keys.json", [&](const json::value&, const json::value& each) {
    const std::string path = folder.file("subjects.keys");
    ASSERT_TRUE(write_file_durably(*files, path, from_hex(text(each, "hex")).value()));
    const auto keys = signing::open_subject_keys(*files, path, false, std::make_shared<SystemRandom>());
    ASSERT_EQ(keys ? "" : keys.error().code, code_in(each)) << (keys ? "" : keys.error().detail);
    if (!keys) return;
    // Which keys are there shows in what can be encrypted.
    for (const json::value& subject : each.at("subjects").as_array()) {
      const auto sealed = (*keys)->encrypt(subject.as_string(), "object", "plain");
      ASSERT_TRUE(sealed) << sealed.error().detail;
      EXPECT_EQ((*keys)->decrypt(subject.as_string(), "object", *sealed).value(), "plain");
    }
    const auto* erased = each.as_object().if_contains("erased");
    if (erased == nullptr) return;
    for (const json::value& subject : erased->as_array())
      EXPECT_EQ((*keys)->encrypt(subject.as_string(), "object", "plain").error().code, "subject_key_erased");
  });
}

}  // namespace
}  // namespace quotary
