#include "api/use_cases/cases/confirmation_words.h"

#include "ledger/records/cases.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::object_of;
using records::text_of;

Result<json::object> object_in(const Organisation::Parts& parts, std::uint64_t index, std::string_view name) {
  QUOTARY_TRY(entry, parts.ledger->entry(index));
  QUOTARY_TRY(text, parts.payload(entry, name));
  QUOTARY_TRY(value, parse_json(text));
  if (!value.is_object())
    return fail(Errc::corrupt, "payload_damaged",
                std::string(name) + " of entry " + std::to_string(index) + " is no object");
  return std::move(value.get_object());
}

}  // namespace

Result<ConfirmationWords> words_of_shown(const Organisation::Parts& parts, std::uint64_t case_index,
                                         std::uint64_t shown_index) {
  QUOTARY_TRY(opened, object_in(parts, case_index, "text"));
  QUOTARY_TRY(about, object_in(parts, shown_index, "about"));
  ConfirmationWords out;
  out.title = out.case_title = text_of(opened, "title");
  out.customer = text_of(object_of(opened, "customer"), "name");
  out.site = text_of(object_of(opened, "site"), "name");
  out.shown_title = text_of(about, "title");
  out.version_label = text_of(about, "version_label");
  out.seller = parts.seller.name;
  return out;
}

Result<ConfirmationWords> confirmation_words(const Organisation::Parts& parts,
                                             const records::ConfirmationRecord& made) {
  const auto find = [&](const StateReader& state) -> Result<std::pair<std::uint64_t, std::uint64_t>> {
    QUOTARY_TRY(of, records::find_case(state, made.case_id));
    QUOTARY_TRY(item, records::find_item(state, made.case_id, made.target.item));
    if (!of || !item || made.target.version == 0 || made.target.version > item->versions.size())
      return fail(Errc::corrupt, "state_damaged", "what a confirmation is of is not there");
    return std::pair(of->index, item->versions[made.target.version - 1].index);
  };
  using Places = std::pair<std::uint64_t, std::uint64_t>;
  QUOTARY_TRY(places, parts.read<Places>(find));
  QUOTARY_TRY(out, words_of_shown(parts, places.first, places.second));
  QUOTARY_TRY(text, object_in(parts, made.index, "text"));
  if (auto title = text_of(text, "title"); !title.empty()) out.title = std::move(title);
  out.result = text_of(text, "result_text");
  out.held_at = text_of(text, "held_at");
  out.place = text_of(text, "place");
  return out;
}

}  // namespace quotary::api
