#include "ledger/log/scrubber.h"

#include "ledger/log/damage_mark.h"
#include "ledger/log/walk.h"

#include <pthread.h>

namespace quotary {

namespace {

using std::chrono::steady_clock;

// A subtree, so that pieces cost no more than one walk; its subjects' links fit in a few megabytes.
constexpr std::uint64_t piece_entries = 1u << 14;
// Read at once and then waited for.
constexpr std::uint64_t burst_bytes = 4u << 20;
// Before what did not hold is read once more: a disk may have hiccuped.
constexpr std::chrono::seconds second_look_after(1);

VerifyOptions piece_options(std::uint64_t from, std::uint64_t to) {
  VerifyOptions options;
  options.from = from;
  options.to = to;
  options.state = false;
  options.threads = 1;
  return options;
}

Finding state_finding(const PublishedView& published, const Error& error) {
  return {{published.size == 0 ? 0 : published.size - 1, "state", error.detail}};
}

}  // namespace

Scrubber::Scrubber(const Scrubbing& scrubbing, Ports ports) : scrubbing_(scrubbing), ports_(std::move(ports)) {
  QUOTARY_CHECK(scrubbing_.bytes_per_second > 0 && ports_.published && ports_.found);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "scrubber");
}

Scrubber::~Scrubber() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_all();
  thread_.join();
}

ScrubFigures Scrubber::figures() const { return {rounds_, entries_}; }

void Scrubber::run() {
  do {
    if (const auto finding = round()) return ports_.found(*finding);
  } while (wait_until(steady_clock::now() + scrubbing_.pause));
}

std::optional<Finding> Scrubber::round() {
  if (ports_.round_begins) ports_.round_begins();
  entries_ = 0;
  const std::uint64_t size = ports_.published().size;
  const auto twice = [this](const auto& read) -> std::optional<Finding> {
    paced_from_ = steady_clock::now();
    unpaced_ = 0;
    if (auto once = read(); !once || !wait_until(steady_clock::now() + second_look_after)) return {};
    return read();
  };
  for (std::uint64_t from = 0; from < size && !stopping_; from += piece_entries) {
    const std::uint64_t to = std::min(size, from + piece_entries);
    if (auto finding = twice([&] { return read_entries(from, to); })) return finding;
    if (!stopping_) entries_ = to;
  }
  if (auto finding = twice([&] { return read_state(); })) return finding;
  if (!stopping_) ++rounds_;
  return {};
}

std::optional<Finding> Scrubber::read_entries(std::uint64_t from, std::uint64_t to) {
  const PublishedView published = ports_.published();
  VerifyOptions options = piece_options(from, to);
  options.stop = &stopping_;
  options.read = [this](std::uint64_t bytes) {
    ++entries_;
    keep_pace(bytes);
  };
  entries_ = from;
  const auto report = verify_view(*published.view, published.size, ports_.cipher, nullptr, options);
  if (!report) return {};  // stopped
  if (report->problems_total > 0) return Finding{report->problems.front(), from, to};
  if (report->root == published.root) return {};
  return Finding{{to - 1, "checkpoint", "the stored tree does not lead to the root that was signed"}, from, to};
}

// Its blocks carry checksums.
std::optional<Finding> Scrubber::read_state() {
  std::string from;
  for (bool more = true; more && !stopping_;) {
    const PublishedView published = ports_.published();
    std::uint64_t bytes = 0;
    more = false;
    const auto scanned =
        published.view->scan(Family::state, "", from, false, [&](std::string_view key, std::string_view value) {
          bytes += key.size() + value.size();
          more = bytes >= burst_bytes;
          if (more) from = std::string(key) + '\0';
          return !more;
        });
    if (!scanned) return state_finding(published, scanned.error());
    keep_pace(bytes);
  }
  return {};
}

void Scrubber::keep_pace(std::uint64_t bytes) {
  unpaced_ += bytes;
  if (unpaced_ < std::min(burst_bytes, scrubbing_.bytes_per_second)) return;
  const std::chrono::duration<double> takes(static_cast<double>(unpaced_) /
                                            static_cast<double>(scrubbing_.bytes_per_second));
  (void)wait_until(paced_from_ + std::chrono::duration_cast<steady_clock::duration>(takes));
  paced_from_ = steady_clock::now();
  unpaced_ = 0;
}

bool Scrubber::wait_until(Time time) {
  std::unique_lock lock(mutex_);
  return !stop_asked_.wait_until(lock, time, [this] { return stopping_.load(); });
}

void mark_damage(FileSystem& files, const std::string& directory, const Finding& finding) {
  const bool state = finding.from == finding.to;
  (void)write_damage_mark(files, directory, state ? DamageMark{} : DamageMark{finding.from, finding.to});
}

Result<void> check_marked_damage(FileSystem& files, const std::string& directory, const PublishedView& stored,
                                 const ObjectCipher& cipher) {
  QUOTARY_TRY(marked, read_damage_mark(files, directory));
  if (!marked) return {};
  const std::uint64_t to = std::min(marked->to, stored.size);
  if (marked->of_state()) {
    const auto scanned = stored.view->scan(Family::state, "", "", false, [](auto, auto) { return true; });
    if (!scanned) return damage_error(state_finding(stored, scanned.error()).problem);
  } else if (marked->from < to) {
    QUOTARY_TRY(report, verify_view(*stored.view, stored.size, &cipher, nullptr, piece_options(marked->from, to)));
    if (report.problems_total > 0) return damage_error(report.problems.front());
  }
  return settle_damage_mark(files, directory);
}

Error damage_error(const VerifyProblem& problem) {
  if (problem.kind == "state")
    return fail(
        Errc::corrupt, "state_damaged",
        "the state does not hold (" + problem.detail +
            "): run `quotary verify` for all that differs, and `quotary rebuild-index` if it is the state alone");
  return fail(Errc::corrupt, problem.kind == "payload" ? "payload_damaged" : "entry_damaged",
              "entry " + std::to_string(problem.index) + " does not hold (" + problem.kind + ": " + problem.detail +
                  "): run `quotary verify` for all that differs");
}

}  // namespace quotary
