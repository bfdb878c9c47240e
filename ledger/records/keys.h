// The keys of the folded state. All text; numbers in keys are 20 digits so that key order is number order.
//
//   org                      the organisation: origin, public_url, time_zone
//   person/<id>              role, team, region, entry index
//   login/<keyed hash>       person id
//   token/<keyed hash>       person id
//   series/<name>            branch, type, pattern, period, entry index
//   last/<series>            the current period, its last number, count and sums, the last issued_at
//   period/<series>/<key>    an ended period: first, last, count, sums, entry index
//   quote/<number>           everything that decides or lists a quote
//   list/<index>             number, in the order of issue
//   own/<owner>/<index>      number, the owner's in the order of issue
//   pdf/<sha256>             kind, number, request, entry index, revision
//   code/<hash>              number, by the hash of number and verify code together
//   void/<id>                everything about a void request
//   voids/<index>            request id, in the order of asking
//   open/<number>            the quote's open request
//   due/<ms>/<id>            request id, by the time at which it lapses
//   request/<scope hash>     body hash and entry index of an idempotent request
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quotary::records {

[[nodiscard]] inline std::string digits20(std::uint64_t value) {
  auto text = std::to_string(value);
  return std::string(20 - text.size(), '0') + text;
}

[[nodiscard]] inline std::string organisation_key() { return "org"; }
[[nodiscard]] inline std::string person_key(std::string_view id) { return "person/" + std::string(id); }
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
[[nodiscard]] inline std::string request_key(std::string_view scope) { return "request/" + std::string(scope); }

}  // namespace quotary::records
