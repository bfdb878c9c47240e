#include "tools/quotary/operator.h"

#include <cstdio>
#include <cstdlib>

namespace quotary::cli {
namespace {

struct UserOptions {
  Places places;
  std::string name, role, team, region, login, person;
};

int call(UserOptions& options, std::string_view action, const json::object& body) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto done = operator_call(options.places, action, body);
  if (!done) return report(done.error());
  if (const auto* items = done->if_contains("items")) {
    for (const auto& item : items->as_array()) std::printf("%s\n", json::serialize(item).c_str());
  } else {
    std::printf("%s\n", json::serialize(*done).c_str());
  }
  return exit_ok;
}

int add(UserOptions& options) {
  json::object body{{"name", options.name}, {"role", options.role}, {"team", options.team}, {"region", options.region}};
  if (!options.login.empty()) {
    const char* password = std::getenv("QUOTARY_PASSWORD");
    if (!password)
      return report(fail(Errc::invalid, "password_missing", "a login needs a password in QUOTARY_PASSWORD")),
             exit_unchecked;
    body["login"] = options.login;
    body["password"] = password;
  }
  return call(options, "people.add", body);
}

}  // namespace

void add_users(CLI::App& app, int& exit_code) {
  auto* users = app.add_subcommand("users", "people and service keys");
  users->require_subcommand(1);

  auto adding = std::make_shared<UserOptions>();
  auto* add_command = users->add_subcommand("add", "add a person; prints JSON with the id");
  add_places(*add_command, adding->places, true);
  add_command->add_option("--name", adding->name, "name, kept as an erasable private object")->required();
  add_command->add_option("--role", adding->role, "rep, manager, region_director, finance, auditor, crm or admin")
      ->required();
  add_command->add_option("--team", adding->team, "team's code");
  add_command->add_option("--region", adding->region, "region's code");
  add_command->add_option("--login", adding->login, "login name; the password comes from QUOTARY_PASSWORD");
  add_command->callback([adding, &exit_code] { exit_code = add(*adding); });

  auto listed = std::make_shared<UserOptions>();
  auto* list_command = users->add_subcommand("list", "the people, one JSON object a line");
  add_places(*list_command, listed->places, true);
  list_command->callback([listed, &exit_code] { exit_code = call(*listed, "people.list", {}); });

  auto token = std::make_shared<UserOptions>();
  auto* token_command = users->add_subcommand("token", "issue a bearer token for a person; prints JSON, once");
  add_places(*token_command, token->places, true);
  token_command->add_option("--person", token->person, "the person's id")->required();
  token_command->callback([token, &exit_code] {
    exit_code = call(*token, "people.token", {{"person", token->person}});
  });
}

}  // namespace quotary::cli
