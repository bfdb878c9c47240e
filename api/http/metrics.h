// Counters, gauges and histograms in Prometheus' text format. A registry is an object; there is no global one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace quotary::http {

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Durations in fixed buckets from 100 µs to 10 s.
class Histogram {
 public:
  static constexpr std::array<std::int64_t, 15> bounds_us{100,     250,     500,       1'000,     2'500,
                                                          5'000,   10'000,  25'000,    50'000,    100'000,
                                                          250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};
  void observe_us(std::int64_t us);
  // Cumulative counts, the last one being all.
  [[nodiscard]] std::array<std::uint64_t, 16> counts() const;
  [[nodiscard]] std::uint64_t sum_us() const { return sum_us_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, 16> buckets_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

// Safe to use from any thread. References stay valid as long as the registry. Label values must come from a bounded
// set (route patterns, never paths): nothing is ever dropped.
class Metrics {
 public:
  // The counter of that name and labels, made at the first call. By custom the name ends in _total.
  [[nodiscard]] Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  // By custom the name ends in _seconds.
  [[nodiscard]] Histogram& histogram(const std::string& name, const std::string& help, const Labels& labels = {});
  // `read` is called at each text(), on its thread, and must not block. A second call for the same series replaces it.
  void gauge(const std::string& name, const std::string& help, std::function<double()> read, const Labels& labels = {});

  // Everything, as text/plain; version=0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Family {
    std::string help;
    std::string type;
    std::map<std::string, std::unique_ptr<Counter>> counters;  // keyed by the rendered labels
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
    std::map<std::string, std::function<double()>> gauges;
  };
  Family& family(const std::string& name, const std::string& help, const std::string& type);

  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;
};

}  // namespace quotary::http
