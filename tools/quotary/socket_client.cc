#include "tools/quotary/socket_client.h"

#include "ledger/records/fields.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <sys/socket.h>
#include <sys/time.h>

namespace quotary::cli {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using Protocol = asio::local::stream_protocol;

constexpr std::size_t answer_bytes_max = 136u << 20;  // the evidence of one quote, in base64
constexpr long wait_seconds = 60;
constexpr std::size_t path_bytes_max = 107;  // sockaddr_un

Error gone(const boost::system::error_code& code) {
  return fail(Errc::unavailable, "server_gone", "the running server did not answer: " + code.message());
}

// A problem+json answer, as the error that the server had.
Error error_of(int status, const json::object& body) {
  const auto code = records::text_of(body, "code"), detail = records::text_of(body, "detail");
  Error error = fail(Errc::internal, code.empty() ? "server_error" : code,
                     detail.empty() ? "the server answered " + std::to_string(status) : detail);
  if (status == 400 || status == 422) error.kind = Errc::invalid;
  if (status == 403) error.kind = Errc::forbidden;
  if (status == 404) error.kind = Errc::not_found;
  if (status == 409) error.kind = Errc::conflict;
  if (status == 413) error.kind = Errc::too_large;
  const auto* problems = body.if_contains("errors");
  if (problems && problems->is_array())
    for (const auto& each : problems->get_array())
      if (each.is_object())
        error.problems.push_back({records::text_of(each.get_object(), "pointer"),
                                  records::text_of(each.get_object(), "code"),
                                  records::text_of(each.get_object(), "detail")});
  if (status == 503) error.kind = Errc::unavailable;
  return error;
}

}  // namespace

bool socket_listens(const std::string& path) {
  if (path.size() > path_bytes_max) return false;
  asio::io_context context;
  Protocol::socket socket(context);
  boost::system::error_code failed;
  socket.connect(Protocol::endpoint(path), failed);
  return !failed;
}

Result<SocketAnswer> post_over_socket(const std::string& path, const std::string& target, const std::string& body) {
  asio::io_context context;
  Protocol::socket socket(context);
  boost::system::error_code failed;
  socket.connect(Protocol::endpoint(path), failed);
  if (failed) return gone(failed);
  const timeval wait{wait_seconds, 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);

  beast_http::request<beast_http::string_body> request(beast_http::verb::post, target, 11);
  request.set(beast_http::field::host, "localhost");
  request.set(beast_http::field::content_type, "application/json");
  request.set(beast_http::field::connection, "close");
  request.body() = body;
  request.prepare_payload();
  beast_http::write(socket, request, failed);
  if (failed) return gone(failed);

  boost::beast::flat_buffer buffer;
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(answer_bytes_max);
  beast_http::read(socket, buffer, parser, failed);
  if (failed) return gone(failed);
  return SocketAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

Result<json::object> call_over_socket(const std::string& path, std::string_view action, const json::object& body) {
  if (!socket_listens(path))
    return fail(Errc::unavailable, "no_server", "no server that this user may call runs on the data folder");
  QUOTARY_TRY(answer, post_over_socket(path, "/operator/" + std::string(action), json::serialize(body)));
  QUOTARY_TRY(parsed, parse_json(answer.body));
  if (!parsed.is_object()) return fail(Errc::internal, "bad_answer", "the server's answer is not an object");
  if (answer.status >= 300) return error_of(answer.status, parsed.get_object());
  return std::move(parsed.get_object());
}

}  // namespace quotary::cli
