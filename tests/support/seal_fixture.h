// Documents and keys for the seal's tests.
#pragma once

#include "signing/seal.h"
#include "tests/support/temporary_folder.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary::testing {

// 2026-11-24T02:03:04Z
inline constexpr Timestamp seal_time{1'795'485'784'000};
inline constexpr std::int64_t day_ms = 86'400'000;

// A one-page PDF of our profile by hand: fields Seal and Rep, Info with number and code.
[[nodiscard]] std::string unsealed_document();

// A development seal in `folder`, loaded.
[[nodiscard]] std::shared_ptr<const signing::Seal> development_seal(const TemporaryFolder& folder);
[[nodiscard]] signing::SealRequest seal_request();

// What a shell command prints (both streams), and whether it ended with 0.
struct Outcome {
  bool ok = false;
  std::string output;
};
[[nodiscard]] Outcome run(const std::string& command);
void write_bytes(const std::string& path, std::string_view bytes);

}  // namespace quotary::testing
