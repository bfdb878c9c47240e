// The parts of `quotary bench` that stand in files of their own.
#pragma once

#include "tools/quotary/command.h"

namespace quotary::cli {

// Adds `bench verify`.
CLI::App* add_bench_verify(CLI::App& bench, int& exit_code);

}  // namespace quotary::cli
