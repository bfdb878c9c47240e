// `quotary witness`: the second party, for an audit firm or another department.
#include "api/http/server.h"
#include "api/witness/check_folder.h"
#include "api/witness/routes.h"
#include "ledger/log/policy.h"
#include "tools/quotary/command.h"
#include "tools/quotary/listener_options.h"
#include "tools/quotary/operator.h"

#include <csignal>
#include <cstdio>

namespace quotary::cli {
namespace {

struct WitnessCommand {
  std::string folder = "./witness";
  std::string keys;  // filled by complete(): the folder's path + ".keys"
  std::string name;
  std::vector<std::string> logs;
  ListenerOptions listener{.port = 8481, .carries_secrets = false};
  bool as_json = false;

  void complete() {
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    if (keys.empty()) keys = folder + ".keys";
    while (keys.size() > 1 && keys.back() == '/') keys.pop_back();
  }
  [[nodiscard]] std::string key_path() const { return keys + "/witness.key"; }
  [[nodiscard]] std::string logs_path() const { return folder + "/logs"; }
};

// The logs that are watched, as lines of a tlog-policy file.
Result<std::vector<Vkey>> read_logs(FileSystem& files, const WitnessCommand& command) {
  const auto text = read_file(files, command.logs_path(), policy_bytes_max);
  if (!text && text.error().kind == Errc::not_found)
    return fail(Errc::not_found, "no_witness",
                command.folder + " holds no witness: make one with `quotary witness init`");
  if (!text) return text.error();
  auto policy = WitnessPolicy::parse(*text);
  if (!policy)
    return fail(policy.error().kind, policy.error().code, command.logs_path() + ", " + policy.error().detail);
  std::vector<Vkey> keys;
  for (const auto& log : policy->logs()) keys.push_back(log.key);
  return keys;
}

// The file of those logs and of the ones that were given.
Result<std::string> logs_text(const WitnessCommand& command, std::vector<Vkey> keys) {
  for (const auto& given : command.logs) {
    QUOTARY_TRY(key, parse_vkey(given));
    keys.push_back(std::move(key));
  }
  std::string text = "# The logs whose checkpoints this witness cosigns, one verifier key a line.\n";
  for (const auto& key : keys) text += "log " + vkey_text(key) + "\n";
  text += "quorum none\n";
  QUOTARY_TRY(policy, WitnessPolicy::parse(text));  // what is refused now would be refused at each start
  return text;
}

Result<void> make(const WitnessCommand& command) {
  const auto files = posix_file_system();
  if (files->exists(command.logs_path()))
    return fail(Errc::conflict, "witness_exists", command.folder + " holds a witness already");
  QUOTARY_TRY(inside, lies_within(command.keys, command.folder));
  if (inside) {
    return fail(Errc::invalid, "keys_inside_data",
                "the key folder must not lie in the witness's folder, which gets copied");
  }
  QUOTARY_TRY(logs, logs_text(command, {}));  // before there is a key, which is never written over
  QUOTARY_TRY_VOID(files->make_directory(command.folder));
  QUOTARY_TRY_VOID(files->make_directory(command.keys));
  SystemRandom random;
  QUOTARY_TRY(cosigner, signing::make_cosigner(*files, command.key_path(), command.name, random));
  QUOTARY_TRY_VOID(write_file_durably(*files, command.logs_path(), logs));
  std::printf("Made the witness %s in %s; its key in %s\nIts verification key, for policies: %s\n",
              command.name.c_str(), command.folder.c_str(), command.key_path().c_str(),
              vkey_text(cosigner->vkey()).c_str());
  std::puts(
      "Never restore its folder from an older copy: a witness that forgets may cosign what contradicts. Make a new one "
      "instead.");
  return {};
}

int init(WitnessCommand command) {
  command.complete();
  if (auto made = make(command); !made) return report(made.error());
  return exit_ok;
}

// Under the folder's lock from the reading to the writing, so that of two at once none is lost.
Result<void> add(const WitnessCommand& command) {
  const auto files = posix_file_system();
  QUOTARY_TRY_VOID(read_logs(*files, command));  // where there is no witness, no lock is left
  QUOTARY_TRY(lock, witness::lock_folder(*files, command.folder));
  QUOTARY_TRY(keys, read_logs(*files, command));
  QUOTARY_TRY(logs, logs_text(command, std::move(keys)));
  return write_file_durably(*files, command.logs_path(), logs);
}

int add_log(WitnessCommand command) {
  command.complete();
  if (auto added = add(command); !added) return report(added.error());
  std::puts("Added. The witness cosigns it from its next start on.");
  return exit_ok;
}

void say(std::string_view line) {
  std::fprintf(stderr, "quotary witness: %.*s\n", static_cast<int>(line.size()), line.data());
}

Result<std::unique_ptr<witness::Witness>> open_witness(const WitnessCommand& command) {
  const auto files = posix_file_system();
  QUOTARY_TRY(keys, read_logs(*files, command));
  QUOTARY_TRY(cosigner, signing::open_cosigner(*files, command.key_path()));
  witness::WitnessOptions options;
  options.folder = command.folder;
  options.logs = std::move(keys);
  options.on_contradiction = say;
  return witness::Witness::open(std::move(options), files, std::make_shared<SystemClock>(), std::move(cosigner));
}

int serve(WitnessCommand command) {
  command.complete();
  const sigset_t stop_signals = block_stop_signals();
  const auto opened = open_witness(command);
  if (!opened) return report(opened.error());
  http::Metrics metrics, metrics_metrics;
  http::Router router, metrics_router;
  witness::add_routes(router, **opened);
  witness::add_metrics_route(metrics_router, **opened, metrics);
  http::HttpServer server(command.listener.config(say), router, metrics);
  if (auto started = server.start(); !started) return report(started.error()), exit_unchecked;
  http::HttpServer metrics_server(command.listener.metrics_config(say), metrics_router, metrics_metrics);
  if (command.listener.metrics_port != 0) {
    if (auto started = metrics_server.start(); !started) return report(started.error()), exit_unchecked;
  }
  for (const auto& each : (*opened)->origins()) {
    if (each.splits > 0) say(each.origin + ": SPLIT VIEW on file: run `quotary witness show`");
  }
  command.listener.announce(server.port());
  int received = 0;
  (void)sigwait(&stop_signals, &received);
  std::printf("Stopping\n");
  std::fflush(stdout);
  server.stop();
  metrics_server.stop();
  return exit_ok;
}

json::object json_of(const witness::Finding& finding) {
  json::array contradictions, faults;
  for (const auto& each : finding.contradictions)
    contradictions.push_back(json::object{{"size", each.size}, {"cosigned", each.cosigned}, {"refused", each.refused}});
  for (const auto& each : finding.faults) faults.emplace_back(each);
  json::object out{{"origin", finding.origin},
                   {"size", finding.size},
                   {"cosigned", finding.count},
                   {"records_checked", finding.records_checked},
                   {"refused", finding.refused},
                   {"unproved", finding.unproved},
                   {"torn_bytes", finding.torn_bytes},
                   {"contradictions", contradictions},
                   {"faults", faults}};
  if (finding.time > 0) {
    out["root"] = finding.root.hex();
    out["time"] = format_rfc3339({static_cast<std::int64_t>(finding.time) * 1000});
  }
  return out;
}

void print_text(const witness::Finding& finding) {
  std::printf("\n日志 log        %s\n", finding.origin.c_str());
  if (finding.time == 0) {
    std::puts("  尚未联署 nothing cosigned yet");
  } else {
    std::printf("  联署至 cosigned to %llu (%s), %llu checkpoints, %llu checked\n",
                static_cast<unsigned long long>(finding.size),
                format_rfc3339({static_cast<std::int64_t>(finding.time) * 1000}).c_str(),
                static_cast<unsigned long long>(finding.count),
                static_cast<unsigned long long>(finding.records_checked));
  }
  if (finding.unproved > 0)
    std::printf("  拒绝 refused     %llu checkpoints whose consistency was not proved\n",
                static_cast<unsigned long long>(finding.unproved));
  if (finding.torn_bytes > 0)
    std::printf(
        "  残尾 torn end    %s holds %llu whole records, all checked; the %llu bytes behind them only begin one: cut off, "
        "or being written now\n",
        std::string(witness::refused_name).c_str(), static_cast<unsigned long long>(finding.refused),
        static_cast<unsigned long long>(finding.torn_bytes));
  for (const auto& each : finding.faults) std::printf("  损坏 fault       %s\n", each.c_str());
  for (const auto& each : finding.contradictions) {
    std::printf("  分叉 SPLIT VIEW  at size %llu the log signed both of these:\n%s\n%s\n",
                static_cast<unsigned long long>(each.size), each.cosigned.c_str(), each.refused.c_str());
  }
}

int show(WitnessCommand command) {
  command.complete();
  const auto files = posix_file_system();
  const auto keys = read_logs(*files, command);
  if (!keys) return report(keys.error());
  const auto cosigner = signing::open_cosigner(*files, command.key_path());
  if (!cosigner) return report(cosigner.error());
  std::map<std::string, std::vector<Vkey>> by_origin;
  for (const auto& key : *keys) by_origin[key.name].push_back(key);
  json::array logs;
  bool holds = true;
  if (!command.as_json) std::printf("见证 witness    %s\n", vkey_text((*cosigner)->vkey()).c_str());
  for (const auto& [origin, own] : by_origin) {
    const auto finding = witness::check_origin(*files, command.folder, origin, own, (*cosigner)->vkey());
    holds = holds && finding.contradictions.empty() && finding.faults.empty();
    command.as_json ? (void)logs.push_back(json_of(finding)) : print_text(finding);
  }
  if (command.as_json)
    std::printf(
        "%s\n",
        json::serialize(json::object{{"ok", holds}, {"vkey", vkey_text((*cosigner)->vkey())}, {"logs", logs}}).c_str());
  return holds ? exit_ok : exit_bad;
}

// The log's side: what its running server knows.
int status(Places places, bool as_json) {
  if (auto complete = places.complete(); !complete) return report(complete.error()), exit_unchecked;
  if (!server_runs(places))
    return report(fail(Errc::unavailable, "no_server",
                       "no server runs on " + places.data + ", and only a running one asks witnesses"));
  const auto answered = operator_call(places, "witnesses.show", {});
  if (!answered) return report(answered.error());
  const auto& state = *answered;
  const bool configured = state.at("configured").as_bool();
  const bool well = configured && !state.at("degraded").as_bool();
  if (as_json) {
    std::printf("%s\n", json::serialize(state).c_str());
  } else if (!configured) {
    std::puts("未配置见证 no witness is asked: give `quotary serve` a --witness-policy");
  } else {
    std::printf("%s\n", state.at("statement").as_string().c_str());
    for (const auto& each : state.at("witnesses").as_array()) {
      const auto& one = each.as_object();
      std::printf("  %-10s %s (%s)", one.at("state").as_string().c_str(), one.at("name").as_string().c_str(),
                  one.at("key").as_string().c_str());
      if (one.contains("size"))
        std::printf(" to %llu at %s", one.at("size").to_number<unsigned long long>(),
                    one.at("time").as_string().c_str());
      if (one.contains("code"))
        std::printf(", %s for %llu s", one.at("code").as_string().c_str(),
                    one.at("failing_ms").to_number<unsigned long long>() / 1000);
      std::puts("");
    }
    if (state.contains("trouble")) std::printf("  %s\n", state.at("trouble").as_string().c_str());
  }
  return well ? exit_ok : exit_bad;
}

void add_folder(CLI::App& command, WitnessCommand& options) {
  command.add_option("--folder", options.folder, "the witness's state and evidence")
      ->envname("QUOTARY_WITNESS")
      ->capture_default_str();
  command.add_option("--keys", options.keys, "its key folder (default: the folder's path + .keys)")
      ->envname("QUOTARY_WITNESS_KEYS");
}

void add_witness_serve(CLI::App& witness, const std::shared_ptr<WitnessCommand>& options, int& exit_code) {
  auto* command = witness.add_subcommand("serve", "answer logs over HTTP (C2SP tlog-witness) until SIGTERM or Ctrl-C");
  add_folder(*command, *options);
  options->listener.add_to(*command);
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace

void add_witness(CLI::App& app, int& exit_code) {
  auto* witness = app.add_subcommand(
      "witness", "a witness for logs: cosigns what only grows, and keeps the proof when one does not");
  witness->require_subcommand(1);
  auto options = std::make_shared<WitnessCommand>();

  auto* make_command = witness->add_subcommand("init", "make a witness: its key, and the logs that it cosigns");
  add_folder(*make_command, *options);
  make_command->add_option("--name", options->name, "its name, a URL without scheme: witness.example.com/w1")
      ->required();
  make_command
      ->add_option("--log", options->logs, "a log's verification key (`quotary keys show --vkey`); may be repeated")
      ->required();
  make_command->callback([options, &exit_code] { exit_code = init(*options); });

  auto* add_command = witness->add_subcommand(
      "add-log", "cosign a further log, or trust a further key of one; while the witness is stopped");
  add_folder(*add_command, *options);
  add_command->add_option("--log", options->logs, "a log's verification key; may be repeated")->required();
  add_command->callback([options, &exit_code] { exit_code = add_log(*options); });

  add_witness_serve(*witness, options, exit_code);

  auto* show_command = witness->add_subcommand(
      "show",
      "what it cosigned, checked signature by signature, and each contradiction; live or stopped. 1 when there is one");
  add_folder(*show_command, *options);
  show_command->add_flag("--json", options->as_json, "for machines");
  show_command->callback([options, &exit_code] { exit_code = show(*options); });

  auto places = std::make_shared<Places>();
  auto* status_command =
      witness->add_subcommand("status",
                              "the log's side: signed to which size, witnessed to which, by whom; asks the running "
                              "server. 1 when witnesses are missing");
  add_places(*status_command, *places);
  status_command->add_flag("--json", options->as_json, "for machines");
  status_command->callback([places, options, &exit_code] { exit_code = status(*places, options->as_json); });
}

}  // namespace quotary::cli
