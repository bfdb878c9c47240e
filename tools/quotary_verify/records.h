// What the records of an export come to: one quote's history and who made it, a series' numbers, its seals. For who has
// the export and the log's key, and nothing else.
#pragma once

#include "ledger/log/export_check.h"
#include "ledger/log/scratch.h"
#include "tools/quotary_verify/verdict.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace quotary::offline {

// More of a series' periods than that are left to who asks for one.
inline constexpr std::size_t series_periods_max = 10'000;
// Named one by one for machines; the rest is counted.
inline constexpr std::size_t voided_listed_max = 1'000;

// Of entries about one quote, as many as a status proof can have.
inline constexpr std::size_t quote_history_max = 1'000;

struct ExportQuestions {
  std::string quote;                    // its number; empty: none is asked about
  std::optional<std::string> document;  // that must be the quote's
  std::string series, period;           // empty: no series; every period
};

// Watches an export while it is checked. One thread.
class ExportedRecords {
 public:
  // `scratch` is for the names of people.
  ExportedRecords(ExportQuestions asked, Scratch scratch);
  ExportedRecords(const ExportedRecords&) = delete;
  ExportedRecords& operator=(const ExportedRecords&) = delete;

  // For check_export().
  [[nodiscard]] const ExportWatch& watch() const { return watch_; }
  [[nodiscard]] Result<void> read(const StateReader& state);
  // Adds to the verdict of judge_export() how much of the records was checked, and the answers. Refused: `four_eyes`,
  // `actor_unknown` (a void by who is no person of the ledger), `quote_unknown`, `series_unknown`, `period_unknown`,
  // those of status_of_entries(), `document_altered`. Unchecked: `facts_withheld` when the export does not hold what
  // the answers follow from, `unknown_entry_type`, `too_many_entries`, `too_many_periods`.
  void tell(Verdict& verdict, const ExportReport& report) const;

 private:
  // An entry about the quote, and how many of its payloads the export holds.
  struct Event {
    Entry entry;
    std::size_t held = 0;
  };
  struct VoidedNumber {
    std::string number, reason_code;
    Timestamp at;
  };
  // The numbers of a series in a period in which it counts.
  struct Numbers {
    std::uint64_t count = 0, burned = 0, next = 1, voided = 0;
    std::string first, last;
    std::vector<VoidedNumber> listed;        // the first voided_listed_max
    std::optional<std::uint64_t> broken_at;  // the place at which another number stands
  };
  struct Seal {
    std::string period;
    std::uint64_t index = 0, count = 0, voided = 0;
  };

  void see(const EntryView& entry, std::string_view canonical, const std::vector<ExportedObject>& objects);
  [[nodiscard]] Result<void> count(const StateReader& state);
  [[nodiscard]] Result<void> read_series(const StateReader& state);
  [[nodiscard]] Result<void> read_numbers(const StateReader& state);
  [[nodiscard]] std::optional<std::string> name_of(std::string_view person) const;
  void tell_checked(Verdict& verdict, const ExportReport& report) const;
  void tell_quote(Verdict& verdict, const ExportReport& report) const;
  void tell_series(Verdict& verdict) const;
  void tell_numbers(Verdict& verdict) const;

  const ExportQuestions asked_;
  ExportWatch watch_;
  ScratchState names_;  // by person, as JSON text
  std::vector<Event> history_;
  bool history_cut_ = false;
  bool document_held_ = false;
  // Once the state was read:
  std::uint64_t quotes_ = 0, voids_ = 0, period_ends_ = 0, seals_ = 0;
  std::set<std::string> people_;  // of the history's actors, those that the ledger added
  bool series_known_ = false, periods_cut_ = false;
  std::map<std::string, Numbers> periods_;
  std::vector<Seal> series_seals_;
};

}  // namespace quotary::offline
