// What a seal costs: CPU of one thread and seals a second from two, with a key in a file and, when a token is named,
// with one in it, turn by turn: quotary_bench_seal [MODULE TOKEN KEY PIN_FILE [ROUNDS]]
#include "tests/support/seal_fixture.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

using namespace quotary;

namespace {

constexpr int seals_a_round = 400;
constexpr int threads = 2;  // as a server's issuer has

struct Measured {
  double per_second = 0, cpu_ms = 0;
};

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

Measured round_of(const signing::Seal& seal, const signing::SealRequest& request) {
  const std::string pdf = testing::unsealed_document();
  std::atomic<int> left{seals_a_round};
  const double cpu = cpu_ms();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      while (left-- > 0) QUOTARY_CHECK(seal.seal(pdf, request).has_value());
    });
  for (auto& worker : workers) worker.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {seals_a_round / seconds, (cpu_ms() - cpu) / seals_a_round};
}

Measured middle(std::vector<Measured> rounds) {
  std::sort(rounds.begin(), rounds.end(), [](const auto& a, const auto& b) { return a.per_second < b.per_second; });
  return rounds[rounds.size() / 2];
}

void print(const char* what, const Measured& measured) {
  std::printf("%-18s %8.0f seals/s of %d threads  %6.3f ms CPU each\n", what, measured.per_second, threads,
              measured.cpu_ms);
}

}  // namespace

int main(int count, char** arguments) {
  const bool with_token = count > 4;
  const int rounds = count > 5 ? std::max(1, std::atoi(arguments[5])) : 9;
  const testing::TemporaryFolder folder;
  SystemRandom random;
  const auto files = posix_file_system();
  const auto now = SystemClock().now();
  const auto in_file =
      signing::Seal::load(*files, signing::make_development_seal(*files, folder.path(), "Bench", now, random).value(),
                          now)
          .value();
  std::shared_ptr<const signing::Seal> in_token;
  if (with_token) {
    signing::SealKeyFiles place;
    place.token = {arguments[1], arguments[2], arguments[3], arguments[4]};
    const auto loaded = signing::Seal::load(*files, place, now);
    if (!loaded) return std::fprintf(stderr, "%s\n", loaded.error().detail.c_str()), 1;
    in_token = *loaded;
  }
  auto request = testing::seal_request();
  request.signing_time = request.must_outlive = {now.unix_ms / 1000 * 1000};
  std::vector<Measured> file, token;
  for (int i = 0; i < rounds; ++i) {
    file.push_back(round_of(*in_file, request));
    if (in_token) token.push_back(round_of(*in_token, request));
  }
  print("key in a file", middle(file));
  if (!in_token) return 0;
  print("key in the token", middle(token));
  std::printf("ratio              %8.2f\n", middle(token).per_second / middle(file).per_second);
  return 0;
}
