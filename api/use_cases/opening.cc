#include "api/use_cases/opening.h"

#include "ledger/log/note.h"
#include "ledger/records/fold.h"

namespace quotary::api {

OrganisationConfig with_defaults(OrganisationConfig config) {
  if (!config.files) config.files = posix_file_system();
  if (!config.clock) config.clock = std::make_shared<SystemClock>();
  if (!config.random) config.random = std::make_shared<SystemRandom>();
  const bool given = !config.seal.pkcs12_path.empty() || !config.seal.certificate_path.empty() ||
                     !config.seal.token.module_path.empty();
  if (!given) {
    config.seal.certificate_path = config.keys_directory + "/seal.cert.pem";
    config.seal.key_path = config.keys_directory + "/seal.key.pem";
  }
  return config;
}

Result<void> check_room(const signing::KeyFolder& keys) {
  if (keys.succession() == nullptr || keys.succession()->rotations().size() < successions_max) return {};
  return fail(
      Errc::invalid, "bad_succession",
      "the log's key was replaced " + std::to_string(successions_max) + " times, which is as often as can be told");
}

Result<void> check_origin(const std::string& origin) {
  constexpr std::size_t origin_bytes_max = 255;
  if (origin.size() <= origin_bytes_max && good_key_name(origin)) return {};
  return fail(Errc::invalid, "bad_origin",
              "an origin is a schema-less URL of 1 to 255 bytes without blanks, control characters and plus signs");
}

LedgerOptions ledger_options(const OrganisationConfig& config) {
  LedgerOptions options;
  options.directory = config.data_directory;
  options.publish_to = config.publish_to;
  options.start_check_entries = config.start_check_entries;
  options.log_ahead_bytes = config.log_ahead_bytes;
  options.start_check_payload_bytes = config.start_check_payload_bytes;
  options.scrubbing = config.scrubbing;
  options.on_latch = config.on_latch;
  return options;
}

LedgerPorts ledger_ports(const OrganisationConfig& config, signing::KeyFolder& keys) {
  LedgerPorts ports;
  ports.files = config.files;
  ports.clock = config.clock;
  ports.random = config.random;
  ports.signer = &keys.log_signer();
  ports.cipher = &keys.object_cipher();
  ports.fold = std::make_shared<RecordsFold>();
  ports.succession = keys.succession();
  return ports;
}

Result<void> check_folders(const OrganisationConfig& config) {
  if (config.data_directory.empty() || config.keys_directory.empty())
    return fail(Errc::invalid, "folder_missing", "both the data and the key folder must be named");
  if (config.keys_directory == config.data_directory || config.keys_directory.starts_with(config.data_directory + "/"))
    return fail(Errc::invalid, "keys_inside_data", "the key folder must not lie in the data folder");
  return {};
}

}  // namespace quotary::api
