// An organisation in a throw-away folder with a set clock, the demonstration's people, and short calls.
#pragma once

#include "api/organisation.h"
#include "tests/support/fake_log.h"

#include <gtest/gtest.h>

namespace quotary::api::testing {

using quotary::testing::SetClock;

constexpr const char* sample_start = "2026-11-24T02:03:04.567Z";
constexpr const char* price_error = R"({"reason_code": "price_error", "reason_text": "单价录入错误,应为 85600"})";

inline NewOrganisation sample_organisation() {
  NewOrganisation made;
  made.origin = "ledger.example.com/test";
  made.public_url = "https://quotes.example.com";
  made.seller.name = "上海衡拓自动化设备有限公司";
  return made;
}
inline void add_sample_series(Organisation& organisation) {
  const auto series = organisation.add_series(Organisation::operator_principal(),
                                              {"SH-QT", "SH", "quote", "{BR}QT{YYYY}-{SEQ:6}", "year"});
  EXPECT_TRUE(series) << series.error().detail;
}

struct World {
  quotary::testing::TemporaryFolder folder;
  std::shared_ptr<SetClock> clock;
  OrganisationConfig config;
  std::unique_ptr<Organisation> organisation;
  Principal rep, rep2, manager, director, finance, auditor;

  explicit World(std::string_view start = sample_start) : clock(std::make_shared<SetClock>(start)) {
    config.data_directory = folder.path() + "/data";
    config.keys_directory = folder.path() + "/data.keys";
    config.clock = clock;
    auto created = Organisation::create(config, sample_organisation());
    if (!created) {
      ADD_FAILURE() << created.error().code << " " << created.error().detail;
      std::abort();
    }
    organisation = std::move(*created);
    add_sample_series(*organisation);
    rep = person("李雷", Role::rep, "east-1");
    rep2 = person("韩梅梅", Role::rep, "east-2");
    manager = person("王经理", Role::manager, "east-1");
    director = person("赵总监", Role::region_director, "");
    finance = person("财务", Role::finance, "");
    auditor = person("审计", Role::auditor, "");
  }

  Principal person(const std::string& name, Role role, const std::string& team) {
    auto added = organisation->add_person(Organisation::operator_principal(), {name, role, team, "east", "", ""});
    EXPECT_TRUE(added) << added.error().detail;
    auto token =
        organisation->issue_token(Organisation::operator_principal(), std::string(added->body.at("id").as_string()));
    EXPECT_TRUE(token) << token.error().detail;
    auto principal = organisation->authenticate(*token);
    EXPECT_TRUE(principal) << principal.error().detail;
    return *principal;
  }

  void reopen() {
    organisation.reset();
    auto opened = Organisation::open(config);
    ASSERT_TRUE(opened) << opened.error().code << " " << opened.error().detail;
    organisation = std::move(*opened);
  }

  // A request as JSON text; `more` goes in before the closing brace.
  static std::string quote(const std::string& price = "86500.00", const std::string& more = "") {
    return R"({"series": "SH-QT", "currency": "CNY", "validity": {"start": "2026-11-01", "end": "2027-06-30"},
      "buyer": {"name": "苏州澄湖新能源科技股份有限公司"},
      "lines": [{"item": {"name": "伺服压装机"}, "quantity": "4", "unit": {"code": "C62", "name": "台"}, "unit_price": ")" +
           price + R"(", "tax": {"category": "S", "rate": "13"}}])" + more + "}";
  }

  Result<Answer> issue(const std::string& key, const std::string& body = quote()) {
    return organisation->issue_quote(rep, key, body);
  }
};

inline std::string text(const Answer& answer, std::string_view member) {
  return std::string(answer.body.at(member).as_string());
}
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : result.error().code;
}

}  // namespace quotary::api::testing
