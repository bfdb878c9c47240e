// The parts of `quotary bench` that stand in files of their own.
#pragma once

#include "tools/quotary/command.h"

#include <functional>
#include <memory>

namespace quotary::cli {

// A throw-away ledger with its first rep and the day that its quotes begin on.
struct BenchLedger {
  std::unique_ptr<api::Organisation> organisation;
  api::Principal rep;
  Date today;  // for small_quote()
};
[[nodiscard]] Result<BenchLedger> make_bench_ledger(const std::string& home);

// Runs `measure` with a folder of its own below `folder` (empty: the temporary folder) and removes it; answers the exit
// code: exit_bad when measure answers false.
[[nodiscard]] int run_bench(const std::string& folder,
                            const std::function<Result<bool>(const std::string& home)>& measure);

// Adds `bench verify`.
CLI::App* add_bench_verify(CLI::App& bench, int& exit_code);

}  // namespace quotary::cli
