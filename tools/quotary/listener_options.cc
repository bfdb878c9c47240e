#include "tools/quotary/listener_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <utility>

namespace quotary::cli {

void ListenerOptions::add_to(CLI::App& command) {
  command
      .add_option("--host", host,
                  carries_secrets ? "address to listen on; beyond loopback it needs TLS or --behind-proxy"
                                  : "address to listen on")
      ->capture_default_str();
  command.add_option("--port", port, "port; 0 takes a free one and prints it")->capture_default_str();
  command.add_option("--metrics-port", metrics_port, "port of /metrics on 127.0.0.1; 0 serves none")
      ->capture_default_str();
  auto* certificate = command.add_option("--tls-certificate", tls_certificate, "PEM chain");
  auto* key = command.add_option("--tls-key", tls_key, "PEM key")->needs(certificate);
  certificate->needs(key);
  command.add_flag("--behind-proxy", behind_proxy, "a proxy does TLS; its last X-Forwarded-For entry is the client");
}

http::Config ListenerOptions::config(std::function<void(std::string_view)> error_log) const {
  http::Config config;
  config.host = host;
  config.port = port;
  config.tls_certificate = tls_certificate;
  config.tls_key = tls_key;
  config.behind_proxy = behind_proxy;
  config.error_log = std::move(error_log);
  return config;
}

http::Config ListenerOptions::metrics_config(std::function<void(std::string_view)> error_log) const {
  http::Config config;
  config.port = metrics_port;
  config.worker_threads = 1;
  config.connections_max = 16;
  config.error_log = std::move(error_log);
  return config;
}

void ListenerOptions::announce(std::uint16_t bound_port) const {
  const bool six = host.find(':') != std::string::npos;
  std::printf("Listening on %s://%s%s%s:%u\n", tls_certificate.empty() ? "http" : "https", six ? "[" : "", host.c_str(),
              six ? "]" : "", static_cast<unsigned>(bound_port));
  std::fflush(stdout);
}

sigset_t block_stop_signals() {
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  return stop_signals;
}

}  // namespace quotary::cli
