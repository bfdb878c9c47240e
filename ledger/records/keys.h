// The keys of the folded state. All text; numbers in keys are 20 digits so that key order is number order.
//
//   org                      the organisation: origin, public_url, time_zone
//   person/<id>              role, team, region, entry index
//   signer/<id>              the person's own signing keys: certificates' hashes, entry indices
//   login/<keyed hash>       person id
//   token/<keyed hash>       person id
//   series/<name>            branch, type, pattern, period, entry index
//   last/<series>            the current period, its last number, count and sums, the last issued_at
//   period/<series>/<key>    an ended period: first, last, count, sums, entry index
//   seal/<series>/<period>   a period seal: its body and facts, entry index
//   quote/<number>           everything that decides or lists a quote
//   list/<index>             number, in the order of issue
//   own/<owner>/<index>      number, the owner's in the order of issue
//   pdf/<sha256>             kind, number, request, entry index, revision
//   code/<hash>              number, by the hash of number and verify code together
//   void/<id>                everything about a void request
//   voids/<index>            request id, in the order of asking
//   open/<number>            the quote's open request
//   due/<ms>/<id>            request id, by the time at which it lapses
//   log_key                  the log's key (vkey) since it was rotated
//   seal                     the certificate that seals: its hash, entry index
//   burning                  the entry that may burn numbers, behind one by which this log succeeded another
//   burned/<series>/<period>/<first>   places of a series that a log of before gave and lost: last, entry index
//   erasure/<id>             everything about a request to erase
//   erasures/<index>         its id, in the order of asking
//   erasing/<target>         the id of the open one about a key subject
//   erased/<target>          the entry that erased the key subject
//   hold/<id>                everything about a legal hold
//   holds/<index>            its id, in the order of placing
//   held/<target>/<id>       a hold that forbids erasing the key subject
//   signature/<id>           everything about a signature request
//   signatures/<index>       its id, in the order of asking
//   signature_due/<ms>/<id>  its id, by the time at which it expires
//   link/<sha256>            request and signer, by the hash of a signing link's token
//   scans/<number>           scans of the quote's signed paper: SHA-256, entry index
//   revision/<number>/<n>    a later revision of a quote's document: kind, hash, size, entry index; of a confirmation's
//                            with "confirmation:<id>" in the number's place
//   confirmation/<id>        everything about a confirmation of a case
//   confirmations/<case>/<index>   its id, the case's in the order of making
//   policy/<name>            the newest version
//   policies/<name>/<n>      a version of a policy: its text and hash, when it was published, entry index
//   case/<id>                everything about a case but its evidence
//   cases/<index>            its id, in the order of opening
//   own_cases/<owner>/<index>   its id, the owner's in the order of opening
//   pending/<ms>/<id>        a case whose gate is not complete, by when it was opened
//   item/<case>/<id>         an item of evidence with its versions
//   item_case/<id>           the case of an item
//   note/<case>/<note>/<n>   the entry of a version of a note
//   content/<tag>            where content with that tag was reported first
//   blob/<id>                which version of evidence the blob with that id is the content of
//   counts/<person>/<month>  what the process health index counts
//   stages/<unit>            how many of the unit's cases stand where; units: records/boards.h, a person's is the id
//   pending_of/<unit>/<ms>/<id>      as pending/, of one unit but the organisation
//   flow/<unit>/<ms>         cases opened and completed in the quarter of an hour that begins then
//   policy_use/<unit>/<name>         cases under a policy, and how many of them are complete
//   policy_cases/<name>/<ms>/<id>    owner and completion of a policy's case, by when it was opened
//   lead/<id>                everything about a lead but what its choices were made from
//   leads/<index>            its id, in the order of coming
//   own_leads/<owner>/<index>        its id, of whose it is now
//   waiting/<unit>/<ms>/<id>         a lead that nobody has touched yet, by when it was received
//   waiting_count/<unit>     how many these are
//   request/<scope hash>     body hash and entry index of an idempotent request
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::records {

[[nodiscard]] inline std::string digits20(std::uint64_t value) {
  auto text = std::to_string(value);
  return std::string(20 - text.size(), '0') + text;
}

// What digits20() wrote there; nothing for what it did not.
[[nodiscard]] inline std::optional<std::int64_t> number_in_key(std::string_view key, std::size_t at) {
  if (key.size() < at + 20) return std::nullopt;
  std::int64_t value = 0;
  const char* const begin = key.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + 20, value);
  return error == std::errc() && end == begin + 20 ? std::optional(value) : std::nullopt;
}

[[nodiscard]] inline std::string organisation_key() { return "org"; }
[[nodiscard]] inline std::string log_key_key() { return "log_key"; }
inline constexpr std::string_view seal_certificate_key = "seal", signing_certificate_key = "signing";
[[nodiscard]] inline std::string succession_place_key() { return "burning"; }
[[nodiscard]] inline std::string burned_prefix(std::string_view series, std::string_view period) {
  return "burned/" + std::string(series) + "/" + std::string(period) + "/";
}
[[nodiscard]] inline std::string person_key(std::string_view id) { return "person/" + std::string(id); }
[[nodiscard]] inline std::string signing_keys_key(std::string_view person) { return "signer/" + std::string(person); }
[[nodiscard]] inline std::string scans_key(std::string_view number) { return "scans/" + std::string(number); }
[[nodiscard]] inline std::string login_key(std::string_view hash) { return "login/" + std::string(hash); }
[[nodiscard]] inline std::string token_key(std::string_view hash) { return "token/" + std::string(hash); }
[[nodiscard]] inline std::string series_key(std::string_view name) { return "series/" + std::string(name); }
inline constexpr std::string_view last_prefix = "last/";
[[nodiscard]] inline std::string last_key(std::string_view series) {
  return std::string(last_prefix) + std::string(series);
}
[[nodiscard]] inline std::string period_key(std::string_view series, std::string_view period) {
  return "period/" + std::string(series) + "/" + std::string(period);
}
inline constexpr std::string_view seal_prefix = "seal/";
[[nodiscard]] inline std::string seal_key(std::string_view series, std::string_view period) {
  return std::string(seal_prefix) + std::string(series) + "/" + std::string(period);
}
[[nodiscard]] inline std::string quote_key(std::string_view number) { return "quote/" + std::string(number); }
[[nodiscard]] inline std::string list_key(std::uint64_t index) { return "list/" + digits20(index); }
[[nodiscard]] inline std::string own_prefix(std::string_view owner) { return "own/" + std::string(owner) + "/"; }
[[nodiscard]] inline std::string pdf_key(std::string_view sha256_hex) { return "pdf/" + std::string(sha256_hex); }
[[nodiscard]] inline std::string code_key(std::string_view hash) { return "code/" + std::string(hash); }
[[nodiscard]] inline std::string void_key(std::string_view id) { return "void/" + std::string(id); }
[[nodiscard]] inline std::string voids_key(std::uint64_t index) { return "voids/" + digits20(index); }
[[nodiscard]] inline std::string open_key(std::string_view number) { return "open/" + std::string(number); }
[[nodiscard]] inline std::string due_key(std::int64_t unix_ms, std::string_view id) {
  return "due/" + digits20(static_cast<std::uint64_t>(unix_ms)) + "/" + std::string(id);
}
[[nodiscard]] inline std::string signature_key(std::string_view id) { return "signature/" + std::string(id); }
[[nodiscard]] inline std::string signatures_key(std::uint64_t index) { return "signatures/" + digits20(index); }
inline constexpr std::string_view signature_due_prefix = "signature_due/";
[[nodiscard]] inline std::string signature_due_key(std::int64_t unix_ms, std::string_view id) {
  return std::string(signature_due_prefix) + digits20(static_cast<std::uint64_t>(unix_ms)) + "/" + std::string(id);
}
[[nodiscard]] inline std::string passkey_key(std::string_view identity) { return "passkey/" + std::string(identity); }
[[nodiscard]] inline std::string link_key(std::string_view hash) { return "link/" + std::string(hash); }
[[nodiscard]] inline std::string confirmation_key(std::string_view id) { return "confirmation/" + std::string(id); }
[[nodiscard]] inline std::string confirmations_prefix(std::string_view case_id) {
  return "confirmations/" + std::string(case_id) + "/";
}
[[nodiscard]] inline std::string revision_key(std::string_view number, std::uint64_t revision) {
  return "revision/" + std::string(number) + "/" + digits20(revision);
}
inline constexpr std::string_view policy_name_prefix = "policy/", pending_prefix = "pending/";
[[nodiscard]] inline std::string policy_name_key(std::string_view name) {
  return std::string(policy_name_prefix) + std::string(name);
}
[[nodiscard]] inline std::string policy_key(std::string_view name, std::uint64_t version) {
  return "policies/" + std::string(name) + "/" + digits20(version);
}
[[nodiscard]] inline std::string case_key(std::string_view id) { return "case/" + std::string(id); }
inline constexpr std::string_view cases_prefix = "cases/";
[[nodiscard]] inline std::string cases_key(std::uint64_t index) { return std::string(cases_prefix) + digits20(index); }
[[nodiscard]] inline std::string own_cases_prefix(std::string_view owner) {
  return "own_cases/" + std::string(owner) + "/";
}
[[nodiscard]] inline std::string pending_key(std::int64_t unix_ms, std::string_view id) {
  return std::string(pending_prefix) + digits20(static_cast<std::uint64_t>(unix_ms)) + "/" + std::string(id);
}
[[nodiscard]] inline std::string items_prefix(std::string_view case_id) { return "item/" + std::string(case_id) + "/"; }
[[nodiscard]] inline std::string item_key(std::string_view case_id, std::string_view id) {
  return items_prefix(case_id) + std::string(id);
}
[[nodiscard]] inline std::string notes_prefix(std::string_view case_id) { return "note/" + std::string(case_id) + "/"; }
[[nodiscard]] inline std::string note_key(std::string_view case_id, std::string_view note, std::uint64_t version) {
  return notes_prefix(case_id) + std::string(note) + "/" + digits20(version);
}
[[nodiscard]] inline std::string item_case_key(std::string_view id) { return "item_case/" + std::string(id); }
[[nodiscard]] inline std::string content_key(std::string_view tag) { return "content/" + std::string(tag); }
[[nodiscard]] inline std::string blob_key(std::string_view id) { return "blob/" + std::string(id); }
[[nodiscard]] inline std::string counts_key(std::string_view person, std::string_view month) {
  return "counts/" + std::string(person) + "/" + std::string(month);
}
[[nodiscard]] inline std::string stages_key(std::string_view unit) { return "stages/" + std::string(unit); }
// What ends keys that are read in the order of time.
[[nodiscard]] inline std::string timed(std::int64_t unix_ms, std::string_view id) {
  return digits20(static_cast<std::uint64_t>(unix_ms)) + "/" + std::string(id);
}
[[nodiscard]] inline std::string pending_of_prefix(std::string_view unit) {
  return "pending_of/" + std::string(unit) + "/";
}
[[nodiscard]] inline std::string flow_prefix(std::string_view unit) { return "flow/" + std::string(unit) + "/"; }
[[nodiscard]] inline std::string flow_key(std::string_view unit, std::int64_t unix_ms) {
  return flow_prefix(unit) + digits20(static_cast<std::uint64_t>(unix_ms));
}
[[nodiscard]] inline std::string policy_use_prefix(std::string_view unit) {
  return "policy_use/" + std::string(unit) + "/";
}
[[nodiscard]] inline std::string policy_cases_prefix(std::string_view policy) {
  return "policy_cases/" + std::string(policy) + "/";
}
[[nodiscard]] inline std::string lead_key(std::string_view id) { return "lead/" + std::string(id); }
inline constexpr std::string_view leads_prefix = "leads/";
[[nodiscard]] inline std::string leads_key(std::uint64_t index) { return std::string(leads_prefix) + digits20(index); }
[[nodiscard]] inline std::string own_leads_prefix(std::string_view owner) {
  return "own_leads/" + std::string(owner) + "/";
}
[[nodiscard]] inline std::string waiting_prefix(std::string_view unit) { return "waiting/" + std::string(unit) + "/"; }
[[nodiscard]] inline std::string waiting_count_key(std::string_view unit) {
  return "waiting_count/" + std::string(unit);
}
[[nodiscard]] inline std::string request_key(std::string_view scope) { return "request/" + std::string(scope); }
[[nodiscard]] inline std::string erasure_key(std::string_view id) { return "erasure/" + std::string(id); }
inline constexpr std::string_view erasures_prefix = "erasures/", holds_prefix = "holds/", erased_prefix = "erased/";
[[nodiscard]] inline std::string erasures_key(std::uint64_t index) {
  return std::string(erasures_prefix) + digits20(index);
}
[[nodiscard]] inline std::string erasing_key(std::string_view target) { return "erasing/" + std::string(target); }
[[nodiscard]] inline std::string erased_key(std::string_view target) {
  return std::string(erased_prefix) + std::string(target);
}
[[nodiscard]] inline std::string hold_key(std::string_view id) { return "hold/" + std::string(id); }
[[nodiscard]] inline std::string holds_key(std::uint64_t index) { return std::string(holds_prefix) + digits20(index); }
[[nodiscard]] inline std::string held_prefix(std::string_view target) { return "held/" + std::string(target) + "/"; }

}  // namespace quotary::records
