// Microseconds of CPU, on one thread, for each step from a seal without time to PAdES B-LTA and for judging it; a
// document of one page, ECDSA P-256 throughout, a chain of three: quotary_bench_ladder [ROUNDS]
#include "signing/document_time_stamp.h"
#include "signing/seal_level.h"
#include "tests/support/test_authority.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace quotary;

namespace {

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

template <class Step>
auto timed(const char* name, std::size_t rounds, const Step& step) {
  std::vector<double> times;
  auto result = step();
  for (std::size_t i = 0; i < rounds; ++i) {
    const double start = cpu_us();
    result = step();
    times.push_back(cpu_us() - start);
  }
  std::sort(times.begin(), times.end());
  std::printf("%-44s %8.0f us\n", name, times[times.size() / 2]);
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t rounds = count > 1 ? std::max(1ul, std::strtoul(arguments[1], nullptr, 10)) : 200;
  const testing::TestAuthority pki = testing::test_authority();
  const testing::TemporaryFolder folder;
  const auto seal = testing::seal_of(folder, pki.signer, pki);
  const std::string base = testing::unsealed_document();
  const Timestamp now{testing::seal_time.unix_ms + 3'600'000};
  const signing::LevelQuestion question{pki.roots(), pki.roots(), now, {}, ""};
  signing::ValidationMaterial fetched;
  fetched.revocation_lists = {testing::make_list(pki.root, {}), testing::make_list(pki.intermediate, {})};
  timed("the authority's token (not ours to pay)", rounds,
        [&] { return pki.token(sha256("anything"), testing::seal_time); });
  timed("seal, B-B", rounds, [&] { return seal->seal(base, testing::seal_request()).value(); });
  const std::string bt = timed("seal, B-T, with the token's own cost", rounds, [&] {
    const auto source = [&](const Hash& hash) -> Result<std::string> { return pki.token(hash, testing::seal_time); };
    return seal->seal_with_time(base, testing::seal_request(), source).value().pdf;
  });
  const auto plan = timed("plan for B-LT, two revocation lists", rounds,
                          [&] { return signing::plan_long_term(bt, question, fetched).value(); });
  const std::string blt = timed("append the security store", rounds,
                                [&] { return signing::append_security_store(bt, plan.material).value(); });
  const auto prepared =
      timed("prepare a document time-stamp", rounds, [&] { return signing::prepare_document_time_stamp(blt).value(); });
  const std::string token = pki.token(prepared.digest, now);
  const std::string blta = timed("put a document time-stamp", rounds, [&] {
    auto copy = prepared;
    signing::put_document_time_stamp(copy, token).value();
    return copy.pdf;
  });
  const auto levels =
      timed("judge the levels of B-LTA", rounds, [&] { return signing::judge_levels(blta, question).value(); });
  std::printf("level %s, %zu bytes\n", std::string(signing::seal_level_name(levels.signatures.front().level)).c_str(),
              blta.size());
  return levels.signatures.front().level == signing::SealLevel::b_lta ? 0 : 1;
}
