#include "tools/quotary/command.h"

#include "signing/keys.h"
#include "signing/seal.h"

#include <cstdio>

namespace quotary::cli {
namespace {

struct KeyOptions {
  Places places;
  bool vkey_only = false;
  bool as_json = false;
};

int show(KeyOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto files = posix_file_system();
  const auto folder = signing::KeyFolder::open(files, options.places.keys);
  if (!folder) return report(folder.error()), exit_unchecked;
  std::string vkey = (*folder)->log_signer().vkey();
  while (!vkey.empty() && vkey.back() == '\n') vkey.pop_back();
  if (options.vkey_only) {
    std::printf("%s\n", vkey.c_str());
    return exit_ok;
  }
  auto paths = options.places.config().seal;
  if (paths.certificate_path.empty() && paths.pkcs12_path.empty()) {
    paths.certificate_path = options.places.keys + "/seal.cert.pem";
    paths.key_path = options.places.keys + "/seal.key.pem";
  }
  const auto seal = signing::Seal::load(*files, paths, SystemClock().now());
  if (options.as_json) {
    json::object out{{"origin", (*folder)->log_signer().name()}, {"vkey", vkey}};
    if (seal) {
      out["seal"] = json::object{{"subject", (*seal)->subject()}, {"not_after", format_rfc3339((*seal)->not_after())}};
    } else {
      out["seal"] = json::object{{"problem", seal.error().code}, {"detail", seal.error().detail}};
    }
    std::printf("%s\n", json::serialize(out).c_str());
  } else {
    std::printf("log    %s\n", vkey.c_str());
    if (seal)
      std::printf("seal   %s, until %s\n", (*seal)->subject().c_str(), format_rfc3339((*seal)->not_after()).c_str());
  }
  if (!seal) return report(seal.error());
  return exit_ok;
}

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
  auto* keys = app.add_subcommand("keys", "the organisation's keys");
  keys->require_subcommand(1);
  auto options = std::make_shared<KeyOptions>();
  auto* command = keys->add_subcommand(
      "show", "public parts: the log's verification key and the seal's certificate; opens and checks the secret ones");
  add_places(*command, options->places, true);
  command->add_flag("--vkey", options->vkey_only, "the verification key alone, for quotary-verify");
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = show(*options); });
}

}  // namespace quotary::cli
