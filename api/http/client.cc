#include "api/http/client.h"

#include "ledger/base/bytes.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <atomic>
#include <optional>

namespace quotary::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

Result<Url> parse_http_url(std::string_view text) {
  const auto bad = [&](const char* why) {
    return fail(Errc::invalid, "bad_url", "'" + std::string(text) + "' " + why);
  };
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return bad("is no absolute URL");
  const auto scheme = parsed->scheme();
  if (scheme != "http" && scheme != "https") return bad("begins with neither http:// nor https://");
  if (parsed->has_userinfo() || parsed->has_query() || parsed->has_fragment())
    return bad("holds a user, a query or a fragment");
  Url url;
  url.tls = scheme == "https";
  url.host = parsed->host_address();
  if (url.host.empty()) return bad("names no host");
  url.port = std::string(parsed->port());
  if (url.port.empty()) url.port = url.tls ? "443" : "80";
  url.authority = std::string(parsed->encoded_host_and_port());
  const auto port = parse_u64(url.port);
  if (!port || *port == 0 || *port > 65'535) return bad("has a port that is none");
  url.path = std::string(parsed->encoded_path());
  // Boost.URL 1.81 takes "//host:word" for a host and a path without a slash.
  if (!url.path.empty() && !url.path.starts_with('/')) return bad("has a port that is none");
  url.whole_path = url.path.empty() ? "/" : url.path;  // RFC 9112 section 3.2.1
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

namespace {

constexpr std::size_t said_bytes_max = 200;

class HttpTransport final : public Transport {
 public:
  HttpTransport(Url url, ClientConfig config, std::string path, std::string content_type)
      : client_(std::move(url), std::move(config)), path_(std::move(path)), content_type_(std::move(content_type)) {}

  Result<ClientAnswer> post(std::string body) override { return client_.post(path_, content_type_, std::move(body)); }
  void cancel() override { client_.cancel(); }

 private:
  Client client_;
  const std::string path_, content_type_;
};

}  // namespace

MakeTransport http_transport(std::string path, std::string content_type, ClientConfig config) {
  return [path = std::move(path), content_type = std::move(content_type),
          config = std::move(config)](const std::string& text) -> Result<std::unique_ptr<Transport>> {
    QUOTARY_TRY(url, parse_http_url(text));
    return std::unique_ptr<Transport>(std::make_unique<HttpTransport>(std::move(url), config, path, content_type));
  };
}

std::string said_by_server(std::string_view body) {
  std::string out;
  for (const char c : body.substr(0, said_bytes_max)) out += c >= ' ' && c < 0x7f ? c : ' ';
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

struct Client::Impl {
  Impl(Url url_in, ClientConfig config_in) : url(std::move(url_in)), config(std::move(config_in)) {}

  // Runs what `start` begins until it ends or the time is over. An operation that is cut off has come back when this
  // returns, but for the look-up of a name, which touches nothing of ours.
  template <class Start>
  [[nodiscard]] Result<void> step(const char* what, const Start& start) {
    auto ended = std::make_shared<std::optional<boost::system::error_code>>();
    context.restart();
    start([ended](const boost::system::error_code& code, auto&&...) { *ended = code; });
    while (!*ended && !cancelled) {
      if (context.run_one_until(deadline) == 0) break;
    }
    if (*ended && !**ended) return {};
    const Error error =
        cancelled ? fail(Errc::unavailable, "cancelled", "the request was cancelled")
        : !*ended
            ? fail(Errc::unavailable, "timed_out", std::string(what) + " " + url.authority + ": no answer in time")
        : is_bad_answer(**ended) ? fail(Errc::unavailable, "bad_answer",
                                        std::string(what) + " " + url.authority + ": " + (*ended)->message())
                                 : fail(Errc::unavailable, "unreachable",
                                        std::string(what) + " " + url.authority + ": " + (*ended)->message());
    close();
    return error;
  }

  static bool is_bad_answer(const boost::system::error_code& code) {
    return code.category() == beast_http::make_error_code(beast_http::error::bad_version).category() &&
           code != beast_http::error::end_of_stream && code != beast_http::error::partial_message;
  }

  [[nodiscard]] Plain& lowest() { return tls ? tls->next_layer() : *plain; }
  [[nodiscard]] bool is_open() const { return plain || tls; }

  void close() {
    if (is_open()) {
      boost::system::error_code ignored;
      lowest().socket().close(ignored);
    }
    // What was under way comes back before its buffers go.
    context.restart();
    context.poll();
    plain.reset();
    tls.reset();
    buffer.clear();
  }

  [[nodiscard]] Result<void> open_tls_context() {
    if (tls_context) return {};
    tls_context.emplace(asio::ssl::context::tls_client);
    boost::system::error_code code;
    tls_context->set_options(
        asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, code);
    if (!code)
      config.ca_file.empty() ? tls_context->set_default_verify_paths(code)
                             : tls_context->load_verify_file(config.ca_file, code);
    if (!code) tls_context->set_verify_mode(asio::ssl::verify_peer, code);
    if (!code) return {};
    tls_context.reset();
    return fail(Errc::invalid, "bad_tls",
                "cannot use the roots in " + (config.ca_file.empty() ? "the system's store" : config.ca_file) + ": " +
                    code.message());
  }

  [[nodiscard]] Result<void> connect() {
    if (url.tls) QUOTARY_TRY_VOID(open_tls_context());
    auto found = std::make_shared<tcp::resolver::results_type>();
    tcp::resolver resolver(context);
    QUOTARY_TRY_VOID(step("looking up", [&](auto done) {
      resolver.async_resolve(url.host, url.port,
                             [done, found](const boost::system::error_code& code, tcp::resolver::results_type results) {
                               *found = std::move(results);
                               done(code);
                             });
    }));
    url.tls ? void(tls = std::make_unique<Tls>(context, *tls_context)) : void(plain = std::make_unique<Plain>(context));
    QUOTARY_TRY_VOID(step("connecting to", [&](auto done) { lowest().async_connect(*found, done); }));
    boost::system::error_code ignored;
    lowest().socket().set_option(tcp::no_delay(true), ignored);
    if (!tls) return {};
    tls->set_verify_callback(asio::ssl::host_name_verification(url.host), ignored);
    // An address has no place in the name indication (RFC 6066 section 3).
    asio::ip::make_address(url.host, ignored);
    if (ignored) SSL_set_tlsext_host_name(tls->native_handle(), url.host.c_str());
    return step("the TLS handshake with",
                [&](auto done) { tls->async_handshake(asio::ssl::stream_base::client, done); });
  }

  template <class Stream>
  [[nodiscard]] Result<ClientAnswer> exchange(Stream& stream,
                                              const beast_http::request<beast_http::string_body>& request) {
    QUOTARY_TRY_VOID(step("writing to", [&](auto done) { beast_http::async_write(stream, request, done); }));
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(config.answer_max);
    parser.header_limit(static_cast<std::uint32_t>(config.header_max));
    QUOTARY_TRY_VOID(step("reading from", [&](auto done) { beast_http::async_read(stream, buffer, parser, done); }));
    ClientAnswer answer;
    answer.status = static_cast<int>(parser.get().result_int());
    answer.content_type = std::string(parser.get()[beast_http::field::content_type]);
    answer.body = std::move(parser.get().body());
    if (!parser.keep_alive()) close();
    return answer;
  }

  [[nodiscard]] Result<ClientAnswer> once(const beast_http::request<beast_http::string_body>& request) {
    if (!is_open()) QUOTARY_TRY_VOID(connect());
    return tls ? exchange(*tls, request) : exchange(*plain, request);
  }

  [[nodiscard]] Result<ClientAnswer> send(beast_http::request<beast_http::string_body> request) {
    if (cancelled) return fail(Errc::unavailable, "cancelled", "the client was told to stop");
    request.set(beast_http::field::host, url.authority);
    request.set(beast_http::field::user_agent, "quotary");
    request.prepare_payload();
    deadline = std::chrono::steady_clock::now() + config.request_timeout;
    const bool was_open = is_open();
    auto answer = once(request);
    // The server may have closed what was idle.
    if (!answer && was_open && answer.error().code == "unreachable") answer = once(request);
    return answer;
  }

  const Url url;
  const ClientConfig config;
  asio::io_context context{1};
  std::optional<asio::ssl::context> tls_context;
  std::unique_ptr<Plain> plain;  // one of the two, while connected
  std::unique_ptr<Tls> tls;
  beast::flat_buffer buffer;
  std::chrono::steady_clock::time_point deadline;
  std::atomic<bool> cancelled{false};
};

Client::Client(Url url, ClientConfig config) : impl_(std::make_unique<Impl>(std::move(url), std::move(config))) {}

Client::~Client() {
  try {
    impl_->close();
  } catch (const std::exception&) {  // nobody waits for this answer any more
  }
}

Result<ClientAnswer> Client::post(std::string_view path, std::string_view content_type, std::string body,
                                  const Headers& headers) {
  const std::string target = path.empty() ? impl_->url.whole_path : impl_->url.path + std::string(path);
  beast_http::request<beast_http::string_body> request(beast_http::verb::post, target, 11);
  request.set(beast_http::field::content_type, beast::string_view(content_type.data(), content_type.size()));
  for (const auto& [name, value] : headers) request.insert(name, value);
  request.body() = std::move(body);
  return impl_->send(std::move(request));
}

Result<ClientAnswer> Client::get() {
  return impl_->send(beast_http::request<beast_http::string_body>(beast_http::verb::get, impl_->url.whole_path, 11));
}

void Client::cancel() {
  impl_->cancelled = true;
  impl_->context.stop();
}

}  // namespace quotary::http
