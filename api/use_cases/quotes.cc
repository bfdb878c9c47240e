#include "api/organisation.h"

#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/issuer.h"
#include "api/use_cases/long_term.h"
#include "api/use_cases/parts.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"
#include "signing/seal_level.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::QuoteRecord;

json::object totals_member(const Totals& t) {
  json::object out{{"line_extension", t.line_extension},
                   {"allowance", t.allowance},
                   {"charge", t.charge},
                   {"tax_exclusive", t.tax_exclusive},
                   {"tax", t.tax},
                   {"tax_inclusive", t.tax_inclusive}};
  if (!t.payable_rounding.empty()) out["payable_rounding"] = t.payable_rounding;
  out["payable"] = t.payable;
  return out;
}

json::object document_member(const Entry& entry, const std::string& number) {
  for (const auto& object : entry.objects)
    if (object.name == "pdf")
      return {{"sha256", object.sha256.hex()},
              {"size", object.size},
              {"media_type", object.media_type},
              {"url", "/v1/quotes/" + number + "/pdf"}};
  return {};
}

// What the first answer says; built from the stored quote and entry alone, so that a replay says the same.
json::object issue_answer(const NumberedQuote& stored, const Entry& entry, const std::string& proof) {
  const auto& n = stored.numbering;
  json::array taxes;
  for (const auto& tax : stored.quote.tax_totals)
    taxes.push_back(
        json::object{{"category", tax.category}, {"rate", tax.rate}, {"taxable", tax.taxable}, {"tax", tax.tax}});
  json::object out{{"number", n.number},
                   {"series", stored.quote.series},
                   {"sequence", n.sequence},
                   {"status", "issued"},
                   {"issued_at", format_rfc3339(n.issued_at)},
                   {"issue_date", format_date(n.issue_date)},
                   {"currency", stored.quote.currency},
                   {"totals", totals_member(stored.quote.totals)},
                   {"tax_totals", taxes}};
  if (!stored.quote.amount_in_words.empty()) out["amount_in_words"] = stored.quote.amount_in_words;
  if (!stored.quote.revision_of.empty()) out["revision_of"] = stored.quote.revision_of;
  out["verify_code"] = n.verify_code;
  out["verify_url"] = n.verify_url;
  out["seal_level"] = seal_level_at_issue(entry);
  out["document"] = document_member(entry, n.number);
  out["ledger"] = ledger_member(entry, proof);
  return out;
}

// What is left of a quote whose customer was erased.
json::object facts_answer(const QuoteRecord& quote, const Entry& entry, const std::string& proof) {
  return {{"number", quote.number},
          {"series", quote.series},
          {"sequence", quote.sequence},
          {"issued_at", format_rfc3339(quote.issued_at)},
          {"issue_date", quote.issue_date},
          {"currency", quote.currency},
          {"totals", quote.totals},
          {"document", document_member(entry, quote.number)},
          {"ledger", ledger_member(entry, proof)}};
}

// `target`: the level that documents are being brought to; b_b: none is.
json::object state_member(const QuoteRecord& quote, Timestamp now, signing::SealLevel target) {
  json::object out{{"status", status_at(quote, now)}, {"expires_at", format_rfc3339(quote.expires_at)}};
  if (quote.voided_at) {
    out["voided"] = time_and_code(*quote.voided_at, quote.void_reason_code);
    out["void_request"] = quote.void_request;
  }
  if (!quote.superseded_by.empty()) out["superseded_by"] = quote.superseded_by;
  if (quote.accepted_at) out["accepted"] = json::object{{"time", format_rfc3339(*quote.accepted_at)}};
  if (!quote.open_signature.empty()) out["signature_request"] = quote.open_signature;
  out["seal_level"] = seal_level_of(quote);
  if (target > signing::SealLevel::b_b && out.at("seal_level").as_string() != signing::seal_level_name(target))
    out["seal_pending"] = signing::seal_level_name(target);
  if (quote.long_term_ends) out["proof_ends"] = format_rfc3339(*quote.long_term_ends);
  if (quote.revision > 1)
    out["newest"] =
        json::object{{"revision", quote.revision},
                     {"sha256", quote.newest_sha256()},
                     {"size", quote.newest_size()},
                     {"url", "/v1/quotes/" + quote.number + "/pdf?revision=" + std::to_string(quote.revision)}};
  if (!quote.open_request.empty()) {
    out["void_requested"] = json::object{{"time", format_rfc3339(*quote.void_requested_at)}};
    out["void_request"] = quote.open_request;
  }
  return out;
}

std::string customer_subject(const signing::KeyFolder& keys, const Party& buyer) {
  const auto& identity = buyer.legal_id.empty() ? buyer.name : buyer.legal_id;
  return "customer:" + keys.keyed_hash("customer", identity).hex().substr(0, 24);
}

struct Checked {
  Quote quote;
  NumberPattern pattern;
};

// Everything that can be said about the request before a number is due.
Result<Checked> check_request(const Organisation::Parts& parts, const Principal& caller, const json::value& body) {
  QUOTARY_TRY(quote, parse_quote(body, parts.seller));
  QUOTARY_TRY(series, parts.read<std::optional<records::SeriesRecord>>(
                          [&](const StateReader& state) { return records::find_series(state, quote.series); }));
  if (!series) return invalid("unknown_series", "/series", "no series " + quote.series);
  QUOTARY_TRY(period, parse_series_period(series->period));
  QUOTARY_TRY(pattern, NumberPattern::parse(series->pattern, period, series->branch));
  if (!quote.revision_of.empty()) {
    auto old = parts.quote_for(caller, Call::read_quote, quote.revision_of);
    if (!old && old.error().kind == Errc::not_found)
      return invalid("revision_of_unknown", "/revision_of", "no quote " + quote.revision_of);
    if (!old) return old.error();
    if (scope_of(caller.role, Call::issue_quote) == Scope::self &&
        scope_of(caller.role, Call::read_quote) == Scope::organisation && old->owner != caller.id)
      return invalid("revision_of_unknown", "/revision_of", "a service revises its own quotes only");
  }
  if (!quote.case_id.empty()) QUOTARY_TRY_VOID(case_of_quote(parts, caller, quote.case_id));
  if (quote.issue_date && quote.validity.end < *quote.issue_date)
    return invalid("validity_before_issue", "/validity/end", "the validity ends before the day of issue");
  return Checked{std::move(quote), std::move(pattern)};
}

bool holds_text(std::string_view haystack, std::string_view needle) {
  auto same = [](char a, char b) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
  };
  return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end(), same) != haystack.end();
}

}  // namespace

Result<Answer> Organisation::issue_quote(const Principal& caller, std::string_view idempotency_key,
                                         std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::issue_quote));
  if (idempotency_key.empty()) return fail(Errc::invalid, "idempotency_key_missing", "send an Idempotency-Key header");
  QUOTARY_TRY(value, parse_json(body));
  QUOTARY_TRY(request, identify_request(*parts_->keys, caller, "POST", "/v1/quotes", idempotency_key, value));
  auto pass = parts_->gate.enter(request.scope);
  QUOTARY_TRY(before, answered_before(*parts_, request));
  if (before) {
    QUOTARY_TRY(entry, parts_->ledger->entry(*before));
    QUOTARY_TRY(stored, parts_->stored_quote(entry));
    QUOTARY_TRY(proof, parts_->ledger->proof(entry.index, true));
    return Answer{201, issue_answer(stored, entry, proof), true};
  }
  if (!parts_->seal) return *parts_->seal_error;
  QUOTARY_TRY(checked, check_request(*parts_, caller, value));
  const std::string case_id = checked.quote.case_id;
  if (!case_id.empty()) QUOTARY_TRY_VOID(check_quote_case(*parts_, caller, case_id));
  QUOTARY_TRY(document, pdfgen::QuoteDocument::prepare(parts_->fonts, checked.quote, {}));
  QUOTARY_TRY(customer, parts_->live_key_subject(customer_subject(*parts_->keys, checked.quote.buyer)));
  IssueJob job{
      caller, request, std::move(checked.quote), std::move(document), std::move(checked.pattern), std::move(customer)};
  const auto issued = parts_->issuer->issue(std::move(job));
  if (!issued) return with_missing(*parts_, issued.error(), case_id, "/case_id");
  ++parts_->issued_total;
  return Answer{201, issue_answer(issued->quote, issued->entry, issued->proof), false};
}

Result<Bytes> Organisation::preview_quote(const Principal& caller, std::string_view body) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::preview_quote));
  QUOTARY_TRY(value, parse_json(body));
  QUOTARY_TRY(checked, check_request(*parts_, caller, value));
  QUOTARY_TRY(document, pdfgen::QuoteDocument::prepare(parts_->fonts, checked.quote, {}));
  QUOTARY_TRY(bytes, document.draft(parts_->now()));
  return Bytes{std::move(bytes), "application/pdf", {}, "draft.pdf"};
}

Result<Answer> Organisation::read_quote(const Principal& caller, std::string_view number) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_quote));
  QUOTARY_TRY(quote, parts_->quote_for(caller, Call::read_quote, number));
  QUOTARY_TRY(entry, parts_->ledger->entry(quote.index));
  auto stored = parts_->stored_quote(entry);
  if (!stored && stored.error().kind != Errc::gone) return std::move(stored).error();
  QUOTARY_TRY(proof, parts_->ledger->proof(entry.index));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "quote.read", "quote:" + quote.number));
  auto out = stored ? issue_answer(*stored, entry, proof) : facts_answer(quote, entry, proof);
  auto now = parts_->now();
  out["status"] = list_status_at(quote, now);
  out["owner"] = json::object{{"id", quote.owner}, {"name", parts_->person_name(quote.owner)}};
  if (stored)
    out["quote"] = quote_to_json(stored->quote, &stored->numbering);
  else
    out["erased"] = stored.error().detail;
  out["state"] =
      state_member(quote, now, parts_->long_term_worker ? parts_->config.long_term.target : signing::SealLevel::b_b);
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::list_quotes(const Principal& caller, const QuoteFilter& filter) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_quote));
  QUOTARY_TRY(limit, page_limit(filter.limit));
  QUOTARY_TRY_VOID(check_day("from", filter.from));
  QUOTARY_TRY_VOID(check_day("to", filter.to));
  QUOTARY_TRY_VOID(check_status(
      filter.status, {"valid", "issued", "void_requested", "accepted", "declined", "expired", "superseded", "voided"}));
  std::string from;
  bool self_only = scope_of(caller.role, Call::read_quote) == Scope::self;
  // The owner's own list is walked where it answers; else the whole list, newest first.
  std::string prefix = self_only              ? records::own_prefix(caller.id)
                       : filter.owner.empty() ? "list/"
                                              : records::own_prefix(filter.owner);
  if (!filter.cursor.empty()) {
    QUOTARY_TRY(cursor, parse_cursor(filter.cursor));
    if (cursor == 0) return Answer{200, {{"items", json::array()}}, false};
    from = prefix + records::digits20(cursor - 1);
  }
  auto now = parts_->now();
  std::vector<QuoteRecord> found;
  std::optional<std::uint64_t> next;  // the list goes on below this entry
  std::size_t looked_at = 0;
  const std::size_t looked_at_max = parts_->config.list_looked_at_max;
  const auto fits = [&](const QuoteRecord& q) {
    return in_scope(caller, Call::read_quote, q.owner, q.team, q.region) &&
           (filter.owner.empty() || q.owner == filter.owner) && (filter.from.empty() || q.issue_date >= filter.from) &&
           (filter.to.empty() || q.issue_date <= filter.to) &&
           (filter.status.empty() || filter.status == list_status_at(q, now) || filter.status == status_at(q, now)) &&
           (filter.text.empty() || holds_text(q.number, filter.text) || holds_text(parts_->buyer_name(q), filter.text));
  };
  auto collect = [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    // A whole number is found where it is; any other text is looked for.
    if (filter.cursor.empty() && !filter.text.empty()) {
      QUOTARY_TRY(named, records::find_quote(state, filter.text));
      if (named) {
        if (fits(*named)) found.push_back(std::move(*named));
        return {};
      }
    }
    std::optional<Error> failed;
    QUOTARY_TRY_VOID(state.scan(prefix, from, true, [&](std::string_view, std::string_view number) {
      auto quote = records::find_quote(state, number);
      if (!quote || !*quote) {
        failed =
            quote ? fail(Errc::corrupt, "state_damaged", "the list names a quote that is not there") : quote.error();
        return false;
      }
      const auto& q = **quote;
      if (!filter.from.empty() && q.issue_date < filter.from) return false;  // and so are all older ones
      const bool fit = looked_at < looked_at_max && fits(q);
      if (looked_at == looked_at_max || (fit && found.size() == limit)) {
        next = q.index + 1;
        return false;
      }
      ++looked_at;
      if (fit) found.push_back(q);
      return true;
    }));
    if (failed) return *failed;
    return {};
  };
  QUOTARY_TRY_VOID(parts_->ledger->read_state(collect));
  QUOTARY_TRY_VOID(
      parts_->note_read(caller, "quote.list", found.empty() ? "" : "quote:" + found.front().number, found.size()));
  json::array items;
  for (const auto& q : found)
    items.push_back(json::object{{"number", q.number},
                                 {"series", q.series},
                                 {"sequence", q.sequence},
                                 {"status", list_status_at(q, now)},
                                 {"issued_at", format_rfc3339(q.issued_at)},
                                 {"valid_end", q.valid_end},
                                 {"owner", q.owner},
                                 {"buyer", parts_->buyer_name(q)},
                                 {"currency", q.currency},
                                 {"totals", q.totals},
                                 {"seal_level", seal_level_of(q)}});
  json::object out{{"items", items}};
  if (next) out["next_cursor"] = std::to_string(*next);
  return Answer{200, std::move(out), false};
}

Result<Bytes> Organisation::quote_pdf(const Principal& caller, std::string_view number, std::uint64_t revision) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_quote));
  QUOTARY_TRY(quote, parts_->quote_for(caller, Call::read_quote, number));
  QUOTARY_TRY(bytes, document_bytes(*parts_, quote, revision));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "quote.pdf", "quote:" + quote.number));
  if (revision == 1) return Bytes{std::move(bytes), "application/pdf", quote.document_sha256, quote.number + ".pdf"};
  const auto hash = sha256(bytes).hex();
  return Bytes{std::move(bytes), "application/pdf", hash,
               quote.number + "-revision-" + std::to_string(revision) + ".pdf"};
}

Result<Bytes> Organisation::quote_pdf_with_proof(const Principal& caller, std::string_view number) const {
  QUOTARY_TRY(sealed, quote_pdf(caller, number));
  QUOTARY_TRY(quote, parts_->quote_for(caller, Call::read_quote, number));
  if (parts_->seal_error) return *parts_->seal_error;
  if (parts_->seal->not_after() < parts_->now()) {
    return fail(Errc::unavailable, "seal_certificate_expired",
                "the seal's certificate ended at " + format_rfc3339(parts_->seal->not_after()) +
                    ": renew it; the PDF and its proof can be had as two files");
  }
  // An Ed25519 signature is the same each time, and an old checkpoint does not change: what is made here has one form.
  QUOTARY_TRY(proof, parts_->ledger->proof(quote.index, true));
  QUOTARY_TRY(entry, parts_->ledger->entry(quote.index));
  QUOTARY_TRY(bytes, parts_->seal->embed_proof(sealed.bytes, proof, entry.time));
  const auto hash = sha256(bytes).hex();
  return Bytes{std::move(bytes), "application/pdf", hash, quote.number + "-proof.pdf"};
}

Result<Answer> Organisation::quote_history(const Principal& caller, std::string_view number) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_quote));
  QUOTARY_TRY(quote, parts_->quote_for(caller, Call::read_quote, number));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "quote.history", "quote:" + quote.number));
  std::vector<json::object> events;
  // Each entry names the one before it about the same subject.
  std::optional<std::uint64_t> at = quote.last_index;
  while (at) {
    QUOTARY_TRY(entry, parts_->ledger->entry(*at));
    json::object details;
    for (const auto& [name, value] : entry.body)
      if (name != "code") details[name] = value;
    if (entry.type.starts_with("void.") || entry.type == records::signature_declined_type ||
        entry.type == records::signature_revoked_type) {
      if (auto text = parts_->payload(entry, "text")) {
        if (auto parsed = parse_json(*text); parsed && parsed->is_object())
          for (const auto& [name, value] : parsed->get_object())
            if (name.starts_with("reason") || name == "comment") details[name] = value;
      } else if (text.error().kind == Errc::gone) {
        details["text"] = erased_text;
      }
    }
    events.push_back({{"index", entry.index},
                      {"time", format_rfc3339(entry.time)},
                      {"type", entry.type},
                      {"actor", json::object{{"id", entry.actor_id},
                                             {"name", parts_->person_name(entry.actor_id)},
                                             {"role", entry.actor_role}}},
                      {"details", details}});
    at = entry.subject_prev;
  }
  json::array out;
  for (auto event = events.rbegin(); event != events.rend(); ++event) out.push_back(std::move(*event));
  return Answer{200, {{"events", out}}, false};
}

Result<std::string> Organisation::quote_proof(const Principal& caller, std::string_view number,
                                              std::optional<std::uint64_t> revision) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_quote));
  QUOTARY_TRY(quote, parts_->quote_for(caller, Call::read_quote, number));
  if (!revision || *revision == 1) return parts_->best_proof(quote.index);
  QUOTARY_TRY(found, parts_->read<std::optional<records::RevisionRecord>>([&](const StateReader& state) {
    return records::find_revision(state, quote.number, *revision);
  }));
  if (!found)
    return fail(Errc::not_found, "revision_not_found", quote.number + " has no revision " + std::to_string(*revision));
  return parts_->best_proof(found->index);
}

}  // namespace quotary::api
