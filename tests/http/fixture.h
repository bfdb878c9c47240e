// A server on a free port with the routes that the tests call.
#pragma once

#include "api/http/problem.h"
#include "api/http/server.h"
#include "tests/http/client.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace quotary::http::test {

// A handler waits here until the test opens it.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    wake_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    wake_.notify_all();
    wake_.wait(lock, [this] { return open_; });
  }
  void await_waiting(int count) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  int waiting_ = 0;
  bool open_ = false;
};

class HttpTest : public ::testing::Test {
 protected:
  ~HttpTest() override {
    gate.open();
    if (server) server->stop();
  }

  void start() {
    router.add("GET", "/hello", {.run = Run::inline_io},
               [](auto, Reply reply) { reply(text_response(200, "text/plain", "hello")); });
    router.add("GET", "/etag", {.run = Run::inline_io}, [](auto, Reply reply) {
      auto response = text_response(200, "text/plain", "cached");
      response.headers.emplace_back("ETag", "\"abc\"");
      reply(std::move(response));
    });
    router.add("POST", "/echo", {.body_max = 1000},
               [](auto request, Reply reply) { reply(text_response(200, "text/plain", request->body)); });
    router.add("GET", "/v1/quotes/{number}", {.rate_class = "tight"}, [](auto request, Reply reply) {
      reply(
          text_response(200, "text/plain", request->param("number") + "|" + std::string(request->query_value("code"))));
    });
    router.add("GET", "/slow", {}, [this](auto, Reply reply) {
      gate.wait();
      reply(text_response(200, "text/plain", "slow"));
    });
    router.add("GET", "/later", {}, [](auto, Reply reply) {
      std::thread([reply] { reply(text_response(200, "text/plain", "later")); }).detach();
    });
    router.add("GET", "/throws", {}, [](auto, Reply) { throw std::runtime_error("secret /path"); });
    router.add("GET", "/forgets", {}, [](auto, Reply) {});
    router.add("GET", "/local", {}, [](auto request, Reply reply) {
      reply(text_response(200, "text/plain", request->local ? "local" : "remote"));
    });
    router.add("GET", "/sign/{token}", {.path_is_secret = true},
               [](auto, Reply reply) { reply(text_response(200, "text/plain", "page")); });
    more_routes();
    config.access_log = [this](const AccessRecord& record) {
      const std::lock_guard lock(log_mutex);
      access.push_back(std::string(record.method) + " " + std::string(record.path) + " " +
                       std::to_string(record.status));
    };
    server = std::make_unique<HttpServer>(config, router, metrics);
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error().detail;
  }
  virtual void more_routes() {}

  asio::ip::tcp::socket connect() {
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), server->port()});
    return socket;
  }

  Gate gate;
  asio::io_context context;
  Config config;
  Router router;
  Metrics metrics;
  std::mutex log_mutex;
  std::vector<std::string> access;
  std::unique_ptr<HttpServer> server;
};

}  // namespace quotary::http::test
