// quotary_bench_verify [folder] [entries]: verifying a ledger of as many quotes, each about a subject of its own and
// with state as a quote leaves, beside reading and hashing the same bytes; and the proof of any of them. Prints rates
// and the most memory that each took.
#include "ledger/log/ledger_impl.h"
#include "tests/bench/bench_ledger.h"
#include "tests/support/temporary_folder.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <vector>

namespace quotary {
namespace {

constexpr unsigned in_flight_max = 512;
constexpr std::size_t record_bytes = 700, facts_bytes = 400;

// Writes as much state for each entry as the organisation's fold does for a quote.
class QuoteLikeFold final : public Fold {
 public:
  Result<void> apply(const Entry& entry, std::string_view, StateWriter& state) const override {
    QUOTARY_TRY(taken, state.get("quote/" + entry.subject));
    if (taken) return fail(Errc::conflict, "number_taken", entry.subject);
    const std::string place = std::to_string(entry.index), hash = sha256(entry.subject).hex();
    state.put("quote/" + entry.subject, std::string(record_bytes, 'q') + place);
    state.put("list/" + place, entry.subject);
    state.put("own/person/" + place, entry.subject);
    state.put("pdf/" + hash, place);
    state.put("code/" + hash, entry.subject);
    return {};
  }
};

LedgerPorts ports_of(const testing::BenchLedger& bench) {
  LedgerPorts ports = bench.ports();
  ports.fold = std::make_shared<QuoteLikeFold>();
  return ports;
}

// Appends until there are as many entries.
void grow(Ledger& ledger, std::uint64_t entries) {
  std::mutex mutex;
  std::condition_variable ended;
  unsigned in_flight = 0;
  std::uint64_t failed = 0;
  const std::string facts(facts_bytes, 'f');
  for (std::uint64_t i = 1; i < entries; ++i) {
    Draft draft;
    draft.type = "quote.issued";
    draft.subject = "quote:SHQT2026-" + std::to_string(i);
    draft.objects.push_back({"facts", "application/json", facts, "", 1});
    {
      std::unique_lock lock(mutex);
      ended.wait(lock, [&] { return in_flight < in_flight_max; });
      ++in_flight;
    }
    ledger.submit(
        [draft = std::move(draft)](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
          return std::vector<Draft>{draft};
        },
        [&](const Result<Committed>& done) {
          const std::lock_guard lock(mutex);
          if (!done) ++failed;
          --in_flight;
          ended.notify_one();
        });
  }
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return in_flight == 0; });
  QUOTARY_CHECK(failed == 0);
}

void scan_and_hash(const std::string& directory) {
  const auto store = open_rocks_store(store_path(directory), StoreMode::read_only);
  QUOTARY_CHECK(store.has_value());
  const auto view = (*store)->snapshot();
  for (const Family family : {Family::entries, Family::objects, Family::batches}) {
    const auto at = view->cursor(family, Access::sequential);
    for (at->seek(""); at->valid(); at->next()) (void)sha256(at->value());
    QUOTARY_CHECK(at->status().has_value());
  }
}

void verify(const testing::BenchLedger& bench, const LedgerOptions& options, VerifyOptions how) {
  const auto key = signing::open_vkey(bench.vkey());
  const auto report = verify_folder(options, ports_of(bench), how, **key);
  if (!report) std::fprintf(stderr, "%s\n", report.error().detail.c_str());
  QUOTARY_CHECK(report && report->problems_total == 0);
}

void make(const LedgerOptions& options, std::uint64_t entries) {
  const testing::BenchLedger bench;
  const LedgerPorts ports = ports_of(bench);
  Draft genesis;
  genesis.type = "bench.created";
  genesis.subject = "bench:0";
  auto made = Ledger::create(options, ports, std::move(genesis));
  QUOTARY_CHECK(made.has_value());
  grow(**made, entries);
}

// How long one thread waits for the proof of an entry that lies anywhere.
void prove(const LedgerOptions& options, std::uint64_t entries) {
  constexpr std::size_t proofs = 20'000;
  const testing::BenchLedger bench;
  const auto ledger = Ledger::open(options, ports_of(bench));
  QUOTARY_CHECK(ledger.has_value());
  std::mt19937_64 any(1);
  std::vector<double> each;
  for (std::size_t i = 0; i < proofs; ++i) {
    const std::uint64_t index = any() % entries;
    const auto began = std::chrono::steady_clock::now();
    const auto proof = (*ledger)->proof(index);
    each.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    QUOTARY_CHECK(proof.has_value());
  }
  std::sort(each.begin(), each.end());
  std::printf("proof of any entry: p50 %.3f ms, p99 %.3f ms\n", each[proofs / 2], each[proofs / 100 * 99]);
}

struct Step {
  const char *name, *what;
};
constexpr Step steps[] = {{"make", "appended"},
                          {"scan", "read and hashed, one thread"},
                          {"entries", "verified without state, one thread"},
                          {"entries2", "the same, two threads"},
                          {"all", "verified with state, two threads"},
                          {"memory", "the same, all of it in memory"},
                          {"prove", "opened, and 20,000 proofs made"}};

int step(const std::string& name, const std::string& folder, std::uint64_t entries) {
  LedgerOptions options;
  options.directory = folder + "/ledger";
  const testing::BenchLedger bench;
  VerifyOptions how;
  how.scratch.directory = folder;
  how.state = name == "all" || name == "memory";
  how.threads = name == "entries" ? 1 : 2;
  if (name == "memory") how.scratch.memory_bytes_max = how.scratch.subjects_max = std::size_t{1} << 40;
  if (name == "make") {
    make(options, entries);
  } else if (name == "scan") {
    scan_and_hash(options.directory);
  } else if (name == "prove") {
    prove(options, entries);
  } else {
    verify(bench, options, how);
  }
  return 0;
}

// A process's peak counts from its own exec on, so each step is this program anew.
int run(const char* program, const std::string& folder, const std::string& entries) {
  const double count = std::strtod(entries.c_str(), nullptr);
  for (const Step& each : steps) {
    if (std::string_view(each.name) == "make" && posix_file_system()->exists(folder + "/ledger")) continue;
    const auto began = std::chrono::steady_clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/proc/self/exe", program, folder.c_str(), entries.c_str(), each.name, nullptr);
      std::_Exit(127);
    }
    int status = 0;
    rusage used{};
    QUOTARY_CHECK(::wait4(child, &status, 0, &used) == child && status == 0);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const auto time_of = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    std::printf("%-34s %8.1f s  %8.1f s CPU", each.what, seconds, time_of(used.ru_utime) + time_of(used.ru_stime));
    if (std::string_view(each.name) != "prove") std::printf("  %9.0f entries/s", count / seconds);
    std::printf("  %6.0f MB\n", static_cast<double>(used.ru_maxrss) / 1024);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  if (argc > 3) return quotary::step(argv[3], argv[1], std::strtoull(argv[2], nullptr, 10));
  const quotary::testing::TemporaryFolder temporary;
  return quotary::run(argv[0], argc > 1 && *argv[1] != '\0' ? argv[1] : temporary.path(),
                      argc > 2 ? argv[2] : "1000000");
}
