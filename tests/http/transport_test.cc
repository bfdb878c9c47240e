// Unix socket, TLS, long bodies both ways, and limits on connections.
#include "tests/http/fixture.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <filesystem>

namespace quotary::http::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A folder that goes away with the test.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "quotary-http-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

void write_certificate(const fs::path& certificate, const fs::path& key) {
  EVP_PKEY* pair = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, pair);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509_sign(x509, pair, EVP_sha256());
  FILE* file = std::fopen(certificate.c_str(), "w");
  PEM_write_X509(file, x509);
  std::fclose(file);
  file = std::fopen(key.c_str(), "w");
  PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(x509);
  EVP_PKEY_free(pair);
}

struct UploadLog {
  std::mutex mutex;
  std::string bytes;
  std::size_t largest = 0;
  std::atomic<int> alive{0};
};

class Sink final : public BodySink {
 public:
  explicit Sink(UploadLog& log) : log_(log) { ++log_.alive; }
  ~Sink() override { --log_.alive; }
  Result<void> write(std::string_view chunk) override {
    const std::lock_guard lock(log_.mutex);
    log_.bytes.append(chunk);
    log_.largest = std::max(log_.largest, chunk.size());
    if (chunk.find("POISON") != std::string_view::npos) return fail(Errc::storage, "disk_full", "/data is full");
    return {};
  }

 private:
  UploadLog& log_;
};

class Source final : public BodySource {
 public:
  Source(std::size_t left, bool breaks) : left_(left), breaks_(breaks) {}
  Result<std::string> read(std::size_t size_max) override {
    if (breaks_ && left_ < 100'000) return fail(Errc::storage, "read_failed", "");
    std::string out(std::min(size_max, left_), 'z');
    left_ -= out.size();
    return out;
  }

 private:
  std::size_t left_;
  bool breaks_;
};

class TransportTest : public HttpTest {
 protected:
  ~TransportTest() override {
    if (server) server->stop();
  }

  void more_routes() override {
    RouteOptions upload;
    upload.open_upload = [this](const Request& request) -> Result<std::shared_ptr<BodySink>> {
      if (request.header("Authorization").empty()) return fail(Errc::unauthenticated, "no_token", "");
      return std::make_shared<Sink>(uploads);
    };
    upload.upload_max = 10u << 20;
    router.add("POST", "/upload", upload, [](auto request, Reply reply) {
      reply(text_response(request->upload && request->body.empty() ? 201 : 500, "text/plain", ""));
    });
    for (const auto& [path, known, breaks] :
         {std::tuple{"/stream", false, false}, {"/sized", true, false}, {"/broken", false, true}}) {
      router.add("GET", path, {}, [known = known, breaks = breaks](auto, Reply reply) {
        Response response;
        response.content_type = "application/octet-stream";
        response.stream = std::make_shared<Source>(1'000'000, breaks);
        if (known) response.stream_size = 1'000'000;
        reply(std::move(response));
      });
    }
  }

  bool all_gone() {
    for (int i = 0; i < 200 && uploads.alive > 0; ++i) std::this_thread::sleep_for(5ms);
    return uploads.alive == 0;
  }

  Folder folder;
  UploadLog uploads;
};

TEST_F(TransportTest, ServesAUnixSocketToItsOwnerOnly) {
  config.unix_path = (folder.path / "quotary.sock").string();
  start();
  struct stat info {};
  ASSERT_EQ(::stat(config.unix_path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  asio::local::stream_protocol::socket socket(context);
  socket.connect(asio::local::stream_protocol::endpoint(config.unix_path));
  Client client(socket);
  EXPECT_EQ(client.get("/local").body, "local");
  auto tcp = connect();
  EXPECT_EQ(Client(tcp).get("/local").body, "remote");

  HttpServer second(config, router, metrics);
  const auto refused = second.start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "bind_failed");
  EXPECT_EQ(client.get("/local").body, "local");  // the first one is unharmed
  server->stop();
  EXPECT_FALSE(fs::exists(config.unix_path));
}

TEST_F(TransportTest, TakesOverASocketLeftByADeadServer) {
  config.unix_path = (folder.path / "quotary.sock").string();
  { asio::local::stream_protocol::acceptor dead(context, asio::local::stream_protocol::endpoint(config.unix_path)); }
  ASSERT_TRUE(fs::exists(config.unix_path));
  start();
  asio::local::stream_protocol::socket socket(context);
  socket.connect(asio::local::stream_protocol::endpoint(config.unix_path));
  EXPECT_EQ(Client(socket).get("/local").body, "local");
}

TEST_F(TransportTest, SpeaksTls) {
  config.tls_certificate = folder.path / "cert.pem";
  config.tls_key = folder.path / "key.pem";
  config.header_timeout = 200ms;
  write_certificate(config.tls_certificate, config.tls_key);
  start();
  {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.load_verify_file(config.tls_certificate);
    asio::ssl::stream<asio::ip::tcp::socket> stream(context, tls);
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), server->port()});
    stream.handshake(asio::ssl::stream_base::client);
    Client client(stream);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get("/hello").body, "hello");
    EXPECT_EQ(client.get("/stream").body.size(), 1'000'000u);
    EXPECT_EQ(client.get("/local", "Connection: close\r\n").body, "remote");
    EXPECT_TRUE(client.closed());
  }
  {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::ip::tcp::socket> stream(context, tls);
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), server->port()});
    stream.handshake(asio::ssl::stream_base::client);
    Client slow(stream);
    slow.send("GET /hel");
    EXPECT_EQ(slow.receive().status, 408);
  }
  {
    asio::ssl::context old(asio::ssl::context::tls_client);
    SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_1_VERSION);
    asio::ssl::stream<asio::ip::tcp::socket> stream(context, old);
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), server->port()});
    boost::system::error_code ec;
    stream.handshake(asio::ssl::stream_base::client, ec);
    EXPECT_TRUE(ec);
  }
  auto plain = connect();
  Client client(plain);
  EXPECT_EQ(client.get("/hello").status, 0);
}

TEST_F(TransportTest, RefusesABadCertificate) {
  config.tls_certificate = folder.path / "none.pem";
  config.tls_key = folder.path / "none.key";
  HttpServer bad(config, router, metrics);
  const auto started = bad.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "bad_tls");
}

TEST_F(TransportTest, StreamsUploadsInPieces) {
  start();
  auto socket = connect();
  Client client(socket);
  const std::string body(3'000'000, 'u');
  EXPECT_EQ(client.post("/upload", body, "Authorization: yes\r\n").status, 201);
  EXPECT_EQ(uploads.bytes, body);
  EXPECT_LE(uploads.largest, config.upload_chunk + 65'536);
  EXPECT_EQ(client.post("/upload", "", "Authorization: yes\r\n").status, 201);  // the connection goes on
  uploads.bytes.clear();
  client.send(
      "POST /upload HTTP/1.1\r\nHost: t\r\nAuthorization: yes\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("5\r\nhello\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.receive().status, 201);
  EXPECT_EQ(client.receive().body, "hello");
  EXPECT_EQ(uploads.bytes, "hello");
  EXPECT_TRUE(all_gone());
}

TEST_F(TransportTest, EndsUploadsThatMayNotBe) {
  start();
  const auto status = [&](const std::string& body, const std::string& more) {
    auto socket = connect();
    return Client(socket).post("/upload", body, more).status;
  };
  EXPECT_EQ(status("abc", ""), 401);
  EXPECT_EQ(status(std::string(2'000'000, 'a'), ""), 401);
  EXPECT_EQ(status(std::string((10u << 20) + 1, 'a'), "Authorization: yes\r\n"), 413);
  EXPECT_EQ(status("POISON" + std::string(2'000'000, 'a'), "Authorization: yes\r\n"), 500);
  {
    auto socket = connect();
    Client client(socket);
    client.send("POST /upload HTTP/1.1\r\nHost: t\r\nAuthorization: yes\r\nContent-Length: 1000000\r\n\r\n" +
                std::string(500'000, 'a'));
  }
  EXPECT_TRUE(all_gone());
}

TEST_F(TransportTest, EndsUploadsThatDrip) {
  config.body_timeout = 100ms;
  config.rate_min = 1'000;
  start();
  auto socket = connect();
  Client client(socket);
  client.send("POST /upload HTTP/1.1\r\nHost: t\r\nAuthorization: yes\r\nContent-Length: 1000\r\n\r\n");
  std::thread drip([&] {
    for (int i = 0; i < 40; ++i) {
      client.send("a");
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_EQ(client.receive().status, 408);
  drip.join();
  EXPECT_TRUE(all_gone());
}

TEST_F(TransportTest, BindsOnlyWhatIsSafe) {
  start();
  config.port = server->port();
  HttpServer second(config, router, metrics);
  const auto taken = second.start();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, "bind_failed");
  config.port = 0;
  config.host = "0.0.0.0";
  HttpServer open(config, router, metrics);
  const auto refused = open.start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "tls_required");
}

TEST_F(TransportTest, StreamsAnswers) {
  start();
  auto socket = connect();
  Client client(socket);
  auto answer = client.get("/stream");
  EXPECT_EQ(answer.headers["transfer-encoding"], "chunked");
  EXPECT_EQ(answer.body, std::string(1'000'000, 'z'));
  answer = client.get("/sized");
  EXPECT_EQ(answer.headers["content-length"], "1000000");
  EXPECT_EQ(answer.body.size(), 1'000'000u);
  client.send("HEAD /sized HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.receive(true).headers["content-length"], "1000000");
  client.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);

  auto second = connect();
  EXPECT_EQ(Client(second).get("/broken").status, 0);  // cut before the last chunk
}

TEST_F(TransportTest, BoundsConnections) {
  config.connections_max = 2;
  config.io_threads = 2;
  start();
  auto first = connect();
  auto second = connect();
  EXPECT_EQ(Client(first).get("/hello").status, 200);
  EXPECT_EQ(Client(second).get("/hello").status, 200);
  auto third = connect();
  EXPECT_EQ(Client(third).get("/hello").status, 0);
  first.close();
  int status = 0;
  for (int i = 0; i < 100 && status != 200; ++i) {
    std::this_thread::sleep_for(5ms);
    auto next = connect();
    status = Client(next).get("/hello").status;
  }
  EXPECT_EQ(status, 200);
}

TEST_F(TransportTest, HoldsUnderManyClientsAndThreads) {
  config.io_threads = 2;
  start();
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int t = 0; t < 8; ++t) {
    clients.emplace_back([&, t] {
      asio::io_context own;
      asio::ip::tcp::socket socket(own);
      socket.connect({asio::ip::make_address("127.0.0.1"), server->port()});
      Client client(socket);
      for (int i = 0; i < 100; ++i) {
        const auto text = std::to_string(t) + "x" + std::to_string(i);
        if (client.post("/echo", text).body == text && client.get("/later").body == "later") ++good;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 800);
}

}  // namespace
}  // namespace quotary::http::test
