// quotary bench verify: public verification by hash, with its proof, beside /healthz of the same server.
#include "api/handlers/routes.h"
#include "api/http/server.h"
#include "tools/quotary/bench.h"
#include "tools/quotary/sample_quotes.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <numeric>

namespace quotary::cli {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

struct VerifyOptions {
  std::string folder;
  unsigned documents = 200;  // issued before, asked for in turn
  unsigned connections = 16;
  unsigned rounds = 5;
  unsigned seconds = 2;  // of each round and side
  std::size_t io_threads = 1, worker_threads = 4;
  bool as_json = false;
};

// What the connections of one run share. All on one thread.
struct Load {
  std::vector<std::string> requests;
  std::string expected;  // must stand in each body
  Steady::time_point end;
  std::size_t next = 0;
  std::uint64_t done = 0, failed = 0;
};

// One keep-alive connection that asks again as soon as it has its answer.
class Caller : public std::enable_shared_from_this<Caller> {
 public:
  Caller(asio::io_context& context, Load& load) : socket_(context), load_(load) {}

  bool connect(std::uint16_t port) {
    boost::system::error_code failed;
    socket_.connect({asio::ip::address_v4::loopback(), port}, failed);
    socket_.set_option(asio::ip::tcp::no_delay(true), failed);
    return !failed;
  }

  void ask() {
    if (Steady::now() >= load_.end) return;
    const auto& request = load_.requests[load_.next++ % load_.requests.size()];
    asio::async_write(socket_, asio::buffer(request),
                      [self = shared_from_this()](const boost::system::error_code& failed, std::size_t) {
                        if (failed) return self->fail();
                        asio::async_read_until(self->socket_, asio::dynamic_buffer(self->answer_), "\r\n\r\n",
                                               [self](const boost::system::error_code& cut, std::size_t head) {
                                                 cut ? self->fail() : self->on_head(head);
                                               });
                      });
  }

 private:
  void fail() { ++load_.failed; }

  void on_head(std::size_t head) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    std::size_t size = 0;
    const auto at = answer_.find(name);
    if (at < head) std::from_chars(answer_.data() + at + name.size(), answer_.data() + head, size);
    const auto whole = head + size;
    if (answer_.size() >= whole) return on_answer(head, whole);
    asio::async_read(socket_, asio::dynamic_buffer(answer_), asio::transfer_exactly(whole - answer_.size()),
                     [self = shared_from_this(), head, whole](const boost::system::error_code& failed, std::size_t) {
                       failed ? self->fail() : self->on_answer(head, whole);
                     });
  }

  void on_answer(std::size_t head, std::size_t whole) {
    const bool good = answer_.starts_with("HTTP/1.1 200 ") && answer_.find(load_.expected, head) < whole;
    good ? ++load_.done : ++load_.failed;
    answer_.erase(0, whole);
    ask();
  }

  asio::ip::tcp::socket socket_;
  Load& load_;
  std::string answer_;
};

// Answers a second, all connections together. Errc::unavailable when one call failed: a rate of failures is no rate.
Result<double> rate_of(const VerifyOptions& options, std::uint16_t port, std::vector<std::string> requests,
                       std::string expected) {
  asio::io_context context(1);
  Load load{std::move(requests), std::move(expected), {}, 0, 0, 0};
  std::vector<std::shared_ptr<Caller>> callers;
  for (unsigned i = 0; i < options.connections; ++i) {
    callers.push_back(std::make_shared<Caller>(context, load));
    if (!callers.back()->connect(port))
      return fail(Errc::unavailable, "no_connection", "the server took no connection");
  }
  const auto began = Steady::now();
  load.end = began + std::chrono::seconds(options.seconds);
  for (auto& caller : callers) caller->ask();
  context.run();
  if (load.failed > 0)
    return fail(Errc::unavailable, "calls_failed", std::to_string(load.failed) + " calls got no good answer");
  return static_cast<double>(load.done) / std::chrono::duration<double>(Steady::now() - began).count();
}

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

Result<bool> measure(const VerifyOptions& options, const std::string& home) {
  QUOTARY_TRY(ledger, make_bench_ledger(home));
  std::vector<std::string> by_hash;
  for (unsigned i = 0; i < options.documents; ++i) {
    QUOTARY_TRY(issued, ledger.organisation->issue_quote(ledger.rep, "bench-" + std::to_string(i),
                                                         small_quote(ledger.today, i)));
    by_hash.push_back(get("/v1/verify/sha256/" + std::string(issued.body.at("document").at("sha256").as_string())));
  }

  http::Metrics metrics;
  http::Router router;
  api::add_routes(router, *ledger.organisation);
  http::Config config;
  config.io_threads = options.io_threads;
  config.worker_threads = options.worker_threads;
  http::HttpServer server(config, router, metrics);
  QUOTARY_TRY_VOID(server.start());
  std::vector<double> health, verify, ratios;
  for (unsigned round = 0; round < options.rounds; ++round) {
    QUOTARY_TRY(one, rate_of(options, server.port(), {get("/healthz")}, "ok"));
    QUOTARY_TRY(other, rate_of(options, server.port(), by_hash, R"("match":"exact")"));
    health.push_back(one);
    verify.push_back(other);
    ratios.push_back(other / one);
  }
  server.stop();
  if (options.as_json) {
    std::printf("%s\n", json::serialize(json::object{{"what", "verify by hash beside healthz"},
                                                     {"connections", options.connections},
                                                     {"documents", options.documents},
                                                     {"healthz_per_second", middle(health)},
                                                     {"verify_per_second", middle(verify)},
                                                     {"ratio", middle(ratios)}})
                            .c_str());
  } else {
    std::printf(
        "%u connections, %u documents, medians of %u rounds\n  healthz         %9.0f/s\n  verify by hash  %9.0f/s\n  "
        "ratio           %9.2f\n",
        options.connections, options.documents, options.rounds, middle(health), middle(verify), middle(ratios));
  }
  return true;
}

}  // namespace

CLI::App* add_bench_verify(CLI::App& bench, int& exit_code) {
  auto options = std::make_shared<VerifyOptions>();
  auto* command = bench.add_subcommand(
      "verify", "public verification by hash with its proof, beside /healthz of the same server, alternately");
  command
      ->add_option("--folder", options->folder, "where to make the throw-away ledger (default: the temporary folder)")
      ->check(CLI::ExistingDirectory);
  command->add_option("--documents", options->documents, "quotes issued before")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command->add_option("--connections", options->connections, "keep-alive connections")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  command->add_option("--rounds", options->rounds, "rounds of both sides")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "length of each round and side")
      ->check(CLI::Range(1, 3'600))
      ->capture_default_str();
  command->add_option("--io-threads", options->io_threads, "the server's, as `serve` has them")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--worker-threads", options->worker_threads, "the server's, as `serve` has them")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_flag("--json", options->as_json, "one JSON object");
  command->callback([options, &exit_code] {
    exit_code = run_bench(options->folder, [&](const std::string& home) { return measure(*options, home); });
  });
  return command;
}

}  // namespace quotary::cli
