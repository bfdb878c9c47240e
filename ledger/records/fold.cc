#include "ledger/records/fold.h"

#include "ledger/log/index_root.h"
#include "ledger/log/succession.h"
#include "ledger/records/cases.h"
#include "ledger/records/certificates.h"
#include "ledger/records/confirmations.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"
#include "ledger/records/leads.h"
#include "ledger/records/log_succession.h"
#include "ledger/records/period_seal.h"
#include "ledger/records/signing.h"
#include "ledger/records/signing_keys.h"
#include "ledger/records/views.h"

#include <iterator>

namespace quotary {
namespace {

using namespace records;

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

std::string object_hash(const Entry& entry, std::string_view name, std::uint64_t* size = nullptr) {
  for (const auto& object : entry.objects) {
    if (object.name != name) continue;
    if (size) *size = object.size;
    return object.sha256.hex();
  }
  return {};
}

struct Step {
  const Entry& entry;
  const json::object& facts;
  StateWriter& state;

  Result<QuoteRecord> quote(std::string_view number) const {
    QUOTARY_TRY(found, find_quote(state, number));
    if (!found) return refuse(entry, "quote_unknown", "no quote " + std::string(number));
    return std::move(*found);
  }
  void put(QuoteRecord& quote) const {
    quote.last_index = entry.index;
    state.put(quote_key(quote.number), encode(quote));
  }
};

Result<void> organisation_created(const Step& s) {
  if (s.entry.index != 0) return refuse(s.entry, "organisation_exists", "only the first entry makes the organisation");
  s.state.put(organisation_key(), json::serialize(json::object{{"origin", text_of(s.entry.body, "origin")},
                                                               {"public_url", text_of(s.entry.body, "public_url")},
                                                               {"time_zone", text_of(s.entry.body, "time_zone")}}));
  return {};
}

Result<void> person_added(const Step& s) {
  auto id = text_of(s.entry.body, "person");
  QUOTARY_TRY(there, find_person(s.state, id));
  if (there) return refuse(s.entry, "person_exists", "the person is there");
  if (auto login = text_of(s.facts, "login"); !login.empty()) {
    QUOTARY_TRY(taken, find_login_person(s.state, login));
    if (taken) return refuse(s.entry, "login_taken", "another person has this login");
    s.state.put(login_key(login), id);
  }
  s.state.put(person_key(id), json::serialize(json::object{{"role", text_of(s.entry.body, "role")},
                                                           {"team", text_of(s.facts, "team")},
                                                           {"region", text_of(s.facts, "region")},
                                                           {"index", s.entry.index}}));
  return {};
}

Result<void> token_issued(const Step& s) {
  auto person = text_of(s.entry.body, "person");
  QUOTARY_TRY(there, find_person(s.state, person));
  if (!there) return refuse(s.entry, "person_unknown", "no such person");
  QUOTARY_TRY(erased, find_erased_by(s.state, "person:" + person));
  if (erased) return refuse(s.entry, "person_erased", "the person was erased by entry " + std::to_string(*erased));
  s.state.put(token_key(text_of(s.entry.body, "token")), person);
  return {};
}

Result<void> series_added(const Step& s) {
  auto name = text_of(s.entry.body, "series");
  QUOTARY_TRY(there, find_series(s.state, name));
  if (there) return refuse(s.entry, "series_exists", "the series is there");
  json::object value;
  for (const char* member : {"branch", "type", "pattern", "period"}) value[member] = text_of(s.entry.body, member);
  value["index"] = s.entry.index;
  s.state.put(series_key(name), json::serialize(value));
  return {};
}

// A number follows its predecessor in the period, or is the first of a period that has not ended.
Result<void> quote_issued(const Step& s) {
  const auto& body = s.entry.body;
  auto series = text_of(body, "series"), number = text_of(body, "number"), period = text_of(body, "period");
  auto sequence = number_of(body, "sequence");
  QUOTARY_TRY(known, find_series(s.state, series));
  if (!known) return refuse(s.entry, "unknown_series", "no series " + series);
  QUOTARY_TRY(taken, s.state.get(quote_key(number)));
  if (taken) return refuse(s.entry, "number_taken", "the number " + number + " exists");
  QUOTARY_TRY(stands, find_series_state(s.state, series));
  SeriesState next = stands ? *stands : SeriesState{period, false, 0, 0, {}, {}};
  if (next.period != period) {
    if (!next.ended) return refuse(s.entry, "period_open", "the period " + next.period + " has not ended");
    next = SeriesState{period, false, 0, 0, {}, next.last_issued_at};
  }
  if (next.ended) return refuse(s.entry, "period_closed", "the period " + period + " has ended");
  if (sequence != next.last + 1)
    return refuse(s.entry, "number_not_next", "the series' last number is " + std::to_string(next.last));

  if (const auto id = text_of(body, "case"); !id.empty()) QUOTARY_TRY_VOID(check_case_for_quote(s.entry, id, s.state));
  QUOTARY_TRY_VOID(refuse_sealed_day(s.entry, series, text_of(s.facts, "issue_date"), s.state));

  QuoteRecord quote;
  quote.number = number;
  quote.series = series;
  quote.period = period;
  quote.sequence = sequence;
  quote.index = s.entry.index;
  quote.owner = text_of(s.facts, "owner");
  quote.team = text_of(s.facts, "team");
  quote.region = text_of(s.facts, "region");
  quote.outcome = "issued";
  QUOTARY_TRY(issued_at, parse_rfc3339(text_of(body, "issued_at")));
  QUOTARY_TRY(expires_at, parse_rfc3339(text_of(s.facts, "expires_at")));
  quote.issued_at = issued_at;
  quote.expires_at = expires_at;
  quote.issue_date = text_of(s.facts, "issue_date");
  quote.valid_start = text_of(s.facts, "valid_start");
  quote.valid_end = text_of(s.facts, "valid_end");
  quote.currency = text_of(s.facts, "currency");
  quote.totals = object_of(s.facts, "totals");
  quote.customer = text_of(s.facts, "customer");
  quote.document_sha256 = object_hash(s.entry, "pdf", &quote.document_size);
  quote.revision_of = text_of(body, "revision_of");
  quote.long_term_level = text_of(body, "seal_level");
  if (!read_proof_end(body, quote)) return refuse(s.entry, "bad_proof_end", "no time of an end");
  s.put(quote);

  next.last = sequence;
  next.count += 1;
  next.last_issued_at = issued_at;
  auto& sum = next.sums[quote.currency];
  QUOTARY_TRY(added, add_amounts(sum.empty() ? "0" : sum, text_of(quote.totals, "tax_inclusive")));
  sum = added;
  s.state.put(last_key(series), encode(next));
  s.state.put(list_key(s.entry.index), number);
  s.state.put(own_prefix(quote.owner) + digits20(s.entry.index), number);
  s.state.put(code_key(text_of(body, "code")), number);
  s.state.put(
      pdf_key(quote.document_sha256),
      json::serialize(json::object{{"kind", "quote"}, {"number", number}, {"index", s.entry.index}, {"revision", 1}}));
  return {};
}

Result<void> quote_superseded(const Step& s) {
  QUOTARY_TRY(quote, s.quote(text_of(s.entry.body, "number")));
  if (quote.voided_at) return refuse(s.entry, "revision_of_voided", "a voided quote is not revised");
  if (!quote.superseded_by.empty())
    return refuse(s.entry, "already_superseded", "superseded by " + quote.superseded_by);
  if (quote.outcome == "accepted") return refuse(s.entry, "revision_of_accepted", "an accepted quote is not revised");
  quote.superseded_by = text_of(s.entry.body, "superseded_by");
  quote.superseded_at = s.entry.time;
  QUOTARY_TRY_VOID(overtake_signatures(s.entry, quote, s.state));
  s.put(quote);
  return {};
}

Result<void> period_ended(const Step& s) {
  auto series = text_of(s.entry.body, "series"), period = text_of(s.entry.body, "period");
  QUOTARY_TRY(stands, find_series_state(s.state, series));
  if (!stands || stands->ended || stands->period != period)
    return refuse(s.entry, "period_not_open", "no open period " + period);
  if (number_of(s.entry.body, "last") != stands->last || number_of(s.entry.body, "count") != stands->count)
    return refuse(s.entry, "period_differs", "last or count is not what the entries say");
  json::object sums;
  for (const auto& [currency, sum] : stands->sums) sums[currency] = sum;
  if (object_of(s.facts, "sums") != sums)
    return refuse(s.entry, "period_differs", "the sums are not what the entries say");
  s.state.put(
      period_key(series, period),
      json::serialize(json::object{
          {"first", 1}, {"last", stands->last}, {"count", stands->count}, {"sums", sums}, {"index", s.entry.index}}));
  stands->ended = true;
  s.state.put(last_key(series), encode(*stands));
  return {};
}

Result<void> void_requested(const Step& s) {
  QUOTARY_TRY(quote, s.quote(text_of(s.entry.body, "number")));
  if (quote.voided_at) return refuse(s.entry, "already_voided", "the quote is voided");
  if (!quote.open_request.empty())
    return refuse(s.entry, "void_request_open", "the request " + quote.open_request + " is open");
  VoidRecord request;
  request.id = text_of(s.entry.body, "request");
  QUOTARY_TRY(taken, s.state.get(void_key(request.id)));
  if (taken) return refuse(s.entry, "void_request_exists", "the request is there");
  request.number = quote.number;
  request.status = "open";
  request.reason_code = text_of(s.entry.body, "reason_code");
  request.replacement = text_of(s.entry.body, "replacement");
  request.owner = quote.owner;
  request.team = quote.team;
  request.region = quote.region;
  request.requested_by = s.entry.actor_id;
  request.requested_role = s.entry.actor_role;
  request.requested_at = s.entry.time;
  QUOTARY_TRY(lapse_at, parse_rfc3339(text_of(s.facts, "lapse_at")));
  request.lapse_at = lapse_at;
  request.index = s.entry.index;
  request.status_before = text_of(s.facts, "status_before");
  quote.open_request = request.id;
  quote.void_requested_at = s.entry.time;
  s.put(quote);
  s.state.put(void_key(request.id), encode(request));
  s.state.put(voids_key(s.entry.index), request.id);
  s.state.put(open_key(quote.number), request.id);
  s.state.put(due_key(request.lapse_at.unix_ms, request.id), request.id);
  return {};
}

Result<void> void_decided(const Step& s, std::string_view status) {
  auto id = text_of(s.entry.body, "request");
  QUOTARY_TRY(found, find_void(s.state, id));
  if (!found) return refuse(s.entry, "void_request_unknown", "no such request");
  auto& request = *found;
  if (request.status != "open") return refuse(s.entry, "already_decided", "the request is " + request.status);
  bool decides = status == "approved" || status == "rejected";
  if (decides && request.requested_by == s.entry.actor_id)
    return fail(Errc::forbidden, "four_eyes", "who asked does not decide");
  QUOTARY_TRY(quote, s.quote(request.number));
  request.status = status;
  request.decided_by = s.entry.actor_id;
  request.decided_role = s.entry.actor_role;
  request.decided_at = s.entry.time;
  request.decided_index = s.entry.index;
  if (auto before = text_of(s.facts, "status_before"); !before.empty()) request.status_before = before;
  quote.open_request.clear();
  quote.void_requested_at.reset();
  if (status == "approved") {
    quote.voided_at = s.entry.time;
    quote.void_reason_code = request.reason_code;
    quote.void_request = id;
    quote.void_index = s.entry.index;
    QUOTARY_TRY_VOID(overtake_signatures(s.entry, quote, s.state));
    request.certificate_sha256 = object_hash(s.entry, "certificate");
    s.state.put(pdf_key(request.certificate_sha256), json::serialize(json::object{{"kind", "void_certificate"},
                                                                                  {"number", quote.number},
                                                                                  {"request", id},
                                                                                  {"index", s.entry.index},
                                                                                  {"revision", 1}}));
  }
  s.put(quote);
  s.state.put(void_key(id), encode(request));
  s.state.erase(open_key(quote.number));
  s.state.erase(due_key(request.lapse_at.unix_ms, id));
  return {};
}

struct Rule {
  std::string_view type;
  Result<void> (*apply)(const Step&);
};

constexpr Rule rules[] = {
    {"organisation.created", organisation_created},
    {"person.added", person_added},
    {"token.issued", token_issued},
    {rotation_type, [](const Step& s) { return log_key_replaced(s.entry, s.state); }},
    {revocation_type, [](const Step& s) { return log_key_replaced(s.entry, s.state); }},
    {succession_type, [](const Step& s) { return log_succeeded(s.entry, s.state); }},
    {sealing.type, [](const Step& s) { return certificate_adopted(s.entry, sealing, s.state); }},
    {recording_signatures.type,
     [](const Step& s) { return certificate_adopted(s.entry, recording_signatures, s.state); }},
    {signing_key_added_type, [](const Step& s) { return signing_key_added(s.entry, s.state); }},
    {signing_key_revoked_type, [](const Step& s) { return signing_key_revoked(s.entry, s.state); }},
    {numbers_burned_type, [](const Step& s) { return numbers_burned(s.entry, s.state); }},
    {"series.added", series_added},
    {"series.period_ended", period_ended},
    {period_sealed_type, [](const Step& s) { return period_sealed(s.entry, s.facts, s.state); }},
    {"quote.issued", quote_issued},
    {"quote.superseded", quote_superseded},
    {"void.requested", void_requested},
    {"void.approved", [](const Step& s) { return void_decided(s, "approved"); }},
    {"void.rejected", [](const Step& s) { return void_decided(s, "rejected"); }},
    {"void.withdrawn", [](const Step& s) { return void_decided(s, "withdrawn"); }},
    {"void.lapsed", [](const Step& s) { return void_decided(s, "lapsed"); }},
    {signature_requested_type, [](const Step& s) { return signature_requested(s.entry, s.facts, s.state); }},
    {signature_sent_type, [](const Step& s) { return signature_sent(s.entry, s.state); }},
    {signature_reminded_type, [](const Step& s) { return signature_reminded(s.entry, s.state); }},
    {signature_link_renewed_type, [](const Step& s) { return signature_link_renewed(s.entry, s.state); }},
    {signature_viewed_type, [](const Step& s) { return signature_viewed(s.entry, s.state); }},
    {passkey_registered_type, [](const Step& s) { return passkey_registered(s.entry, s.state); }},
    {signature_signed_type, [](const Step& s) { return signature_signed(s.entry, s.state); }},
    {signature_declined_type, [](const Step& s) { return signature_declined(s.entry, s.state); }},
    {signature_revoked_type, [](const Step& s) { return signature_revoked(s.entry, s.state); }},
    {signature_expired_type, [](const Step& s) { return signature_expired(s.entry, s.state); }},
    {signature_added_type, [](const Step& s) { return signature_added(s.entry, s.state); }},
    {signature_scanned_type, [](const Step& s) { return signature_scanned(s.entry, s.state); }},
    {revision_added_type, [](const Step& s) { return revision_added(s.entry, s.state); }},
    {policy_published_type, [](const Step& s) { return policy_published(s.entry, s.facts, s.state); }},
    {case_opened_type, [](const Step& s) { return case_opened(s.entry, s.facts, s.state); }},
    {case_noted_type, [](const Step& s) { return case_noted(s.entry, s.state); }},
    {evidence_added_type, [](const Step& s) { return evidence_added(s.entry, s.facts, s.state); }},
    {evidence_withdrawn_type, [](const Step& s) { return evidence_withdrawn(s.entry, s.state); }},
    {case_waived_type, [](const Step& s) { return case_waived(s.entry, s.state); }},
    {confirmation_made_type, [](const Step& s) { return confirmation_made(s.entry, s.state); }},
    {case_closed_type, [](const Step& s) { return case_closed(s.entry, s.state); }},
    {lead_assigned_type, [](const Step& s) { return lead_assigned(s.entry, s.facts, s.state); }},
    {lead_touched_type, [](const Step& s) { return lead_touched(s.entry, s.facts, s.state); }},
    {"erasure.requested", [](const Step& s) { return erasure_requested(s.entry, s.state); }},
    {erasure_approved_type, [](const Step& s) { return erasure_approved(s.entry, s.state); }},
    {erasure_restated_type, [](const Step& s) { return erasure_restated(s.entry, s.state); }},
    {"erasure.rejected", [](const Step& s) { return erasure_rejected(s.entry, s.state); }},
    {"erasure.withdrawn", [](const Step& s) { return erasure_withdrawn(s.entry, s.state); }},
    {"legal_hold.placed", [](const Step& s) { return hold_placed(s.entry, s.state); }},
    {"legal_hold.released", [](const Step& s) { return hold_released(s.entry, s.state); }},
};

}  // namespace

Result<void> RecordsFold::apply(const Entry& entry, std::string_view facts, StateWriter& state) const {
  json::object parsed;
  if (!facts.empty()) {
    boost::system::error_code failure;
    auto value = json::parse(json::string_view(facts.data(), facts.size()), failure);
    if (failure || !value.is_object())
      return fail(Errc::invalid, "bad_facts",
                  "the facts of entry " + std::to_string(entry.index) + " are not an object");
    parsed = std::move(value.get_object());
  }
  QUOTARY_TRY_VOID(refuse_erased_subjects(entry, state));
  if (!entry.request_scope.empty()) {
    QUOTARY_TRY(seen, find_request(state, entry.request_scope));
    if (seen)
      return refuse(entry, "request_seen",
                    "the idempotent request was answered by entry " + std::to_string(seen->index));
    state.put(request_key(entry.request_scope),
              json::serialize(json::object{{"body", entry.request_body}, {"index", entry.index}}));
  }
  // Types whose names begin with "system." change no record: the log writes them about itself. So is what commits to
  // the subject index.
  if (entry.type.starts_with("system.") || entry.type == index_root_type) return {};
  for (const auto& rule : rules)
    if (rule.type == entry.type) return rule.apply(Step{entry, parsed, state});
  return fail(Errc::invalid, "unknown_entry_type", "no rule folds entries of type " + entry.type);
}

Result<std::optional<std::uint64_t>> RecordsFold::erased_by(const StateReader& state,
                                                            std::string_view key_subject) const {
  return find_erased_by(state, key_subject);
}

bool RecordsFold::erases(const Entry& entry, std::string_view key_subject) const {
  return !key_subject.empty() && erased_target(entry) == key_subject;
}

std::string_view RecordsFold::counter_prefix() const { return last_prefix; }

std::optional<Counter> RecordsFold::counter(std::string_view key, std::string_view value) const {
  const auto stands = parse_json(value);
  if (!stands || !stands->is_object()) return std::nullopt;
  Counter counter{std::string(key.substr(last_prefix.size())) + "/" + text_of(stands->get_object(), "period"),
                  number_of(stands->get_object(), "last")};
  if (counter.name.size() > counter_name_max || counter.last == 0) return std::nullopt;
  return counter;
}

}  // namespace quotary
