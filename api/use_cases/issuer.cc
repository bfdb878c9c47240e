#include "api/use_cases/issuer.h"

#include "api/use_cases/drafts.h"
#include "api/use_cases/proof_ends.h"
#include "ledger/quote/parse.h"
#include "ledger/records/keys.h"
#include "signing/seal_level.h"

#include <algorithm>
#include <latch>

namespace quotary::api {
namespace {

// A lost race for a number is tried again this often before the caller gets the conflict.
constexpr int rounds_max = 8;

}  // namespace

struct Issuer::Pending {
  IssueJob job;
  std::promise<Result<Issued>> outcome;
  Numbering numbering;
  std::string period;
  records::SeriesState before;  // what the series' state must be when the entry is written
  bool has_before = false;
  std::string canonical, sealed;             // empty until filled in
  bool timed = false;                        // the seal has a time-stamp
  std::optional<signing::MaterialEnd> ends;  // of that
  std::optional<Result<Issued>> result;      // set: done
};

Issuer::Issuer(const Organisation::Parts& parts) : parts_(parts), thread_([this] { run(); }) {}

Issuer::~Issuer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  thread_.join();
}

Result<Issued> Issuer::issue(IssueJob job) {
  auto pending = std::make_shared<Pending>();
  pending->job = std::move(job);
  auto outcome = pending->outcome.get_future();
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return fail(Errc::unavailable, "stopping", "the server is stopping");
    if (queue_.size() >= issue_queue_max)
      return fail(Errc::overloaded, "issue_queue_full", "too many quotes wait for their number");
    queue_.push_back(std::move(pending));
  }
  arrived_.notify_one();
  return outcome.get();
}

void Issuer::run() {
  for (;;) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      while (!queue_.empty() && batch.size() < issue_batch_max) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    process(std::move(batch));
  }
}

// Numbers exist only by being written: whatever fails before that is dropped and those after it are numbered again.
void Issuer::process(Batch batch) {
  auto settle = [](Batch& open) {
    for (auto& pending : open)
      if (pending->result) pending->outcome.set_value(std::move(*pending->result));
    std::erase_if(open, [](const auto& pending) { return pending->result.has_value(); });
  };
  for (int round = 0; round < rounds_max && !batch.empty(); ++round) {
    number(batch);
    settle(batch);
    auto numbered = batch.size();
    fill_and_seal(batch);
    settle(batch);
    if (batch.size() != numbered) {
      --round;  // each such round drops a job, so this ends
      continue;
    }
    append(batch);
    settle(batch);
  }
  for (auto& pending : batch)
    pending->outcome.set_value(fail(Errc::conflict, "number_race", "the series moved on; try again"));
}

void Issuer::number(Batch& batch) {
  std::map<std::string, std::optional<records::SeriesState>> series;
  auto loaded = parts_.ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    for (const auto& pending : batch) {
      const auto& name = pending->job.quote.series;
      if (series.contains(name)) continue;
      QUOTARY_TRY(found, records::find_series_state(state, name));
      series[name] = std::move(found);
    }
    return {};
  });
  auto now = parts_.now();
  for (auto& pending : batch) {
    if (!loaded) {
      pending->result.emplace(loaded.error());
      continue;
    }
    const auto& quote = pending->job.quote;
    auto& stands = series[quote.series];
    // A clock that stepped back does not bring an earlier period back.
    auto issued_at = stands ? std::max(now, stands->last_issued_at) : now;
    auto date = parts_.zone->local_date(issued_at);
    if (quote.issue_date && *quote.issue_date != date) {
      pending->result.emplace(invalid("issue_date_not_today", "/issue_date",
                                      "today is " + format_date(date) + " in " + parts_.zone->name()));
      continue;
    }
    if (quote.validity.end < date) {
      pending->result.emplace(invalid("validity_before_issue", "/validity/end",
                                      "the validity ends before the day of issue, " + format_date(date)));
      continue;
    }
    auto period = pending->job.pattern.period_key(date);
    bool goes_on = stands && !stands->ended && stands->period == period;
    auto sequence = goes_on ? stands->last + 1 : 1;
    auto number = pending->job.pattern.format(date, sequence);
    pending->has_before = stands.has_value();
    if (stands) pending->before = *stands;
    pending->period = period;
    if (number != pending->numbering.number || date != pending->numbering.issue_date) {
      auto& n = pending->numbering;
      n.number = number;
      n.sequence = sequence;
      n.verify_code = make_verify_code(*parts_.config.random);
      n.verify_url = parts_.profile.public_url + "/v/" + number + "?code=" + n.verify_code;
      n.issued_at = issued_at;
      n.issue_date = date;
      pending->sealed.clear();
    }
    records::SeriesState next = goes_on ? *stands : records::SeriesState{period, false, 0, 0, {}, issued_at};
    next.last = sequence;
    next.count += 1;
    next.last_issued_at = pending->numbering.issued_at;
    stands = next;
  }
}

Result<void> Issuer::finish(Pending& pending) const {
  if (!parts_.seal) return *parts_.seal_error;
  const auto& quote = pending.job.quote;
  QUOTARY_TRY(canonical, canonical_quote(quote, &pending.numbering));
  QUOTARY_TRY(unsealed, pending.job.document.finish(pending.numbering, canonical));
  signing::SealRequest request;
  request.signing_time = pending.numbering.issued_at;
  request.reason = "Quotation " + pending.numbering.number;
  request.name = parts_.profile.name;
  request.must_outlive = parts_.zone->start_of_day(add_days(quote.validity.end, 1));
  signing::TimeTokenSource time;
  std::string token;
  if (parts_.seal_times)
    time = [&](const Hash& signature) -> Result<std::string> {
      QUOTARY_TRY(given, parts_.seal_times->token(signature));
      return token = std::move(given);
    };
  auto sealed = parts_.seal->seal_with_time(unsealed, request, time);
  if (!sealed) {
    Error error = std::move(sealed).error();
    if (error.code == "seal_certificate_too_short")
      error.problems.push_back({"/validity/end", error.code, error.detail});
    return error;
  }
  pending.canonical = std::move(canonical);
  pending.timed = !sealed->untimed;
  pending.ends.reset();
  if (pending.timed)
    if (auto end = signing::end_of_time_token(token)) pending.ends = std::move(*end);
  pending.sealed = std::move(sealed->pdf);
  return {};
}

void Issuer::fill_and_seal(Batch& batch) {
  std::atomic<std::size_t> next{0};
  auto work = [&] {
    for (auto i = next++; i < batch.size(); i = next++) {
      auto& pending = *batch[i];
      if (!pending.sealed.empty()) continue;
      auto done = finish(pending);
      if (!done) pending.result.emplace(done.error());
    }
  };
  // Who waits for a time-stamp needs no core.
  const std::size_t most = parts_.seal_times ? parts_.config.seal_times.connections_max : parts_.config.seal_threads;
  auto helpers = std::min(batch.size(), most);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
}

Result<std::vector<Draft>> Issuer::drafts(const Pending& pending, const StateReader& state) const {
  const auto& job = pending.job;
  const auto& n = pending.numbering;
  QUOTARY_TRY(stands, records::find_series_state(state, job.quote.series));
  bool same = stands.has_value() == pending.has_before &&
              (!stands || (stands->period == pending.before.period && stands->last == pending.before.last &&
                           stands->ended == pending.before.ended));
  if (!same) return fail(Errc::conflict, "number_not_next", "the series moved on");

  std::vector<Draft> out;
  if (stands && !stands->ended && stands->period != pending.period) {
    json::object sums;
    for (const auto& [currency, sum] : stands->sums) sums[currency] = sum;
    Draft ended = system_draft("series.period_ended", "series:" + job.quote.series,
                               {{"series", job.quote.series},
                                {"period", stands->period},
                                {"first", 1},
                                {"last", stands->last},
                                {"count", stands->count}});
    ended.objects.push_back(facts_object({{"sums", sums}}));
    out.push_back(std::move(ended));
  }

  Draft issued = draft_by(job.caller, "quote.issued", "quote:" + n.number);
  issued.request_scope = job.request.scope;
  issued.request_body = job.request.body;
  issued.body = {{"number", n.number},
                 {"series", job.quote.series},
                 {"sequence", n.sequence},
                 {"period", pending.period},
                 {"issued_at", format_rfc3339(n.issued_at)},
                 {"code", code_hash(n.number, n.verify_code)}};
  if (pending.timed) issued.body["seal_level"] = signing::seal_level_name(signing::SealLevel::b_t);
  if (pending.ends) put_proof_end(issued.body, *pending.ends);
  if (!job.quote.revision_of.empty()) issued.body["revision_of"] = job.quote.revision_of;
  if (!job.quote.case_id.empty()) issued.body["case"] = job.quote.case_id;
  const auto& t = job.quote.totals;
  json::object totals{{"line_extension", t.line_extension},
                      {"allowance", t.allowance},
                      {"charge", t.charge},
                      {"tax_exclusive", t.tax_exclusive},
                      {"tax", t.tax},
                      {"tax_inclusive", t.tax_inclusive},
                      {"payable", t.payable}};
  issued.objects.push_back(
      facts_object({{"owner", job.caller.id},
                    {"team", job.caller.team},
                    {"region", job.caller.region},
                    {"issue_date", format_date(n.issue_date)},
                    {"valid_start", format_date(job.quote.validity.start)},
                    {"valid_end", format_date(job.quote.validity.end)},
                    {"expires_at", format_rfc3339(parts_.zone->start_of_day(add_days(job.quote.validity.end, 1)))},
                    {"currency", job.quote.currency},
                    {"totals", totals},
                    {"customer", job.customer}}));
  issued.objects.push_back({"quote", "application/json", pending.canonical, job.customer, 1});
  issued.objects.push_back({"pdf", "application/pdf", pending.sealed, job.customer, 1});
  out.push_back(std::move(issued));

  if (!job.quote.revision_of.empty()) {
    Draft superseded = draft_by(job.caller, "quote.superseded", "quote:" + job.quote.revision_of);
    superseded.body = {{"number", job.quote.revision_of}, {"superseded_by", n.number}};
    out.push_back(std::move(superseded));
  }
  return out;
}

void Issuer::append(Batch& batch) {
  std::latch written(static_cast<std::ptrdiff_t>(batch.size()));
  for (auto& pending : batch) {
    auto* job = pending.get();
    parts_.ledger->submit([this, job](const StateReader& state, Timestamp) { return drafts(*job, state); },
                          [job, &written](Result<Committed> committed) {
                            if (committed) {
                              for (std::size_t i = 0; i < committed->entries.size(); ++i) {
                                if (committed->entries[i].type != "quote.issued") continue;
                                std::string proof = committed->proof(i);
                                job->result.emplace(Issued{std::move(committed->entries[i]), std::move(proof),
                                                           NumberedQuote{job->job.quote, job->numbering}});
                                break;
                              }
                            } else if (committed.error().code != "number_not_next") {
                              job->result.emplace(std::move(committed).error());
                            }
                            written.count_down();
                          });
  }
  written.wait();
}

}  // namespace quotary::api
