#include "ledger/contents/contents_scrubber.h"

#include <pthread.h>

#include <algorithm>

namespace quotary::contents {

namespace {

// Read at once and then waited for.
constexpr std::uint64_t burst_bytes = 4u << 20;
// Before what did not hold is read once more: a disk may have hiccuped.
constexpr std::chrono::seconds second_look_after(1);

}  // namespace

ContentsScrubber::ContentsScrubber(const Scrubbing& scrubbing, const Ledger& ledger, const blobs::BlobStore& store,
                                   Found found)
    : scrubbing_(scrubbing), ledger_(ledger), store_(store), found_(std::move(found)) {
  QUOTARY_CHECK(scrubbing_.bytes_per_second > 0 && found_);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "contents");
}

ContentsScrubber::~ContentsScrubber() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_all();
  thread_.join();
}

ContentsScrubFigures ContentsScrubber::figures() const { return {rounds_, contents_, damaged_}; }

void ContentsScrubber::run() {
  do {
    round();
  } while (wait_for(scrubbing_.pause));
}

void ContentsScrubber::round() {
  contents_ = 0;
  std::vector<NamingEntry> entries;
  const auto listed = read_log(ledger_, [&](const LogView& view) -> Result<void> {
    QUOTARY_TRY(found, naming_entries(view.state, 0, view.tree_size));
    entries = std::move(found);
    return {};
  });
  if (!listed) return;  // what is wrong with the state, the log's own scrubber says
  std::uint64_t damaged = 0;
  for (const NamingEntry& each : entries) {
    if (!look_at(each.index, damaged) || stopping_) return;
    ++contents_;
    damaged_ = std::max(damaged_.load(), damaged);
  }
  damaged_ = damaged;  // what was put back from a copy counts no more
  ++rounds_;
}

// Each by itself, so that no snapshot of the store is held for as long as contents are read.
Result<void> ContentsScrubber::look_at(std::uint64_t index, std::uint64_t& damaged) {
  const auto step = [this](std::string_view part) {
    keep_pace(part.size());
    return !stopping_;
  };
  return read_log(ledger_, [&](const LogView& view) -> Result<void> {
    const auto content = named_content(view, index);
    if (!content) return {};
    ContentFinding finding;
    for (int look = 0; look < 2; ++look) {
      auto found = check_content(view, store_, *content, step);
      if (!found && found.error().kind != Errc::forbidden) return std::move(found).error();
      finding = found ? std::move(*found) : ContentFinding{kind_damaged, found.error().detail};
      if (finding.kind == nullptr) return {};
      if (look == 0 && !wait_for(second_look_after)) return {};
    }
    ++damaged;
    found_(index, finding);
    return {};
  });
}

void ContentsScrubber::keep_pace(std::uint64_t bytes) {
  unpaced_ += bytes;
  if (unpaced_ < std::min(burst_bytes, scrubbing_.bytes_per_second)) return;
  const std::chrono::duration<double> takes(static_cast<double>(unpaced_) /
                                            static_cast<double>(scrubbing_.bytes_per_second));
  (void)wait_for(std::chrono::duration_cast<std::chrono::nanoseconds>(takes));
  unpaced_ = 0;
}

bool ContentsScrubber::wait_for(std::chrono::nanoseconds time) {
  std::unique_lock lock(mutex_);
  return !stop_asked_.wait_for(lock, time, [this] { return stopping_.load(); });
}

}  // namespace quotary::contents
