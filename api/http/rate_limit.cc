#include "api/http/rate_limit.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cmath>

namespace quotary::http {

namespace {

struct Source {
  std::string key;
  bool loopback = false;
};

Source source_of(std::string_view address) {
  boost::system::error_code ec;
  const auto parsed = boost::asio::ip::make_address(std::string(address), ec);
  if (ec) return {std::string(address), false};
  if (parsed.is_loopback()) return {std::string(address), true};
  if (parsed.is_v4()) return {std::string(address), false};
  if (parsed.to_v6().is_v4_mapped()) {
    const auto v4 = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6());
    return {v4.to_string(), v4.is_loopback()};
  }
  // One subscriber usually holds a whole /64.
  const auto bytes = parsed.to_v6().to_bytes();
  return {std::string(bytes.begin(), bytes.begin() + 8), false};
}

}  // namespace

std::int64_t RateLimiter::take(std::string_view rate_class, std::string_view address, std::int64_t steady_ms) {
  if (address.empty()) return 0;
  const auto found_class = limits_.classes.find(rate_class);
  if (found_class == limits_.classes.end()) return 0;
  auto source = source_of(address);
  const Rate rate = source.loopback ? limits_.loopback : found_class->second;
  if (rate.per_second <= 0) return 0;

  source.key.append("|").append(rate_class);
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(source.key);
  if (found == index_.end()) {
    if (buckets_.size() >= std::max<std::size_t>(limits_.table_max, 1)) {
      index_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({std::move(source.key), std::max(rate.burst, 1.0), steady_ms});
    index_.emplace(buckets_.front().key, buckets_.begin());
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
  }
  auto& bucket = buckets_.front();
  const auto elapsed = static_cast<double>(std::max<std::int64_t>(steady_ms - bucket.at_ms, 0)) / 1000;
  bucket.tokens = std::min(std::max(rate.burst, 1.0), bucket.tokens + elapsed * rate.per_second);
  bucket.at_ms = std::max(bucket.at_ms, steady_ms);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / rate.per_second * 1000));
}

std::size_t RateLimiter::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace quotary::http
