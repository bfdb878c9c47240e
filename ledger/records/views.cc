#include "ledger/records/views.h"

#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

#include <algorithm>

namespace quotary::records {
namespace {

__extension__ using Wide = __int128;

}  // namespace

std::string status_at(const Signable& quote, Timestamp now) {
  if (quote.voided_at) return "voided";
  if (!quote.superseded_by.empty()) return "superseded";
  if (quote.outcome != "issued") return quote.outcome;
  if (now >= quote.expires_at) return "expired";
  return "valid";
}

std::string list_status_at(const QuoteRecord& quote, Timestamp now) {
  auto status = status_at(quote, now);
  if (status != "valid") return status;
  return quote.open_request.empty() ? "issued" : "void_requested";
}

Found<OrganisationRecord> find_organisation(const StateReader& state) {
  return read_record<OrganisationRecord>(state, organisation_key(), [](const json::object& o) {
    return OrganisationRecord{text_of(o, "origin"), text_of(o, "public_url"), text_of(o, "time_zone")};
  });
}

Found<PersonRecord> find_person(const StateReader& state, std::string_view id) {
  return read_record<PersonRecord>(state, person_key(id), [&](const json::object& o) {
    return PersonRecord{std::string(id), text_of(o, "role"), text_of(o, "team"), text_of(o, "region"),
                        number_of(o, "index")};
  });
}

Found<std::string> find_token_person(const StateReader& state, std::string_view token_hash) {
  return state.get(token_key(token_hash));
}
Found<std::string> find_login_person(const StateReader& state, std::string_view login_hash) {
  return state.get(login_key(login_hash));
}
Found<std::string> find_number_by_code(const StateReader& state, std::string_view code_hash) {
  return state.get(code_key(code_hash));
}

Found<SeriesRecord> find_series(const StateReader& state, std::string_view name) {
  return read_record<SeriesRecord>(state, series_key(name), [&](const json::object& o) {
    return SeriesRecord{std::string(name),     text_of(o, "branch"), text_of(o, "type"),
                        text_of(o, "pattern"), text_of(o, "period"), number_of(o, "index")};
  });
}

Found<SeriesState> find_series_state(const StateReader& state, std::string_view name) {
  return read_record<SeriesState>(state, last_key(name), [](const json::object& o) {
    SeriesState s;
    s.period = text_of(o, "period");
    s.ended = number_of(o, "ended") != 0;
    s.last = number_of(o, "last");
    s.count = number_of(o, "count");
    for (const auto& [currency, sum] : object_of(o, "sums"))
      s.sums[std::string(currency)] = std::string(sum.get_string());
    s.last_issued_at.unix_ms = ms_of(o, "issued_at");
    return s;
  });
}

Found<std::uint64_t> find_period_last(const StateReader& state, std::string_view series, std::string_view period) {
  QUOTARY_TRY(now, find_series_state(state, series));
  if (now && now->period == period) return std::optional<std::uint64_t>(now->last);
  return read_record<std::uint64_t>(state, period_key(series, period),
                                    [](const json::object& o) { return number_of(o, "last"); });
}

std::string encode(const SeriesState& value) {
  json::object sums;
  for (const auto& [currency, sum] : value.sums) sums[currency] = sum;
  return json::serialize(json::object{{"period", value.period},
                                      {"ended", value.ended ? 1 : 0},
                                      {"last", value.last},
                                      {"count", value.count},
                                      {"sums", sums},
                                      {"issued_at", value.last_issued_at.unix_ms}});
}

namespace {

QuoteRecord quote_of(std::string_view number, const json::object& o) {
  QuoteRecord q;
  q.number = number;
  q.series = text_of(o, "series");
  q.period = text_of(o, "period");
  q.sequence = number_of(o, "sequence");
  q.index = number_of(o, "index");
  q.last_index = number_of(o, "last_index");
  q.owner = text_of(o, "owner");
  q.team = text_of(o, "team");
  q.region = text_of(o, "region");
  q.outcome = text_of(o, "outcome");
  q.issued_at.unix_ms = ms_of(o, "issued_at");
  q.expires_at.unix_ms = ms_of(o, "expires_at");
  q.issue_date = text_of(o, "issue_date");
  q.valid_start = text_of(o, "valid_start");
  q.valid_end = text_of(o, "valid_end");
  q.currency = text_of(o, "currency");
  q.totals = object_of(o, "totals");
  q.tax_inclusive = text_of(q.totals, "tax_inclusive");
  q.customer = text_of(o, "customer");
  q.document_sha256 = text_of(o, "document");
  q.document_size = number_of(o, "document_size");
  q.document_media_type = "application/pdf";
  q.revision_of = text_of(o, "revision_of");
  q.superseded_by = text_of(o, "superseded_by");
  q.superseded_at = time_of(o, "superseded_at");
  q.accepted_at = time_of(o, "accepted_at");
  q.voided_at = time_of(o, "voided_at");
  q.void_reason_code = text_of(o, "void_reason");
  q.void_request = text_of(o, "void_request");
  q.void_index = number_of(o, "void_index");
  q.open_request = text_of(o, "open_request");
  q.void_requested_at = time_of(o, "void_requested_at");
  q.open_signature = text_of(o, "open_signature");
  q.signed_fields = texts_of(o, "signed_fields");
  if (o.if_contains("revision")) q.revision = number_of(o, "revision");
  q.revision_sha256 = text_of(o, "revision_sha256");
  q.revision_size = number_of(o, "revision_size");
  q.long_term_level = text_of(o, "long_term_level");
  q.long_term_ends = time_of(o, "long_term_ends");
  q.long_term_ends_with = text_of(o, "long_term_ends_with");
  return q;
}

}  // namespace

Found<QuoteRecord> find_quote(const StateReader& state, std::string_view number) {
  return read_record<QuoteRecord>(state, quote_key(number), [&](const json::object& o) { return quote_of(number, o); });
}

Result<void> for_each_quote(const StateReader& state, const std::function<void(const QuoteRecord&)>& visit) {
  const std::string prefix = quote_key("");
  std::string damaged;
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view stored) {
    boost::system::error_code failure;
    const auto value = json::parse(stored, failure);
    if (failure || !value.is_object()) {
      damaged = key;
      return false;
    }
    visit(quote_of(key.substr(prefix.size()), value.get_object()));
    return true;
  }));
  if (!damaged.empty()) return state_damaged(damaged);
  return {};
}

std::string encode(const QuoteRecord& q) {
  json::object o{{"series", q.series},
                 {"period", q.period},
                 {"sequence", q.sequence},
                 {"index", q.index},
                 {"last_index", q.last_index},
                 {"owner", q.owner},
                 {"team", q.team},
                 {"region", q.region},
                 {"outcome", q.outcome},
                 {"issued_at", q.issued_at.unix_ms},
                 {"expires_at", q.expires_at.unix_ms},
                 {"issue_date", q.issue_date},
                 {"valid_start", q.valid_start},
                 {"valid_end", q.valid_end},
                 {"currency", q.currency},
                 {"totals", q.totals},
                 {"customer", q.customer},
                 {"document", q.document_sha256},
                 {"document_size", q.document_size}};
  put_text(o, "revision_of", q.revision_of);
  put_text(o, "superseded_by", q.superseded_by);
  put_time(o, "superseded_at", q.superseded_at);
  put_time(o, "accepted_at", q.accepted_at);
  put_time(o, "voided_at", q.voided_at);
  put_text(o, "void_reason", q.void_reason_code);
  put_text(o, "void_request", q.void_request);
  if (q.void_index) o["void_index"] = q.void_index;
  put_text(o, "open_request", q.open_request);
  put_time(o, "void_requested_at", q.void_requested_at);
  put_text(o, "long_term_level", q.long_term_level);
  put_time(o, "long_term_ends", q.long_term_ends);
  put_text(o, "long_term_ends_with", q.long_term_ends_with);
  put_text(o, "open_signature", q.open_signature);
  put_texts(o, "signed_fields", q.signed_fields);
  if (q.revision > 1) {
    o["revision"] = q.revision;
    o["revision_sha256"] = q.revision_sha256;
    o["revision_size"] = q.revision_size;
  }
  return json::serialize(o);
}

Found<VoidRecord> find_void(const StateReader& state, std::string_view id) {
  return read_record<VoidRecord>(state, void_key(id), [&](const json::object& o) {
    VoidRecord v;
    v.id = id;
    v.number = text_of(o, "number");
    v.status = text_of(o, "status");
    v.reason_code = text_of(o, "reason_code");
    v.replacement = text_of(o, "replacement");
    v.owner = text_of(o, "owner");
    v.team = text_of(o, "team");
    v.region = text_of(o, "region");
    v.requested_by = text_of(o, "requested_by");
    v.requested_role = text_of(o, "requested_role");
    v.decided_by = text_of(o, "decided_by");
    v.decided_role = text_of(o, "decided_role");
    v.requested_at.unix_ms = ms_of(o, "requested_at");
    v.lapse_at.unix_ms = ms_of(o, "lapse_at");
    v.decided_at = time_of(o, "decided_at");
    v.index = number_of(o, "index");
    v.decided_index = number_of(o, "decided_index");
    v.status_before = text_of(o, "status_before");
    v.certificate_sha256 = text_of(o, "certificate");
    return v;
  });
}

std::string encode(const VoidRecord& v) {
  json::object o{{"number", v.number},
                 {"status", v.status},
                 {"reason_code", v.reason_code},
                 {"owner", v.owner},
                 {"team", v.team},
                 {"region", v.region},
                 {"requested_by", v.requested_by},
                 {"requested_role", v.requested_role},
                 {"requested_at", v.requested_at.unix_ms},
                 {"lapse_at", v.lapse_at.unix_ms},
                 {"index", v.index},
                 {"status_before", v.status_before}};
  put_text(o, "replacement", v.replacement);
  put_text(o, "decided_by", v.decided_by);
  put_text(o, "decided_role", v.decided_role);
  put_time(o, "decided_at", v.decided_at);
  if (v.decided_index) o["decided_index"] = v.decided_index;
  put_text(o, "certificate", v.certificate_sha256);
  return json::serialize(o);
}

Found<PdfRecord> find_pdf(const StateReader& state, std::string_view sha256_hex) {
  return read_record<PdfRecord>(state, pdf_key(sha256_hex), [](const json::object& o) {
    return PdfRecord{text_of(o, "kind"),         text_of(o, "number"),  text_of(o, "request"),
                     text_of(o, "confirmation"), number_of(o, "index"), number_of(o, "revision")};
  });
}

Found<RequestRecord> find_request(const StateReader& state, std::string_view scope) {
  return read_record<RequestRecord>(state, request_key(scope), [](const json::object& o) {
    return RequestRecord{text_of(o, "body"), number_of(o, "index")};
  });
}

Result<std::string> add_amounts(std::string_view left, std::string_view right) {
  std::size_t scale = 0;
  auto parse = [&](std::string_view text, Wide& out) {
    bool negative = !text.empty() && text[0] == '-';
    if (negative) text.remove_prefix(1);
    auto dot = text.find('.');
    std::size_t fraction = dot == std::string_view::npos ? 0 : text.size() - dot - 1;
    if (text.empty() || text.size() > 34) return false;
    out = 0;
    for (char c : text) {
      if (c == '.') continue;
      if (c < '0' || c > '9') return false;
      out = out * 10 + (c - '0');
    }
    if (negative) out = -out;
    scale = fraction;
    return true;
  };
  Wide a = 0, b = 0;
  if (!parse(left, a)) return fail(Errc::invalid, "bad_amount", "not a decimal amount");
  auto left_scale = scale;
  if (!parse(right, b)) return fail(Errc::invalid, "bad_amount", "not a decimal amount");
  while (left_scale < scale) a *= 10, ++left_scale;
  while (scale < left_scale) b *= 10, ++scale;
  Wide sum = a + b;
  bool negative = sum < 0;
  if (negative) sum = -sum;
  std::string out;
  for (std::size_t digits = 0; sum != 0 || digits <= scale; ++digits) {
    if (digits == scale && scale != 0) out += '.';
    out += static_cast<char>('0' + static_cast<int>(sum % 10));
    sum /= 10;
  }
  if (negative) out += '-';
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace quotary::records
