// Policies: what a case must hold before something may happen to it. Values, the strict readers of both written forms,
// and the canonical form whose SHA-256 names a version. Pure; safe from any thread. FORMAT.md has the canonical bytes.
#pragma once

#include "ledger/base/result.h"
#include "ledger/gates/codes.h"
#include "ledger/gates/limits.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::gates {

// A value: one version of a policy. Notes and requirements keep the order in which they were written, which is the one
// that people see; all other lists are sets.
struct Policy {
  struct Title {
    std::string zh, en;
    friend bool operator==(const Title&, const Title&) = default;
  };

  // A structured note that the people of a case write: see check_note() for what each kind holds.
  struct Note {
    std::string id;
    NoteKind kind = NoteKind::text;
    Title title;
    bool required = true;                         // others are asked for and hold nothing back
    std::optional<std::uint64_t> min_characters;  // of NoteKind::text only
    friend bool operator==(const Note&, const Note&) = default;
  };

  struct Requirement {
    std::string id;
    EvidenceKind kind = EvidenceKind::other;
    Title title;
    std::uint64_t min_count = 1;                 // items whose current version is valid
    std::optional<std::uint64_t> max_age_hours;  // from capture to receipt; so captured_at is needed too
    std::set<EvidenceNeed> needs;
    std::set<std::string> refuse_flags;                // of refusable_flags
    std::set<std::string> waive;                       // roles that may waive it; empty: nobody
    std::optional<SignatureGrade> signature_at_least;  // so a signature is needed too
    std::string target;  // the requirement to whose items' current version this is bound; empty: to none
    friend bool operator==(const Requirement&, const Requirement&) = default;
  };

  std::string name;  // [a-z0-9-]{1,40}
  Title title;
  std::set<std::string> action_types;     // which cases it is for
  std::set<GatePoint> gates;              // what is held back until the whole is complete
  std::vector<Note> notes;                // written as `note`
  std::vector<Requirement> requirements;  // written as `requirement`
  friend bool operator==(const Policy&, const Policy&) = default;
};

// Reads a policy as an administrator writes it, or as canonical() does. Strict: unknown members, wrong types, unknown
// codes, what is over a limit of limits.h, an id given twice, a `target` that is no other requirement or leads back to
// itself. Errc::invalid `policy_invalid` with every fault (at most 50) by JSON pointer, such as
// "/requirement/0/max_age"; the pointers of a TOML text are those of the same shape in JSON. Codes of roles and action
// types are held to their form only: which there are is known above. Errc::too_large `policy_too_large` for a text or a
// canonical form over policy_bytes_max. Text that is no JSON: the errors of parse_json(); no TOML: Errc::invalid
// `bad_toml` with line and column, or Errc::too_large `policy_too_deep`.
[[nodiscard]] Result<Policy> parse_policy_json(std::string_view text);
[[nodiscard]] Result<Policy> parse_policy_toml(std::string_view text);

// RFC 8785 JSON of a policy that a parser above gave: one spelling for one meaning, with a version of the format.
// parse_policy_json(canonical(policy)) is the policy again.
[[nodiscard]] std::string canonical(const Policy& policy);

}  // namespace quotary::gates
