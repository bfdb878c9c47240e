#include "api/use_cases/service_events.h"

#include "api/metrics_text.h"
#include "ledger/log/damage_mark.h"
#include "ledger/log/newest_about.h"
#include "ledger/log/system_event.h"

namespace quotary::api {
namespace {

constexpr std::string_view service_subject = "system:service", disk_subject = "system:disk",
                           damage_subject = "system:damage";
constexpr std::string_view started_type = "system.started", stopped_type = "system.stopped",
                           anomaly_type = "system.anomaly", low_type = "system.disk_low",
                           recovered_type = "system.disk_recovered";

// A quarter more than what is low, so that a disk at the edge does not fill the log with its coming and going.
constexpr std::uint64_t recovered_above(std::uint64_t low) { return low + low / 4; }

}  // namespace

ServiceEvents::ServiceEvents(Ledger& ledger, FileSystem& files, std::string directory, ServiceEventsConfig config)
    : ledger_(ledger), files_(files), directory_(std::move(directory)), config_(std::move(config)) {
  disk_.low_bytes = config_.disk_low_bytes;
}

Result<std::string> ServiceEvents::newest_type(std::string_view subject) const {
  QUOTARY_TRY(newest, newest_about(ledger_, subject));
  return newest ? newest->type : std::string();
}

Result<void> ServiceEvents::begin() {
  QUOTARY_TRY(before, newest_type(service_subject));
  const char* const after = before.empty() ? "nothing" : before == stopped_type ? "stop" : "no_stop";
  QUOTARY_TRY_VOID(append_draft(
      ledger_, system_draft(started_type, service_subject, {{"program", config_.program}, {"after", after}})));
  QUOTARY_TRY(mended, mended_damage(files_, directory_));
  if (mended) {
    json::object body{{"kind", "damage_mended"}, {"of", mended->of_state() ? "state" : "entries"}};
    if (!mended->of_state()) {
      body["from"] = mended->from;
      body["to"] = mended->to;
    }
    QUOTARY_TRY_VOID(append_draft(ledger_, system_draft(anomaly_type, damage_subject, std::move(body))));
    QUOTARY_TRY_VOID(forget_mended_damage(files_, directory_));
  }
  QUOTARY_TRY(disk_before, newest_type(disk_subject));
  const std::lock_guard lock(mutex_);
  disk_.low = disk_before == low_type;
  return {};
}

void ServiceEvents::end() {
  // A ledger that is latched takes no entry; that it ended so is what the next beginning says.
  (void)append_draft(ledger_, system_draft(stopped_type, service_subject, {}));
}

Result<std::uint64_t> ServiceEvents::look_at_disk() {
  if (config_.disk_low_bytes == 0) return std::uint64_t{0};
  const auto free = files_.free_bytes(directory_);
  bool low = false;
  {
    const std::lock_guard lock(mutex_);
    disk_.free_bytes = free ? std::optional(*free) : std::nullopt;
    if (!free) return free.error();
    low = *free < config_.disk_low_bytes || (disk_.low && *free < recovered_above(config_.disk_low_bytes));
    if (low == disk_.low) return std::uint64_t{0};
  }
  // What is not chained is tried again with the next look: the state says low or not as the log's last entry does.
  QUOTARY_TRY_VOID(append_draft(ledger_, system_draft(low ? low_type : recovered_type, disk_subject,
                                                      {{"free_bytes", *free}, {"low_bytes", config_.disk_low_bytes}})));
  const std::lock_guard lock(mutex_);
  disk_.low = low;
  return std::uint64_t{1};
}

DiskState ServiceEvents::disk() const {
  const std::lock_guard lock(mutex_);
  return disk_;
}

std::string disk_figures(const DiskState& disk) {
  if (disk.low_bytes == 0) return {};
  return metrics_line("quotary_disk_free_bytes", "gauge", "Free bytes where the data folder is; 0 also when not known.",
                      disk.free_bytes.value_or(0)) +
         metrics_line("quotary_disk_low", "gauge", "1 when that is too little, or not known.",
                      is_degraded(disk) ? 1 : 0);
}

}  // namespace quotary::api
