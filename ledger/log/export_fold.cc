#include "ledger/log/export_fold.h"

#include "ledger/log/entry.h"
#include "ledger/log/folded_state.h"

namespace quotary {

bool ExportFold::reads(const ObjectView& object) { return object.name == "facts" && object.key_subject.empty(); }

void ExportFold::apply(const EntryView& entry, std::string_view canonical, const std::vector<ExportedObject>& objects,
                       const std::string& file) {
  if (ended_) return;
  std::string_view facts;
  for (std::size_t place = 0; place < objects.size(); ++place) {
    if (!reads(entry.objects[place])) continue;
    if (!objects[place].bytes) return end();
    facts = *objects[place].bytes;
    break;
  }
  const auto whole = parse_entry(canonical);
  if (!whole || whole->index != entry.index) return end();  // the walk says so
  if (const auto applied = fold_.apply(*whole, facts, state_); !applied) {
    if (!state_.status()) return end();
    const Error& error = applied.error();
    problems_.add(entry.index, refusal_kind(error), file,
                  "the entry cannot follow those before it: " + printable(error.detail) + " (" + error.code + ")");
    if (++refused_ >= export_refusals_max) return end();
  }
  ++problems_.report().entries_folded;
}

Result<void> ExportFold::finish(const std::function<Result<void>(const StateReader&)>& folded) {
  if (const auto& kept = state_.status(); !kept) {
    if (problems_.report().problems_total == 0) return kept.error();
    return {};
  }
  if (ended_) return {};
  problems_.report().state_checked = true;
  return folded ? folded(state_) : Result<void>();
}

}  // namespace quotary
