#include "api/time_stamping/seal_times.h"

#include <mutex>
#include <vector>

namespace quotary::time_stamping {

struct SealTimes::Impl {
  SealTimesConfig config;
  SealTimesPorts ports;
  mutable std::mutex mutex;
  std::vector<std::unique_ptr<http::Transport>> idle;
  std::size_t busy = 0;
  std::int64_t rests_until_ms = 0;  // monotonic
  SealTimesState seen;

  Result<std::unique_ptr<http::Transport>> take() {
    const std::lock_guard lock(mutex);
    if (ports.clock->steady_ms() < rests_until_ms)
      return fail(Errc::unavailable, "time_authority_resting",
                  "the time-stamping authority did not answer a moment ago: " + seen.detail);
    if (busy >= config.connections_max)
      return fail(Errc::unavailable, "time_connections_busy", "too many seals wait for a time-stamp");
    std::unique_ptr<http::Transport> out;
    if (idle.empty()) {
      QUOTARY_TRY(made, ports.transport(ports.url));
      out = std::move(made);
    } else {
      out = std::move(idle.back());
      idle.pop_back();
    }
    ++busy;
    return out;
  }

  void give_back(std::unique_ptr<http::Transport> line, const std::optional<Error>& error) {
    std::string said;
    {
      const std::lock_guard lock(mutex);
      --busy;
      if (!error) {
        ++seen.given_total;
        if (seen.failing_since) said = "seals get time-stamps again";
        seen.failing_since.reset();
        seen.code.clear(), seen.detail.clear();
        idle.push_back(std::move(line));
      } else {
        if (!seen.failing_since) {
          seen.failing_since = ports.clock->now();
          said = "documents are sealed without a time-stamp: " + error->detail + " (" + error->code + ")";
        }
        seen.code = error->code, seen.detail = error->detail;
        rests_until_ms = ports.clock->steady_ms() + config.rest.count();
      }
    }
    if (!said.empty() && config.say) config.say(said);
  }
};

SealTimes::SealTimes(SealTimesConfig config, SealTimesPorts ports) : impl_(std::make_unique<Impl>()) {
  QUOTARY_CHECK(config.patience.count() > 0 && ports.transport && ports.clock && ports.random);
  impl_->config = std::move(config);
  impl_->ports = std::move(ports);
}
SealTimes::~SealTimes() = default;

Result<std::string> SealTimes::token(const Hash& imprint) {
  auto line = impl_->take();
  auto token = line ? ask_authority(**line, imprint, impl_->ports.roots_pem, *impl_->ports.clock, *impl_->ports.random)
                    : Result<signing::TimeToken>(line.error());
  if (line) impl_->give_back(std::move(*line), token ? std::nullopt : std::optional<Error>(token.error()));
  if (token) return std::move(token->der);
  const std::lock_guard lock(impl_->mutex);
  ++impl_->seen.missed_total;
  return std::move(token).error();
}

SealTimesState SealTimes::state() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seen;
}

}  // namespace quotary::time_stamping
