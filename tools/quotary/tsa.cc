// `quotary tsa`: a time-stamping authority of one's own, for where no other can be reached, and how a log's trusted
// time stands.
#include "api/http/server.h"
#include "api/time_stamping/routes.h"
#include "tools/quotary/command.h"
#include "tools/quotary/listener_options.h"
#include "tools/quotary/operator.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace quotary::cli {
namespace {

struct TsaCommand {
  std::string keys = "./tsa.keys";
  std::string organisation;
  std::string certificate, key;  // given ones; empty: those that init made
  std::int64_t accuracy_ms = 0;  // 0: none is claimed
  ListenerOptions listener{.port = 8482, .carries_secrets = false};

  [[nodiscard]] signing::SealKeyFiles paths() const {
    signing::SealKeyFiles out;
    out.certificate_path = certificate.empty() ? keys + "/tsa.cert.pem" : certificate;
    out.key_path = key.empty() ? keys + "/tsa.key.pem" : key;
    if (const char* password = std::getenv("QUOTARY_TSA_PASSWORD")) out.pkcs12_password = password;
    return out;
  }
};

void say(std::string_view line) {
  std::fprintf(stderr, "quotary tsa: %.*s\n", static_cast<int>(line.size()), line.data());
}

int init(const TsaCommand& command) {
  const auto files = posix_file_system();
  SystemRandom random;
  if (auto made = files->make_directory(command.keys); !made) return report(made.error());
  const auto paths =
      signing::TimeAuthority::make(*files, command.keys, command.organisation, SystemClock().now(), random);
  if (!paths) return report(paths.error());
  std::printf("Made a time-stamping authority; its key in %s\nIts certificate, for --tsa-roots: %s\n",
              paths->key_path.c_str(), paths->certificate_path.c_str());
  std::puts(
      "它是自建的，并不独立：它的时间戳只证明当时存在，且由保管此密钥者担保。\n"
      "It is your own and not independent: its time-stamps are worth as much as whoever keeps this key. Keep the key on "
      "another machine than the log's.");
  return exit_ok;
}

int serve(const TsaCommand& command) {
  const sigset_t stop_signals = block_stop_signals();
  const auto files = posix_file_system();
  const auto paths = command.paths();
  if (!files->exists(paths.certificate_path))
    return report(fail(Errc::not_found, "no_authority",
                       paths.certificate_path + " is not there: make an authority with `quotary tsa init`"));
  if (auto made = files->make_directory(command.keys); !made) return report(made.error()), exit_unchecked;
  signing::TimeAuthorityOptions authority_options;
  authority_options.latest_file = command.keys + "/tsa.latest";
  if (command.accuracy_ms > 0) authority_options.accuracy_ms = command.accuracy_ms;
  const auto opened = signing::TimeAuthority::open(files, paths, std::make_shared<SystemClock>(),
                                                   std::make_shared<SystemRandom>(), authority_options);
  if (!opened) return report(opened.error());
  if (const auto behind_ms = (*opened)->clock_behind_ms(); behind_ms > 0)
    say(time_stamping::clock_behind_words(behind_ms));
  time_stamping::AuthorityFigures figures;
  http::Metrics metrics, metrics_metrics;
  http::Router router, metrics_router;
  time_stamping::add_routes(router, **opened, figures);
  time_stamping::add_metrics_route(metrics_router, **opened, figures, metrics);
  http::HttpServer server(command.listener.config(say), router, metrics);
  if (auto started = server.start(); !started) return report(started.error()), exit_unchecked;
  http::HttpServer metrics_server(command.listener.metrics_config(say), metrics_router, metrics_metrics);
  if (command.listener.metrics_port != 0) {
    if (auto started = metrics_server.start(); !started) return report(started.error()), exit_unchecked;
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

// The log's side: what its running server knows.
int status(Places places, bool as_json) {
  if (auto complete = places.complete(); !complete) return report(complete.error()), exit_unchecked;
  if (!server_runs(places))
    return report(fail(Errc::unavailable, "no_server",
                       "no server runs on " + places.data + ", and only a running one asks for time-stamps"));
  const auto answered = operator_call(places, "time_stamping.show", {});
  if (!answered) return report(answered.error());
  const auto& state = *answered;
  const bool configured = state.at("configured").as_bool();
  const bool well = configured && !state.at("degraded").as_bool() && !state.contains("failure");
  if (as_json) {
    std::printf("%s\n", json::serialize(state).c_str());
  } else if (!configured) {
    std::puts("未配置可信时间 no authority is asked: give `quotary serve` a --tsa-url and --tsa-roots");
  } else {
    std::printf("%s: %s\n", state.at("state").as_string().c_str(), state.at("statement").as_string().c_str());
    if (state.contains("pending") && state.at("pending").as_object().contains("next_try"))
      std::printf("  下次尝试 next try %s\n", state.at("pending").at("next_try").as_string().c_str());
    if (state.contains("failure"))
      std::printf("  失败 failed %llu in a row: %s\n",
                  state.at("failure").at("failures").to_number<unsigned long long>(),
                  state.at("failure").at("detail").as_string().c_str());
    if (state.contains("trouble")) std::printf("  %s\n", state.at("trouble").as_string().c_str());
  }
  return well ? exit_ok : exit_bad;
}

void add_keys_option(CLI::App& command, TsaCommand& options) {
  command.add_option("--keys", options.keys, "its key folder")->envname("QUOTARY_TSA_KEYS")->capture_default_str();
}

}  // namespace

void add_tsa(CLI::App& app, int& exit_code) {
  auto* tsa = app.add_subcommand(
      "tsa",
      "an own time-stamping authority (RFC 3161), which says that it is one, and how a log's trusted time stands");
  tsa->require_subcommand(1);
  auto options = std::make_shared<TsaCommand>();

  auto* make_command = tsa->add_subcommand("init", "make an own authority: its key and its certificate");
  add_keys_option(*make_command, *options);
  make_command->add_option("--name", options->organisation, "the organisation that its certificate names");
  make_command->callback([options, &exit_code] { exit_code = init(*options); });

  auto* serve_command =
      tsa->add_subcommand("serve", "answer questions for time-stamps over HTTP until SIGTERM or Ctrl-C");
  add_keys_option(*serve_command, *options);
  auto* certificate =
      serve_command->add_option("--certificate", options->certificate, "another PEM certificate, its chain after it");
  auto* key = serve_command->add_option("--key", options->key, "its PEM key; password in QUOTARY_TSA_PASSWORD")
                  ->needs(certificate);
  certificate->needs(key);
  serve_command
      ->add_option("--accuracy-ms", options->accuracy_ms,
                   "what its tokens claim of this machine's clock, for who knows it; 0 claims nothing")
      ->check(CLI::Range(std::int64_t{0}, signing::time_accuracy_max_ms))
      ->capture_default_str();
  options->listener.add_to(*serve_command);
  serve_command->callback([options, &exit_code] { exit_code = serve(*options); });

  auto places = std::make_shared<Places>();
  auto as_json = std::make_shared<bool>(false);
  auto* status_command = tsa->add_subcommand(
      "status",
      "the log's side: stamped to which size and when, and what waits; asks the running server. 1 when it fails");
  add_places(*status_command, *places);
  status_command->add_flag("--json", *as_json, "for machines");
  status_command->callback([places, as_json, &exit_code] { exit_code = status(*places, *as_json); });
}

}  // namespace quotary::cli
