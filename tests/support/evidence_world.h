// A World in which evidence is taken, with one case of the rep's, and short calls. Its test defines
// QUOTARY_INSPECT_PROGRAM.
#pragma once

#include "api/use_cases/cases/evidence_calls.h"
#include "api/use_cases/cases/upload_calls.h"
#include "tests/api/fixture.h"
#include "tests/support/case_fixture.h"

namespace quotary::api::testing {

// Half an hour after quotary::testing::phone_metadata() took its photo.
constexpr const char* after_the_photo = "2026-06-30T01:35:00.000Z";

struct EvidenceWorld : World {
  std::string case_id;

  explicit EvidenceWorld(std::string_view start = after_the_photo) : World(start) {
    config.inspecting.program = {QUOTARY_INSPECT_PROGRAM};
    config.inspecting.limits.cpu_time = std::chrono::milliseconds(20'000);  // instrumented code is slower
    reopen();
    case_id = quotary::testing::open_case(*organisation, rep);
  }

  void pass(std::int64_t ms) { clock->set(Timestamp{clock->now().unix_ms + ms}); }
  Organisation::Parts& parts() { return organisation->parts(); }

  // The id of a whole upload.
  std::string upload(const std::string& content, const std::string& name = "file.bin", const std::string& type = "",
                     const std::string& of_case = "", const Principal* who = nullptr) {
    const Principal& caller = who ? *who : rep;
    auto begun = begin_upload(parts(), caller, of_case.empty() ? case_id : of_case, {content.size(), name, type, ""});
    EXPECT_TRUE(begun) << begun.error().detail;
    const auto sent = take_bytes(parts(), begun->id, 0, content);
    EXPECT_TRUE(sent) << sent.error().detail;
    return begun->id;
  }
  static std::string body(const std::string& upload, const std::string& kind, const std::string& more = "") {
    return R"({"upload": ")" + upload + R"(", "title": "现场材料")" +
           (kind.empty() ? "" : R"(, "kind": ")" + kind + "\"") + more + "}";
  }
  Result<Answer> add(const std::string& upload, const std::string& kind, const std::string& more = "",
                     const std::string& key = "", const std::string& of_case = "") {
    return add_evidence(parts(), rep, of_case.empty() ? case_id : of_case, key, body(upload, kind, more));
  }
  Result<Answer> add_version_to(const std::string& item, const std::string& upload, const std::string& more = "",
                                const std::string& key = "") {
    return add_evidence_version(parts(), rep, item, key, body(upload, "", R"(, "change_note": "改了报价页")" + more));
  }
  // The item that a whole file becomes.
  std::string item(const std::string& content, const std::string& kind, const std::string& more = "",
                   const std::string& name = "file.bin") {
    const auto added = add(upload(content, name), kind, more);
    EXPECT_TRUE(added) << added.error().code << " " << added.error().detail;
    return added ? text(*added, "item") : "";
  }
  std::string content_of(const std::string& item, std::uint64_t version = 1) {
    const auto content = evidence_content(parts(), rep, item, std::to_string(version));
    EXPECT_TRUE(content) << content.error().detail;
    std::string out;
    while (content && out.size() < content->reader->size_bytes()) {
      const auto piece = content->reader->read_at(out.size(), 1u << 20);
      EXPECT_TRUE(piece) << piece.error().detail;
      if (!piece) break;
      out += *piece;
    }
    return out;
  }
  std::uint64_t tree_size() const { return organisation->ledger_state().tree_size; }
};

inline std::vector<std::string> flags_of(const Answer& added) {
  std::vector<std::string> out;
  for (const auto& each : added.body.at("version").at("flags").as_array()) out.emplace_back(each.as_string());
  return out;
}
template <class T>
std::string pointer_of(const Result<T>& result) {
  return result || result.error().problems.empty() ? "" : result.error().problems.front().pointer;
}

}  // namespace quotary::api::testing
