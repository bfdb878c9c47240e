// What it costs to have a document of three revisions judged by a process of its own, beside judging it here, turn by
// turn: quotary_bench_judging PROGRAM [ROUNDS]
#include "api/judging/judges.h"
#include "tests/support/revision_forge.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace quotary;

namespace {

double ms_of(const std::function<bool()>& step) {
  const auto start = std::chrono::steady_clock::now();
  QUOTARY_CHECK(step());
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fputs("quotary_bench_judging PROGRAM [ROUNDS]\n", stderr), 2;
  const std::size_t rounds = count > 2 ? std::max(1ul, std::strtoul(arguments[2], nullptr, 10)) : 300;
  judging::JudgesConfig config;
  config.program = {arguments[1], "judge"};
  judging::Judges judges(config);
  const auto& made = testing::signed_documents();
  const judging::Question question{made.by_customers, made.anchors.signer_roots_pem, made.anchors.time_roots_pem,
                                   testing::validation_time};
  std::vector<double> here, there;
  (void)ms_of([&] { return judges.judge(question).has_value(); });
  for (std::size_t i = 0; i < rounds; ++i) {
    here.push_back(ms_of([&] { return judging::judge(question).has_value(); }));
    there.push_back(ms_of([&] { return judges.judge(question).has_value(); }));
  }
  const double inside = median(here), outside = median(there);
  std::printf("%zu bytes: in this process %.2f ms, in one of its own %.2f ms, %.2f ms more\n", made.by_customers.size(),
              inside, outside, outside - inside);
  return 0;
}
