// quotary_bench_backup FOLDER ENTRIES OBJECT_BYTES: makes a ledger of so many entries with a payload each, backs it up,
// backs it up again after a thousand more, and appends with 16 callers without and beside backups; prints seconds and
// bytes of each.
#include "ledger/backup/backup_writer.h"
#include "tests/bench/bench_ledger.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

namespace quotary {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::uint64_t at_once = 500, more_entries = 1'000;
constexpr unsigned callers = 16;
constexpr std::chrono::seconds run_length{5};

struct Bench {
  Bench(std::string in, std::size_t bytes) : folder(std::move(in)), object_bytes(bytes) {
    options.directory = folder + "/data";
    options.log_ahead_bytes = serving_log_ahead_bytes;
  }

  std::vector<Draft> drafts(std::uint64_t count) const {
    std::vector<Draft> out(count);
    for (Draft& draft : out) {
      draft.type = "quote.issued";
      draft.actor_id = "019ac0f7-3c7b-7a11-8a4e-5f0d3b1c2d4e";
      draft.actor_role = "rep";
      draft.subject = "quote:SHQT2026";
      draft.objects.push_back({"facts", "application/json", random.bytes(object_bytes), "", 1});
    }
    return out;
  }
  void append(Ledger& ledger, std::uint64_t count) const {
    for (std::uint64_t done = 0; done < count; done += at_once) {
      const auto added = ledger.append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
        return drafts(std::min(at_once, count - done));
      });
      QUOTARY_CHECK(added.has_value());
    }
  }
  BackupReport back_up(Ledger& ledger, const char* name) const {
    const auto began = Steady::now();
    const auto pinned = pin_ledger(ledger);
    QUOTARY_CHECK(pinned.has_value());
    const double pin_ms = std::chrono::duration<double, std::milli>(Steady::now() - began).count();
    BackupOptions how;
    how.data = options.directory;
    how.folder = folder + "/backups";
    const auto report = make_backup(*pinned, *base.ports().files, *base.ports().clock, how);
    if (!report) std::fprintf(stderr, "%s\n", report.error().detail.c_str());
    QUOTARY_CHECK(report.has_value());
    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    if (name != nullptr)
      std::printf("%-12s %8llu entries: %6.2f s (pin %.1f ms), %10llu bytes copied, %10llu present\n", name,
                  static_cast<unsigned long long>(report->manifest.tree_size), seconds, pin_ms,
                  static_cast<unsigned long long>(report->bytes_copied),
                  static_cast<unsigned long long>(report->bytes_present));
    return *report;
  }
  // Appends a second, each caller one at a time.
  void measure(Ledger& ledger, const char* name, bool backups) const {
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> done{0};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < callers; ++i)
      threads.emplace_back([&] {
        while (!stop) {
          append(ledger, 1);
          ++done;
        }
      });
    unsigned made = 0;
    std::uint64_t copied = 0;
    const auto began = Steady::now();
    while (Steady::now() - began < run_length) {
      if (backups) {
        copied += back_up(ledger, nullptr).bytes_copied;
        ++made;
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    const auto total = done.load();
    stop = true;
    for (std::thread& thread : threads) thread.join();
    std::printf("%-12s %8.0f appends a second beside %u backups, which copied %llu bytes\n", name,
                static_cast<double>(total) / seconds, made, static_cast<unsigned long long>(copied));
  }

  const std::string folder;
  const std::size_t object_bytes;
  LedgerOptions options;
  testing::BenchLedger base;
  mutable SystemRandom random;
};

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  using namespace quotary;
  if (argc != 4) {
    std::fputs("usage: quotary_bench_backup FOLDER ENTRIES OBJECT_BYTES\n", stderr);
    return 2;
  }
  const Bench bench(argv[1], std::stoull(argv[3]));
  const auto ledger = bench.base.make(bench.options);
  bench.append(*ledger, std::stoull(argv[2]));
  (void)bench.back_up(*ledger, "first");
  bench.append(*ledger, more_entries);
  (void)bench.back_up(*ledger, "after 1,000");
  (void)bench.back_up(*ledger, "unchanged");
  bench.measure(*ledger, "alone", false);
  bench.measure(*ledger, "beside", true);
  bench.measure(*ledger, "alone again", false);
  return 0;
}
