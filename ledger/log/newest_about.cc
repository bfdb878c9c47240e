#include "ledger/log/newest_about.h"

#include "ledger/log/stored_entry.h"
#include "ledger/log/subject.h"
#include "ledger/log/walk.h"

namespace quotary {

namespace {

Result<std::optional<Entry>> if_about(Entry entry, std::string_view subject) {
  if (entry.subject == subject) return std::optional<Entry>(std::move(entry));
  return fail(Errc::corrupt, "subject_chain",
              "the state names entry " + std::to_string(entry.index) + " as one about " + std::string(subject));
}

}  // namespace

Result<std::optional<Entry>> newest_about(const Ledger& ledger, std::string_view subject) {
  std::optional<std::uint64_t> index;
  QUOTARY_TRY_VOID(ledger.read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    QUOTARY_TRY(found, last_about(state, subject));
    index = found;
    return {};
  }));
  if (!index) return std::optional<Entry>();
  QUOTARY_TRY(entry, ledger.entry(*index));
  return if_about(std::move(entry), subject);
}

Result<void> read_folder_state(
    const LedgerOptions& options,
    const std::function<Result<void>(const StateReader& state, std::uint64_t size, const Hash& root)>& read) {
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
  const auto view = store->snapshot();
  QUOTARY_TRY(size, stored_size(*view));
  QUOTARY_TRY(root, read_root(size, nodes_of(*view)));
  return read(StateOfView(*view), size, root);
}

Result<std::optional<Entry>> newest_about(const LedgerOptions& options, std::string_view subject) {
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
  const auto view = store->snapshot();
  QUOTARY_TRY(index, last_about(StateOfView(*view), subject));
  if (!index) return std::optional<Entry>();
  QUOTARY_TRY(entry, read_entry(*view, *index, nodes_of(*view)));
  return if_about(std::move(entry), subject);
}

}  // namespace quotary
