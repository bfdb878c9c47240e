#include "ledger/log/log_view.h"

#include "ledger/log/stored_entry.h"

namespace quotary {

Result<void> read_log(const Ledger& ledger, const ReadLog& read) {
  return ledger.read_state([&](const StateReader& state, std::uint64_t size, const Hash&) {
    return read(
        {size, state, [&](std::uint64_t index) { return ledger.entry(index); },
         [&](const Entry& entry, std::size_t ordinal) { return ledger.object(entry, entry.objects[ordinal].name); }});
  });
}

Result<void> read_log(const LedgerOptions& options, const LedgerPorts& ports, const ReadLog& read) {
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
  const auto stored = store->snapshot();
  QUOTARY_TRY(size, stored_size(*stored));
  const StateOfView state(*stored);
  const NodeReader nodes = nodes_of(*stored);
  return read({size, state, [&](std::uint64_t index) { return read_entry(*stored, index, nodes); },
               [&](const Entry& entry, std::size_t ordinal) -> Result<std::string> {
                 if (!entry.objects[ordinal].key_subject.empty() && ports.cipher == nullptr)
                   return fail(Errc::unavailable, "no_keys", "private payloads cannot be read without their keys");
                 return read_payload(*stored, ports.cipher, entry, ordinal);
               }});
}

}  // namespace quotary
