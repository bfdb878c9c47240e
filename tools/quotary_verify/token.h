// Does this time-stamp token hold, and for which checkpoint? Pure: no network, no store, no clock.
#pragma once

#include "ledger/log/export_check.h"
#include "ledger/log/note.h"
#include "ledger/log/ports.h"
#include "tools/quotary_verify/verdict.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::offline {

// Judges an RFC 3161 token (DER) over a signed checkpoint, which may carry witnesses' lines as well: what was stamped
// is the text with the log's own line (FORMAT.md). `keys` are those of log_key; `roots_pem` is what the authority's
// certificate must lead to. Codes are those of open_checkpoint() and signing::check_time_token(); unchecked:
// `bad_roots`.
[[nodiscard]] Verdict judge_token(std::string_view token, std::string_view checkpoint,
                                  const CheckpointVerifier& log_key, std::span<const Vkey> keys,
                                  std::string_view roots_pem);

// The trusted times of an export, judged while it is checked: each token as judge_token() does; its checkpoint must be
// what its entry's body says, and lead to the export's own tree. So log_key
// may be one that believes revoked keys for their time. One thread; the references outlive it.
class ExportedTimes {
 public:
  ExportedTimes(const ExportSource& source, const CheckpointVerifier& log_key, std::vector<Vkey> keys,
                std::string roots_pem);
  ExportedTimes(const ExportedTimes&) = delete;
  ExportedTimes& operator=(const ExportedTimes&) = delete;

  // For check_export().
  [[nodiscard]] const ExportWatch& watch() const { return watch_; }
  // Adds how many hold and what the newest says. A token whose certificate leads to none of the roots, as one of an
  // authority that was asked in other years, is no damage: it leaves the whole unchecked (`tokens_unjudged`).
  void tell(Verdict& verdict) const;

 private:
  [[nodiscard]] std::optional<std::string> see(std::uint64_t tree_size, const EntryView& entry,
                                               const std::vector<ExportedObject>& objects);
  [[nodiscard]] std::optional<std::string> compare(std::uint64_t tree_size, const EntryView& entry,
                                                   const json::object& facts) const;

  const ExportSource& source_;
  const CheckpointVerifier& log_key_;
  const std::vector<Vkey> keys_;
  const std::string roots_pem_;
  ExportWatch watch_;
  std::uint64_t held_ = 0, withheld_ = 0, unjudged_ = 0;
  std::string first_unjudged_;
  json::object newest_;  // facts of judge_token()
};

}  // namespace quotary::offline
