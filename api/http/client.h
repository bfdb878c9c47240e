// An HTTP/1.1 client for one server: one connection, kept open, one request at a time. Off the I/O threads: it blocks.
#pragma once

#include "ledger/base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::http {

// Where a server is.
struct Url {
  bool tls = false;
  std::string host;        // a name or an address, without brackets
  std::string port;        // decimal
  std::string authority;   // for the Host header
  std::string path;        // without a slash at its end; may be empty: for what is put behind it
  std::string whole_path;  // as given, at least "/"
};
// An absolute http or https URL without user, query and fragment. Errc::invalid `bad_url`.
[[nodiscard]] Result<Url> parse_http_url(std::string_view text);

// Every limit of the client by name.
struct ClientConfig {
  std::chrono::milliseconds request_timeout{10'000};  // from looking the name up to the whole answer
  std::size_t answer_max = 64u << 10;                 // bytes of its body
  std::size_t header_max = 8'192;
  std::string ca_file;  // PEM roots that https trusts; empty: the system's
};

struct ClientAnswer {
  int status = 0;
  std::string content_type;  // as sent; may be empty
  std::string body;
};

// For one thread, but cancel(), which is for any.
class Client {
 public:
  Client(Url url, ClientConfig config);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // POSTs to the URL's path and `path`; to the URL as given when that is empty. https checks the chain and the host's
  // name, TLS 1.2 at least. A connection that was open and turns out to be dead is made anew once; redirects are not
  // followed. Errc::unavailable `unreachable` (which step failed), `timed_out`, `bad_answer` (no HTTP, or over a
  // limit), `cancelled`; Errc::invalid `bad_tls` for roots that cannot be read.
  // `headers`: further ones, as they are.
  using Headers = std::vector<std::pair<std::string, std::string>>;
  [[nodiscard]] Result<ClientAnswer> post(std::string_view path, std::string_view content_type, std::string body,
                                          const Headers& headers = {});
  // GETs the URL as given. The same errors.
  [[nodiscard]] Result<ClientAnswer> get();
  // Ends the request under way, and refuses all later ones.
  void cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Takes one kind of question to one server. post() blocks and is for one thread; cancel() is for any and ends it.
class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual Result<ClientAnswer> post(std::string body) = 0;
  virtual void cancel() = 0;
};
// Errc::invalid `bad_url`.
using MakeTransport = std::function<Result<std::unique_ptr<Transport>>(const std::string& url)>;
// Over HTTP and HTTPS, by Client::post() to `path`.
[[nodiscard]] MakeTransport http_transport(std::string path, std::string content_type, ClientConfig config);

// What a stranger's server said, fit for one line of a log.
[[nodiscard]] std::string said_by_server(std::string_view body);

}  // namespace quotary::http
