#include "tools/quotary/command.h"

#include "api/handlers/routes.h"
#include "api/http/server.h"
#include "tools/quotary/listener_options.h"
#include "tools/quotary/operator.h"

#include <boost/asio/ip/address.hpp>

#include <csignal>
#include <cstdio>
#include <ctime>

namespace quotary::cli {
namespace {

// How often events that time alone brings are written (lapsed void requests).
constexpr timespec due_events_every{60, 0};
constexpr std::size_t socket_path_bytes_max = 107;

struct ServeOptions {
  Places places;
  ListenerOptions listener{.port = 8480, .metrics_port = 9480};
  bool metrics_port_given = false;
  bool access_log = false, private_log = false;
  std::string witness_policy, witness_ca;
  std::int64_t witness_interval_ms = 1'000;
  std::int64_t index_interval_ms = IndexRootsPace{}.gap.count();
  std::string tsa_url, tsa_roots, tsa_ca;
  std::string delivery_url, delivery_secret_file, delivery_ca, delivery_folder, sign_factors = "link,code";
  std::int64_t tsa_interval_s = 3'600;
  std::string seal_level = "B-B", seal_roots, signer_roots;
  int seal_time_ms = 0;
  std::int64_t long_term_settle_s = std::chrono::seconds(long_term::Pace{}.settle.count() / 1000).count();
  std::size_t io_threads = 1, worker_threads = 4;
  std::uint64_t disk_low_bytes = api::ServiceEventsConfig{}.disk_low_bytes;
  std::uint64_t upload_bytes_max = blobs::UploadLimits{}.upload_bytes_max;
  std::uint64_t open_upload_bytes_max = blobs::UploadLimits{}.open_bytes_max;
  std::uint64_t scrub_bytes_per_second = serving_scrubbing.bytes_per_second;
};

void print_access(const http::AccessRecord& record) {
  std::fprintf(stderr, "%.*s %.*s %.*s %.*s %d %llu %lldus\n", static_cast<int>(record.request_id.size()),
               record.request_id.data(), static_cast<int>(record.peer.size()), record.peer.data(),
               static_cast<int>(record.method.size()), record.method.data(), static_cast<int>(record.path.size()),
               record.path.data(), record.status, static_cast<unsigned long long>(record.bytes_out),
               static_cast<long long>(record.duration_us));
}

// A bind that others can reach needs TLS, ours or a proxy's: bearer tokens travel in each request.
Result<void> check_bind(ListenerOptions& options) {
  if (options.host == "localhost") options.host = "127.0.0.1";
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(options.host, failed);
  if (failed) return fail(Errc::invalid, "bad_host", "--host takes an address, not '" + options.host + "'");
  if (address.is_loopback() || options.behind_proxy || !options.tls_certificate.empty()) return {};
  return fail(
      Errc::invalid, "bind_needs_tls",
      options.host +
          " can be reached by others: give --tls-certificate and --tls-key, or --behind-proxy when a proxy does TLS");
}

int report_open(const Error& error, const Places& places) {
  if (error.kind != Errc::corrupt) {
    report(error);
    return exit_unchecked;
  }
  std::fprintf(stderr,
               "quotary: 账本未通过检查，拒绝启动 / the ledger does not hold, so it is not served: %s (%s)\n"
               "  Nothing was written. Keep the folder %s as it is, then:\n"
               "  - quotary verify --data %s --keys %s   names what does not hold;\n"
               "  - if the folder was restored from an older copy, signed entries are missing: find the newer copy.\n",
               error.detail.c_str(), error.code.c_str(), places.data.c_str(), places.data.c_str(), places.keys.c_str());
  return exit_bad;
}

void say(std::string_view line) { std::fprintf(stderr, "quotary: %.*s\n", static_cast<int>(line.size()), line.data()); }

void say_latched(std::string_view reason) {
  std::fprintf(
      stderr,
      "quotary: NOTHING MORE IS ISSUED: %.*s; the operator must check the disk, run `quotary verify` and restart\n",
      static_cast<int>(reason.size()), reason.data());
}

// On stderr, for the operator who started it; /readyz says the same.
void say_if_damaged(const LedgerState& state, const Places& places) {
  if (!state.read_only) return;
  std::fprintf(
      stderr,
      "quotary: NOTHING IS ISSUED: %s\n"
      "quotary: served for reading alone, from a copy: %s. Run `quotary verify --data %s` for all that differs%s restore a backup\n",
      state.latch_reason.c_str(),
      state.state_whole
          ? "every published entry is there"
          : "only documents that still lead to a root; no status is told, since what happened last may be lost",
      places.data.c_str(),
      state.state_whole ? "; if that is the state alone, `quotary rebuild-index` mends it; else" : "; then");
}

// Runs until SIGTERM or SIGINT, doing what time alone brings.
void wait_for_stop(api::Organisation& organisation, const sigset_t& stop_signals) {
  while (sigtimedwait(&stop_signals, nullptr, &due_events_every) < 0) {
    if (errno != EAGAIN) continue;
    const auto done = organisation.run_due_events();
    if (!done) report(done.error());
  }
}

// A port that was asked for must be there; the usual one may be another server's, which is said and lived without.
Result<void> start_metrics(http::HttpServer& server, const ServeOptions& options) {
  if (options.listener.metrics_port == 0) return {};
  auto started = server.start();
  if (started || options.metrics_port_given) return started;
  std::fprintf(stderr, "quotary: no metrics are served: %s; give another port with --metrics-port, or 0 for none\n",
               started.error().detail.c_str());
  return {};
}

// What carries links and codes to customers; nothing when none is given.
Result<void> set_signature(signature::SignatureConfig& config, const ServeOptions& options) {
  QUOTARY_TRY(factors, signature::parse_factors(options.sign_factors));
  config.factors = std::move(factors);
  config.say = say;
  const auto files = posix_file_system();
  const auto clock = std::make_shared<SystemClock>();
  if (!options.delivery_folder.empty()) {
    QUOTARY_TRY(folder, signature::folder_delivery(files, options.delivery_folder, clock));
    config.delivery = std::move(folder);
  } else if (!options.delivery_url.empty()) {
    QUOTARY_TRY(secret, signature::read_delivery_secret(*files, options.delivery_secret_file));
    http::ClientConfig client;
    client.ca_file = options.delivery_ca;
    QUOTARY_TRY(hook, signature::hook_delivery(options.delivery_url, std::move(secret), std::move(client), clock));
    config.delivery = std::move(hook);
  }
  return {};
}

int serve(ServeOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  if (auto bind = check_bind(options.listener); !bind) return report(bind.error()), exit_unchecked;

  const sigset_t stop_signals = block_stop_signals();
  auto organisation_config = options.places.config();
  organisation_config.read_when_damaged = true;
  organisation_config.log_ahead_bytes = serving_log_ahead_bytes;
  organisation_config.scrubbing = {options.scrub_bytes_per_second, serving_scrubbing.pause};
  organisation_config.on_latch = say_latched;
  organisation_config.witnessing.policy_file = options.witness_policy;
  organisation_config.witnessing.ca_file = options.witness_ca;
  organisation_config.witnessing.pace.interval = std::chrono::milliseconds(options.witness_interval_ms);
  organisation_config.witnessing.say = say;
  if (options.index_interval_ms > 0) {
    organisation_config.index_roots.emplace().say = say;
    organisation_config.index_roots->pace.gap = std::chrono::milliseconds(options.index_interval_ms);
  }
  organisation_config.service_events.emplace(
      api::ServiceEventsConfig{"quotary " QUOTARY_VERSION, options.disk_low_bytes});
  organisation_config.time_stamping.url = options.tsa_url;
  organisation_config.time_stamping.roots_file = options.tsa_roots;
  organisation_config.time_stamping.ca_file = options.tsa_ca;
  organisation_config.time_stamping.pace.interval = std::chrono::seconds(options.tsa_interval_s);
  organisation_config.time_stamping.say = say;
  if (options.seal_level != "B-B") organisation_config.long_term.target = signing::SealLevel::b_lta;
  organisation_config.long_term.signer_roots_file = options.seal_roots;
  organisation_config.seal_times.patience = std::chrono::milliseconds(options.seal_time_ms);
  organisation_config.seal_times.say = say;
  organisation_config.signer_roots_file = options.signer_roots;
  organisation_config.long_term.pace.settle = std::chrono::seconds(options.long_term_settle_s);
  organisation_config.long_term.say = say;
  organisation_config.judging = judging_by_processes();
  organisation_config.inspecting = inspecting_by_processes();
  organisation_config.uploads.upload_bytes_max = options.upload_bytes_max;
  organisation_config.uploads.open_bytes_max = options.open_upload_bytes_max;
  if (auto set = set_signature(organisation_config.signature, options); !set)
    return report(set.error()), exit_unchecked;
  auto organisation = api::Organisation::open(organisation_config);
  if (!organisation) return report_open(organisation.error(), options.places);
  say_if_damaged((*organisation)->ledger_state(), options.places);
  if (const auto ready = (*organisation)->ready(); !ready && !(*organisation)->ledger_state().latched)
    say("serving, but nothing can be issued: " + ready.error().detail + " (" + ready.error().code + ")");
  if (const auto doubt = (*organisation)->seal_doubt()) say("sealing, but " + doubt->detail + " (" + doubt->code + ")");

  http::Metrics metrics;
  http::Router router;
  api::add_routes(router, **organisation, {.public_log = !options.private_log});
  auto config = options.listener.config(say);
  config.io_threads = options.io_threads;
  config.worker_threads = options.worker_threads;
  if (options.access_log) config.access_log = print_access;
  http::HttpServer server(config, router, metrics);

  // The operator's calls live on a server of their own, so that no TCP client can reach them by a routing mistake.
  http::Metrics operator_metrics;
  http::Router operator_router;
  add_operator_routes(operator_router, **organisation);
  http::Config operator_config;
  operator_config.host.clear();
  operator_config.worker_threads = 1;
  operator_config.connections_max = 16;
  operator_config.error_log = say;
  operator_config.unix_path = options.places.socket_path();
  http::HttpServer operator_server(operator_config, operator_router, operator_metrics);
  if (operator_config.unix_path.size() <= socket_path_bytes_max) {
    if (auto started = operator_server.start(); !started) return report(started.error()), exit_unchecked;
  } else {
    std::fprintf(stderr,
                 "quotary: the data folder's path is too long for a Unix socket: stop the server before users or "
                 "series commands\n");
  }
  if (auto started = server.start(); !started) return report(started.error()), exit_unchecked;

  http::Metrics metrics_metrics;
  http::Router metrics_router;
  api::add_metrics_route(metrics_router, **organisation, metrics);
  http::HttpServer metrics_server(options.listener.metrics_config(say), metrics_router, metrics_metrics);
  if (auto started = start_metrics(metrics_server, options); !started) return report(started.error()), exit_unchecked;

  options.listener.announce(server.port());
  wait_for_stop(**organisation, stop_signals);
  std::printf("Stopping\n");
  std::fflush(stdout);
  server.stop();
  metrics_server.stop();
  operator_server.stop();
  // The last reads are chained while it can still be said that they were not.
  if (const auto done = (*organisation)->run_due_events(); !done) report(done.error());
  return exit_ok;
}

void add_time_stamping(CLI::App& command, ServeOptions& options) {
  auto* url = command
                  .add_option("--tsa-url", options.tsa_url,
                              "time-stamping authority (RFC 3161) that is asked to stamp checkpoints")
                  ->envname("QUOTARY_TSA_URL");
  auto* roots = command.add_option("--tsa-roots", options.tsa_roots, "PEM file: what its certificate must lead to")
                    ->envname("QUOTARY_TSA_ROOTS")
                    ->needs(url);
  url->needs(roots);
  command.add_option("--tsa-ca", options.tsa_ca, "PEM roots that its https is trusted by (default: the system's)")
      ->needs(url);
  command
      .add_option("--tsa-interval-s", options.tsa_interval_s,
                  "at least so long between two time-stamps; one is asked for when the log has grown")
      ->check(CLI::Range(1, 31 * 86'400))
      ->capture_default_str();
  command
      .add_option("--seal-level", options.seal_level,
                  "B-LTA: documents get, in the background, what proves their signatures in many years, as further "
                  "revisions, and are renewed before that ends")
      ->check(CLI::IsMember({"B-B", "B-LTA"}))
      ->needs(url)
      ->capture_default_str();
  command
      .add_option(
          "--seal-time-ms", options.seal_time_ms,
          "so long a quote waits for its seal's own time-stamp (B-T) before it is issued without; 0: it waits for "
          "none")
      ->check(CLI::Range(0, 10'000))
      ->needs(url)
      ->capture_default_str();
  command.add_option(
      "--seal-roots", options.seal_roots,
      "PEM file: what the seal's certificate leads to; a seal whose chain stops before is refused (default: it is "
      "trusted itself)");
  command
      .add_option("--long-term-settle-s", options.long_term_settle_s,
                  "so long after its issue a document is left alone: who asks for a signature at once comes first")
      ->check(CLI::Range(0, 31 * 86'400))
      ->capture_default_str();
}

void add_delivery(CLI::App& command, ServeOptions& options) {
  auto* url =
      command
          .add_option("--delivery-url", options.delivery_url,
                      "URL that links, codes and notices for customers are POSTed to, to be sent by e-mail or text")
          ->envname("QUOTARY_DELIVERY_URL");
  auto* secret = command
                     .add_option("--delivery-secret-file", options.delivery_secret_file,
                                 "file with the secret under which these are signed")
                     ->envname("QUOTARY_DELIVERY_SECRET_FILE")
                     ->needs(url);
  url->needs(secret);
  command
      .add_option("--delivery-ca", options.delivery_ca,
                  "PEM roots that its https is trusted by (default: the system's)")
      ->needs(url);
  command
      .add_option(
          "--delivery-folder", options.delivery_folder,
          "folder that they are written to instead, for demonstrations: whoever reads it can sign for customers")
      ->envname("QUOTARY_DELIVERY_FOLDER")
      ->excludes(url);
  command
      .add_option("--signer-roots", options.signer_roots,
                  "PEM file: what certificates lead to with which customers sign elsewhere (default: none counts)")
      ->envname("QUOTARY_SIGNER_ROOTS");
  command
      .add_option(
          "--sign-factors", options.sign_factors,
          "by which all signers prove who they are: link, with code or passkey or both behind it (link,code,passkey)")
      ->envname("QUOTARY_SIGN_FACTORS")
      ->capture_default_str();
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeOptions>();
  auto* command = app.add_subcommand("serve", "serve an organisation over HTTP until SIGTERM or Ctrl-C");
  add_places(*command, options->places, true);
  options->listener.add_to(*command);
  command->get_option("--host")->envname("QUOTARY_HOST");
  command->get_option("--port")->envname("QUOTARY_PORT");
  auto* metrics_port = command->get_option("--metrics-port")->envname("QUOTARY_METRICS_PORT");
  command
      ->add_option("--witness-policy", options->witness_policy,
                   "tlog-policy file with the URLs of witnesses that are asked to cosign each checkpoint")
      ->envname("QUOTARY_WITNESS_POLICY");
  command->add_option("--witness-ca", options->witness_ca,
                      "PEM roots that witnesses' https is trusted by (default: the system's)");
  command
      ->add_option("--witness-interval-ms", options->witness_interval_ms,
                   "at least so long between two checkpoints that witnesses are asked about")
      ->check(CLI::Range(10, 3'600'000))
      ->capture_default_str();
  command
      ->add_option("--index-interval-ms", options->index_interval_ms,
                   "at least so long between two index.root entries, on which status proofs stand; 0: none")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  add_time_stamping(*command, *options);
  add_delivery(*command, *options);
  command->add_option("--io-threads", options->io_threads, "threads for sockets")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--worker-threads", options->worker_threads, "threads for use cases")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command
      ->add_option("--scrub-bytes-per-second", options->scrub_bytes_per_second,
                   "the pace at which all that is stored is read again in the background; 0: never")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 40))
      ->capture_default_str();
  command
      ->add_option("--disk-low-bytes", options->disk_low_bytes,
                   "free bytes where the data folder is, below which that is chained and shown; 0: not looked at")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 50))
      ->capture_default_str();
  command->add_option("--upload-bytes-max", options->upload_bytes_max, "the largest file of evidence")
      ->check(CLI::Range(std::uint64_t{1}, blobs::blob_bytes_max))
      ->capture_default_str();
  command
      ->add_option("--open-upload-bytes-max", options->open_upload_bytes_max,
                   "what all unfinished uploads may hold together; more is refused until some end")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 50))
      ->capture_default_str();
  command->add_flag("--access-log", options->access_log, "one line on stderr for each request, without query strings");
  command
      ->add_flag("--private-log", options->private_log,
                 "checkpoints, hash tiles and proofs of the log for auditors alone; without it, for anybody")
      ->envname("QUOTARY_PRIVATE_LOG");
  command->callback([options, metrics_port, &exit_code] {
    options->metrics_port_given = metrics_port->count() > 0;
    exit_code = serve(*options);
  });
}

}  // namespace quotary::cli
