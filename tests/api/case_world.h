// A World with the demonstration's policy and an open case, and evidence that is in the ledger without any upload.
#pragma once

#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/policy_calls.h"
#include "api/use_cases/drafts.h"
#include "ledger/records/fields.h"
#include "tests/api/fixture.h"
#include "tests/support/gate_fixture.h"

namespace quotary::api::testing {

constexpr const char* whole_chain =
    R"({"roles": [{"role": "decision_maker", "person": "陈总"}, {"role": "user", "person": "李工"}]})";

struct CaseWorld : World {
  Principal admin = Organisation::operator_principal();
  std::string id;

  CaseWorld() {
    EXPECT_TRUE(publish(std::string(quotary::testing::demonstration_toml)));
    auto opened = open(rep);
    EXPECT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    id = text(*opened, "id");
  }

  Organisation::Parts& parts() const { return organisation->parts(); }
  std::uint64_t size() const { return organisation->ledger_state().tree_size; }

  Result<Answer> publish(const std::string& toml, const std::string& key = "") const {
    return publish_policy(parts(), admin, key, {toml, PolicyText::Form::toml});
  }
  static std::string request(const std::string& more = "") {
    return R"({"action_type": "demonstration", "policy": "demonstration", "title": "澄湖二厂压装机演示",
      "customer": {"name": "苏州澄湖新能源科技股份有限公司", "id": "C-17"})" +
           more + "}";
  }
  Result<Answer> open(const Principal& who, const std::string& more = "", const std::string& key = "") const {
    return open_case(parts(), who, key, request(more));
  }

  // The code of what the entry came to, "" when it was written.
  std::string evidence(const std::string& item, const std::string& kind, std::uint64_t version,
                       const json::object& facts) const {
    Draft draft = draft_by(rep, "evidence.added", "case:" + id);
    draft.body = {{"case", id},
                  {"item", item},
                  {"kind", kind},
                  {"version", version},
                  {"content", sha256(item + std::to_string(version)).hex()},
                  {"size", 1'000}};
    draft.objects.push_back(facts_object(facts));
    return code_of(append_one(*parts().ledger, draft));
  }
  std::string photo(std::uint64_t version = 1, std::int64_t age_ms = quotary::testing::hour_ms) const {
    const Timestamp captured{clock->now().unix_ms - age_ms};
    return evidence("photo-1", "photo", version, {{"captured_at", format_rfc3339(captured)}, {"geo", true}});
  }
  std::string deck(std::uint64_t version) const {
    json::object facts{{"version_label", true}};
    if (version > 1) facts["change_note"] = true;
    return evidence("deck-1", "deck", version, facts);
  }
  std::string confirmation(std::uint64_t deck, std::uint64_t version = 1) const {
    return evidence("confirmation-1", "confirmation", version,
                    {{"signature", "recorded"}, {"target", json::object{{"item", "deck-1"}, {"version", deck}}}});
  }
  Result<Answer> note(const std::string& content = whole_chain, const std::string& key = "") const {
    return write_note(parts(), rep, id, "decision_chain", key, content);
  }
  Result<Answer> waive(const Principal& who, const std::string& requirement,
                       const std::string& reason = "客户现场禁止拍照，主管到场确认") const {
    return waive_requirement(parts(), who, id, "",
                             R"({"requirement": ")" + requirement + R"(", "reason": ")" + reason + R"("})");
  }
  // Photo, deck, confirmation and note: nothing is missing.
  void complete() const {
    for (const auto& done : {photo(), deck(1), confirmation(1), code_of(note())}) EXPECT_EQ(done, "");
  }

  json::object gate() const {
    const auto read = read_gate(parts(), rep, id);
    EXPECT_TRUE(read) << read.error().detail;
    return read->body;
  }
  std::string stage() const { return std::string(gate().at("stage").as_string()); }
  json::object requirement(const std::string& wanted) const {
    const json::object whole = gate();
    for (const auto& each : whole.at("requirements").as_array())
      if (each.at("id").as_string() == wanted) return each.as_object();
    ADD_FAILURE() << "no requirement " << wanted;
    return {};
  }
  std::string standing(const std::string& wanted) const {
    return std::string(requirement(wanted).at("state").as_string());
  }
};

inline std::string pointers_of(const Error& error) {
  std::string out;
  for (const auto& each : error.problems) out += each.pointer + ":" + each.code + " ";
  return out;
}

}  // namespace quotary::api::testing
