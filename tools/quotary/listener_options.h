// What every command that serves HTTP is told about its listener, and how it says where it listens.
#pragma once

#include "api/http/server.h"

#include <CLI/App.hpp>

#include <csignal>
#include <cstdint>
#include <string>

namespace quotary::cli {

struct ListenerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;          // 0: a free one
  std::uint16_t metrics_port = 0;  // on 127.0.0.1; 0: no metrics are served
  std::string tls_certificate = {}, tls_key = {};
  bool behind_proxy = false;
  bool carries_secrets = true;  // false: what it says and hears is signed, and nobody's secret

  // Adds --host, --port, --metrics-port, --tls-certificate, --tls-key and --behind-proxy; what stands in the members is
  // their default. This outlives the command.
  void add_to(CLI::App& command);

  [[nodiscard]] http::Config config(std::function<void(std::string_view)> error_log) const;
  // The listener of /metrics, small and for this machine alone.
  [[nodiscard]] http::Config metrics_config(std::function<void(std::string_view)> error_log) const;

  // "Listening on <URL>" on stdout, for who waits for it.
  void announce(std::uint16_t bound_port) const;
};

// SIGTERM and SIGINT, blocked in this thread and in those that it starts from now on, so that only who waits for them
// sees them. To be called before any thread starts.
[[nodiscard]] sigset_t block_stop_signals();

}  // namespace quotary::cli
