// A blocking client for tests: raw bytes out, parsed answers in.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <cctype>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>

namespace quotary::http::test {

namespace asio = boost::asio;

struct Answer {
  int status = 0;                              // 0: the connection ended first
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// Stream: any synchronous Asio stream.
template <class Stream>
class Client {
 public:
  explicit Client(Stream& stream) : stream_(stream) {}

  void send(std::string_view bytes) {
    boost::system::error_code ignored;  // the server may have closed: the answer says so
    asio::write(stream_, asio::buffer(bytes.data(), bytes.size()), ignored);
  }

  Answer get(const std::string& path, const std::string& more = "") {
    send("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + more + "\r\n");
    return receive();
  }

  Answer post(const std::string& path, const std::string& body, const std::string& more = "") {
    send("POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
         "\r\n" + body);
    return receive();
  }

  Answer receive(bool head = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    const auto header = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    answer.status = std::atoi(header.c_str() + 9);
    for (std::size_t at = header.find("\r\n") + 2; at < header.size();) {
      const auto line_end = header.find("\r\n", at);
      const auto colon = header.find(": ", at);
      auto name = header.substr(at, colon - at);
      for (auto& c : name) c = static_cast<char>(std::tolower(c));
      answer.headers[name] = header.substr(colon + 2, line_end - colon - 2);
      at = line_end + 2;
    }
    if (head || answer.status == 304 || answer.status == 204 || answer.status == 100) return answer;
    if (answer.headers["transfer-encoding"] == "chunked") {
      for (;;) {
        std::size_t eol = 0;
        while ((eol = buffer_.find("\r\n")) == std::string::npos) {
          if (!more()) return {};
        }
        const auto size = std::stoul(buffer_.substr(0, eol), nullptr, 16);
        while (buffer_.size() < eol + 2 + size + 2) {
          if (!more()) return {};
        }
        answer.body += buffer_.substr(eol + 2, size);
        buffer_.erase(0, eol + 2 + size + 2);
        if (size == 0) return answer;
      }
    }
    const auto size = static_cast<std::size_t>(std::atoll(answer.headers["content-length"].c_str()));
    while (buffer_.size() < size) {
      if (!more()) return {};
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }

  // Whether the server has closed, having sent nothing more.
  bool closed() { return buffer_.empty() && !more(); }

 private:
  bool more() {
    char piece[4096];
    boost::system::error_code ec;
    const auto n = stream_.read_some(asio::buffer(piece), ec);
    buffer_.append(piece, n);
    return !ec && n > 0;
  }

  Stream& stream_;
  std::string buffer_;
};

}  // namespace quotary::http::test
