#include "ledger/log/scrubber.h"

#include "ledger/log/walk.h"

#include <pthread.h>

#include <charconv>

namespace quotary {

namespace {

using std::chrono::steady_clock;

// Read at once and then waited for: a few megabytes of documents.
constexpr std::uint64_t entries_at_once = 128;
constexpr std::uint64_t state_bytes_at_once = 4u << 20;

constexpr std::string_view mark_head = "quotary damage v1\n", mark_state = "state\n", mark_entry = "entry ";
constexpr std::size_t mark_bytes_max = 64;

std::string damage_mark(const std::string& directory) { return directory + "/damaged"; }

Result<VerifyReport> verify_piece(const PublishedView& published, const ObjectCipher* cipher, std::uint64_t from,
                                  std::uint64_t to, const std::atomic<bool>* stop) {
  VerifyOptions options;
  options.from = from;
  options.to = to;
  options.state = false;
  options.threads = 1;
  options.stop = stop;
  return verify_view(*published.view, published.size, cipher, nullptr, options);
}

VerifyProblem state_problem(const PublishedView& published, const Error& error) {
  return {published.size == 0 ? 0 : published.size - 1, "state", error.detail};
}

// What a mark names: an entry, or the state when it names none.
Result<std::optional<std::uint64_t>> parse_mark(std::string_view text) {
  const Error bad =
      fail(Errc::corrupt, "damage_mark",
           "the file `damaged` beside the store cannot be read: run `quotary verify`, and remove it when all holds");
  if (!text.starts_with(mark_head)) return bad;
  text.remove_prefix(mark_head.size());
  if (text == mark_state) return std::optional<std::uint64_t>();
  if (!text.starts_with(mark_entry) || !text.ends_with('\n')) return bad;
  text = text.substr(mark_entry.size(), text.size() - mark_entry.size() - 1);
  std::uint64_t index = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (failed != std::errc() || end != text.data() + text.size()) return bad;
  return std::optional(index);
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
    if (const auto problem = round()) return ports_.found(*problem);
  } while (wait_until(steady_clock::now() + scrubbing_.pause));
}

std::optional<VerifyProblem> Scrubber::round() {
  entries_ = 0;
  if (auto problem = read_entries()) return problem;
  if (auto problem = read_state()) return problem;
  if (!stopping_) ++rounds_;
  return {};
}

std::optional<VerifyProblem> Scrubber::read_entries() {
  for (std::uint64_t next = 0; !stopping_;) {
    const auto begun = steady_clock::now();
    const PublishedView published = ports_.published();
    if (next >= published.size) return {};
    const std::uint64_t end = std::min(published.size, next + entries_at_once);
    const auto report = verify_piece(published, ports_.cipher, next, end, &stopping_);
    if (!report) return {};  // stopped
    if (report->problems_total > 0) return report->problems.front();
    if (report->root != published.root)
      return VerifyProblem{published.size - 1, "checkpoint",
                           "the stored tree does not lead to the root that was signed"};
    next = entries_ = end;
    if (!keep_pace(begun, report->bytes_read)) return {};
  }
  return {};
}

// Its blocks carry checksums. Whether it is the fold of all entries is for a verification.
std::optional<VerifyProblem> Scrubber::read_state() {
  const PublishedView published = ports_.published();
  for (std::string from; !stopping_;) {
    const auto begun = steady_clock::now();
    std::uint64_t bytes = 0;
    bool more = false;
    const auto scanned =
        published.view->scan(Family::state, "", from, false, [&](std::string_view key, std::string_view value) {
          bytes += key.size() + value.size();
          more = bytes >= state_bytes_at_once;
          if (more) from = std::string(key) + '\0';
          return !more;
        });
    if (!scanned) return state_problem(published, scanned.error());
    if (!more || !keep_pace(begun, bytes)) return {};
  }
  return {};
}

bool Scrubber::keep_pace(steady_clock::time_point begun, std::uint64_t bytes) {
  const std::chrono::duration<double> takes(static_cast<double>(bytes) /
                                            static_cast<double>(scrubbing_.bytes_per_second));
  return wait_until(begun + std::chrono::duration_cast<steady_clock::duration>(takes));
}

bool Scrubber::wait_until(steady_clock::time_point time) {
  std::unique_lock lock(mutex_);
  return !stop_asked_.wait_until(lock, time, [this] { return stopping_.load(); });
}

void mark_damage(FileSystem& files, const std::string& directory, const VerifyProblem& problem) {
  std::string text(mark_head);
  if (problem.kind == "state") {
    text += mark_state;
  } else {
    text.append(mark_entry).append(std::to_string(problem.index)).append("\n");
  }
  (void)write_file_durably(files, damage_mark(directory), text);
}

Result<void> check_marked_damage(FileSystem& files, const std::string& directory, const PublishedView& stored,
                                 const ObjectCipher& cipher) {
  const std::string path = damage_mark(directory);
  if (!files.exists(path)) return {};
  QUOTARY_TRY(text, read_file(files, path, mark_bytes_max));
  QUOTARY_TRY(index, parse_mark(text));
  if (!index) {
    const auto scanned = stored.view->scan(Family::state, "", "", false, [](auto, auto) { return true; });
    if (!scanned) return damage_error(state_problem(stored, scanned.error()));
  } else if (*index < stored.size) {
    QUOTARY_TRY(report, verify_piece(stored, &cipher, *index, *index + 1, nullptr));
    if (report.problems_total > 0) return damage_error(report.problems.front());
  }
  QUOTARY_TRY_VOID(files.remove(path));
  return files.sync_directory(directory);
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
