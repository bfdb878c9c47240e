#include "api/http/metrics.h"

#include "ledger/base/result.h"

#include <cstdio>

namespace quotary::http {

namespace {

// `a="b",c="d"`, with the format's three escapes.
std::string render(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += name + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    out += '"';
  }
  return out;
}

std::string series(const std::string& name, const std::string& labels) {
  return labels.empty() ? name : name + "{" + labels + "}";
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

}  // namespace

void Histogram::observe_us(std::int64_t us) {
  std::size_t at = 0;
  while (at < bounds_us.size() && us > bounds_us[at]) ++at;
  buckets_[at].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(us > 0 ? static_cast<std::uint64_t>(us) : 0, std::memory_order_relaxed);
}

std::array<std::uint64_t, 16> Histogram::counts() const {
  std::array<std::uint64_t, 16> out{};
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    sum += buckets_[i].load(std::memory_order_relaxed);
    out[i] = sum;
  }
  return out;
}

Metrics::Family& Metrics::family(const std::string& name, const std::string& help, const std::string& type) {
  auto& found = families_[name];
  if (found.type.empty()) {
    found.help = help;
    found.type = type;
  }
  QUOTARY_CHECK(found.type == type);
  return found;
}

Counter& Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "counter").counters[render(labels)];
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "histogram").histograms[render(labels)];
  if (!slot) slot = std::make_unique<Histogram>();
  return *slot;
}

void Metrics::gauge(const std::string& name, const std::string& help, std::function<double()> read,
                    const Labels& labels) {
  const std::lock_guard lock(mutex_);
  family(name, help, "gauge").gauges[render(labels)] = std::move(read);
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + " " + family.help + "\n# TYPE " + name + " " + family.type + "\n";
    for (const auto& [labels, counter] : family.counters) {
      out += series(name, labels) + " " + std::to_string(counter->value()) + "\n";
    }
    for (const auto& [labels, read] : family.gauges) out += series(name, labels) + " " + number(read()) + "\n";
    for (const auto& [labels, histogram] : family.histograms) {
      const auto counts = histogram->counts();
      const std::string prefix = labels.empty() ? "" : labels + ",";
      for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto bound =
            i < Histogram::bounds_us.size() ? number(static_cast<double>(Histogram::bounds_us[i]) / 1e6) : "+Inf";
        out += name + "_bucket{" + prefix + "le=\"" + bound + "\"} " + std::to_string(counts[i]) + "\n";
      }
      out += series(name + "_sum", labels) + " " + number(static_cast<double>(histogram->sum_us()) / 1e6) + "\n";
      out += series(name + "_count", labels) + " " + std::to_string(counts.back()) + "\n";
    }
  }
  return out;
}

}  // namespace quotary::http
