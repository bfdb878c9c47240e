#include "ledger/numbers/make_numbers_proof.h"

#include "ledger/log/make_status_proof.h"

#include <algorithm>

namespace quotary {

namespace {

// Keeps a proof under numbers_proof_bytes_max: each has some 40 hashes of 45 bytes in a log of a million entries.
constexpr std::size_t subjects_in_proof_max = 20'000;

// What each place of the series asks of the index, in the order of the file.
struct Places {
  std::vector<std::string> subjects;  // that of the series first
  std::vector<std::size_t> ends;      // where in `subjects` each place ends, the one behind the last included
};

Result<Places> places_of(const NumbersAsked& asked, Timestamp until) {
  Places out;
  out.subjects.push_back("series:" + asked.series.name);
  for (std::uint64_t place = asked.first; place <= asked.last + (asked.ends ? 1 : 0); ++place) {
    QUOTARY_TRY(numbers, number_spellings(asked.series, asked.period, place, asked.begun, until));
    if (out.subjects.size() + numbers.size() > subjects_in_proof_max)
      return fail(Errc::too_large, "numbers_too_many",
                  "each place of the series can have up to " + std::to_string(numbers.size()) +
                      " numbers, which must all be proved absent but one: ask for fewer places at once with `count`");
    for (const std::string& number : numbers)
      out.subjects.push_back(std::string(records::quote_subject_prefix) + number);
    out.ends.push_back(out.subjects.size());
  }
  return out;
}

Error behind(const std::string& what) {
  return fail(Errc::unavailable, "index_behind", "the subject index " + what + "; ask again in a second");
}

}  // namespace

Result<NumbersProof> make_numbers_proof(const Ledger& ledger, const IndexRoots& index, const NumbersAsked& asked,
                                        const std::function<std::string(std::uint64_t entry)>& covering) {
  QUOTARY_CHECK(asked.first > 0 && asked.last + 1 >= asked.first &&
                asked.last + 1 - asked.first <= numbers_in_proof_max);
  // The spellings rest on the time of the index.root, which is known only with what it says.
  QUOTARY_TRY(newest, index.prove_all({}));
  QUOTARY_TRY(places, places_of(asked, newest.entry.time));
  QUOTARY_TRY(said, index.prove_all(places.subjects));
  if (said.entry.index != newest.entry.index) {
    QUOTARY_TRY(again, places_of(asked, said.entry.time));
    if (again.subjects != places.subjects) return behind("has just grown over a month's end");
  }
  NumbersProof proof;
  proof.checkpoint = covering(said.entry.index);
  proof.series = asked.series.name;
  proof.period = asked.period;
  proof.first = asked.first;
  QUOTARY_TRY(prover, SubjectProver::make(ledger, said.entry.index, proof.checkpoint));
  QUOTARY_TRY(root, prover.entry(said.entry));
  proof.root = std::move(root);
  const auto about = [&](std::size_t at) {
    return prover.about(places.subjects[at], *said.subjects[at].last, said.subjects[at].proof);
  };
  if (!said.subjects.front().last) return behind("does not know the series yet");
  QUOTARY_TRY(series, about(0));
  proof.about_series = std::move(series);
  std::size_t at = 1;
  for (std::size_t place = 0; place < places.ends.size(); ++place) {
    ProvenNumber number;
    bool given = false;
    for (; at < places.ends[place]; ++at) {
      if (!said.subjects[at].last) {
        number.others.push_back({places.subjects[at], said.subjects[at].proof});
        continue;
      }
      QUOTARY_TRY(quote, about(at));
      number.quote = std::move(quote);
      given = true;
    }
    const std::uint64_t sequence = asked.first + place;
    const bool behind_last = sequence > asked.last;
    const bool burned = std::any_of(asked.burned.begin(), asked.burned.end(), [&](const records::BurnedNumbers& each) {
      return each.first <= sequence && sequence <= each.last;
    });
    if (given == (behind_last || burned))
      return behind(given ? "has a number behind the last one by now" : "does not cover the newest number yet");
    if (behind_last)
      proof.next = std::move(number.others);
    else
      proof.numbers.push_back(std::move(number));
  }
  return proof;
}

}  // namespace quotary
