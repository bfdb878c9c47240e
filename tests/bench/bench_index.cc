// quotary_bench_index [subjects] [seconds]: what the subject index costs. Its memory, the time to make it, the time of
// a change and of a proof, at that many subjects; then appends of about 1 KB with 64 in flight, alternately with the
// index kept and without, behind a tenth of that many subjects. 0 seconds leave that half out.
#include "ledger/log/index_roots.h"
#include "signing/keys.h"
#include "tests/support/fake_log.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace quotary {
namespace {

using Steady = std::chrono::steady_clock;
double since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

SubjectRecord record(std::uint64_t number, std::uint64_t count) {
  return {subject_hash("quote:SHQT2026-" + std::to_string(number)), {number * 3, count}};
}

void bench_index(std::uint64_t subjects) {
  std::vector<SubjectRecord> records;
  records.reserve(subjects);
  for (std::uint64_t i = 0; i < subjects; ++i) records.push_back(record(i, 1));
  const std::size_t before = mallinfo2().uordblks - records.capacity() * sizeof(SubjectRecord);
  const auto making = Steady::now();
  SubjectIndex index(std::move(records));
  const double made = since(making);
  const std::size_t bytes = mallinfo2().uordblks - before;
  std::printf("%llu subjects: made in %.2f s, %.1f bytes a subject\n", static_cast<unsigned long long>(subjects), made,
              static_cast<double>(bytes) / static_cast<double>(subjects));
  for (const std::uint64_t width : {std::uint64_t{1}, std::uint64_t{64}, std::uint64_t{4096}}) {
    std::vector<double> each;
    for (std::uint64_t round = 0; round < 21; ++round) {
      std::vector<SubjectRecord> changes;
      for (std::uint64_t i = 0; i < width; ++i)
        changes.push_back(record((round * 7919 + i * 104'729) % subjects, 2 + round));
      std::sort(changes.begin(), changes.end());
      changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
      const auto start = Steady::now();
      index.change(changes);
      each.push_back(since(start) / static_cast<double>(width) * 1e6);
    }
    std::printf("%4llu changed at once: %.1f us a subject\n", static_cast<unsigned long long>(width), middle(each));
  }
  const auto proving = Steady::now();
  std::size_t hashes = 0;
  constexpr std::uint64_t proofs = 1000;
  for (std::uint64_t i = 0; i < proofs; ++i) hashes += index.prove(record(i * 997 % subjects, 1).key).siblings.size();
  std::printf("proof: %.1f us, %.1f hashes\n", since(proving) / proofs * 1e6,
              static_cast<double>(hashes) / static_cast<double>(proofs));
}

class NoFold final : public Fold {
 public:
  Result<void> apply(const Entry&, std::string_view, StateWriter&) const override { return {}; }
};

// Appends with 64 in flight, each about another of `subjects` subjects; entries a second.
class Load {
 public:
  Load(Ledger& ledger, std::uint64_t subjects) : ledger_(ledger), subjects_(subjects) {}

  double run(double seconds, std::uint64_t at_least) {
    done_ = 0;
    seconds_ = seconds;
    at_least_ = at_least;
    start_ = Steady::now();
    in_flight_ = 64;
    for (int i = 0; i < 64; ++i) next();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return in_flight_ == 0; });
    return static_cast<double>(done_) / since(start_);
  }

 private:
  void next() {
    const std::uint64_t subject = drawn_++ * 104'729 % subjects_;
    ledger_.submit(
        [this, subject](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
          Draft draft;
          draft.type = "bench.entry";
          draft.actor_id = "bench";
          draft.actor_role = "system";
          draft.subject = "bench:" + std::to_string(subject);
          draft.body["padding"] = padding_;
          return std::vector<Draft>{std::move(draft)};
        },
        [this](const Result<Committed>& result) {
          QUOTARY_CHECK(result.has_value());
          ++done_;
          if (since(start_) < seconds_ || done_ < at_least_) return next();
          const std::lock_guard lock(mutex_);
          if (--in_flight_ == 0) ended_.notify_one();
        });
  }

  Ledger& ledger_;
  const std::uint64_t subjects_;
  const std::string padding_ = std::string(600, 'p');
  double seconds_ = 0;
  std::uint64_t at_least_ = 0;
  Steady::time_point start_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t in_flight_ = 0;
  std::atomic<std::uint64_t> done_{0}, drawn_{0};
};

void bench_appends(std::uint64_t subjects, double seconds) {
  const testing::TemporaryFolder folder;
  const auto signer = signing::signer_from_seed("bench.example.com/log", std::string(32, '\x01'));
  testing::MarkingCipher cipher;
  LedgerPorts ports{posix_file_system(),
                    std::make_shared<SystemClock>(),
                    std::make_shared<SystemRandom>(),
                    signer.get(),
                    &cipher,
                    std::make_shared<NoFold>()};
  LedgerOptions options;
  options.log_ahead_bytes = serving_log_ahead_bytes;
  options.directory = folder.path() + "/data";
  Draft genesis;
  genesis.type = "bench.created";
  genesis.subject = "bench";
  auto ledger = Ledger::create(options, ports, std::move(genesis));
  QUOTARY_CHECK(ledger.has_value());
  Load load(**ledger, subjects);
  (void)load.run(0, subjects);
  std::vector<double> without, with;
  std::uint64_t roots = 0;
  double kept = 0;
  for (int round = 0; round < 7; ++round) {
    without.push_back(load.run(seconds, 0));
    const auto index = IndexRoots::start(**ledger, {});
    while (index->state().appended_total == 0 && index->state().behind_ms > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto start = Steady::now();
    const std::uint64_t before = index->state().appended_total;
    with.push_back(load.run(seconds, 0));
    kept += since(start);
    roots += index->state().appended_total - before;
  }
  std::printf(
      "append, 64 in flight, %llu subjects: without the index %.0f/s, with it %.0f/s, ratio %.2f; %.2f index.root a second\n",
      static_cast<unsigned long long>(subjects), middle(without), middle(with), middle(with) / middle(without),
      static_cast<double>(roots) / kept);
  const auto start = Steady::now();
  const auto report = verify_ledger(**ledger, {});
  QUOTARY_CHECK(report && report->problems_total == 0);
  std::printf("verify, two threads: %llu entries in %.1f s\n", static_cast<unsigned long long>(report->tree_size),
              since(start));
}

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  const std::uint64_t given = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::uint64_t subjects = std::max<std::uint64_t>(given, 1);
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  quotary::bench_index(subjects);
  if (seconds > 0) quotary::bench_appends(std::max<std::uint64_t>(subjects / 10, 1), seconds);
}
