#include "tools/quotary/bench.h"
#include "tools/quotary/demo.h"
#include "tools/quotary/sample_quotes.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

namespace quotary::cli {
namespace {

using Steady = std::chrono::steady_clock;

struct BenchOptions {
  std::string folder;
  std::vector<unsigned> clients{1, 16, 64};
  unsigned seconds = 5;
  bool as_json = false;
};

struct Rate {
  unsigned clients = 0;
  std::uint64_t done = 0, failed = 0;
  double per_second = 0, p50_ms = 0, p99_ms = 0;
  double cpu_ms = 0;  // of this whole process, for each that was done
};

constexpr unsigned rounds = 3;  // of each side, alternately

double ms_since(Steady::time_point began) {
  return std::chrono::duration<double, std::milli>(Steady::now() - began).count();
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// The round in the middle, by its rate.
Rate middle(std::vector<Rate> rates) {
  std::sort(rates.begin(), rates.end(), [](const Rate& a, const Rate& b) { return a.per_second < b.per_second; });
  return rates[rates.size() / 2];
}

double at_share(std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

Rate rate_of(unsigned clients, std::vector<double>& times_ms, std::uint64_t failed, double seconds) {
  std::sort(times_ms.begin(), times_ms.end());
  return {clients,
          times_ms.size(),
          failed,
          static_cast<double>(times_ms.size()) / seconds,
          at_share(times_ms, 0.50),
          at_share(times_ms, 0.99)};
}

// The disk's own limit, measured beside ours: 1 KB appended and synced, one after another.
Rate disk_rate(const std::string& folder, unsigned seconds) {
  const auto path = folder + "/disk.bench";
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  std::vector<double> times_ms;
  std::uint64_t failed = 0;
  const std::string kilobyte(1024, 'x');
  const auto began = Steady::now();
  while (file >= 0 && failed == 0 && ms_since(began) < seconds * 1000.0) {
    const auto start = Steady::now();
    if (::write(file, kilobyte.data(), kilobyte.size()) != static_cast<ssize_t>(kilobyte.size()) ||
        ::fdatasync(file) != 0)
      ++failed;
    times_ms.push_back(ms_since(start));
  }
  if (file >= 0) ::close(file);
  ::unlink(path.c_str());
  return rate_of(1, times_ms, failed, ms_since(began) / 1000);
}

// Durable, sealed, signed and proved issues by that many callers, each waiting for its answer.
Rate issue_rate(api::Organisation& organisation, const api::Principal& caller, Date today, unsigned clients,
                unsigned seconds, std::string_view run) {
  std::vector<double> times_ms;
  std::atomic<std::uint64_t> failed{0};
  std::mutex mutex;
  std::vector<std::thread> threads;
  const double cpu_before = cpu_seconds();
  const auto began = Steady::now();
  for (unsigned client = 0; client < clients; ++client) {
    threads.emplace_back([&, client] {
      std::vector<double> mine;
      for (unsigned n = 0; ms_since(began) < seconds * 1000.0; ++n) {
        const std::string body = small_quote(today, client * 1'000'003ull + n);
        const auto start = Steady::now();
        const auto key = std::string(run) + "-" + std::to_string(client) + "-" + std::to_string(n);
        if (organisation.issue_quote(caller, key, body)) {
          mine.push_back(ms_since(start));
        } else {
          ++failed;
        }
      }
      const std::lock_guard hold(mutex);
      times_ms.insert(times_ms.end(), mine.begin(), mine.end());
    });
  }
  for (auto& thread : threads) thread.join();
  Rate rate = rate_of(clients, times_ms, failed, ms_since(began) / 1000);
  if (rate.done > 0) rate.cpu_ms = (cpu_seconds() - cpu_before) * 1000 / static_cast<double>(rate.done);
  return rate;
}

void print(const char* what, const Rate& rate, const BenchOptions& options) {
  if (options.as_json) {
    std::printf("%s\n", json::serialize(json::object{{"what", what},
                                                     {"clients", rate.clients},
                                                     {"done", rate.done},
                                                     {"failed", rate.failed},
                                                     {"per_second", rate.per_second},
                                                     {"p50_ms", rate.p50_ms},
                                                     {"p99_ms", rate.p99_ms},
                                                     {"cpu_ms", rate.cpu_ms}})
                            .c_str());
  } else {
    std::printf("%-28s %3u callers  %9.1f/s  p50 %8.2f ms  p99 %8.2f ms  %llu failed", what, rate.clients,
                rate.per_second, rate.p50_ms, rate.p99_ms, static_cast<unsigned long long>(rate.failed));
    if (rate.cpu_ms > 0) std::printf("  %.2f ms CPU each", rate.cpu_ms);
    std::puts("");
  }
  std::fflush(stdout);
}

Result<bool> measure(const BenchOptions& options, const std::string& home) {
  QUOTARY_TRY(ledger, make_bench_ledger(home));
  bool good = true;
  for (const unsigned clients : options.clients) {
    std::vector<Rate> disks, issues;
    for (unsigned round = 0; round < rounds; ++round) {
      disks.push_back(disk_rate(home, 1));
      issues.push_back(issue_rate(*ledger.organisation, ledger.rep, ledger.today, clients, options.seconds,
                                  "bench" + std::to_string(clients) + "-" + std::to_string(round)));
      good = good && issues.back().failed == 0 && issues.back().done > 0;
    }
    const Rate disk = middle(std::move(disks)), issue = middle(std::move(issues));
    print("disk: 1 KB, fdatasync", disk, options);
    print("issue: durable and proved", issue, options);
    const double ratio = disk.per_second > 0 ? issue.per_second / disk.per_second : 0;
    if (options.as_json)
      std::printf("%s\n",
                  json::serialize(json::object{{"what", "ratio"}, {"clients", clients}, {"ratio", ratio}}).c_str());
    else
      std::printf("%-28s %3u callers  %9.3f of the disk's syncs, the middle of %u rounds each\n", "ratio", clients,
                  ratio, rounds);
  }
  return good;
}

}  // namespace

Result<BenchLedger> make_bench_ledger(const std::string& home) {
  DemoOptions demo;
  demo.places.data = home + "/data";
  demo.empty = true;
  QUOTARY_TRY_VOID(demo.places.complete());
  QUOTARY_TRY_VOID(make_demo(demo));
  QUOTARY_TRY(credentials_text, read_file(*posix_file_system(), demo.places.keys + "/demo-credentials.json"));
  QUOTARY_TRY(credentials, parse_json(credentials_text));
  auto config = demo.places.config();
  config.log_ahead_bytes = serving_log_ahead_bytes;
  config.index_roots.emplace();  // as a server keeps it
  QUOTARY_TRY(organisation, api::Organisation::open(config));
  QUOTARY_TRY(rep, organisation->authenticate(std::string_view(credentials.at("rep").at("token").as_string())));
  QUOTARY_TRY(zone, TimeZone::find(organisation->profile().time_zone));
  return BenchLedger{std::move(organisation), std::move(rep), zone.local_date(SystemClock().now())};
}

int run_bench(const std::string& folder, const std::function<Result<bool>(const std::string& home)>& measure) {
  namespace fs = std::filesystem;
  std::error_code failed;
  auto home = (folder.empty() ? fs::temp_directory_path(failed).string() : folder) + "/quotary-bench-XXXXXX";
  if (::mkdtemp(home.data()) == nullptr)
    return report(fail(Errc::storage, "no_folder", "cannot make a folder like " + home)), exit_unchecked;
  const auto good = measure(home);
  fs::remove_all(home, failed);
  if (!good) return report(good.error());
  return *good ? exit_ok : exit_bad;
}

void add_bench(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<BenchOptions>();
  auto* command = app.add_subcommand(
      "bench", "issue quotes as fast as they go on a throw-away ledger, alternately with the disk's own limit");
  command
      ->add_option("--folder", options->folder,
                   "where to make it (default: the temporary folder; give one on the disk that matters)")
      ->check(CLI::ExistingDirectory);
  command->add_option("--clients", options->clients, "callers at once, one run each")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000));
  command->add_option("--seconds", options->seconds, "length of each of a side's three runs")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->add_flag("--json", options->as_json, "one JSON object a line");
  const auto* verify = add_bench_verify(*command, exit_code);
  command->callback([options, verify, &exit_code] {
    if (!verify->parsed())
      exit_code = run_bench(options->folder, [&](const std::string& home) { return measure(*options, home); });
  });
}

}  // namespace quotary::cli
