// quotary_bench_log [folder] [seconds] [entries]: the ledger beside the engine it stands on, measured alternately in
// one run. Appends: 1 KB entries through Ledger::submit with 1 and 64 in flight, against RocksDB writing as many bytes
// in synced batches of that size. Verification: verify_ledger on one and two threads, payloads included, against
// RocksDB scanning and hashing as many bytes on one. Then appends behind few and behind that many entries. 0 seconds or
// 0 entries leave that half out.
#include "ledger/log/ledger_impl.h"
#include "tests/bench/bench_ledger.h"
#include "tests/bench/rocks_alone.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace quotary {
namespace {

using Steady = std::chrono::steady_clock;
double since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

Command one_kilobyte(const std::string& padding) {
  return [&padding](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    Draft draft;
    draft.type = "bench.entry";
    draft.actor_id = "bench";
    draft.actor_role = "system";
    draft.subject = "bench:1";
    draft.body["padding"] = padding;
    return std::vector<Draft>{std::move(draft)};
  };
}

// Entries a second with `window` commands in flight: each answer submits the next command, as a server's connections
// do.
class Load {
 public:
  Load(Ledger& ledger, const std::string& padding, double seconds)
      : ledger_(ledger), padding_(padding), seconds_(seconds) {}

  double run(std::size_t window) {
    in_flight_ = window;
    for (std::size_t i = 0; i < window; ++i) next();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return in_flight_ == 0; });
    return static_cast<double>(done_) / since(start_);
  }

 private:
  void next() {
    ledger_.submit(one_kilobyte(padding_), [this](const Result<Committed>& result) {
      QUOTARY_CHECK(result.has_value());
      ++done_;
      if (since(start_) < seconds_) return next();
      const std::lock_guard lock(mutex_);
      if (--in_flight_ == 0) ended_.notify_one();
    });
  }

  Ledger& ledger_;
  const std::string& padding_;
  const double seconds_;
  const Steady::time_point start_ = Steady::now();
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t in_flight_ = 0;
  std::atomic<std::uint64_t> done_{0};
};

// The value's size is that of the entries beside it.
double alone_rate(testing::RocksAlone& alone, std::size_t width, double seconds, const std::string& value) {
  std::uint64_t done = 0;
  const auto start = Steady::now();
  while (since(start) < seconds) {
    alone.write(width, value);
    done += width;
  }
  return static_cast<double>(done) / since(start);
}

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Bench {
  std::string folder;
  double seconds = 0;
  std::uint64_t entries = 0;
  testing::BenchLedger base;

  [[nodiscard]] LedgerOptions options(const std::string& name) const {
    LedgerOptions made;
    made.log_ahead_bytes = serving_log_ahead_bytes;
    made.directory = folder + "/" + name;
    return made;
  }
  [[nodiscard]] std::unique_ptr<Ledger> make(const std::string& name) const { return base.make(options(name)); }
};

void bench_appends(const Bench& bench) {
  const auto ledger = bench.make("appends");
  testing::RocksAlone alone(bench.folder + "/alone");
  // The members around it bring an entry to 1 KB.
  const std::string padding(600, 'p');
  QUOTARY_CHECK(ledger->append(one_kilobyte(padding)).has_value());
  const std::size_t entry_bytes = ledger->entry(1)->canonical.size();
  std::printf("entry: %zu bytes\n", entry_bytes);
  for (const std::size_t width : {std::size_t{1}, std::size_t{64}}) {
    std::vector<double> ours, theirs;
    for (int round = 0; round < 7; ++round) {
      theirs.push_back(alone_rate(alone, width, bench.seconds, std::string(entry_bytes, 'p')));
      ours.push_back(Load(*ledger, padding, bench.seconds).run(width));
    }
    std::printf(
        "append, %2zu in flight: ledger %8.0f/s, RocksDB's synced batches of %2zu %8.0f/s, ratio %.2f, time ratio %.2f\n",
        width, middle(ours), width, middle(theirs), middle(ours) / middle(theirs), middle(theirs) / middle(ours));
  }
}

// Appends `count` entries with a payload each to the ledger, and to the other side if there is one.
void fill(Ledger& ledger, testing::RocksAlone* alone, std::uint64_t count, const std::string& padding,
          const std::string& payload) {
  constexpr std::uint64_t in_flight_max = 512;
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t in_flight = 0;
  const std::size_t entry_bytes = 700;
  for (std::uint64_t i = 0; i < count; ++i) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return in_flight < in_flight_max; });
      ++in_flight;
    }
    const auto command = [&padding, &payload, i](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
      Draft draft;
      draft.type = "bench.entry";
      draft.actor_id = "bench";
      draft.actor_role = "system";
      draft.subject = "bench:" + std::to_string(i % 100'000);
      draft.body["padding"] = padding;
      draft.objects.push_back({"facts", "application/json", payload, "", 1});
      return std::vector<Draft>{std::move(draft)};
    };
    ledger.submit(command, [&](const Result<Committed>& result) {
      QUOTARY_CHECK(result.has_value());
      const std::lock_guard lock(mutex);
      --in_flight;
      changed.notify_one();
    });
    if (alone != nullptr) alone->add(std::string(entry_bytes, 'p'), payload);
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return in_flight == 0; });
  if (alone != nullptr) alone->flush();
}

// What an append costs behind few and behind many entries.
void bench_growth(const Bench& bench) {
  const auto ledger = bench.make("growth");
  const std::string padding(600, 'p'), payload(512, 'q');
  std::vector<double> few, many;
  fill(*ledger, nullptr, 1'000, padding, payload);
  for (int round = 0; round < 3; ++round) few.push_back(Load(*ledger, padding, 1).run(1));
  fill(*ledger, nullptr, bench.entries, padding, payload);
  for (int round = 0; round < 3; ++round) many.push_back(Load(*ledger, padding, 1).run(1));
  std::printf("append, 1 in flight: behind 1,000 entries %6.0f/s, behind %llu %6.0f/s, %.2f of it\n", middle(few),
              static_cast<unsigned long long>(bench.entries), middle(many), middle(many) / middle(few));
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// What a round costs a server that does nothing else.
void bench_scrubbing(const Bench& bench) {
  LedgerOptions options = bench.options("verify");
  options.scrubbing = serving_scrubbing;
  const auto ledger = Ledger::open(options, bench.base.ports());
  QUOTARY_CHECK(ledger.has_value());
  const auto start = Steady::now();
  const double before = processor_seconds();
  while ((*ledger)->state().scrub.rounds == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::printf("read again in the background: %8.0f entries/s, %.1f %% of a core\n",
              static_cast<double>(bench.entries) / since(start), 100 * (processor_seconds() - before) / since(start));
}

void bench_verification(const Bench& bench) {
  const std::string padding(180, 'p'), payload(512, 'q');
  testing::RocksAlone alone(bench.folder + "/alone-scan");
  const auto began = Steady::now();
  // A folder that was filled before is measured again as it is.
  if (!std::filesystem::exists(bench.options("verify").directory)) {
    const auto ledger = bench.make("verify");
    fill(*ledger, &alone, bench.entries, padding, payload);
    std::printf("%llu entries of %zu bytes with a payload of %zu bytes, appended with 512 in flight in %.1f s\n",
                static_cast<unsigned long long>(bench.entries), ledger->entry(bench.entries / 2)->canonical.size(),
                payload.size(), since(began));
  }
  const auto opening = Steady::now();
  auto ledger = Ledger::open(bench.options("verify"), bench.base.ports());
  QUOTARY_CHECK(ledger.has_value());
  std::printf("opened in %.2f s\n", since(opening));
  std::vector<double> scans, one, two, folded;
  const auto verified = [&](unsigned threads, bool state) {
    const auto start = Steady::now();
    VerifyOptions options;
    options.threads = threads;
    options.state = state;
    const auto report = verify_ledger(**ledger, options);
    QUOTARY_CHECK(report && report->problems_total == 0 && report->objects_checked == bench.entries &&
                  report->entries_checked == bench.entries + 1);
    return static_cast<double>(report->entries_checked) / since(start);
  };
  for (int round = 0; round < 5; ++round) {
    const auto start = Steady::now();
    std::uint64_t seen = 0;
    alone.scan([&](std::string_view value) {
      (void)leaf_hash(value);
      ++seen;
    });
    QUOTARY_CHECK(seen == 2 * bench.entries);
    scans.push_back(static_cast<double>(bench.entries) / since(start));
    one.push_back(verified(1, false));
    two.push_back(verified(2, false));
    folded.push_back(verified(2, true));
  }
  std::printf(
      "verify: one thread %8.0f entries/s, scanning and hashing as many bytes %8.0f/s, ratio %.2f; two threads %8.0f/s, %.2f of one\n",
      middle(one), middle(scans), middle(one) / middle(scans), middle(two), middle(two) / middle(one));
  std::printf("with the state folded anew (by a fold that changes nothing), two threads: %8.0f entries/s\n",
              middle(folded));
  ledger->reset();
  bench_scrubbing(bench);
}

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  const quotary::testing::TemporaryFolder temporary;
  quotary::Bench bench;
  bench.folder = argc > 1 && *argv[1] != '\0' ? argv[1] : temporary.path();
  bench.seconds = argc > 2 ? std::atof(argv[2]) : 1.0;
  bench.entries = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1'000'000;
  std::filesystem::create_directories(bench.folder);
  if (bench.seconds > 0) quotary::bench_appends(bench);
  if (bench.entries > 0) quotary::bench_verification(bench);
  if (bench.entries > 0) quotary::bench_growth(bench);
}
