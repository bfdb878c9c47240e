#include "ledger/records/signing.h"

#include "ledger/base/hash.h"
#include "ledger/records/confirmations.h"
#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"
#include "ledger/records/signing_keys.h"

#include <algorithm>
#include <array>
#include <set>

namespace quotary::records {
namespace {

constexpr std::array<std::string_view, signers_max> fields{"Customer1", "Customer2", "Customer3"};
constexpr std::array<std::string_view, 3> factors_known{"link", "code", "passkey"};

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

Error malformed(const Entry& entry, std::string_view what) {
  return fail(Errc::invalid, "bad_signature_entry", entry.type + ": " + std::string(what));
}

json::object object_of(const SignerRecord& signer) {
  json::object out{{"id", signer.id},
                   {"field", signer.field},
                   {"status", signer.status},
                   {"link", signer.link},
                   {"links", signer.links}};
  put_texts(out, "factors", signer.factors);
  put_time(out, "sent_at", signer.sent_at);
  put_time(out, "reminded_at", signer.reminded_at);
  put_time(out, "viewed_at", signer.viewed_at);
  put_text(out, "viewed", signer.viewed_sha256);
  put_time(out, "ended_at", signer.ended_at);
  if (signer.index) out["index"] = signer.index;
  return out;
}

SignerRecord signer_of(const json::object& o) {
  SignerRecord signer;
  signer.id = text_of(o, "id");
  signer.field = text_of(o, "field");
  signer.status = text_of(o, "status");
  signer.link = text_of(o, "link");
  signer.links = number_of(o, "links");
  signer.factors = texts_of(o, "factors");
  signer.sent_at = time_of(o, "sent_at");
  signer.reminded_at = time_of(o, "reminded_at");
  signer.viewed_at = time_of(o, "viewed_at");
  signer.viewed_sha256 = text_of(o, "viewed");
  signer.ended_at = time_of(o, "ended_at");
  signer.index = number_of(o, "index");
  return signer;
}

void put(StateWriter& state, const SignatureRequestRecord& request) {
  json::array signers;
  for (const SignerRecord& signer : request.signers) signers.push_back(object_of(signer));
  json::object out{{request.member(), request.number},
                   {"status", request.status},
                   {"in_order", request.in_order ? 1 : 0},
                   {"consent", request.consent},
                   {"consent_sha256", request.consent_sha256},
                   {"owner", request.owner},
                   {"team", request.team},
                   {"region", request.region},
                   {"requested_by", request.requested_by},
                   {"requested_role", request.requested_role},
                   {"requested_at", request.requested_at.unix_ms},
                   {"expires_at", request.expires_at.unix_ms},
                   {"index", request.index},
                   {"signers", std::move(signers)}};
  put_time(out, "ended_at", request.ended_at);
  if (request.ended_index) out["ended_index"] = request.ended_index;
  state.put(signature_key(request.id), json::serialize(out));
}

void end(const Entry& entry, StateWriter& state, SignatureRequestRecord& request, Signable& document,
         std::string_view status) {
  request.status = status;
  request.ended_at = entry.time;
  request.ended_index = entry.index;
  document.open_signature.clear();
  // Links stay: who opens one is told what became of the request.
  state.erase(signature_due_key(request.expires_at.unix_ms, request.id));
}

// The document that an entry names.
Result<Signable> document_named(const Entry& entry, const StateReader& state) {
  SignableName name{SignableKind::quote, text_of(entry.body, "number")};
  if (entry.body.contains("confirmation")) {
    name = {SignableKind::confirmation, text_of(entry.body, "confirmation")};
    if (entry.subject != name.subject()) return malformed(entry, "its subject is another confirmation");
  }
  QUOTARY_TRY(found, find_signable(state, name));
  if (!found) return refuse(entry, name.code() + "_unknown", "no " + name.code() + " " + name.number);
  return std::move(*found);
}

// The quote that an entry names: of what comes without a request, which quotes alone have.
Result<QuoteRecord> quote_named(const Entry& entry, const StateReader& state) {
  const auto number = text_of(entry.body, "number");
  QUOTARY_TRY(found, find_quote(state, number));
  if (!found) return refuse(entry, "quote_unknown", "no quote " + number);
  return std::move(*found);
}

struct Open {
  SignatureRequestRecord request;
  Signable document;
};

// The request that an entry is about, which must be open.
Result<Open> open_request(const Entry& entry, const StateReader& state) {
  const auto id = text_of(entry.body, "request");
  QUOTARY_TRY(found, find_signature_request(state, id));
  if (!found) return refuse(entry, "signature_request_unknown", "no such request");
  QUOTARY_TRY(document, document_named(entry, state));
  if (document.kind != found->kind || document.number != found->number)
    return refuse(entry, found->code() + "_differs", "the request is about " + found->number);
  // Of an overtaken request the document says why: who lost a race by a moment is told as whoever comes later.
  if (found->status != "open") {
    const auto closed = why_closed(*found, document, entry.time);
    QUOTARY_CHECK(closed.has_value());
    return refuse(entry, closed->code, closed->detail);
  }
  return Open{std::move(*found), std::move(document)};
}

// The same with the signer that it names, who has neither signed nor declined.
Result<Open> open_for_signer(const Entry& entry, const StateReader& state, SignerRecord*& signer) {
  QUOTARY_TRY(open, open_request(entry, state));
  const auto id = text_of(entry.body, "signer");
  const auto found = std::find_if(open.request.signers.begin(), open.request.signers.end(),
                                  [&](const SignerRecord& each) { return each.id == id; });
  if (found == open.request.signers.end()) return refuse(entry, "signer_unknown", "the request has no such signer");
  if (found->status != "asked") return refuse(entry, "already_" + found->status, "the signer has " + found->status);
  signer = &*found;
  return open;
}

// The same at a time at which it may be signed, and when it is that signer's turn.
Result<Open> signable(const Entry& entry, const StateReader& state, SignerRecord*& signer) {
  QUOTARY_TRY(open, open_for_signer(entry, state, signer));
  if (auto closed = why_closed(open.request, open.document, entry.time))
    return refuse(entry, closed->code, closed->detail);
  if (!open.request.is_turn_of(signer->id))
    return refuse(entry, "not_your_turn", "another signer of the request comes first");
  return open;
}

// The actor signed with the key that they use, as the entry names it.
Result<void> check_own_key(const Entry& entry, const StateReader& state) {
  QUOTARY_TRY(keys, find_signing_keys(state, entry.actor_id));
  const auto* used = key_in_use(keys);
  if (used == nullptr || used->certificate != text_of(entry.body, "certificate"))
    return refuse(entry, "signing_key_unknown", "the signer does not use that key");
  return {};
}

bool is_signed(const Signable& document, const std::string& field) {
  const auto& fields_signed = document.signed_fields;
  return std::find(fields_signed.begin(), fields_signed.end(), field) != fields_signed.end();
}

bool is_hash(const std::string& text) { return Hash::from_hex(text).has_value(); }

// One signer as signature.requested names it.
Result<SignerRecord> read_signer(const Entry& entry, const json::value& value, const Signable& document) {
  if (!value.is_object()) return malformed(entry, "a signer is no object");
  SignerRecord signer;
  signer.id = text_of(value.get_object(), "id");
  signer.field = text_of(value.get_object(), "field");
  signer.link = text_of(value.get_object(), "link");
  signer.factors = texts_of(value.get_object(), "factors");
  if (signer.id.empty() || !is_hash(signer.link)) return malformed(entry, "a signer has no id or no link");
  if (!is_customers_field(signer.field)) return malformed(entry, "a document reserves no field " + signer.field);
  if (is_signed(document, signer.field))
    return refuse(entry, "field_signed", "the field " + signer.field + " is signed");
  for (const std::string& factor : signer.factors)
    if (std::find(factors_known.begin(), factors_known.end(), factor) == factors_known.end())
      return malformed(entry, "no factor " + factor);
  if (std::find(signer.factors.begin(), signer.factors.end(), "link") == signer.factors.end())
    return malformed(entry, "a signer comes by a link");
  return signer;
}

Result<std::vector<SignerRecord>> read_signers(const Entry& entry, const Signable& document) {
  const auto* listed = entry.body.if_contains("signers");
  if (!listed || !listed->is_array() || listed->get_array().empty() || listed->get_array().size() > signers_max)
    return malformed(entry, "a request names one to three signers");
  std::vector<SignerRecord> out;
  std::set<std::string> ids, taken;
  for (const auto& each : listed->get_array()) {
    QUOTARY_TRY(signer, read_signer(entry, each, document));
    if (!ids.insert(signer.id).second || !taken.insert(signer.field).second || !taken.insert(signer.link).second)
      return malformed(entry, "two signers share an id, a field or a link");
    out.push_back(std::move(signer));
  }
  return out;
}

// The next revision of the document: its line has no fork, so it stands on the newest one.
Result<void> add_revision(const Entry& entry, StateWriter& state, Signable& document, std::string_view kind) {
  const auto base = text_of(entry.body, "base_sha256"), hash = text_of(entry.body, "document_sha256");
  const auto size = number_of(entry.body, "document_size");
  if (base != document.newest_sha256() || number_of(entry.body, "base_size") != document.newest_size())
    return refuse(entry, "document_changed", "the newest revision of " + document.in_words() + " is another");
  if (number_of(entry.body, "revision") != document.revision + 1)
    return refuse(entry, "document_changed", "the next revision is " + std::to_string(document.revision + 1));
  if (!is_hash(hash) || size <= document.newest_size()) return malformed(entry, "a revision adds to its base");
  QUOTARY_TRY(known, find_pdf(state, hash));
  if (known) return refuse(entry, "document_known", "a document with that hash is in the ledger");
  // What is added behind it is not covered by the proof that the document had.
  document.long_term_level = text_of(entry.body, "level");
  if (!read_proof_end(entry.body, document)) return malformed(entry, "no time of an end");
  ++document.revision;
  document.revision_sha256 = hash;
  document.revision_size = size;
  state.put(revision_key(document.place(), document.revision),
            json::serialize(
                json::object{{"kind", kind}, {"document", hash}, {"document_size", size}, {"index", entry.index}}));
  state.put(pdf_key(hash), json::serialize(json::object{{"kind", document.code()},
                                                        {document.member(), document.number},
                                                        {"index", entry.index},
                                                        {"revision", document.revision}}));
  return {};
}

}  // namespace

bool read_proof_end(const json::object& body, Signable& document) {
  document.long_term_ends.reset();
  document.long_term_ends_with = text_of(body, "ends_with");
  const auto ends = text_of(body, "ends");
  if (ends.empty()) return true;
  const auto time = parse_rfc3339(ends);
  if (time) document.long_term_ends = *time;
  return time.has_value();
}

bool is_customers_field(std::string_view field) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

bool added_signature_accepts(const QuoteRecord& quote, const std::vector<std::string>& fields,
                             std::string_view assurance) {
  // Whoever brings a copy could have signed it themselves: only a certificate in which others vouch for the buyer's
  // name accepts a quote.
  return assurance == assurance_buyer && quote.outcome == "issued" &&
         std::any_of(fields.begin(), fields.end(), [](const std::string& each) { return is_customers_field(each); });
}

const SignerRecord* SignatureRequestRecord::signer(std::string_view signer_id) const {
  const auto found =
      std::find_if(signers.begin(), signers.end(), [&](const auto& each) { return each.id == signer_id; });
  return found == signers.end() ? nullptr : &*found;
}

bool SignatureRequestRecord::is_turn_of(std::string_view signer_id) const {
  if (!in_order) return true;
  for (const SignerRecord& each : signers) {
    if (each.id == signer_id) return true;
    if (each.status != "signed") return false;
  }
  return false;
}

Found<SignatureRequestRecord> find_signature_request(const StateReader& state, std::string_view id) {
  return read_record<SignatureRequestRecord>(state, signature_key(id), [&](const json::object& o) {
    SignatureRequestRecord request;
    request.id = id;
    request.number = text_of(o, "number");
    if (const auto confirmation = text_of(o, "confirmation"); !confirmation.empty()) {
      request.kind = SignableKind::confirmation;
      request.number = confirmation;
    }
    request.status = text_of(o, "status");
    request.in_order = number_of(o, "in_order") != 0;
    request.consent = text_of(o, "consent");
    request.consent_sha256 = text_of(o, "consent_sha256");
    request.owner = text_of(o, "owner");
    request.team = text_of(o, "team");
    request.region = text_of(o, "region");
    request.requested_by = text_of(o, "requested_by");
    request.requested_role = text_of(o, "requested_role");
    request.requested_at.unix_ms = ms_of(o, "requested_at");
    request.expires_at.unix_ms = ms_of(o, "expires_at");
    request.ended_at = time_of(o, "ended_at");
    request.index = number_of(o, "index");
    request.ended_index = number_of(o, "ended_index");
    for_each_row(o, "signers", [&](const json::object& row) { request.signers.push_back(signer_of(row)); });
    return request;
  });
}

Found<LinkRecord> find_link(const StateReader& state, std::string_view link) {
  return read_record<LinkRecord>(state, link_key(link), [](const json::object& o) {
    return LinkRecord{text_of(o, "request"), text_of(o, "signer")};
  });
}

Found<std::uint64_t> find_passkey(const StateReader& state, std::string_view identity) {
  return read_record<std::uint64_t>(state, passkey_key(identity),
                                    [](const json::object& o) { return number_of(o, "index"); });
}

Found<RevisionRecord> find_revision(const StateReader& state, const SignableName& document, std::uint64_t revision) {
  return read_record<RevisionRecord>(state, revision_key(document.place(), revision), [&](const json::object& o) {
    return RevisionRecord{revision, text_of(o, "kind"), text_of(o, "document"), number_of(o, "document_size"),
                          number_of(o, "index")};
  });
}

Result<std::vector<ScanRecord>> find_scans(const StateReader& state, std::string_view number) {
  QUOTARY_TRY(found, read_record<std::vector<ScanRecord>>(state, scans_key(number), [](const json::object& o) {
                std::vector<ScanRecord> out;
                for_each_row(o, "scans", [&](const json::object& row) {
                  out.push_back({text_of(row, "sha256"), number_of(row, "index")});
                });
                return out;
              }));
  return found ? std::move(*found) : std::vector<ScanRecord>();
}

std::optional<Error> why_closed(const SignatureRequestRecord& request, const Signable& document, Timestamp now) {
  const auto closed = [](std::string_view code, std::string detail) {
    return std::optional<Error>(fail(Errc::conflict, std::string(code), std::move(detail)));
  };
  const std::string what = document.in_words();
  if (document.voided_at)
    return closed("quote_voided", what + " was voided by its issuer: do not rely on it; it cannot be signed");
  if (!document.superseded_by.empty())
    return closed("quote_superseded",
                  what + " was superseded by " + document.superseded_by + ": sign the newer quote in its place");
  if (request.status == "completed")
    return closed("request_completed", "all who were asked to sign " + what + " have signed it already");
  if (document.case_closed_at)
    return closed("case_is_closed", "the case of " + what + " was closed: nothing is signed in it any more");
  if (request.status != "open" && request.status != "expired")
    return closed("request_" + request.status, "the request to sign " + what + " was " + request.status +
                                                   ": ask the sender for another if it is still to be signed");
  if (request.status == "expired" || now >= request.expires_at)
    return closed("request_expired", "the time to sign " + what + " ended at " + format_rfc3339(request.expires_at) +
                                         ": ask the sender for a new request");
  if (now >= document.expires_at)
    return closed("quote_expired", what + " was valid until " + format_rfc3339(document.expires_at) +
                                       ": ask the sender for a new quote");
  return std::nullopt;
}

Result<void> signature_requested(const Entry& entry, const json::object& facts, StateWriter& state) {
  QUOTARY_TRY(document, document_named(entry, state));
  const auto status = status_at(document, entry.time);
  if (status != "valid")
    return refuse(entry, document.code() + "_" + status, "the " + document.code() + " is " + status);
  if (document.case_closed_at) return refuse(entry, "case_is_closed", "the case is closed");
  if (!document.open_signature.empty())
    return refuse(entry, "signature_request_open", "the request " + document.open_signature + " is open");
  if (text_of(entry.body, "document_sha256") != document.newest_sha256())
    return refuse(entry, "document_changed", "the newest revision of " + document.in_words() + " is another");
  SignatureRequestRecord request;
  request.id = text_of(entry.body, "request");
  QUOTARY_TRY(there, find_signature_request(state, request.id));
  if (there || request.id.empty()) return refuse(entry, "signature_request_exists", "the request is there");
  QUOTARY_TRY(signers, read_signers(entry, document));
  for (const SignerRecord& signer : signers) {
    QUOTARY_TRY(used, find_link(state, signer.link));
    if (used) return refuse(entry, "link_used", "a link is another signer's");
  }
  request.signers = std::move(signers);
  static_cast<SignableName&>(request) = document;
  request.status = "open";
  request.in_order = text_of(entry.body, "order") == "in_order";
  request.consent = text_of(entry.body, "consent");
  request.consent_sha256 = text_of(entry.body, "consent_sha256");
  if (!is_hash(request.consent_sha256)) return malformed(entry, "no hash of the consent text");
  request.owner = document.owner;
  request.team = document.team;
  request.region = document.region;
  request.requested_by = entry.actor_id;
  request.requested_role = entry.actor_role;
  request.requested_at = entry.time;
  QUOTARY_TRY(expires_at, parse_rfc3339(text_of(facts, "expires_at")));
  if (expires_at <= entry.time || document.expires_at < expires_at)
    return refuse(entry, "bad_expiry", "a request ends after it began and not after the quote's validity");
  request.expires_at = expires_at;
  request.index = entry.index;
  for (const SignerRecord& signer : request.signers)
    state.put(link_key(signer.link), json::serialize(json::object{{"request", request.id}, {"signer", signer.id}}));
  state.put(signatures_key(entry.index), request.id);
  state.put(signature_due_key(request.expires_at.unix_ms, request.id), request.id);
  put(state, request);
  document.open_signature = request.id;
  return put_signable(entry, state, document);
}

Result<void> signature_sent(const Entry& entry, StateWriter& state) {
  SignerRecord* signer = nullptr;
  QUOTARY_TRY(open, open_for_signer(entry, state, signer));
  signer->sent_at = entry.time;
  put(state, open.request);
  return put_signable(entry, state, open.document);
}

Result<void> signature_reminded(const Entry& entry, StateWriter& state) {
  SignerRecord* signer = nullptr;
  QUOTARY_TRY(open, open_for_signer(entry, state, signer));
  signer->reminded_at = entry.time;
  put(state, open.request);
  return put_signable(entry, state, open.document);
}

Result<void> signature_link_renewed(const Entry& entry, StateWriter& state) {
  SignerRecord* signer = nullptr;
  QUOTARY_TRY(open, open_for_signer(entry, state, signer));
  const auto link = text_of(entry.body, "link");
  if (!is_hash(link)) return malformed(entry, "no link");
  QUOTARY_TRY(used, find_link(state, link));
  if (used) return refuse(entry, "link_used", "the link was given before");
  state.erase(link_key(signer->link));
  state.put(link_key(link), json::serialize(json::object{{"request", open.request.id}, {"signer", signer->id}}));
  signer->link = link;
  ++signer->links;
  signer->sent_at.reset();
  put(state, open.request);
  return put_signable(entry, state, open.document);
}

Result<void> signature_viewed(const Entry& entry, StateWriter& state) {
  SignerRecord* signer = nullptr;
  QUOTARY_TRY(open, signable(entry, state, signer));
  signer->viewed_sha256 = text_of(entry.body, "document_sha256");
  if (signer->viewed_sha256 != open.document.newest_sha256())
    return refuse(entry, "document_changed", "the newest revision of " + open.document.in_words() + " is another");
  signer->viewed_at = entry.time;
  put(state, open.request);
  return put_signable(entry, state, open.document);
}

Result<void> passkey_registered(const Entry& entry, StateWriter& state) {
  SignerRecord* signer = nullptr;
  QUOTARY_TRY(open, signable(entry, state, signer));
  const auto identity = text_of(entry.body, "identity");
  if (!is_hash(identity)) return malformed(entry, "no identity");
  state.put(passkey_key(identity), json::serialize(json::object{{"index", entry.index}}));
  return put_signable(entry, state, open.document);
}

Result<void> signature_signed(const Entry& entry, StateWriter& state) {
  SignerRecord* signer = nullptr;
  QUOTARY_TRY(open, signable(entry, state, signer));
  auto& [request, document] = open;
  const auto base = text_of(entry.body, "base_sha256");
  if (!signer->viewed_at || signer->viewed_sha256 != base)
    return refuse(entry, "not_viewed", "the signer has not read the document that is signed");
  if (text_of(entry.body, "field") != signer->field)
    return refuse(entry, "field_differs", "the signer signs " + signer->field);
  if (text_of(entry.body, "consent_sha256") != request.consent_sha256)
    return refuse(entry, "consent_differs", "another consent text was shown than the request's");
  const auto proven = texts_of(entry.body, "factors");
  for (const std::string& factor : signer->factors)
    if (std::find(proven.begin(), proven.end(), factor) == proven.end())
      return refuse(entry, "factor_missing", "the signer did not prove who they are by " + factor);
  QUOTARY_TRY_VOID(add_revision(entry, state, document, "signature"));
  document.signed_fields.push_back(signer->field);
  signer->status = "signed";
  signer->ended_at = entry.time;
  signer->index = entry.index;
  const bool all = std::all_of(request.signers.begin(), request.signers.end(),
                               [](const SignerRecord& each) { return each.status == "signed"; });
  const auto* said = entry.body.if_contains("completes");
  if (!said || !said->is_bool() || said->get_bool() != all)
    return refuse(entry, "completion_differs", "whether all have signed is not what the entries say");
  if (all) {
    end(entry, state, request, document, "completed");
    document.outcome = "accepted";
    document.accepted_at = entry.time;
  }
  put(state, request);
  return put_signable(entry, state, document);
}

Result<void> signature_declined(const Entry& entry, StateWriter& state) {
  SignerRecord* signer = nullptr;
  QUOTARY_TRY(open, signable(entry, state, signer));
  signer->status = "declined";
  signer->ended_at = entry.time;
  signer->index = entry.index;
  end(entry, state, open.request, open.document, "declined");
  open.document.outcome = "declined";
  put(state, open.request);
  return put_signable(entry, state, open.document);
}

Result<void> signature_revoked(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(open, open_request(entry, state));
  end(entry, state, open.request, open.document, "revoked");
  put(state, open.request);
  return put_signable(entry, state, open.document);
}

Result<void> signature_expired(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(open, open_request(entry, state));
  if (entry.time < open.request.expires_at)
    return refuse(entry, "not_expired", "the request ends at " + format_rfc3339(open.request.expires_at));
  end(entry, state, open.request, open.document, "expired");
  put(state, open.request);
  return put_signable(entry, state, open.document);
}

Result<void> signature_added(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(quote, quote_named(entry, state));
  const auto status = status_at(quote, entry.time);
  if (status != "valid" && status != "accepted") return refuse(entry, "quote_" + status, "the quote is " + status);
  if (!quote.open_signature.empty())
    return refuse(entry, "signature_request_open", "the request " + quote.open_signature + " is open");
  const auto source = text_of(entry.body, "source"), assurance = text_of(entry.body, "assurance");
  if (source != signature_source_upload && source != signature_source_own_key)
    return malformed(entry, "no source of a signature: " + source);
  if (assurance != assurance_buyer && assurance != assurance_trusted && assurance != assurance_unknown)
    return malformed(entry, "no assurance: " + assurance);
  const auto added = texts_of(entry.body, "fields");
  if (added.empty()) return malformed(entry, "it names no field");
  if (source == signature_source_own_key) QUOTARY_TRY_VOID(check_own_key(entry, state));
  for (const std::string& field : added) {
    if (!is_customers_field(field) && field != seller_field)
      return malformed(entry, "a document reserves no field " + field);
    if (source == signature_source_own_key && field != seller_field)
      return refuse(entry, "field_differs", "a seller signs " + std::string(seller_field));
    if (is_signed(quote, field)) return refuse(entry, "field_signed", "the field " + field + " is signed");
    quote.signed_fields.push_back(field);
  }
  const bool accepts = added_signature_accepts(quote, added, assurance);
  const auto* said = entry.body.if_contains("accepts");
  if (!said || !said->is_bool() || said->get_bool() != accepts)
    return refuse(entry, "acceptance_differs", "whether it accepts the quote is not what the entries say");
  QUOTARY_TRY_VOID(add_revision(entry, state, quote, "signature"));
  if (accepts) {
    quote.outcome = "accepted";
    quote.accepted_at = entry.time;
  }
  return put_signable(entry, state, quote);
}

Result<void> signature_scanned(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(quote, quote_named(entry, state));
  const auto scan = std::find_if(entry.objects.begin(), entry.objects.end(),
                                 [](const ObjectRef& object) { return object.name == "scan"; });
  if (scan == entry.objects.end()) return malformed(entry, "it brings no scan");
  QUOTARY_TRY(scans, find_scans(state, quote.number));
  if (scans.size() >= scans_max)
    return refuse(entry, "too_many_scans", "a quote has at most " + std::to_string(scans_max) + " scans");
  const std::string hash = scan->sha256.hex();
  if (std::any_of(scans.begin(), scans.end(), [&](const auto& each) { return each.sha256 == hash; }))
    return refuse(entry, "scan_known", "the quote has that scan");
  scans.push_back({hash, entry.index});
  json::array rows;
  for (const ScanRecord& each : scans) rows.push_back(json::object{{"sha256", each.sha256}, {"index", each.index}});
  state.put(scans_key(quote.number), json::serialize(json::object{{"scans", std::move(rows)}}));
  return put_signable(entry, state, quote);
}

Result<void> revision_added(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(quote, quote_named(entry, state));
  const auto kind = text_of(entry.body, "kind");
  if (kind.empty() || kind == "signature") return malformed(entry, "no kind of a revision: " + kind);
  // While someone reads, the document does not change under their eyes.
  if (!quote.open_signature.empty())
    return refuse(entry, "signature_request_open", "the request " + quote.open_signature + " is open");
  QUOTARY_TRY_VOID(add_revision(entry, state, quote, kind));
  return put_signable(entry, state, quote);
}

Result<void> overtake_signatures(const Entry& entry, Signable& document, StateWriter& state) {
  if (document.open_signature.empty()) return {};
  QUOTARY_TRY(request, find_signature_request(state, document.open_signature));
  if (!request) return state_damaged(signature_key(document.open_signature));
  end(entry, state, *request, document, "overtaken");
  put(state, *request);
  return {};
}

}  // namespace quotary::records
