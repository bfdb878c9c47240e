// The witness over real sockets: the published requests in their order, and what is no request of the protocol.
#include "api/http/server.h"
#include "api/witness/routes.h"
#include "ledger/log/add_checkpoint.h"
#include "tests/http/client.h"
#include "tests/support/fake_log.h"
#include "tests/support/golden.h"

#include <gtest/gtest.h>

namespace quotary::witness {
namespace {

using http::test::Answer;
using http::test::Client;
namespace asio = boost::asio;

class WitnessHttp : public ::testing::Test {
 protected:
  WitnessHttp() : set(quotary::testing::golden_json("witness/add_checkpoint.json").as_object()) {
    WitnessOptions options;
    options.folder = folder.file("witness");
    for (const auto& vkey : set.at("logs").as_array())
      options.logs.push_back(*parse_vkey(std::string_view(vkey.as_string())));
    const auto clock =
        std::make_shared<quotary::testing::SetClock>(Timestamp{set.at("time").to_number<std::int64_t>() * 1000});
    const auto seed = *from_hex(std::string_view(set.at("witness_seed").as_string()));
    const std::string vkey(set.at("witness").as_string());
    auto opened = Witness::open(options, posix_file_system(), clock,
                                signing::cosigner_from_seed(vkey.substr(0, vkey.find('+')), seed));
    EXPECT_TRUE(opened) << opened.error().detail;
    witness = std::move(*opened);
    EXPECT_EQ(vkey_text(witness->vkey()), vkey);
    add_routes(router, *witness);
    server = std::make_unique<http::HttpServer>(http::Config{}, router, metrics);
    EXPECT_TRUE(server->start());
    socket.connect({asio::ip::make_address("127.0.0.1"), server->port()});
  }
  ~WitnessHttp() override { server->stop(); }

  quotary::testing::TemporaryFolder folder;
  json::object set;
  std::unique_ptr<Witness> witness;
  http::Router router;
  http::Metrics metrics;
  std::unique_ptr<http::HttpServer> server;
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  Client<asio::ip::tcp::socket> client{socket};
};

TEST_F(WitnessHttp, ThePublishedRequests) {
  std::map<int, int> seen;
  for (const auto& each : set.at("steps").as_array()) {
    const auto& step = each.as_object();
    const std::string name(step.at("name").as_string());
    // All over one connection, which stays open.
    const Answer answer = client.post("/add-checkpoint", std::string(step.at("body").as_string()));
    ASSERT_EQ(answer.status, step.at("status").to_number<int>()) << name << ": " << answer.body;
    ++seen[answer.status];
    if (step.contains("answer")) {
      EXPECT_EQ(answer.body, std::string(step.at("answer").as_string())) << name;
    }
    const auto& type = answer.headers.at("content-type");
    EXPECT_EQ(type, answer.status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8") << name;
    EXPECT_TRUE(answer.body.ends_with('\n')) << name;
  }
  for (const int status : {200, 400, 403, 404, 409, 422}) EXPECT_GT(seen[status], 0) << status;
}

TEST_F(WitnessHttp, MonitorsReadTheLatestCheckpoint) {
  const std::string origin = "ledger.example.com/quotes";
  const std::string path = "/" + origin_hash(origin) + "/checkpoint";
  EXPECT_EQ(client.get(path).status, 404);
  for (const auto& each : set.at("steps").as_array())
    (void)client.post("/add-checkpoint", std::string(each.at("body").as_string()));
  const auto answer = client.get(path);
  EXPECT_EQ(answer.status, 200);
  // The log's line and the witness's, as the last good request has them.
  const auto& last = set.at("steps").as_array().back().as_object();
  const std::string body(last.at("body").as_string());
  EXPECT_EQ(answer.body, body.substr(body.find("\n\n") + 2) + std::string(last.at("answer").as_string()));
  EXPECT_EQ(client.get("/" + origin_hash("nobody.example.com/log") + "/checkpoint").status, 404);
  EXPECT_EQ(client.get("/vkey").body, vkey_text(witness->vkey()) + "\n");
}

TEST_F(WitnessHttp, WhatIsNoRequestOfTheProtocol) {
  // A refusal before the body is read closes the connection.
  const auto post = [this](const std::string& path, const std::string& body) {
    asio::ip::tcp::socket other(context);
    other.connect({asio::ip::make_address("127.0.0.1"), server->port()});
    return Client<asio::ip::tcp::socket>(other).post(path, body).status;
  };
  EXPECT_EQ(client.get("/add-checkpoint").status, 405);
  EXPECT_EQ(post("/elsewhere", "old 0\n\n"), 404);
  EXPECT_EQ(post("/add-checkpoint", ""), 400);
  EXPECT_EQ(post("/add-checkpoint", std::string(add_checkpoint_bytes_max + 1, 'x')), 413);
}

}  // namespace
}  // namespace quotary::witness
