#include "api/use_cases/erased_keys.h"

#include "api/use_cases/parts.h"
#include "ledger/base/bytes.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"
#include "signing/subject_keys.h"

#include <vector>

namespace quotary::api {

void ErasedKeys::destroy_all() {
  std::vector<std::pair<std::string, std::uint64_t>> erased;
  const auto read = ledger_.read_state([&](const StateReader& state, std::uint64_t, const Hash&) {
    return state.scan(records::erased_prefix, "", false, [&](std::string_view key, std::string_view index) {
      const auto parsed = parse_u64(index);  // what is none leads to an entry that erases nothing
      erased.emplace_back(key.substr(records::erased_prefix.size()), parsed ? *parsed : 0);
      return true;
    });
  });
  std::string trouble = read ? std::string() : read.error().detail;
  for (const auto& [target, index] : erased) {
    auto done = check_erasure(target, index);
    if (done) done = destroy_key(target);
    if (done) done = contents_->erased().take_away(target);
    if (!done && trouble.empty()) trouble = target + ": " + done.error().detail;
  }
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

bool ErasedKeys::destroy(std::string_view target) {
  const auto destroyed = destroy_key(target);
  if (!destroyed) {
    note(target, destroyed.error());
    return false;
  }
  if (const auto gone = contents_->erased().take_away(target); !gone) note(target, gone.error());
  return true;
}

void ErasedKeys::note(std::string_view target, const Error& error) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::string(target) + ": " + error.detail;
}

void ErasedKeys::retry() {
  if (!trouble().empty()) destroy_all();
}

std::string ErasedKeys::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

// The state is a file that others might write: the entry must say it, under the root that was signed.
Result<void> ErasedKeys::check_erasure(std::string_view target, std::uint64_t index) const {
  QUOTARY_TRY(entry, ledger_.entry(index));
  if (records::erased_target(entry) != target)
    return fail(Errc::corrupt, "state_damaged",
                "entry " + std::to_string(index) + " does not erase it, although the state says so");
  const LedgerState now = ledger_.state();
  QUOTARY_TRY(path, inclusion_proof(index, now.tree_size, ledger_.nodes()));
  if (!check_inclusion(entry.leaf, index, now.tree_size, path, now.root))
    return fail(Errc::corrupt, "entry_damaged",
                "entry " + std::to_string(index) + ", which erases it, is not under the signed root");
  return {};
}

// Which files go with the subject is known only as long as its key is there.
Result<void> ErasedKeys::destroy_key(std::string_view target) {
  QUOTARY_TRY_VOID(contents_->erased().write_down(target));
  auto erased = keys_.erase_subject(target);
  if (!erased && erased.error().code == "subject_key_missing") return {};  // nothing was ever kept under it
  return erased;
}

bool subject_keys_work(const Organisation::Parts& parts) {
  return signing::can_write_keys(parts.keys->object_cipher());
}

}  // namespace quotary::api
