// What requests to erase and legal holds share: whom a body names, and writing an entry about it. Inside api/use_cases.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/erasure.h"

namespace quotary::api {

inline constexpr std::size_t reference_characters_max = 200;

// The members of a body that both take.
struct Grounds {
  std::string target;                  // the key subject
  std::string reason_text, reference;  // as documents may show them
};
// {"quote", "person", "case" or "lead", "reason_text", "reference"} and `more`, which the caller reads and adds its
// faults of to `error`. A quote stands for its buyer. Errc::invalid with pointers: also `quote_unknown`,
// `person_unknown`, `case_unknown`, `lead_unknown`.
[[nodiscard]] Result<Grounds> parse_grounds(const Organisation::Parts& parts, const json::object& body,
                                            std::initializer_list<std::string_view> more, Error error);

// A draft by the caller, with its texts (empty ones left out) as a private payload under the key of `subject` itself.
[[nodiscard]] Draft draft_by(const Principal& caller, std::string_view type, const std::string& subject,
                             const RequestIdentity& identity, json::object body, const json::object& texts);
[[nodiscard]] Result<Entry> append_entry(Ledger& ledger, const Draft& draft);

// {"id", "name", "role"}
[[nodiscard]] json::object person_member(const Organisation::Parts& parts, const std::string& id,
                                         const std::string& role);
// One page, newest first, of a list whose keys end in entry indexes; `describe` answers the item of an id.
[[nodiscard]] Result<Answer> list_by_index(
    const Organisation::Parts& parts, std::string_view prefix, const PageRequest& page,
    const std::function<Result<json::object>(const StateReader&, std::string_view id)>& describe);

}  // namespace quotary::api
