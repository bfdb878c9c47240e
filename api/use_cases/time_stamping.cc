#include "api/use_cases/time_stamping.h"

#include "api/metrics_text.h"
#include "api/organisation.h"
#include "api/use_cases/parts.h"

#include <algorithm>

namespace quotary::api {
namespace {

json::object json_of(const time_stamping::Stamped& stamped) {
  const auto& token = stamped.token;
  json::object out{{"index", stamped.index},
                   {"size", stamped.size},
                   {"time", format_rfc3339(token.time)},
                   {"authority", token.authority},
                   {"certificate_sha256", token.certificate_sha256},
                   {"policy", token.policy},
                   {"serial", token.serial},
                   {"own", token.own},
                   {"checkpoint", stamped.note},
                   {"token", to_base64(token.der)}};
  if (token.accuracy_ms) out["accuracy_ms"] = *token.accuracy_ms;
  return out;
}

}  // namespace

Result<void> Organisation::Parts::start_time_stamping() {
  if (config.time_stamping.url.empty()) return {};
  if (ledger->state().read_only) {  // no authority is asked, and what was stamped is shown as far as it can be read
    if (auto newest = time_stamping::newest_stamped(*ledger)) read_only_stamped = std::move(*newest);
    return {};
  }
  QUOTARY_TRY(started, time_stamping::TimeStamper::start(
                           config.time_stamping, {ledger.get(), config.files, config.clock, config.random, {}}));
  time_stamper = std::move(started);
  return {};
}

Result<void> Organisation::Parts::start_seal_times() {
  if (config.seal_times.patience.count() == 0 || ledger->state().read_only) return {};
  if (config.time_stamping.url.empty() || time_roots_pem.empty())
    return fail(Errc::invalid, "seal_time_without_authority",
                "a time-stamp in the seal takes a time-stamping authority: give --tsa-url and --tsa-roots too");
  http::ClientConfig client;
  client.request_timeout = config.seal_times.patience;
  client.answer_max = signing::time_reply_bytes_max;
  client.ca_file = config.time_stamping.ca_file;
  seal_times = std::make_unique<time_stamping::SealTimes>(
      config.seal_times,
      time_stamping::SealTimesPorts{config.time_stamping.url, time_roots_pem,
                                    http::http_transport("", signing::time_query_type, std::move(client)), config.clock,
                                    config.random});
  return {};
}

std::optional<time_stamping::SealTimesState> Organisation::seal_times() const {
  if (!parts_->seal_times) return std::nullopt;
  return parts_->seal_times->state();
}

time_stamping::TimeStampingState Organisation::time_stamping() const {
  if (parts_->time_stamper) return parts_->time_stamper->state();
  time_stamping::TimeStampingState state;
  if (!parts_->config.time_stamping.url.empty()) {
    state.configured = true;
    state.state = "lost";
    state.signed_size = parts_->ledger->state().tree_size;
    state.newest = parts_->read_only_stamped;
    state.trouble = "the ledger is served for reading alone, so no authority is asked";
  }
  return state;
}

Answer Organisation::read_time_stamping(bool for_operator) const {
  const auto state = time_stamping();
  json::object out{{"configured", state.configured}};
  if (!state.configured) return Answer{200, std::move(out), false};
  out["state"] = state.state;
  out["statement"] = time_stamping::sentence_of(state);
  out["degraded"] = time_stamping::is_degraded(state);
  out["interval_ms"] = static_cast<std::int64_t>(parts_->config.time_stamping.pace.interval.count());
  out["signed"] = json::object{{"size", state.signed_size}};
  if (state.newest) out["newest"] = json_of(*state.newest);
  if (state.pending_since) {
    json::object pending{{"from", state.pending_from}, {"since", format_rfc3339(*state.pending_since)}};
    if (state.next_try) pending["next_try"] = format_rfc3339(*state.next_try);
    out["pending"] = std::move(pending);
  }
  if (!state.code.empty()) {
    json::object failure{{"code", state.code}, {"failures", state.failures}, {"failing_ms", state.failing_ms}};
    if (for_operator) failure["detail"] = state.detail;
    out["failure"] = std::move(failure);
  }
  if (for_operator && !state.trouble.empty()) out["trouble"] = state.trouble;
  return Answer{200, std::move(out), false};
}

std::string time_stamping_figures(const time_stamping::TimeStampingState& state) {
  if (!state.configured) return {};
  const auto seconds = [](std::int64_t ms) { return static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0) / 1000); };
  std::string out =
      metrics_line("quotary_time_stamped_size", "gauge", "Entries under the newest checkpoint with a trusted time.",
                   state.newest ? state.newest->size : 0) +
      metrics_line("quotary_time_stamping_failing_seconds", "gauge",
                   "For how long the time-stamping authority has been failing.", seconds(state.failing_ms)) +
      metrics_line("quotary_time_stamping_lost", "gauge", "1 when the time-stamping authority is lost.",
                   state.state == "lost" ? 1 : 0) +
      metrics_line("quotary_time_stamping_asked_total", "counter",
                   "Questions to the time-stamping authority since the start.", state.asked_total) +
      metrics_line("quotary_time_stamping_failed_total", "counter", "Of those, the ones without a token that was kept.",
                   state.failed_total);
  if (state.newest)
    out += metrics_line("quotary_time_stamp_time_seconds", "gauge", "POSIX time that the newest token says.",
                        seconds(state.newest->token.time.unix_ms));
  // An age would need a clock at the reading: the instant serves as well.
  if (state.pending_since)
    out += metrics_line("quotary_time_stamp_pending_since_seconds", "gauge",
                        "POSIX time of the first entry that waits for a trusted time.",
                        seconds(state.pending_since->unix_ms));
  return out;
}

std::string seal_time_figures(const std::optional<time_stamping::SealTimesState>& state) {
  if (!state) return {};
  return metrics_line("quotary_seal_times_given_total", "counter",
                      "Seals with a time-stamp of their own since the start.", state->given_total) +
         metrics_line("quotary_seal_times_missed_total", "counter",
                      "Seals that were to have one and got none in time since the start.", state->missed_total);
}

}  // namespace quotary::api
