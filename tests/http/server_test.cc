#include "tests/http/fixture.h"

#include <boost/json.hpp>

#include <chrono>
#include <future>

namespace quotary::http::test {
namespace {

using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

TEST_F(HttpTest, KeepsTheConnectionAndAnswersInOrder) {
  start();
  auto socket = connect();
  Client client(socket);
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.get("/hello");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
    EXPECT_TRUE(answer.headers.contains("date"));
  }
  // Pipelined: a worker's answer must not be overtaken by an inline one.
  client.send(
      "GET /v1/quotes/A?code=x%20y HTTP/1.1\r\nHost: t\r\n\r\n"
      "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"
      "GET /later HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().body, "A|x y");
  EXPECT_EQ(client.receive().body, "hello");
  EXPECT_EQ(client.receive().body, "abc");
  EXPECT_EQ(client.receive().body, "later");
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpTest, TellsUnknownPathsFromUnknownMethods) {
  start();
  auto socket = connect();
  Client client(socket);
  EXPECT_EQ(client.get("/nothing").status, 404);
  const auto answer = client.post("/hello", "");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD");
  EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
  const auto problem = boost::json::parse(answer.body).as_object();
  EXPECT_EQ(problem.at("status").as_int64(), 405);
  EXPECT_EQ(problem.at("code").as_string(), "method_not_allowed");
  EXPECT_EQ(problem.at("instance").as_string(), "/hello");
  EXPECT_EQ(client.get("/hello/%zz").status, 400);
  EXPECT_EQ(client.get("/hello?a=1&a=2").status, 400);
}

TEST_F(HttpTest, AnswersHeadWithoutABody) {
  start();
  auto socket = connect();
  Client client(socket);
  client.send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto answer = client.receive(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-length"), "5");
  EXPECT_EQ(client.get("/hello").body, "hello");
  EXPECT_EQ(client.get("/etag", "If-None-Match: \"zzz\", \"abc\"\r\n").status, 304);
  EXPECT_EQ(client.get("/etag", "If-None-Match: \"zzz\"\r\n").body, "cached");
}

TEST_F(HttpTest, RefusesBodiesOverTheLimit) {
  start();
  auto socket = connect();
  Client client(socket);
  EXPECT_EQ(client.post("/echo", std::string(1000, 'a')).body.size(), 1000u);
  EXPECT_EQ(client.post("/echo", std::string(1001, 'a')).status, 413);
  EXPECT_TRUE(client.closed());

  auto second = connect();
  Client chunked(second);
  chunked.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n258\r\n" + std::string(600, 'a') +
               "\r\n258\r\n" + std::string(600, 'a') + "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.receive().status, 413);

  auto third = connect();
  Client small(third);
  small.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nAuthorization: no\r\n\r\n");
  EXPECT_EQ(small.receive().body, "abcde");
}

TEST_F(HttpTest, RefusesHeadersOverTheLimit) {
  start();
  for (const auto size : {8'500u, 40'000u}) {
    auto socket = connect();
    Client client(socket);
    EXPECT_EQ(client.get("/hello", "X: " + std::string(size, 'a') + "\r\n").status, 431);
  }
  auto socket = connect();
  Client client(socket);
  client.send("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n");
  EXPECT_EQ(client.receive().status, 431);
}

TEST_F(HttpTest, RefusesWhatTwoParsersCouldReadDifferently) {
  start();
  const auto status = [&](const std::string& text) {
    auto socket = connect();
    Client client(socket);
    client.send(text);
    return client.receive().status;
  };
  EXPECT_EQ(
      status("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      400);
  EXPECT_EQ(status("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), 400);
  EXPECT_EQ(status("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(status("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(status("\x16\x03\x01 nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /hello HTTP/3.0\r\nHost: t\r\n\r\n"), 505);
}

TEST_F(HttpTest, AnswersSlowSendersWith408) {
  config.header_timeout = 150ms;
  config.body_timeout = 150ms;
  config.idle_timeout = 400ms;
  start();
  auto first = connect();
  Client header(first);
  header.send("GET /hello HT");
  EXPECT_EQ(header.receive().status, 408);
  EXPECT_TRUE(header.closed());

  auto second = connect();
  Client body(second);
  body.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(body.receive().status, 408);

  auto third = connect();
  Client idle(third);
  EXPECT_EQ(idle.get("/hello").status, 200);
  EXPECT_TRUE(idle.closed());
}

TEST_F(HttpTest, AnswersTruncatedBodiesWith400) {
  start();
  auto socket = connect();
  Client client(socket);
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  socket.shutdown(tcp::socket::shutdown_send);
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpTest, SaysContinueBeforeTheBody) {
  start();
  auto socket = connect();
  Client client(socket);
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("abc");
  EXPECT_EQ(client.receive().body, "abc");
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(HttpTest, HidesWhatWentWrongInside) {
  start();
  auto socket = connect();
  Client client(socket);
  const auto thrown = client.get("/throws");
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body.find("secret"), std::string::npos);
  EXPECT_EQ(client.get("/forgets").status, 500);
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST_F(HttpTest, RefusesWorkPastTheQueue) {
  config.worker_threads = 1;
  config.worker_queue_max = 1;
  start();
  auto first = connect();
  auto second = connect();
  auto third = connect();
  Client running(first), waiting(second), refused(third);
  running.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  gate.await_waiting(1);
  waiting.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  Answer answer;
  for (int i = 0; i < 100 && answer.status != 503; ++i) {
    std::this_thread::sleep_for(5ms);
    if (i > 4) answer = refused.get("/local");
  }
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  EXPECT_EQ(refused.get("/hello").status, 200);  // inline routes still answer
  gate.open();
  EXPECT_EQ(running.receive().body, "slow");
  EXPECT_EQ(waiting.receive().body, "slow");
  EXPECT_NE(metrics.text().find("quotary_http_refused_total{reason=\"overloaded\"} 1"), std::string::npos);
}

TEST_F(HttpTest, LimitsRatesPerAddress) {
  config.rates.classes["tight"] = {0.5, 2};
  config.behind_proxy = true;
  start();
  auto socket = connect();
  Client client(socket);
  const std::string from = "X-Forwarded-For: 10.0.0.1, 203.0.113.7\r\n";
  EXPECT_EQ(client.get("/v1/quotes/A", from).status, 200);
  EXPECT_EQ(client.get("/v1/quotes/A", from).status, 200);
  const auto limited = client.get("/v1/quotes/A", from);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.at("retry-after"), "2");
  EXPECT_EQ(client.get("/v1/quotes/A", "X-Forwarded-For: 203.0.113.8\r\n").status, 200);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.get("/v1/quotes/A").status, 200);  // loopback
}

TEST_F(HttpTest, FinishesRequestsInFlightWhenStopping) {
  start();
  auto first = connect();
  auto second = connect();
  Client busy(first), idle(second);
  EXPECT_EQ(idle.get("/hello").status, 200);
  busy.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  gate.await_waiting(1);
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  EXPECT_TRUE(idle.closed());
  EXPECT_EQ(stopped.wait_for(50ms), std::future_status::timeout);
  gate.open();
  const auto answer = busy.receive();
  EXPECT_EQ(answer.body, "slow");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  first.close();
  stopped.get();
  boost::system::error_code ec;
  tcp::socket late(context);
  late.connect({asio::ip::make_address("127.0.0.1"), server->port()}, ec);
  EXPECT_TRUE(ec);
}

TEST_F(HttpTest, StopsWithinItsBound) {
  config.stop_timeout = 100ms;
  start();
  auto socket = connect();
  Client client(socket);
  client.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  gate.await_waiting(1);
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  EXPECT_TRUE(client.closed());  // the connection goes at the bound; the handler's thread is still waited for
  gate.open();
  stopped.get();
}

TEST_F(HttpTest, LogsNeitherQueriesNorSecretPaths) {
  start();
  auto socket = connect();
  Client client(socket);
  (void)client.get("/v1/quotes/A?code=hush");
  (void)client.get("/sign/hush?x=hush");
  (void)client.get("/hush?hush", "Connection: close\r\n");
  EXPECT_TRUE(client.closed());
  const std::lock_guard lock(log_mutex);
  ASSERT_EQ(access.size(), 3u);
  EXPECT_EQ(access[0], "GET /v1/quotes/A 200");
  EXPECT_EQ(access[1], "GET /sign/{token} 200");
  EXPECT_EQ(access[2], "GET /hush 404");
  EXPECT_NE(metrics.text().find("quotary_http_requests_total{method=\"GET\",route=\"/sign/{token}\",status=\"200\"} 1"),
            std::string::npos);
}

}  // namespace
}  // namespace quotary::http::test
