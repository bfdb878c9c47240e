#include "api/http/parser.h"

namespace quotary::http {

namespace beast_http = boost::beast::http;

namespace {
constexpr std::size_t headers_max = 100;
}

void RequestParser::on_request_impl(beast_http::verb, text method, text target, int version, error_code&) {
  request_.method.assign(method.data(), method.size());
  target_.assign(target.data(), target.size());
  version_ = version;
}

void RequestParser::on_field_impl(beast_http::field, text name, text value, error_code& ec) {
  // Trailers are dropped: a header that arrives after the checks must not count.
  if (header_done_) return;
  if (request_.headers.size() == headers_max) {
    ec = beast_http::error::header_limit;
    return;
  }
  request_.headers.emplace_back(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
}

std::size_t RequestParser::on_body_impl(text body, error_code& ec) {
  if (body.size() > body_max_ - body_size_) {
    ec = beast_http::error::body_limit;
    return 0;
  }
  body_size_ += body.size();
  body_.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, text, error_code& ec) {
  if (size > body_max_ - body_size_) ec = beast_http::error::body_limit;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, text body, error_code& ec) {
  return on_body_impl(body, ec);
}

std::string_view RequestParser::framing_fault() const {
  int hosts = 0;
  int codings = 0;
  for (const auto& [name, value] : request_.headers) {
    if (equal_ignoring_case(name, "Host")) ++hosts;
    if (equal_ignoring_case(name, "Transfer-Encoding")) {
      ++codings;
      if (!equal_ignoring_case(value, "chunked") || version_ < 11) return "bad_transfer_encoding";
    }
  }
  if (codings > 1) return "bad_transfer_encoding";
  if (hosts > 1 || (hosts == 0 && version_ >= 11)) return "missing_host";
  return {};
}

}  // namespace quotary::http
