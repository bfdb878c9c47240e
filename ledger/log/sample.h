// Verification of some entries by themselves, picked by a seed, so that whoever doubts can state it.
#pragma once

#include "ledger/log/sequencer.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary {

// The entries that a seed picks from [from, size): the k-th draw is from + the first 8 bytes (big-endian) of
// SHA-256(seed || k as 8 bytes big-endian) modulo (size - from); repeated draws are passed over. Ascending; all of the
// range when it holds no more than `count`.
[[nodiscard]] std::vector<std::uint64_t> sampled_indexes(std::string_view seed, std::uint64_t from, std::uint64_t size,
                                                         std::uint64_t count);

struct Sample {
  std::string seed;
  std::uint64_t from = 0, count = 0;
  bool payloads = true;
  std::function<void(std::uint64_t done, std::uint64_t picked)> progress;
  const std::atomic<bool>* stop = nullptr;  // once true, it ends soon with Errc::unavailable `stopped`
};

struct SampleReport {
  VerifyReport report;
  std::uint64_t picked = 0;
};

// Each picked entry's bytes against its leaf, its link, its place in the tree under the root, its payloads. Does not
// stop at a problem.
[[nodiscard]] Result<SampleReport> sample_ledger(const Ledger& ledger, const Sample& sample);
// The same of a folder, stopped or live, with what verify_folder says of its published checkpoints.
[[nodiscard]] Result<SampleReport> sample_folder(const LedgerOptions& options, const LedgerPorts& ports,
                                                 const Sample& sample, const CheckpointVerifier& log_key);

}  // namespace quotary
