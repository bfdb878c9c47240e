// Serves `hello` for a load generator: http_hello PORT IO_THREADS. The floor below every other HTTP figure.
#include "api/http/server.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  using namespace quotary::http;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);  // inherited by all threads, taken by sigwait below

  Config config;
  if (argc > 1) config.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  if (argc > 2) config.io_threads = static_cast<std::size_t>(std::atoi(argv[2]));
  Router router;
  const auto body = std::make_shared<const std::string>("hello, world\n");
  const auto hello = [body](auto, Reply reply) { reply(shared_response("text/plain", body)); };
  router.add("GET", "/inline", {.run = Run::inline_io}, hello);
  router.add("GET", "/worker", {}, hello);
  Metrics metrics;
  HttpServer server(config, router, metrics);
  if (const auto started = server.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().detail.c_str());
    return 2;
  }
  std::printf("http://127.0.0.1:%u\n", server.port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop();
  return 0;
}
