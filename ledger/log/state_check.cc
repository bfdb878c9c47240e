#include "ledger/log/folded_state.h"
#include "ledger/log/scratch.h"
#include "ledger/log/walk.h"

namespace quotary {

Result<bool> check_state(const StoreView& view, std::uint64_t size, const Fold& fold, const Scratch& scratch,
                         const std::atomic<bool>* stop, VerifyReport& report) {
  if (size == 0) return true;
  ScratchState state(scratch);
  const bool all = fold_anew(
      view, size, fold, state,
      [&](std::uint64_t index, const Error& error) {
        add_problem(report, index, refusal_kind(error), "the entry cannot follow those before it: " + error.detail);
      },
      stop);
  QUOTARY_TRY_VOID(state.status());
  if (!all) return false;
  const auto folded = state.cursor();
  const auto compared = compare_state(
      view, *folded,
      [&](std::string_view key, std::optional<std::string_view> stored, std::optional<std::string_view> expected) {
        const char* how = !stored     ? " is missing"
                          : !expected ? " follows from no entry"
                                      : " differs from what the entries lead to";
        add_problem(report, size - 1, "state", "stored state " + std::string(key.substr(0, 80)) + how);
      });
  QUOTARY_TRY_VOID(folded->status());
  if (!compared) add_problem(report, size - 1, "state", compared.error().detail);
  return true;
}

}  // namespace quotary
