// What the subcommands share: places on disk, exit codes, and how an error is told.
#pragma once

#include "api/organisation.h"
#include "ledger/base/result.h"
#include "ledger/log/sequencer.h"
#include "signing/keys.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <string>
#include <vector>

namespace quotary::cli {

// Exit codes of every command.
inline constexpr int exit_ok = 0;         // done; what was checked holds
inline constexpr int exit_bad = 1;        // evidence of damage, or the call was refused
inline constexpr int exit_unchecked = 2;  // could not be done: arguments, paths, rights, keys

// Whether `path` is `folder` or lies below it, by whatever names they are given and whether or not they are there yet.
// Errc::invalid `bad_path`.
[[nodiscard]] Result<bool> lies_within(const std::string& path, const std::string& folder);

// Where a key that signs documents is, with its certificate: files, a PKCS#12 file or a token.
struct KeyPlace {
  std::string certificate, key, pkcs12;
  std::string token_certificate;  // of the key in `token`
  signing::TokenKeyPlace token;

  [[nodiscard]] bool given() const { return !(certificate.empty() && pkcs12.empty() && token.module_path.empty()); }
  // The PKCS#12 password comes from that environment variable: on the command line it would show in the process list.
  [[nodiscard]] signing::SealKeyFiles files(const char* password_variable) const;
};
// Adds --NAME-certificate, --NAME-key, --NAME-pkcs12 and --NAME-token…; `what` says in words whose key it is.
void add_key_place(CLI::App& command, KeyPlace& place, const std::string& name, const std::string& what,
                   const std::string& password_variable);
inline constexpr const char* seal_password_variable = "QUOTARY_SEAL_PASSWORD";

// Where an organisation lives, from --data, --keys and their environment variables.
struct Places {
  std::string data = "./data";
  std::string keys;  // filled by complete(): the data folder's path + ".keys"
  std::vector<std::string> publish_to;
  KeyPlace seal;

  // Fills what was not given; Errc::invalid `keys_inside_data` when the key folder lies in the data folder.
  [[nodiscard]] Result<void> complete();
  [[nodiscard]] api::OrganisationConfig config() const;
  [[nodiscard]] std::string socket_path() const { return data + "/operator.sock"; }
};

// What reads a ledger's folder without serving it. `keys` outlives the ports; null: private payloads cannot be read.
[[nodiscard]] LedgerOptions ledger_options(const Places& places);
[[nodiscard]] LedgerPorts reading_ports(std::shared_ptr<FileSystem> files, signing::KeyFolder* keys);

// The key folder's log key, without line feed.
[[nodiscard]] std::string current_vkey(signing::KeyFolder& keys);

// Whose signatures make a checkpoint the log's.
struct LogKeys {
  std::unique_ptr<CheckpointVerifier> own;   // when it is none of the key folder's
  const CheckpointVerifier* used = nullptr;  // the key folder's, which outlives this, or `own`
  std::string vkey, succession;              // the current key, and the file that leads to it; empty for a first key
};
// Those of `keys`, its log key and the keys before it; or `vkey` with what a file of their succession leads to. Either
// may be missing, not both.
[[nodiscard]] Result<LogKeys> log_keys(FileSystem& files, signing::KeyFolder* keys, std::string vkey,
                                       const std::string& succession);
// Adds --vkey and --succession.
void add_log_keys(CLI::App& command, std::string& vkey, std::string& succession);

// Adds --data and --keys; with `seal`, also the options that opening for writing needs.
void add_places(CLI::App& command, Places& places, bool seal = false);

// One line on stderr, with the faults of the input below it; answers the exit code that fits the kind.
int report(const Error& error);

// That a server's documents are judged by processes of this program (`quotary judge`).
[[nodiscard]] judging::JudgesConfig judging_by_processes();
// That evidence files are inspected by the program quotary-inspect, which lies beside this one. Whether it is there the
// server looks itself.
[[nodiscard]] inspecting::InspectorsConfig inspecting_by_processes();

// Each adds one subcommand whose callback sets `exit_code`.
void add_serve(CLI::App& app, int& exit_code);
void add_judge(CLI::App& app, int& exit_code);
void add_sign(CLI::App& app, int& exit_code);
void add_init(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_backup(CLI::App& app, int& exit_code);
void add_drill(CLI::App& app, int& exit_code);
void add_restore(CLI::App& app, int& exit_code);
void add_rebuild_index(CLI::App& app, int& exit_code);
void add_users(CLI::App& app, int& exit_code);
void add_series(CLI::App& app, int& exit_code);
void add_policy(CLI::App& app, int& exit_code);
void add_keys(CLI::App& app, int& exit_code);
void add_witness(CLI::App& app, int& exit_code);
void add_tsa(CLI::App& app, int& exit_code);
void add_ltv(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);

}  // namespace quotary::cli
