// Token buckets per address and class, in a bounded table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace quotary::http {

// One class of calls: `per_second` on average, `burst` at once. per_second 0 means no limit.
struct Rate {
  double per_second = 0;
  double burst = 0;
};

struct RateLimits {
  // Classes that a route names and this map lacks have no limit.
  std::map<std::string, Rate, std::less<>> classes{
      {"default", {200, 400}}, {"public_verify", {5, 30}}, {"sign", {5, 60}}, {"login", {0.2, 10}}};
  std::size_t table_max = 65'536;  // buckets; the one unused longest goes first
  // What loopback addresses get instead of the class; the default lets benchmarks and a proxy on the same host pass.
  Rate loopback{0, 0};
};

// Safe to call from any thread; one short lock.
class RateLimiter {
 public:
  explicit RateLimiter(RateLimits limits) : limits_(std::move(limits)) {}

  // Takes a token: 0 when there was one, else the milliseconds until there will be. IPv6 addresses share a bucket per
  // /64. The empty address (Unix socket) is never limited.
  [[nodiscard]] std::int64_t take(std::string_view rate_class, std::string_view address, std::int64_t steady_ms);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Bucket {
    std::string key;
    double tokens = 0;
    std::int64_t at_ms = 0;
  };
  RateLimits limits_;
  mutable std::mutex mutex_;
  std::list<Bucket> buckets_;                                                // most recently used first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> index_;  // views into the buckets' keys
};

}  // namespace quotary::http
