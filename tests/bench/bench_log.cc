// quotary_bench_log [folder] [seconds]: the ledger beside the engine it stands on, measured alternately in one run.
// Appends: 1 KB entries through Ledger::submit with 1 and 64 in flight, against the store alone (RocksDB through
// store.h, which is the only way to it) writing 1 KB values in batches of that size, synced. Verification: verify_ledger against a plain scan and hash of the same entries.
#include "ledger/log/ledger_impl.h"
#include "signing/keys.h"
#include "tests/support/fake_log.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>

namespace quotary {
namespace {

using Steady = std::chrono::steady_clock;
double since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

// Changes nothing, so that the log itself is measured.
class NoFold final : public Fold {
 public:
  Result<void> apply(const Entry&, std::string_view, StateWriter&) const override { return {}; }
};

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

// Entries a second with `window` commands in flight.
double append_rate(Ledger& ledger, std::size_t window, double seconds, const std::string& padding) {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t in_flight = 0;
  std::uint64_t done = 0;
  const auto start = Steady::now();
  std::unique_lock lock(mutex);
  while (since(start) < seconds) {
    changed.wait(lock, [&] { return in_flight < window; });
    const std::size_t free = window - in_flight;
    in_flight += free;
    lock.unlock();
    for (std::size_t i = 0; i < free; ++i) {
      ledger.submit(one_kilobyte(padding), [&](const Result<Committed>& result) {
        QUOTARY_CHECK(result.has_value());
        const std::lock_guard inner(mutex);
        --in_flight;
        ++done;
        changed.notify_one();
      });
    }
    lock.lock();
  }
  changed.wait(lock, [&] { return in_flight == 0; });
  return static_cast<double>(done) / since(start);
}

double store_rate(Store& store, std::uint64_t& next, std::size_t width, double seconds, const std::string& value) {
  std::uint64_t done = 0;
  const auto start = Steady::now();
  while (since(start) < seconds) {
    WriteSet batch;
    batch.reserve(width);
    for (std::size_t i = 0; i < width; ++i) batch.push_back({Family::entries, index_key(next++), value});
    QUOTARY_CHECK(store.write_synced(batch).has_value());
    done += width;
  }
  return static_cast<double>(done) / since(start);
}

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int run(const std::string& folder, double seconds) {
  const auto signer = signing::signer_from_seed("bench.example.com/log", std::string(32, '\x01'));
  testing::MarkingCipher cipher;
  LedgerPorts ports{posix_file_system(), std::make_shared<SystemClock>(), std::make_shared<SystemRandom>(), signer.get(), &cipher, std::make_shared<NoFold>()};
  LedgerOptions options;
  options.directory = folder + "/ledger";
  Draft genesis;
  genesis.type = "bench.created";
  genesis.subject = "bench:0";
  auto made = Ledger::create(options, ports, std::move(genesis));
  QUOTARY_CHECK(made.has_value());
  Ledger& ledger = **made;
  const auto alone = std::move(*open_rocks_store(folder + "/alone", StoreMode::create));

  // The members around it bring an entry to 1 KB.
  const std::string padding(600, 'p');
  std::uint64_t next = 0;
  for (const std::size_t width : {std::size_t{1}, std::size_t{64}}) {
    std::vector<double> ours, theirs;
    for (int round = 0; round < 5; ++round) {
      theirs.push_back(store_rate(*alone, next, width, seconds, std::string(1024, 'p')));
      ours.push_back(append_rate(ledger, width, seconds, padding));
    }
    std::printf("append, %2zu in flight: ledger %8.0f/s, store alone in batches of %2zu %8.0f/s, ratio %.2f\n", width, middle(ours), width,
                middle(theirs), middle(ours) / middle(theirs));
  }

  const std::uint64_t size = ledger.state().tree_size;
  std::printf("entry bytes: %zu; entries: %llu\n", ledger.entry(size - 1)->canonical.size(), static_cast<unsigned long long>(size));
  made->reset();
  std::vector<double> scans, checks;
  {
    auto store = std::move(*open_rocks_store(store_path(options.directory), StoreMode::open));
    for (int round = 0; round < 3; ++round) {
      const auto start = Steady::now();
      std::uint64_t seen = 0;
      QUOTARY_CHECK(store->scan(Family::entries, "", "", false, [&](std::string_view, std::string_view value) {
        (void)leaf_hash(value);
        ++seen;
        return true;
      }).has_value());
      scans.push_back(static_cast<double>(seen) / since(start));
    }
  }
  auto reopened = Ledger::open(options, ports);
  QUOTARY_CHECK(reopened.has_value());
  for (int round = 0; round < 3; ++round) {
    const auto start = Steady::now();
    const auto report = verify_ledger(**reopened, {});
    QUOTARY_CHECK(report && report->problems_total == 0);
    checks.push_back(static_cast<double>(report->entries_checked) / since(start));
  }
  std::printf("verify, 2 threads: %8.0f entries/s, scan and hash on one %8.0f/s, ratio %.2f\n", middle(checks), middle(scans), middle(checks) / middle(scans));
  return 0;
}

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  const quotary::testing::TemporaryFolder temporary;
  return quotary::run(argc > 1 ? argv[1] : temporary.path(), argc > 2 ? std::atof(argv[2]) : 2.0);
}
