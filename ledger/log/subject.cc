#include "ledger/log/subject.h"

#include "ledger/log/entry.h"
#include "ledger/log/ledger_impl.h"

namespace quotary {

Result<void> visit_subject(const LedgerOptions& options, std::string_view subject,
                           const std::function<void(const Entry&)>& visit) {
  QUOTARY_TRY(store, open_rocks_store(store_path(options.directory), StoreMode::read_only));
  QUOTARY_TRY(last, store->get(Family::state, subject_key(subject)));
  if (!last) return {};
  const auto broken = [&](const std::string& where) {
    return fail(Errc::corrupt, "subject_chain",
                "the entries about " + std::string(subject) + " cannot be followed: " + where);
  };
  if (last->size() != 16) return broken("the state of the subject is damaged");
  std::uint64_t sequence = get_u64(*last), index = get_u64(std::string_view(*last).substr(8));
  for (;;) {
    auto canonical = store->get(Family::entries, index_key(index));
    auto entry =
        canonical && *canonical ? parse_entry(**canonical) : Result<Entry>(fail(Errc::corrupt, "entry_missing", ""));
    if (!entry || entry->index != index || entry->subject != subject || entry->subject_seq != sequence)
      return broken("entry " + std::to_string(index) + " is not the one");
    visit(*entry);
    if (sequence == 1 && !entry->subject_prev) return {};
    if (sequence <= 1 || !entry->subject_prev || *entry->subject_prev >= index)
      return broken("entry " + std::to_string(index) + " leads nowhere");
    --sequence;
    index = *entry->subject_prev;
  }
}

Result<std::optional<std::uint64_t>> last_about(const StateReader& state, std::string_view subject) {
  QUOTARY_TRY(last, state.get(subject_key(subject)));
  if (!last) return std::optional<std::uint64_t>();
  if (last->size() != 16)
    return fail(Errc::corrupt, "subject_chain", "the state of " + std::string(subject) + " is damaged");
  return std::optional<std::uint64_t>(get_u64(std::string_view(*last).substr(8)));
}

Result<void> visit_subjects(const StateReader& state,
                            const std::function<bool(std::string_view subject, const SubjectLast& last)>& visit) {
  const std::string prefix = subject_key("");
  bool damaged = false;
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view value) {
    damaged = value.size() != 16;
    return !damaged && visit(key.substr(prefix.size()), {get_u64(value.substr(8)), get_u64(value)});
  }));
  if (damaged) return fail(Errc::corrupt, "subject_chain", "the state of a subject is damaged");
  return {};
}

}  // namespace quotary
