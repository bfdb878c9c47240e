// How what a check found is told: lines on a terminal, in Chinese and English, and JSON for machines.
#pragma once

#include "ledger/backup/unpack.h"
#include "ledger/base/json.h"
#include "ledger/contents/contents_check.h"
#include "ledger/log/sequencer.h"

#include <cstdint>
#include <vector>

namespace quotary::cli {

// As printf's %llu takes it.
[[nodiscard]] constexpr unsigned long long number(std::uint64_t value) { return value; }

// What could not be read because it was erased, and by which entries; nothing when nothing was.
void print_erased(const VerifyReport& report);
// How many large contents were read through, and a note on files that no entry names; nothing when there are none.
void print_contents(const std::optional<contents::ContentFigures>& contents);
// One line for each problem of a ledger.
void print_problems(const VerifyReport& report);
[[nodiscard]] json::array problems_json(const VerifyReport& report);

// Which backup it is, and one line for each of its files that is damaged.
void print_backup(const BackupManifest& manifest, const std::vector<DamagedFile>& damaged);
[[nodiscard]] json::array damaged_json(const std::vector<DamagedFile>& damaged);

}  // namespace quotary::cli
