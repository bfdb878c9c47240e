#include "ledger/gates/note.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/gates/member_reader.h"
#include "ledger/quote/text.h"

namespace quotary::gates {

namespace {

// Blanks do not make a text longer. `text` is well-formed.
std::uint64_t characters_of(std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    QUOTARY_CHECK(length > 0);
    if (!is_blank(text.substr(at, length))) ++count;
    at += length;
  }
  return count;
}

void check_text_note(const Policy::Note& note, MemberReader& reader, Faults& faults) {
  const std::string text = reader.text("text", limits::note_text_characters_max, Need::required);
  const std::uint64_t count = characters_of(text);
  if (count > 0 && note.min_characters && count < *note.min_characters)
    faults.add("/text", "too_short",
               "at least " + std::to_string(*note.min_characters) + " characters that are no blanks, has " +
                   std::to_string(count));
}

void check_roles_note(MemberReader& reader, Faults& faults) {
  const json::array* items = reader.list("roles", limits::note_roles_max, Need::required);
  if (items == nullptr) return;
  bool decided = false;
  for (std::size_t i = 0; i < items->size(); ++i) {
    MemberReader item((*items)[i], "/roles/" + std::to_string(i), faults);
    decided = item.code("role", "_", Need::required) == decision_maker || decided;
    (void)item.text("person", limits::note_field_characters_max, Need::required);
    item.finish();
  }
  if (!decided)
    faults.add("/roles", "decision_maker_missing", "name at least one decision_maker, or \"unknown\" for the person");
}

}  // namespace

NoteCheck check_note(const Policy::Note& note, const json::value& content) {
  Faults faults;
  MemberReader reader(content, "", faults);
  if (content.is_object()) {
    switch (note.kind) {
      case NoteKind::text: check_text_note(note, reader, faults); break;
      case NoteKind::roles: check_roles_note(reader, faults); break;
      case NoteKind::quote: (void)reader.text("quote", limits::note_text_characters_max, Need::required); break;
      case NoteKind::step:
        (void)reader.text("what", limits::note_field_characters_max, Need::required);
        (void)reader.date("date", Need::required);
        (void)reader.text("deliverable", limits::note_field_characters_max, Need::required);
        break;
    }
  }
  reader.finish();
  if (faults.none()) return {true, {}};
  return {false, std::move(faults).error("note_incomplete").problems};
}

}  // namespace quotary::gates
