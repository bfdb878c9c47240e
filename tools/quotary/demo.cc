#include "tools/quotary/demo.h"

#include "tools/quotary/sample_quotes.h"

#include <cstdio>
#include <filesystem>
#include <map>

namespace quotary::cli {
namespace {

namespace fs = std::filesystem;

struct DemoPerson {
  const char* key;
  const char* name;
  api::Role role;
  const char* team;
  const char* region;
  bool has_login;
};
constexpr DemoPerson people[] = {
    {"rep", "陈思远", api::Role::rep, "A", "EAST", true},
    {"rep2", "周雨桐", api::Role::rep, "B", "EAST", true},
    {"manager", "林国栋", api::Role::manager, "A", "EAST", true},
    {"region_director", "何静", api::Role::region_director, "", "EAST", true},
    {"finance", "许文清", api::Role::finance, "", "", true},
    {"auditor", "高明", api::Role::auditor, "", "", true},
    {"admin", "管理员", api::Role::admin, "", "", true},
    {"crm", "CRM 接口", api::Role::crm, "", "", false},  // a service key: it has a token only
};

Party demo_seller() {
  Party seller;
  seller.name = "上海衡拓自动化设备有限公司";
  seller.name_en = "Shanghai Hengtuo Automation Equipment Co., Ltd.";
  seller.legal_id = "91310115MA1H0X0X0X";
  seller.address = Address{{"浦东新区张江路 88 号"}, "上海", "", "201203", "CN"};
  seller.contact = Contact{"销售部", "sales@example.com", "+862100000000"};
  return seller;
}

// 80 random bits without look-alike signs.
std::string make_password(Random& random) {
  constexpr std::string_view signs = "abcdefghjkmnpqrstuvwxyz23456789x";  // 32
  std::string out;
  for (const unsigned char byte : random.bytes(16)) out += signs[byte & 31u];
  return out;
}

struct Demo {
  api::Organisation& organisation;
  json::object credentials;
  std::map<std::string, api::Principal, std::less<>> principals;

  Result<void> add_people(Random& random) {
    const auto caller = api::Organisation::operator_principal();
    for (const auto& [key, name, role, team, region, has_login] : people) {
      api::NewPerson person{name, role, team, region, has_login ? key : "", has_login ? make_password(random) : ""};
      QUOTARY_TRY(added, organisation.add_person(caller, person));
      QUOTARY_TRY(token, organisation.issue_token(caller, std::string_view(added.body.at("id").as_string())));
      QUOTARY_TRY(principal, organisation.authenticate(token));
      credentials[key] = json::object{{"token", token}, {"login", person.login}, {"password", person.password}};
      principals[key] = principal;
    }
    return {};
  }

  Result<std::string> issue(std::string_view owner, std::string_view key, std::string_view body) {
    QUOTARY_TRY(answer, organisation.issue_quote(principals.find(owner)->second, key, body));
    return std::string(answer.body.at("number").as_string());
  }

  // Two quotes in force, one voided, one with an open request, one of another team.
  Result<void> add_quotes(Date today) {
    std::vector<std::string> numbers;
    for (const auto& sample : sample_quotes(today)) {
      QUOTARY_TRY(number, issue(sample.owner, "demo-" + std::to_string(numbers.size() + 1), sample.body));
      numbers.push_back(number);
    }
    const auto& rep = principals.find("rep")->second;
    QUOTARY_TRY(voided, organisation.request_void(
                            rep, numbers[2], "demo-void-1",
                            R"({"reason_code": "price_error", "reason_text": "单价录入错误，应为 56800.00"})"));
    QUOTARY_TRY(decided, organisation.decide_void(principals.find("manager")->second,
                                                  std::string_view(voided.body.at("id").as_string()),
                                                  api::Organisation::Decision::approve, "demo-decide-1", "{}"));
    QUOTARY_TRY(open, organisation.request_void(
                          rep, numbers[3], "demo-void-2",
                          R"({"reason_code": "customer_withdrew", "reason_text": "客户取消了本次采购计划"})"));
    (void)decided;
    (void)open;
    return {};
  }
};

constexpr const char* credentials_name = "/demo-credentials.json";

Result<void> fill(const Places& places, const DemoOptions& options, Random& random) {
  api::NewOrganisation made;
  made.origin = options.origin;
  made.public_url = options.public_url;
  made.seller = demo_seller();
  QUOTARY_TRY(organisation, api::Organisation::create(places.config(), made));
  Demo demo{*organisation, {}, {}};
  QUOTARY_TRY_VOID(demo.add_people(random));
  QUOTARY_TRY(series, organisation->add_series(api::Organisation::operator_principal(),
                                               {"SH-QT", "SH", "quote", "{BR}QT{YYYY}-{SEQ:6}", "year"}));
  (void)series;
  if (!options.empty) {
    QUOTARY_TRY(zone, TimeZone::find(made.time_zone));
    QUOTARY_TRY_VOID(demo.add_quotes(zone.local_date(SystemClock().now())));
  }
  return write_file_durably(*posix_file_system(), places.keys + credentials_name,
                            json::serialize(demo.credentials) + "\n", 0600);
}

bool holds_something(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored) && !(fs::is_directory(path, ignored) && fs::is_empty(path, ignored));
}

Result<void> move_into_place(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::remove(to, failed);  // an empty folder, else it fails and rename says why
  fs::rename(from, to, failed);
  if (failed) return fail(Errc::storage, "rename_failed", from + " -> " + to + ": " + failed.message());
  return posix_file_system()->sync_directory(fs::absolute(to).parent_path().string());
}

// A run that was cut off between its two moves left its keys in place and its data beside. Its credentials, written
// last, tell such keys from anyone else's.
bool cut_between_moves(const Places& places, const Places& making) {
  std::error_code ignored;
  return fs::exists(places.keys + credentials_name, ignored) && !fs::exists(making.keys, ignored) &&
         fs::is_directory(making.data, ignored) && !holds_something(places.data);
}

}  // namespace

Result<void> make_demo(DemoOptions options) {
  QUOTARY_TRY_VOID(options.places.complete());
  const auto& places = options.places;
  Places making = places;
  making.data += ".making";
  making.keys += ".making";
  // Nobody was told of it, and this run may be asked for something else: taken back, and made anew.
  if (cut_between_moves(places, making)) QUOTARY_TRY_VOID(move_into_place(places.keys, making.keys));
  for (const auto& path : {places.data, places.keys}) {
    if (holds_something(path))
      return fail(Errc::conflict, "folder_not_empty",
                  path + " is there already; a demonstration is made into new folders only");
  }
  while (!options.public_url.empty() && options.public_url.back() == '/') options.public_url.pop_back();
  if (options.origin.empty()) {
    const auto scheme = options.public_url.find("://");
    options.origin =
        (scheme == std::string::npos ? options.public_url : options.public_url.substr(scheme + 3)) + "/ledger";
  }
  std::error_code ignored;
  fs::remove_all(making.data, ignored);  // of a run that was cut off
  fs::remove_all(making.keys, ignored);
  if (const auto parent = fs::absolute(places.data).parent_path(); !parent.empty())
    QUOTARY_TRY_VOID(posix_file_system()->make_directory(parent.string(), 0755));
  SystemRandom random;
  if (auto filled = fill(making, options, random); !filled) {
    fs::remove_all(making.data, ignored);
    fs::remove_all(making.keys, ignored);
    return filled;
  }
  // Keys first: a data folder without its keys would look like a loss.
  QUOTARY_TRY_VOID(move_into_place(making.keys, places.keys));
  return move_into_place(making.data, places.data);
}

void add_demo(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DemoOptions>();
  auto* command = app.add_subcommand("demo", "make a demonstration organisation with people, tokens and sample quotes");
  add_places(*command, options->places);
  command->add_option("--public-url", options->public_url, "printed into the QR codes")
      ->envname("QUOTARY_PUBLIC_URL")
      ->capture_default_str();
  command->add_option("--origin", options->origin, "the log's name (default: the public URL's host + /ledger)");
  command->add_flag("--empty", options->empty, "no sample quotes");
  command->callback([options, &exit_code] {
    if (auto complete = options->places.complete(); !complete) {
      report(complete.error());
      exit_code = exit_unchecked;
      return;
    }
    if (const auto made = make_demo(*options); !made) {
      exit_code = report(made.error());
      return;
    }
    std::printf("Made the demonstration organisation in %s\nTokens, logins and passwords: %s/demo-credentials.json\n",
                options->places.data.c_str(), options->places.keys.c_str());
  });
}

}  // namespace quotary::cli
