#include "ledger/log/newest_about.h"

#include "ledger/log/stored_entry.h"
#include "ledger/log/subject.h"

namespace quotary {

Result<std::optional<Entry>> newest_about(const LedgerOptions& options, std::string_view subject) {
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
  const auto view = store->snapshot();
  QUOTARY_TRY(index, last_about(StateOfView(*view), subject));
  if (!index) return std::optional<Entry>();
  QUOTARY_TRY(entry, read_entry(*view, *index, nodes_of(*view)));
  if (entry.subject != subject)
    return fail(Errc::corrupt, "subject_chain",
                "the state names entry " + std::to_string(*index) + " as one about " + std::string(subject));
  return std::optional<Entry>(std::move(entry));
}

}  // namespace quotary
