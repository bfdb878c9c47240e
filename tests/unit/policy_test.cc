// Policies as administrators write them: what is read, what is refused and where, and the canonical form.
#include "ledger/gates/policy.h"

#include "ledger/base/hash.h"
#include "ledger/base/json.h"
#include "tests/support/gate_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace quotary::gates {
namespace {

using testing::demonstration;
using testing::demonstration_toml;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Faults as "pointer code", in the order of the answer.
std::vector<std::string> faults_of(const Result<Policy>& policy) {
  std::vector<std::string> out;
  if (policy) return out;
  EXPECT_EQ(policy.error().code, "policy_invalid");
  EXPECT_EQ(policy.error().kind, Errc::invalid);
  for (const Problem& problem : policy.error().problems) {
    EXPECT_FALSE(problem.detail.empty());
    out.push_back(problem.pointer + " " + problem.code);
  }
  return out;
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(demonstration_toml);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

json::object demonstration_json() { return parse_json(canonical(demonstration())).value().as_object(); }

json::object& requirement(json::object& policy, std::size_t at = 0) {
  return policy["requirement"].as_array()[at].as_object();
}
json::object& note(json::object& policy) { return policy["note"].as_array()[0].as_object(); }

TEST(Policy, TomlIsRead) {
  const Policy policy = demonstration();
  EXPECT_EQ(policy.name, "demonstration");
  EXPECT_EQ(policy.title, (Policy::Title{"现场演示", "On-site demonstration"}));
  EXPECT_THAT(policy.action_types, ElementsAre("demonstration"));
  EXPECT_THAT(policy.gates, ElementsAre(GatePoint::quote_issue, GatePoint::case_close));
  ASSERT_EQ(policy.notes.size(), 1u);
  EXPECT_EQ(policy.notes[0].kind, NoteKind::roles);
  EXPECT_TRUE(policy.notes[0].required);
  ASSERT_EQ(policy.requirements.size(), 3u);
  const Policy::Requirement& photo = policy.requirements[0];
  EXPECT_EQ(photo.id, "site_photo");
  EXPECT_EQ(photo.kind, EvidenceKind::photo);
  EXPECT_EQ(photo.min_count, 1u);
  EXPECT_EQ(photo.max_age_hours, 24u);
  EXPECT_THAT(photo.needs, ElementsAre(EvidenceNeed::geo, EvidenceNeed::captured_at));
  EXPECT_THAT(photo.refuse_flags, ElementsAre("duplicate_of", "future_time"));
  EXPECT_THAT(photo.waive, ElementsAre("manager", "region_director"));
  EXPECT_TRUE(policy.requirements[1].waive.empty()) << "nobody, unless it is said";
  EXPECT_EQ(policy.requirements[2].signature_at_least, SignatureGrade::recorded);
  EXPECT_EQ(policy.requirements[2].target, "deck");
}

TEST(Policy, CanonicalFormNamesTheVersion) {
  const std::string text = canonical(demonstration());
  EXPECT_EQ(
      text,
      R"({"action_types":["demonstration"],"format":"quotary/policy/v1","gates":["quote.issue","case.close"],"name":"demonstration",)"
      R"("note":[{"id":"decision_chain","kind":"roles","required":true,"title":{"en":"Decision chain","zh":"决策链"}}],)"
      R"("requirement":[{"id":"site_photo","kind":"photo","max_age":"24h","min_count":1,"needs":["geo","captured_at"],)"
      R"("refuse_flags":["duplicate_of","future_time"],"title":{"en":"Photo on site","zh":"现场照片"},"waive":["manager","region_director"]},)"
      R"({"id":"deck","kind":"deck","min_count":1,"needs":["version_label","change_note"],"title":{"en":"Slide deck","zh":"演示文稿"}},)"
      R"({"id":"trial_confirmation","kind":"confirmation","min_count":1,"needs":["signature"],"signature_at_least":"recorded",)"
      R"("target":"deck","title":{"en":"Trial confirmation","zh":"试用确认书"},"waive":["region_director"]}],)"
      R"("title":{"en":"On-site demonstration","zh":"现场演示"}})");
  EXPECT_EQ(sha256(text).hex(), "babe46006fb04ecb8896056acace43101548049ffc4dfe4cf1faf0f04b7dd4d4");
  EXPECT_EQ(parse_policy_json(text).value(), demonstration());
}

TEST(Policy, OneMeaningHasOneCanonicalForm) {
  const std::string text = canonical(demonstration());
  EXPECT_EQ(canonical(parse_policy_toml(replaced("\"24h\"", "\"1d\"")).value()), text);
  EXPECT_EQ(canonical(parse_policy_toml(replaced("[\"geo\", \"captured_at\"]", "[\"captured_at\", \"geo\"]")).value()),
            text);
  EXPECT_EQ(canonical(parse_policy_toml(replaced("min_count = 1\n", "")).value()), text);
  EXPECT_EQ(canonical(parse_policy_toml(replaced("required = true\n", "")).value()), text);
  EXPECT_NE(canonical(parse_policy_toml(replaced("\"24h\"", "\"25h\"")).value()), text);
}

TEST(Policy, TextIsKeptInNfc) {
  const Policy policy = parse_policy_toml(replaced("Slide deck",
                                                   "De\xcc\x81"
                                                   "ck"))
                            .value();
  EXPECT_EQ(policy.requirements[1].title.en,
            "D\xc3\xa9"
            "ck");
}

struct BadValue {
  std::function<void(json::object&)> change;
  std::vector<std::string> faults;
};

TEST(Policy, EachFaultHasItsPointerAndCode) {
  const std::string long_code(limits::code_characters_max + 1, 'a');
  const BadValue table[] = {
      {[](auto& p) { p["colour"] = "red"; }, {"/colour unknown_member"}},
      {[](auto& p) { p["format"] = "quotary/policy/v2"; }, {"/format not_allowed"}},
      {[](auto& p) { p.erase("name"); }, {"/name required"}},
      {[](auto& p) { p["name"] = ""; }, {"/name blank"}},
      {[](auto& p) { p["name"] = "On_site"; }, {"/name bad_code"}},
      {[&](auto& p) { p["name"] = long_code; }, {"/name too_long"}},
      {[](auto& p) { p["name"] = 5; }, {"/name wrong_type"}},
      {[](auto& p) { p["title"] = "demonstration"; }, {"/title wrong_type"}},
      {[](auto& p) { p["title"].as_object().erase("en"); }, {"/title/en required"}},
      {[](auto& p) { p["title"].as_object()["de"] = "x"; }, {"/title/de unknown_member"}},
      {[](auto& p) { p["title"].as_object()["en"] = " "; }, {"/title/en blank"}},
      {[](auto& p) { p["title"].as_object()["en"] = "a\u0007"; }, {"/title/en control_character"}},
      {[](auto& p) { p["title"].as_object()["zh"] = std::string(limits::title_characters_max + 1, 'x'); },
       {"/title/zh too_long"}},
      {[](auto& p) { p["action_types"] = json::array(); }, {"/action_types too_few"}},
      {[](auto& p) { p["action_types"] = json::array(limits::action_types_max + 1, "x"); }, {"/action_types too_many"}},
      {[](auto& p) {
         p["action_types"] = {"a", "a"};
       },
       {"/action_types/1 repeated"}},
      {[](auto& p) {
         p["gates"] = {"quote.issue", "quote.void"};
       },
       {"/gates/1 not_allowed"}},
      {[](auto& p) { p["gates"] = "quote.issue"; }, {"/gates wrong_type"}},
      {[](auto& p) {
         p["gates"] = {"quote.issue", "quote.issue"};
       },
       {"/gates/1 repeated"}},
      {[](auto& p) { p["note"] = json::object(); }, {"/note wrong_type"}},
      {[](auto& p) { p["note"].as_array().push_back(p["note"].as_array()[0]); }, {"/note/1/id repeated"}},
      {[](auto& p) { p["note"] = json::array(limits::notes_max + 1, json::object()); }, {"/note too_many"}},
      {[](auto& p) { note(p)["kind"] = "drawing"; }, {"/note/0/kind not_allowed"}},
      {[](auto& p) { note(p)["required"] = "yes"; }, {"/note/0/required wrong_type"}},
      {[](auto& p) { note(p)["min_characters"] = 20; }, {"/note/0/min_characters not_for_kind"}},
      {[](auto& p) {
         note(p)["kind"] = "text";
         note(p)["min_characters"] = limits::min_characters_max + 1;
       },
       {"/note/0/min_characters out_of_range"}},
      {[](auto& p) { p["requirement"] = json::array(limits::requirements_max + 1, json::object()); },
       {"/requirement too_many"}},
      {[](auto& p) { p["requirement"].as_array().push_back(requirement(p)); }, {"/requirement/3/id repeated"}},
      {[](auto& p) { requirement(p)["id"] = "note:x"; }, {"/requirement/0/id bad_code"}},
      {[](auto& p) { requirement(p).erase("kind"); }, {"/requirement/0/kind required"}},
      {[](auto& p) { requirement(p)["kind"] = nullptr; }, {"/requirement/0/kind wrong_type"}},
      {[](auto& p) { requirement(p)["min_count"] = 0; }, {"/requirement/0/min_count out_of_range"}},
      {[](auto& p) { requirement(p)["min_count"] = -1; }, {"/requirement/0/min_count out_of_range"}},
      {[](auto& p) { requirement(p)["min_count"] = 101; }, {"/requirement/0/min_count out_of_range"}},
      {[](auto& p) { requirement(p)["min_count"] = 1.0; }, {"/requirement/0/min_count wrong_type"}},
      {[](auto& p) { requirement(p)["min_count"] = "1"; }, {"/requirement/0/min_count wrong_type"}},
      {[](auto& p) { requirement(p)["max_age"] = 24; }, {"/requirement/0/max_age wrong_type"}},
      {[](auto& p) {
         requirement(p)["needs"] = {"geo", "colour"};
       },
       {"/requirement/0/needs/1 not_allowed"}},
      {[](auto& p) {
         requirement(p)["needs"] = {"geo", 1};
       },
       {"/requirement/0/needs/1 wrong_type"}},
      {[](auto& p) { requirement(p)["refuse_flags"] = {"ugly"}; }, {"/requirement/0/refuse_flags/0 not_allowed"}},
      {[](auto& p) { requirement(p)["waive"] = {"Manager"}; }, {"/requirement/0/waive/0 bad_code"}},
      {[](auto& p) { requirement(p)["signature_at_least"] = "oral"; },
       {"/requirement/0/signature_at_least not_allowed"}},
      {[](auto& p) { requirement(p)["target"] = "dekc"; }, {"/requirement/0/target unknown_requirement"}},
      {[](auto& p) { requirement(p)["target"] = "site_photo"; }, {"/requirement/0/target target_circle"}},
      {[](auto& p) { requirement(p, 1)["target"] = "trial_confirmation"; },
       {"/requirement/1/target target_circle", "/requirement/2/target target_circle"}},
      {[](auto& p) {
         requirement(p)["max_age"] = "24";
         requirement(p)["colour"] = 1;
         note(p).erase("id");
         p["gates"] = 1;
       },
       {"/gates wrong_type", "/note/0/id required", "/requirement/0/max_age bad_age",
        "/requirement/0/colour unknown_member"}},
  };
  for (const BadValue& bad : table) {
    json::object policy = demonstration_json();
    bad.change(policy);
    EXPECT_EQ(faults_of(parse_policy_json(json::serialize(policy))), bad.faults) << json::serialize(policy);
  }
}

TEST(Policy, AgesAreHoursOrDays) {
  for (const auto& [text, hours] :
       {std::pair{"1h", 1u}, {"24h", 24u}, {"7d", 168u}, {"3650d", 87'600u}, {"87600h", 87'600u}})
    EXPECT_EQ(parse_policy_toml(replaced("24h", text)).value().requirements[0].max_age_hours, hours) << text;
  for (const char* text : {"", "h", "0h", "24", "24m", "-1h", "+1h", "01h", "1.5h", " 24h", "24h ", "24H", "24 h",
                           "1d1h", "3651d", "87601h", "99999999999999999999h", "18446744073709551615d"})
    EXPECT_THAT(faults_of(parse_policy_toml(replaced("24h", text))), ElementsAre("/requirement/0/max_age bad_age"))
        << text;
}

TEST(Policy, TomlFaultsHaveThePointersOfJson) {
  EXPECT_THAT(faults_of(parse_policy_toml(replaced("min_count = 1\nmax_age = \"24h\"", "min_count = 0\nmax_age = 24"))),
              ElementsAre("/requirement/0/min_count out_of_range", "/requirement/0/max_age wrong_type"));
  // TOML's own kinds of values have no place in a policy.
  for (const char* value : {"2026-11-24", "10:00:00", "2026-11-24T10:00:00Z", "1.5", "nan", "inf"}) {
    EXPECT_THAT(faults_of(parse_policy_toml(replaced("min_count = 1", std::string("min_count = ") + value))),
                ElementsAre("/requirement/0/min_count wrong_type"))
        << value;
    EXPECT_THAT(faults_of(parse_policy_toml(replaced("\"24h\"", value))),
                ElementsAre("/requirement/0/max_age wrong_type"))
        << value;
  }
}

TEST(Policy, TomlSyntaxFaultsHaveLineAndColumn) {
  const auto refused = parse_policy_toml("name = \"demonstration\"\naction_types = [\"x\"");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Errc::invalid);
  EXPECT_EQ(refused.error().code, "bad_toml");
  EXPECT_THAT(refused.error().detail, HasSubstr("line 2, column "));
  for (const std::string_view text : {"name = \"a\"\nname = \"b\"", "name = \"\xff\"", "a = \"\\ud800\"", "= 1",
                                      "a = 01", "[note]\n[note]", "[[note]]\n[note]", "name"}) {
    const auto other = parse_policy_toml(text);
    ASSERT_FALSE(other) << text;
    EXPECT_EQ(other.error().code, "bad_toml") << text;
    EXPECT_THAT(other.error().detail, HasSubstr("line ")) << text;
  }
}

TEST(Policy, JsonSyntaxFaultsAreThoseOfTheStrictReader) {
  const auto code = [](std::string_view text) { return parse_policy_json(text).error().code; };
  EXPECT_EQ(code(""), "bad_json");
  EXPECT_EQ(code("{\"name\":\"a\""), "bad_json");
  EXPECT_EQ(code("{\"name\":\"a\",\"name\":\"a\"}"), "duplicate_member");
  EXPECT_EQ(code("[[[[[[[[[1]]]]]]]]]"), "json_too_deep");
  EXPECT_EQ(code("[]"), "policy_invalid");
}

TEST(Policy, SizesAreBounded) {
  const std::string blanks(limits::policy_bytes_max + 1 - demonstration_toml.size(), ' ');
  const auto refused = parse_policy_toml(std::string(demonstration_toml) + blanks);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Errc::too_large);
  EXPECT_EQ(refused.error().code, "policy_too_large");
  EXPECT_TRUE(parse_policy_toml(std::string(demonstration_toml) + blanks.substr(1)));
  EXPECT_EQ(parse_policy_json(std::string(limits::policy_bytes_max + 1, ' ')).error().code, "policy_too_large");
  EXPECT_EQ(parse_policy_json("[1" + repeated(",1", limits::policy_values_max) + "]").error().code, "json_too_large");
}

TEST(Policy, WhatIsReadIsSmallEnoughToBeReadBack) {
  const std::string quotes = "'" + std::string(limits::title_characters_max, '"') + "'";
  std::string text = "name = 'a'\naction_types = ['a']\ntitle = {zh = 'a', en = 'a'}\n", roles;
  for (std::size_t i = 0; i < limits::waiving_roles_max; ++i)
    roles += "'" + std::string(limits::code_characters_max - 1, 'r') + static_cast<char>('a' + i) + "',";
  for (std::size_t i = 0; i < limits::requirements_max; ++i) {
    const std::string item = "id = 'x" + std::to_string(i) + "'\ntitle = {zh = " + quotes + ", en = " + quotes + "}\n";
    text += "[[note]]\nkind = 'text'\n" + item + "[[requirement]]\nkind = 'deck'\nwaive = [" + roles + "]\n" + item;
  }
  ASSERT_LE(text.size(), limits::policy_bytes_max);
  EXPECT_EQ(parse_policy_toml(text).error().code, "policy_too_large");
}

TEST(Policy, DepthOfTomlIsBounded) {
  const std::string hostile[] = {
      repeated("a.", 32'700) + "a = 1",
      "[" + repeated("a.", 32'700) + "a]",
      "x = {" + repeated("a.", 32'700) + "a = 1}",
      repeated("a.", limits::policy_toml_dots_max) + "a = 1",
      "a = " + repeated("[", 200) + repeated("]", 200),
      "a = " + repeated("{a = ", 200) + "1" + repeated("}", 200),
  };
  for (const std::string& text : hostile) {
    const auto refused = parse_policy_toml(text);
    ASSERT_FALSE(refused) << text.substr(0, 20);
    EXPECT_EQ(refused.error().code, "policy_too_deep") << text.substr(0, 20);
  }
  EXPECT_EQ(parse_policy_toml("a = " + repeated("[", 30'000)).error().code, "bad_toml");
  // Dots are counted wherever they stand, before anything is read.
  const auto dots_there =
      static_cast<std::size_t>(std::count(demonstration_toml.begin(), demonstration_toml.end(), '.'));
  const std::string comment = "# " + std::string(limits::policy_toml_dots_max - dots_there, '.');
  EXPECT_TRUE(parse_policy_toml(std::string(demonstration_toml) + comment));
  EXPECT_EQ(parse_policy_toml(std::string(demonstration_toml) + comment + ".").error().code, "policy_too_deep");
}

}  // namespace
}  // namespace quotary::gates
