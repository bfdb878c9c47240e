#include "ledger/numbers/numbers_proof.h"

#include "ledger/log/checkpoint.h"
#include "ledger/quote/number_pattern.h"
#include "ledger/records/fields.h"
#include "ledger/records/log_succession.h"

#include <algorithm>

namespace quotary {

namespace {

using records::number_of;
using records::text_of;

constexpr std::string_view no_period = "-";
constexpr std::string_view nobody = "-";

ProofLines lines_of(std::string_view text) { return {text, "bad_numbers_proof", "quotary-numbers-proof@v1"}; }

std::string quote_subject(std::string_view number) {
  return std::string(records::quote_subject_prefix) + std::string(number);
}

Date month_after(Date date) {
  date.day = 1;
  if (++date.month > 12) date = {date.year + 1, 1, 1};
  return date;
}

// The months that a number of that period can name.
Result<std::pair<Date, Date>> months_of(SeriesPeriod period, std::string_view key, Timestamp begun, Timestamp until) {
  const auto bad = [&] {
    return fail(Errc::invalid, "bad_period", "'" + std::string(key) + "' is no period of the series");
  };
  constexpr int a_day = 1;  // no time zone is further from UTC
  if (period == SeriesPeriod::none) {
    if (!key.empty()) return bad();
    QUOTARY_TRY(from, parse_date(format_rfc3339(begun).substr(0, 10)));
    QUOTARY_TRY(to, parse_date(format_rfc3339(until).substr(0, 10)));
    return std::pair(add_days(from, -a_day), add_days(to, a_day));
  }
  const bool year = period == SeriesPeriod::year;
  const auto first = parse_date(std::string(key) + (year ? "-01-01" : "-01"));
  if (!first || key.size() != (year ? 4u : 7u)) return bad();
  return std::pair(*first, year ? Date{first->year, 12, 1} : *first);
}

void append_absence(std::string& text, const ProvenAbsence& absence) {
  text += "absent " + absence.subject + "\nend ";
  if (const auto& end = absence.proof.end)
    text += end->key.hex() + " " + std::to_string(end->last.index) + " " + std::to_string(end->last.count);
  else
    text += nobody;
  text += '\n';
  append_siblings(text, absence.proof.siblings);
}

void append_subject(std::string& text, const ProvenSubject& subject) {
  append_subject_head(text, subject);
  for (const ProvenEntry& entry : subject.entries) append_proven_entry(text, entry);
}

Result<ProvenAbsence> take_absence(ProofLines& lines) {
  ProvenAbsence out;
  QUOTARY_TRY(subject, lines.value_of("absent"));
  if (subject.size() > proven_subject_bytes_max) return lines.wrong("the value of a line `absent`");
  out.subject = subject;
  QUOTARY_TRY(end, lines.value_of("end"));
  if (end != nobody) {
    const std::size_t first = end.find(' '), second = end.find(' ', first == end.npos ? first : first + 1);
    if (first == end.npos || second == end.npos) return lines.wrong("the value of a line `end`");
    const auto key = Hash::from_hex(end.substr(0, first));
    const auto index = parse_u64(end.substr(first + 1, second - first - 1)), count = parse_u64(end.substr(second + 1));
    if (!key || !index || !count) return lines.wrong("the value of a line `end`");
    out.proof.end = SubjectRecord{*key, {*index, *count}};
  }
  QUOTARY_TRY(siblings, lines.siblings());
  out.proof.siblings = std::move(siblings);
  return out;
}

// Reads and checks one block after the other.
class NumbersCheck {
 public:
  NumbersCheck(ProofLines& lines, const CheckpointVerifier& log_key) : lines_(lines), log_key_(log_key) {}

  Result<CheckedNumbers> run() {
    QUOTARY_TRY_VOID(read_head());
    QUOTARY_TRY_VOID(check_series());
    for (std::uint64_t i = 0; i < count_; ++i) QUOTARY_TRY_VOID(check_number(out_.first + i));
    if (!lines_.at_end()) QUOTARY_TRY_VOID(check_end());
    if (!lines_.at_end()) return lines_.wrong("a line behind its end");
    QUOTARY_TRY_VOID(check_period_end());
    return std::move(out_);
  }

 private:
  Result<void> read_head() {
    QUOTARY_TRY(encoded, lines_.value_of("checkpoint"));
    const auto note = from_base64(encoded);
    if (!note) return lines_.wrong("the value of a line `checkpoint`");
    QUOTARY_TRY(checkpoint, open_checkpoint(*note, log_key_));
    checkpoint_ = std::move(checkpoint);
    out_.tree_size = checkpoint_.size;
    out_.origin = checkpoint_.origin;
    QUOTARY_TRY(series, lines_.value_of("series"));
    QUOTARY_TRY(period, lines_.value_of("period"));
    QUOTARY_TRY(first, lines_.number_of("first"));
    QUOTARY_TRY(count, lines_.number_of("count"));
    if (first == 0 || count > numbers_in_proof_max) return lines_.wrong("the value of a line `first` or `count`");
    out_.series = series;
    out_.period = period == no_period ? std::string_view() : period;
    out_.first = first;
    count_ = count;
    QUOTARY_TRY(root, lines_.entry());
    QUOTARY_TRY(root_entry, check_proven_entry(root, checkpoint_));
    QUOTARY_TRY(said, read_index_root(root_entry));
    out_.root_entry = std::move(root_entry);
    out_.root = said;
    return {};
  }

  Result<std::vector<Entry>> subject_of(const std::string& expected) {
    QUOTARY_TRY(subject, lines_.subject_head());
    QUOTARY_TRY_VOID(lines_.entries_of(subject));
    if (subject.subject != expected)
      return fail(Errc::corrupt, "number_missing",
                  "here must be the entries about " + expected + ", and there are those about " + subject.subject);
    return check_proven_subject(subject, out_.root.index_root, out_.root.size, checkpoint_);
  }

  Result<void> check_absent(const std::string& subject) {
    QUOTARY_TRY(absence, take_absence(lines_));
    if (absence.subject != subject) return lines_.wrong("a line `absent " + subject + "` is missing");
    QUOTARY_TRY(there, check_subject_proof(subject_hash(subject), absence.proof, out_.root.index_root));
    if (there) return fail(Errc::corrupt, "number_twice", "there are entries about " + subject);
    return {};
  }

  Result<void> check_series() {
    QUOTARY_TRY(entries, subject_of("series:" + out_.series));
    // Before it there may be what burned numbers of a series that was lost and is added again.
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [](const Entry& entry) { return entry.type != records::numbers_burned_type; });
    if (found == entries.end() || found->type != "series.added" || text_of(found->body, "series") != out_.series)
      return fail(Errc::corrupt, "series_unproven", "no entry about " + out_.series + " adds it before all others");
    const Entry& added = *found;
    series_ = {out_.series, text_of(added.body, "branch"), text_of(added.body, "pattern"),
               text_of(added.body, "period")};
    begun_ = added.time;
    about_series_ = std::move(entries);
    return {};
  }

  Result<std::vector<std::string>> spellings(std::uint64_t sequence) const {
    return number_spellings(series_, out_.period, sequence, begun_, out_.root_entry.time);
  }

  Result<void> check_number(std::uint64_t sequence) {
    QUOTARY_TRY(possible, spellings(sequence));
    std::string subject;
    for (const std::string& number : possible) {
      if (lines_.next_is("subject") && lines_.peek() == "subject " + quote_subject(number))
        subject = quote_subject(number);
    }
    if (subject.empty()) return check_burned(sequence, possible);
    if (const Entry* const entry = burning(sequence))
      return fail(Errc::corrupt, "number_twice",
                  "entry " + std::to_string(entry->index) + " burned place " + std::to_string(sequence) +
                      ", which has a quote");
    QUOTARY_TRY(entries, subject_of(subject));
    QUOTARY_TRY(status, records::status_of_entries(entries));
    const Entry& issued = entries.front();
    if (text_of(issued.body, "series") != out_.series || text_of(issued.body, "period") != out_.period ||
        number_of(issued.body, "sequence") != sequence)
      return fail(Errc::corrupt, "number_of_another",
                  "entry " + std::to_string(issued.index) + " issues " + status.number + " as another place");
    for (const std::string& number : possible) {
      if (quote_subject(number) != subject) QUOTARY_TRY_VOID(check_absent(quote_subject(number)));
    }
    out_.numbers.push_back({sequence, issued.index, std::move(status)});
    return {};
  }

  // The entry about the series that burned the place; null for none.
  const Entry* burning(std::uint64_t sequence) const {
    for (const Entry& entry : about_series_) {
      const auto burned = records::burned_by(entry, out_.series, out_.period);
      if (burned && burned->first <= sequence && sequence <= burned->last) return &entry;
    }
    return nullptr;
  }

  Result<void> check_burned(std::uint64_t sequence, const std::vector<std::string>& possible) {
    const Entry* const entry = burning(sequence);
    if (entry == nullptr)
      return fail(
          Errc::corrupt, "number_missing",
          "place " + std::to_string(sequence) + " of " + out_.series + " (" + possible.front() + ") is not there");
    for (const std::string& number : possible) QUOTARY_TRY_VOID(check_absent(quote_subject(number)));
    records::EntryStatus status;
    status.number = possible.front();
    status.status = burned_status;
    status.since = entry->time;
    out_.numbers.push_back({sequence, entry->index, std::move(status)});
    return {};
  }

  Result<void> check_end() {
    QUOTARY_TRY(possible, spellings(out_.first + count_));
    // Behind burned places the series goes on, so what ends before them is not its end.
    for (const Entry& entry : about_series_) {
      const auto burned = records::burned_by(entry, out_.series, out_.period);
      if (burned && burned->last >= out_.first + count_)
        return fail(Errc::corrupt, "period_differs",
                    "entry " + std::to_string(entry.index) + " burned places up to " + std::to_string(burned->last));
    }
    for (const std::string& number : possible) QUOTARY_TRY_VOID(check_absent(quote_subject(number)));
    out_.ends = true;
    return {};
  }

  // What ended the period counts as this proof does.
  Result<void> check_period_end() const {
    const std::uint64_t last = out_.first + count_ - 1;
    for (const Entry& entry : about_series_) {
      if (entry.type != "series.period_ended" || text_of(entry.body, "period") != out_.period) continue;
      if (out_.ends ? number_of(entry.body, "last") != last : number_of(entry.body, "last") < last)
        return fail(Errc::corrupt, "period_differs",
                    "entry " + std::to_string(entry.index) + " ended the period at place " +
                        std::to_string(number_of(entry.body, "last")));
    }
    return {};
  }

  ProofLines& lines_;
  const CheckpointVerifier& log_key_;
  Checkpoint checkpoint_;
  CheckedNumbers out_;
  std::uint64_t count_ = 0;
  NumberSeries series_;
  Timestamp begun_;
  std::vector<Entry> about_series_;
};

}  // namespace

Result<std::vector<std::string>> number_spellings(const NumberSeries& series, std::string_view period,
                                                  std::uint64_t sequence, Timestamp begun, Timestamp until) {
  QUOTARY_TRY(kind, parse_series_period(series.period));
  QUOTARY_TRY(pattern, NumberPattern::parse(series.pattern, kind, series.branch));
  QUOTARY_TRY(months, months_of(kind, period, begun, until));
  std::vector<std::string> out;
  for (Date month = months.first; month <= months.second; month = month_after(month)) {
    std::string number = pattern.format(month, sequence);
    if (std::find(out.begin(), out.end(), number) != out.end()) continue;
    if (out.size() == number_spellings_max)
      return fail(Errc::invalid, "number_spellings",
                  "a place of " + series.name + " can have over " + std::to_string(number_spellings_max) + " numbers");
    out.push_back(std::move(number));
  }
  return out;
}

std::string numbers_proof_text(const NumbersProof& proof) {
  std::string text(numbers_proof_header);
  text += "checkpoint " + to_base64(proof.checkpoint) + "\nseries " + proof.series + "\nperiod " +
          (proof.period.empty() ? std::string(no_period) : proof.period) + "\nfirst " + std::to_string(proof.first) +
          "\ncount " + std::to_string(proof.numbers.size()) + "\n";
  append_proven_entry(text, proof.root);
  append_subject(text, proof.about_series);
  for (const ProvenNumber& number : proof.numbers) {
    if (number.quote) append_subject(text, *number.quote);
    for (const ProvenAbsence& absence : number.others) append_absence(text, absence);
  }
  for (const ProvenAbsence& absence : proof.next) append_absence(text, absence);
  return text;
}

Result<CheckedNumbers> check_numbers_proof(std::string_view text, const CheckpointVerifier& log_key) {
  const auto bad = [](const char* why) { return lines_of({}).wrong(why); };
  if (text.size() > numbers_proof_bytes_max) return bad("over 64 MB");
  if (!text.starts_with(numbers_proof_header)) return bad("the first line");
  if (!text.ends_with('\n')) return bad("its last line has no end");
  ProofLines lines = lines_of(text.substr(numbers_proof_header.size()));
  return NumbersCheck(lines, log_key).run();
}

}  // namespace quotary
