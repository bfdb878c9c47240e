// The client over real sockets: what it reuses, what it gives up on, and what it takes for no answer.
#include "api/http/client.h"

#include "tests/http/fixture.h"

namespace quotary::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class ClientTest : public test::HttpTest {
 protected:
  void more_routes() override {
    router.add("POST", "/wait", {}, [this](auto, const Reply& reply) {
      gate.wait();
      reply(text_response(200, "text/plain", "waited"));
    });
    router.add("POST", "/big", {},
               [](auto, const Reply& reply) { reply(text_response(200, "text/plain", std::string(100'000, 'x'))); });
    router.add("POST", "/p/echo", {}, [](const auto& request, const Reply& reply) {
      reply(text_response(201, "text/x.echo", request->body));
    });
  }
  Url url(const std::string& path = "") const {
    return *parse_http_url("http://127.0.0.1:" + std::to_string(server->port()) + path);
  }
  int open_connections() const {
    const auto text = metrics.text();
    const std::string name = "\nquotary_http_connections ";
    return std::atoi(text.c_str() + text.find(name) + name.size());
  }
};

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : result.error().code;
}

TEST(ClientUrl, WhatItTakes) {
  const auto plain = *parse_http_url("http://witness.example");
  EXPECT_EQ(plain.host + "|" + plain.port + "|" + plain.authority + "|" + plain.path,
            "witness.example|80|witness.example|");
  EXPECT_FALSE(plain.tls);
  const auto six = *parse_http_url("https://[::1]:8443/a/b%20c/");
  EXPECT_EQ(six.host + "|" + six.port + "|" + six.authority + "|" + six.path, "::1|8443|[::1]:8443|/a/b%20c");
  EXPECT_TRUE(six.tls);
  EXPECT_EQ(parse_http_url("https://h/")->port, "443");
  for (const char* bad :
       {"", "h", "h/p", "ftp://h", "http:", "http://", "http:///p", "http://:80", "http://u@h", "http://u:p@h",
        "http://h?q=1", "http://h/#f", "http://h h", "http://h\n", "//h", "http://h:port"}) {
    EXPECT_EQ(code_of(parse_http_url(bad)), "bad_url") << bad;
  }
}

TEST_F(ClientTest, OneConnectionServesManyRequests) {
  start();
  Client client(url("/p/"), {});
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.post("/echo", "text/plain", std::to_string(i));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->content_type, "text/x.echo");
    EXPECT_EQ(answer->body, std::to_string(i));
    EXPECT_EQ(open_connections(), 1);
  }
  EXPECT_EQ(client.post("/nothing", "text/plain", "")->status, 404);
  EXPECT_EQ(client.post("/echo", "text/plain", "again")->body, "again");  // on a connection of its own
}

TEST_F(ClientTest, AConnectionThatDiedIsMadeAnew) {
  start();
  Client client(url(), {});
  ASSERT_EQ(client.post("/echo", "text/plain", "1")->body, "1");
  config.port = server->port();
  server->stop();
  server = std::make_unique<HttpServer>(config, router, metrics);
  ASSERT_TRUE(server->start());
  const auto answer = client.post("/echo", "text/plain", "2");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body, "2");
  server->stop();
  EXPECT_EQ(code_of(client.post("/echo", "text/plain", "3")), "unreachable");
}

TEST_F(ClientTest, ASilentServerIsGivenUp) {
  start();
  ClientConfig limits;
  limits.request_timeout = 200ms;
  Client client(url(), limits);
  EXPECT_EQ(code_of(client.post("/wait", "text/plain", "")), "timed_out");
  gate.open();
  Client patient(url(), {});
  EXPECT_EQ(patient.post("/wait", "text/plain", "")->body, "waited");
}

TEST_F(ClientTest, CancellingEndsARequestAtOnceAndForGood) {
  start();
  ClientConfig limits;
  limits.request_timeout = 600'000ms;
  Client client(url(), limits);
  std::thread other([&] {
    gate.await_waiting(1);
    client.cancel();
  });
  EXPECT_EQ(code_of(client.post("/wait", "text/plain", "")), "cancelled");
  other.join();
  EXPECT_EQ(code_of(client.post("/echo", "text/plain", "")), "cancelled");
}

TEST_F(ClientTest, AnAnswerOverTheLimitIsNone) {
  start();
  Client client(url(), {});
  EXPECT_EQ(code_of(client.post("/big", "text/plain", "")), "bad_answer");
  ClientConfig limits;
  limits.answer_max = 200'000;
  Client roomy(url(), limits);
  EXPECT_EQ(roomy.post("/big", "text/plain", "")->body.size(), 100'000u);
}

TEST_F(ClientTest, WhatIsNoHttpIsNoAnswer) {
  start();
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  std::thread other([&] {
    for (const char* words : {"SSH-2.0-server\r\n\r\n", ""}) {
      auto socket = acceptor.accept();
      char buffer[4096];
      boost::system::error_code ignored;
      socket.read_some(asio::buffer(buffer), ignored);
      asio::write(socket, asio::buffer(std::string(words)), ignored);
    }
  });
  const auto elsewhere = *parse_http_url("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
  EXPECT_EQ(code_of(Client(elsewhere, {}).post("/", "text/plain", "x")), "bad_answer");
  EXPECT_EQ(code_of(Client(elsewhere, {}).post("/", "text/plain", "x")), "unreachable");  // it hung up
  other.join();
  // And a server that speaks no TLS.
  auto secure = url();
  secure.tls = true;
  EXPECT_EQ(code_of(Client(secure, {}).post("/echo", "text/plain", "x")), "unreachable");
}

}  // namespace
}  // namespace quotary::http
