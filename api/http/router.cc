#include "api/http/router.h"

#include <algorithm>
#include <set>

namespace quotary::http {

namespace {

constexpr std::size_t parameters_max = 64;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Well-formed by Unicode's table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = 0;
    unsigned low = 0x80, high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (text.size() - i <= more) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xBF;
    }
    i += more + 1;
  }
  return true;
}

std::vector<std::string> split_pattern(std::string_view pattern) {
  std::vector<std::string> parts;
  std::size_t start = 1;
  while (start <= pattern.size()) {
    const auto end = std::min(pattern.find('/', start), pattern.size());
    parts.emplace_back(pattern.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> variable;
  std::unique_ptr<Node> rest;
  // Variables' names belong to the route, as two routes may name the same place differently.
  std::map<std::string, std::pair<const Route*, std::vector<std::string>>, std::less<>> methods;
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(std::string method, std::string pattern, RouteOptions options, Handler handler) {
  QUOTARY_CHECK(!pattern.empty() && pattern.front() == '/');
  Node* node = root_.get();
  std::vector<std::string> names;
  bool ended = false;
  if (pattern != "/") {
    for (auto& part : split_pattern(pattern)) {
      QUOTARY_CHECK(!ended && !part.empty());
      std::unique_ptr<Node>* next = nullptr;
      if (part.front() == '{') {
        QUOTARY_CHECK(part.size() > 2 && part.back() == '}');
        part = part.substr(1, part.size() - 2);
        ended = part.back() == '*';
        if (ended) part.pop_back();
        QUOTARY_CHECK(!part.empty());
        names.push_back(part);
        next = ended ? &node->rest : &node->variable;
      } else {
        QUOTARY_CHECK(part.find_first_of("{}%?#") == std::string::npos);
        next = &node->literals[part];
      }
      if (!*next) *next = std::make_unique<Node>();
      node = next->get();
    }
  }
  QUOTARY_CHECK(!node->methods.contains(method));
  if (options.path_is_secret) {
    const auto root = pattern.substr(1, pattern.find('/', 1) - 1);
    QUOTARY_CHECK(!root.empty() && root.find('{') == std::string::npos);
    secret_roots_.insert(root);
  }
  routes_.push_back(std::make_unique<Route>(
      Route{method, std::move(pattern), std::move(options), std::move(handler), routes_.size()}));
  node->methods.emplace(std::move(method), std::pair{routes_.back().get(), std::move(names)});
}

std::string Router::told_path(const Route* route, const Request& request) const {
  if (route != nullptr) return route->options.path_is_secret ? route->pattern : request.path;
  // A path that could not be decoded has no segments: its first one is decoded alone.
  const std::string_view raw = request.path;
  const auto begin = std::min(raw.find_first_not_of('/'), raw.size());
  const std::string_view sent = raw.substr(begin, raw.find('/', begin) - begin);
  const auto decoded = percent_decode(sent, false);
  if (const auto root = secret_roots_.find(decoded ? *decoded : std::string(sent)); root != secret_roots_.end())
    return "/" + *root + "/…";
  return request.path;
}

Match Router::match(std::string_view method, const std::vector<std::string>& segments) const {
  Match match;
  std::set<std::string, std::less<>> allowed;
  std::vector<std::string> values;

  const auto take = [&](const Node& node) {
    auto found = node.methods.find(method);
    if (found == node.methods.end() && method == "HEAD") found = node.methods.find("GET");
    if (found == node.methods.end()) {
      for (const auto& entry : node.methods) allowed.insert(entry.first);
      return false;
    }
    match.route = found->second.first;
    for (std::size_t i = 0; i < values.size(); ++i) match.params.emplace(found->second.second[i], values[i]);
    return true;
  };
  // Depth-first with going back; the depth is bounded by the patterns, not by the request.
  const auto walk = [&](const auto& self, const Node& node, std::size_t at) -> bool {
    if (at == segments.size()) return take(node);
    if (const auto literal = node.literals.find(segments[at]); literal != node.literals.end()) {
      if (self(self, *literal->second, at + 1)) return true;
    }
    if (node.variable && !segments[at].empty()) {
      values.push_back(segments[at]);
      if (self(self, *node.variable, at + 1)) return true;
      values.pop_back();
    }
    if (node.rest) {
      std::string rest = segments[at];
      for (std::size_t i = at + 1; i < segments.size(); ++i) rest.append("/").append(segments[i]);
      values.push_back(std::move(rest));
      if (take(*node.rest)) return true;
      values.pop_back();
    }
    return false;
  };
  if (walk(walk, *root_, 0) || allowed.empty()) return match;

  if (allowed.contains("GET")) allowed.insert("HEAD");
  for (const auto& name : allowed) {
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += name;
  }
  return match;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = text.size() - i > 2 ? hex_digit(text[i + 1]) : -1;
      const int low = text.size() - i > 2 ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(Errc::invalid, "bad_encoding", "'%' needs two hexadecimal digits");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return fail(Errc::invalid, "bad_encoding", "control characters are not allowed");
    out.push_back(c);
  }
  if (!is_utf8(out)) return fail(Errc::invalid, "bad_encoding", "decoded text is not UTF-8");
  return out;
}

Result<std::vector<std::string>> split_path(std::string_view path) {
  if (path.empty() || path.front() != '/') return fail(Errc::invalid, "bad_path", "a path begins with '/'");
  std::vector<std::string> segments;
  if (path == "/") return segments;
  for (std::size_t start = 1; start <= path.size();) {
    const auto end = std::min(path.find('/', start), path.size());
    auto segment = percent_decode(path.substr(start, end - start), false);
    if (!segment) return std::move(segment).error();
    segments.push_back(std::move(*segment));
    const std::string_view text = segments.back();
    if (text.find('/') != std::string_view::npos || text == "." || text == "..") {
      return fail(Errc::invalid, "bad_path", "encoded slashes and dot segments are not allowed");
    }
    start = end + 1;
  }
  return segments;
}

Result<std::map<std::string, std::string, std::less<>>> parse_query(std::string_view query) {
  std::map<std::string, std::string, std::less<>> out;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const auto equal = std::min(part.find('='), part.size());
    QUOTARY_TRY(name, percent_decode(part.substr(0, equal), true));
    QUOTARY_TRY(value, percent_decode(part.substr(std::min(equal + 1, part.size())), true));
    if (name.empty()) return fail(Errc::invalid, "bad_query", "a query parameter has no name");
    if (out.size() == parameters_max) return fail(Errc::invalid, "too_many_parameters", "at most 64 query parameters");
    if (!out.emplace(std::move(name), std::move(value)).second) {
      return fail(Errc::invalid, "duplicate_parameter", "a query parameter is given twice");
    }
  }
  return out;
}

Result<void> parse_target(std::string_view target, Request& request) {
  // Absolute form (RFC 9112 section 3.2.2): what a proxy would send; the authority is Host's business.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() > scheme.size() && equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      const auto slash = target.find_first_of("/?", scheme.size());
      target = slash == std::string_view::npos ? std::string_view{"/"} : target.substr(slash);
      break;
    }
  }
  if (target.find('#') != std::string_view::npos) return fail(Errc::invalid, "bad_path", "a target has no fragment");
  const auto mark = std::min(target.find('?'), target.size());
  request.path = std::string(target.substr(0, mark));
  QUOTARY_TRY(segments, split_path(target.substr(0, mark)));
  request.segments = std::move(segments);
  QUOTARY_TRY(query, parse_query(target.substr(std::min(mark + 1, target.size()))));
  request.query = std::move(query);
  return {};
}

}  // namespace quotary::http
