// Beast's message parser filling our Request, with one rule set for plain and streamed bodies. Internal to the server.
#pragma once

#include "api/http/message.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary::http {

// Parses one request; not reusable. The body gathers in body() until the caller takes it, so that an upload can be
// handed on in pieces. `body_max` bounds the sum of all pieces, whatever the framing.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(Request& request, std::size_t header_max) : request_(request) {
    header_limit(static_cast<std::uint32_t>(header_max));
    body_limit(boost::none);  // ours: Beast's would refuse before the route is known
  }

  // As Beast's, but a chunked body's next piece waits for as many bytes as its shortest end has ("0", two line ends):
  // Beast 1.81 aborts when it is called again with fewer after the last chunk's own line.
  std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& ec) {
    if (header_done_ && chunked() && !is_done() && bytes.size() < chunked_end_bytes) {
      ec = boost::beast::http::error::need_more;
      return 0;
    }
    return basic_parser::put(bytes, ec);
  }
  void set_body_max(std::uint64_t bytes) { body_max_ = bytes; }
  [[nodiscard]] const std::string& target() const { return target_; }
  [[nodiscard]] std::string& body() { return body_; }
  [[nodiscard]] std::uint64_t body_size() const { return body_size_; }
  [[nodiscard]] int http_minor() const { return version_ % 10; }

  // Faults that Beast lets pass and that let two parsers disagree about where a request ends; "" when there is none.
  [[nodiscard]] std::string_view framing_fault() const;

 private:
  static constexpr std::size_t chunked_end_bytes = 5;
  using error_code = boost::beast::error_code;
  using text = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, text method, text target, int version, error_code& ec) override;
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field, text name, text value, error_code& ec) override;
  void on_header_impl(error_code&) override { header_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(text body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, text, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  Request& request_;
  std::string target_;
  std::string body_;
  std::uint64_t body_size_ = 0;
  std::uint64_t body_max_ = 0;
  int version_ = 11;
  bool header_done_ = false;
};

}  // namespace quotary::http
