#include "tools/quotary/command.h"

#include "ledger/records/fold.h"
#include "signing/cosigner.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace quotary::cli {

namespace fs = std::filesystem;

Result<bool> lies_within(const std::string& path, const std::string& folder) {
  std::error_code failed;
  // A relative path of what is not there yet would stay relative, and be compared with nothing.
  const auto place_of = [&failed](const std::string& given) {
    const auto absolute = fs::absolute(given, failed);
    return failed ? absolute : fs::weakly_canonical(absolute, failed);
  };
  const auto at = place_of(path);
  if (failed) return fail(Errc::invalid, "bad_path", path + ": " + failed.message());
  const auto folder_at = place_of(folder);
  if (failed) return fail(Errc::invalid, "bad_path", folder + ": " + failed.message());
  const auto below = at.lexically_relative(folder_at);
  return !below.empty() && *below.begin() != "..";
}

Result<void> Places::complete() {
  while (data.size() > 1 && data.back() == '/') data.pop_back();
  if (keys.empty()) keys = data + ".keys";
  while (keys.size() > 1 && keys.back() == '/') keys.pop_back();
  // A copy of the data folder must never carry the keys along.
  QUOTARY_TRY(inside, lies_within(keys, data));
  if (inside) {
    return fail(
        Errc::invalid, "keys_inside_data",
        "the key folder " + keys + " lies in the data folder " + data + "; give it a place of its own with --keys");
  }
  return {};
}

signing::SealKeyFiles KeyPlace::files(const char* password_variable) const {
  signing::SealKeyFiles out;
  out.certificate_path = token.module_path.empty() ? certificate : token_certificate;
  out.key_path = key;
  out.pkcs12_path = pkcs12;
  out.token = token;
  if (const char* password = std::getenv(password_variable)) out.pkcs12_password = password;
  return out;
}

api::OrganisationConfig Places::config() const {
  api::OrganisationConfig config;
  config.data_directory = data;
  config.keys_directory = keys;
  config.publish_to = publish_to;
  config.seal = seal.files(seal_password_variable);
  return config;
}

LedgerOptions ledger_options(const Places& places) {
  LedgerOptions options;
  options.directory = places.data;
  options.publish_to = places.publish_to;
  return options;
}

LedgerPorts reading_ports(std::shared_ptr<FileSystem> files, signing::KeyFolder* keys) {
  LedgerPorts ports;
  ports.files = std::move(files);
  ports.clock = std::make_shared<SystemClock>();
  ports.random = std::make_shared<SystemRandom>();
  ports.cipher = keys != nullptr ? &keys->object_cipher() : nullptr;
  ports.fold = std::make_shared<RecordsFold>();
  ports.succession = keys != nullptr ? keys->succession() : nullptr;
  return ports;
}

std::string current_vkey(signing::KeyFolder& keys) {
  std::string vkey = keys.log_signer().vkey();
  while (vkey.ends_with('\n')) vkey.pop_back();
  return vkey;
}

Result<LogKeys> log_keys(FileSystem& files, signing::KeyFolder* keys, std::string vkey, const std::string& succession) {
  if (vkey.empty()) {
    QUOTARY_CHECK(keys != nullptr);
    return LogKeys{nullptr, &keys->log_verifier(), current_vkey(*keys), keys->succession_text()};
  }
  while (vkey.ends_with('\n')) vkey.pop_back();
  LogKeys made;
  if (succession.empty()) {
    QUOTARY_TRY(opened, signing::open_vkey(vkey));
    made.own = std::move(opened);
    made.vkey = vkey;
  } else {
    QUOTARY_TRY(text, read_file(files, succession, succession_bytes_max));
    QUOTARY_TRY(opened, Succession::open(text, vkey, signing::ed25519_holds));
    made.vkey = vkey_text(opened->current());
    made.succession = std::move(text);
    made.own = std::move(opened);
  }
  made.used = made.own.get();
  return made;
}

void add_log_keys(CLI::App& command, std::string& vkey, std::string& succession) {
  auto* given =
      command.add_option("--vkey", vkey, "the log's verification key, kept elsewhere (default: the key folder's)");
  command
      .add_option("--succession", succession,
                  "the log's succession of keys: --vkey may then be any of them (GET /log/succession)")
      ->needs(given)
      ->check(CLI::ExistingFile);
}

void add_key_place(CLI::App& command, KeyPlace& place, const std::string& name, const std::string& what,
                   const std::string& password_variable) {
  const std::string option = "--" + name + "-";
  auto* certificate = command.add_option(option + "certificate", place.certificate,
                                         "PEM certificate of " + what + ", its chain after it");
  auto* key = command.add_option(option + "key", place.key, "PEM key of " + what)->needs(certificate);
  certificate->needs(key);
  command.add_option(option + "pkcs12", place.pkcs12, "PKCS#12 file of " + what + "; password in " + password_variable)
      ->excludes(certificate);
  auto* module = command
                     .add_option(option + "token-module", place.token.module_path,
                                 "PKCS#11 library of the card or security module that has the key of " + what)
                     ->excludes(certificate);
  auto* token = command.add_option(option + "token", place.token.token, "label of the token in it")->needs(module);
  auto* label =
      command.add_option(option + "token-key", place.token.key, "label of the key in the token")->needs(module);
  module->needs(token)->needs(label);
  command.add_option(option + "token-pin-file", place.token.pin_path, "file whose first line is the PIN")
      ->needs(module);
  command
      .add_option(option + "token-certificate", place.token_certificate,
                  "PEM certificate of that key, its chain after it (default: the token's own)")
      ->needs(module);
}

void add_places(CLI::App& command, Places& places, bool seal) {
  command.add_option("--data", places.data, "data folder of the organisation")
      ->envname("QUOTARY_DATA")
      ->capture_default_str();
  command.add_option("--keys", places.keys, "key folder (default: the data folder's path + .keys)")
      ->envname("QUOTARY_KEYS");
  if (!seal) return;
  command.add_option("--publish-to", places.publish_to,
                     "further file that gets each signed checkpoint; may be repeated");
  add_key_place(command, places.seal, "seal", "the seal", seal_password_variable);
}

int report(const Error& error) {
  std::fprintf(stderr, "quotary: %s (%s)\n", error.detail.c_str(), error.code.c_str());
  for (const auto& problem : error.problems)
    std::fprintf(stderr, "  %s: %s (%s)\n", problem.pointer.c_str(), problem.detail.c_str(), problem.code.c_str());
  switch (error.kind) {
    case Errc::corrupt:
    case Errc::conflict:
    case Errc::invalid: return exit_bad;
    default: return exit_unchecked;
  }
}

}  // namespace quotary::cli
