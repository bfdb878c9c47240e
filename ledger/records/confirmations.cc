#include "ledger/records/confirmations.h"

#include "ledger/records/cases.h"
#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"
#include "ledger/records/signing.h"

#include <algorithm>
#include <limits>

namespace quotary::records {
namespace {

constexpr Timestamp never{std::numeric_limits<std::int64_t>::max()};  // a confirmation has no validity of its own

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

Error malformed(const Entry& entry, std::string_view what) {
  return fail(Errc::invalid, "bad_case_entry", entry.type + ": " + std::string(what));
}

void put(StateWriter& state, const ConfirmationRecord& c) {
  json::object o{{"case", c.case_id},
                 {"item", c.target.item},
                 {"version", c.target.version},
                 {"content", c.content},
                 {"made_at", c.made_at.unix_ms},
                 {"index", c.index},
                 {"last_index", c.last_index},
                 {"owner", c.owner},
                 {"outcome", c.outcome},
                 {"document", c.document_sha256},
                 {"document_size", c.document_size},
                 {"customer", c.customer}};
  put_text(o, "requirement", c.requirement);
  put_text(o, "team", c.team);
  put_text(o, "region", c.region);
  put_time(o, "accepted_at", c.accepted_at);
  put_text(o, "open_signature", c.open_signature);
  put_texts(o, "signed_fields", c.signed_fields);
  put_text(o, "evidence", c.evidence);
  if (c.revision > 1) {
    o["revision"] = c.revision;
    o["revision_sha256"] = c.revision_sha256;
    o["revision_size"] = c.revision_size;
  }
  state.put(confirmation_key(c.number), json::serialize(o));
}

ConfirmationRecord confirmation_from(std::string_view id, const json::object& o) {
  ConfirmationRecord c;
  c.kind = SignableKind::confirmation;
  c.number = id;
  c.case_id = text_of(o, "case");
  c.target = {text_of(o, "item"), number_of(o, "version")};
  c.content = text_of(o, "content");
  c.made_at.unix_ms = ms_of(o, "made_at");
  c.index = number_of(o, "index");
  c.last_index = number_of(o, "last_index");
  c.owner = text_of(o, "owner");
  c.team = text_of(o, "team");
  c.region = text_of(o, "region");
  c.outcome = text_of(o, "outcome");
  c.expires_at = never;
  c.customer = text_of(o, "customer");
  c.requirement = text_of(o, "requirement");
  c.document_sha256 = text_of(o, "document");
  c.document_media_type = "application/pdf";
  c.document_size = number_of(o, "document_size");
  c.accepted_at = time_of(o, "accepted_at");
  c.open_signature = text_of(o, "open_signature");
  c.signed_fields = texts_of(o, "signed_fields");
  c.evidence = text_of(o, "evidence");
  if (o.if_contains("revision")) c.revision = number_of(o, "revision");
  c.revision_sha256 = text_of(o, "revision_sha256");
  c.revision_size = number_of(o, "revision_size");
  return c;
}

// What was shown, which the case must hold as the entry names it.
Result<void> check_target(const Entry& entry, const ConfirmationRecord& made, const StateReader& state) {
  QUOTARY_TRY(item, find_item(state, made.case_id, made.target.item));
  if (!item || made.target.version == 0 || made.target.version > item->versions.size())
    return refuse(entry, "target_unknown", "the case has no such version of " + made.target.item);
  if (item->kind != gates::EvidenceKind::deck && item->kind != gates::EvidenceKind::document)
    return refuse(entry, "target_kind", "what was shown is a deck or a document");
  const auto& version = item->versions[made.target.version - 1];
  if (version.version.withdrawn) return refuse(entry, "version_withdrawn", "the version was withdrawn");
  if (version.content != made.content) return refuse(entry, "content_differs", "the version has another content");
  return {};
}

Result<void> check_requirement(const Entry& entry, const CaseRecord& of, const std::string& requirement,
                               const StateReader& state) {
  if (requirement.empty()) return {};
  QUOTARY_TRY(policy, find_policy(state, of.policy, of.policy_version));
  const auto asks = [&](const auto& each) {
    return each.id == requirement && each.kind == gates::EvidenceKind::confirmation;
  };
  if (policy && std::any_of(policy->policy.requirements.begin(), policy->policy.requirements.end(), asks)) return {};
  return refuse(entry, "requirement_unknown", "the policy asks for no confirmation " + requirement);
}

}  // namespace

Found<ConfirmationRecord> find_confirmation(const StateReader& state, std::string_view id) {
  QUOTARY_TRY(found, read_record<ConfirmationRecord>(state, confirmation_key(id),
                                                     [&](const json::object& o) { return confirmation_from(id, o); }));
  if (!found) return found;
  QUOTARY_TRY(of, find_case(state, found->case_id));
  if (!of) return state_damaged(case_key(found->case_id));
  found->case_closed_at = of->closed_at;
  return found;
}

Result<std::vector<ConfirmationRecord>> find_confirmations(const StateReader& state, std::string_view case_id) {
  std::vector<ConfirmationRecord> out;
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan(confirmations_prefix(case_id), "", false, [&](std::string_view key, std::string_view id) {
    auto found = find_confirmation(state, id);
    if (!found || !*found) {
      failed = found ? state_damaged(key) : found.error();
      return false;
    }
    out.push_back(std::move(**found));
    return true;
  }));
  if (failed) return *failed;
  return out;
}

Found<Signable> find_signable(const StateReader& state, const SignableName& name) {
  if (name.kind == SignableKind::quote) {
    QUOTARY_TRY(quote, find_quote(state, name.number));
    return quote ? std::optional<Signable>(std::move(*quote)) : std::nullopt;
  }
  QUOTARY_TRY(confirmation, find_confirmation(state, name.number));
  return confirmation ? std::optional<Signable>(std::move(*confirmation)) : std::nullopt;
}

Result<void> put_signable(const Entry& entry, StateWriter& state, Signable& document) {
  document.last_index = entry.index;
  if (document.kind == SignableKind::quote) {
    QUOTARY_TRY(quote, find_quote(state, document.number));
    if (!quote) return state_damaged(quote_key(document.number));
    static_cast<Signable&>(*quote) = document;
    state.put(quote_key(document.number), encode(*quote));
    return {};
  }
  QUOTARY_TRY(confirmation, find_confirmation(state, document.number));
  if (!confirmation) return state_damaged(confirmation_key(document.number));
  static_cast<Signable&>(*confirmation) = document;
  put(state, *confirmation);
  return {};
}

Result<void> confirmation_made(const Entry& entry, StateWriter& state) {
  const auto& body = entry.body;
  ConfirmationRecord made;
  made.kind = SignableKind::confirmation;
  made.number = text_of(body, "confirmation");
  if (made.number.empty() || entry.subject != made.subject())
    return malformed(entry, "its subject is another confirmation");
  QUOTARY_TRY(there, state.get(confirmation_key(made.number)));
  if (there) return refuse(entry, "confirmation_exists", "the confirmation is there");
  made.case_id = text_of(body, "case");
  QUOTARY_TRY(of, find_case(state, made.case_id));
  if (!of) return refuse(entry, "case_unknown", "no such case");
  if (of->closed_at) return refuse(entry, "case_is_closed", "the case is closed");
  QUOTARY_TRY(others, find_confirmations(state, made.case_id));
  if (others.size() >= confirmations_max)
    return refuse(entry, "too_many_confirmations",
                  "a case has at most " + std::to_string(confirmations_max) + " confirmations");
  made.target = {text_of(body, "item"), number_of(body, "version")};
  made.content = text_of(body, "content");
  QUOTARY_TRY_VOID(check_target(entry, made, state));
  made.requirement = text_of(body, "requirement");
  QUOTARY_TRY_VOID(check_requirement(entry, *of, made.requirement, state));
  const auto pdf = std::find_if(entry.objects.begin(), entry.objects.end(),
                                [](const ObjectRef& object) { return object.name == "pdf"; });
  if (pdf == entry.objects.end()) return malformed(entry, "it brings no document");
  made.document_sha256 = pdf->sha256.hex();
  made.document_size = pdf->size;
  made.customer = pdf->key_subject;
  QUOTARY_TRY(known, find_pdf(state, made.document_sha256));
  if (known) return refuse(entry, "document_known", "a document with that hash is in the ledger");
  made.owner = of->owner;
  made.team = of->team;
  made.region = of->region;
  made.outcome = "issued";
  made.made_at = entry.time;
  made.index = made.last_index = entry.index;
  put(state, made);
  state.put(confirmations_prefix(made.case_id) + digits20(entry.index), made.number);
  state.put(pdf_key(made.document_sha256),
            json::serialize(json::object{
                {"kind", "confirmation"}, {"confirmation", made.number}, {"index", entry.index}, {"revision", 1}}));
  return {};
}

Result<void> confirmation_recorded(const Entry& entry, const gates::EvidenceVersion& version, StateWriter& state) {
  const auto id = text_of(entry.body, "confirmation");
  QUOTARY_TRY(found, find_confirmation(state, id));
  if (!found || found->case_id != text_of(entry.body, "case"))
    return refuse(entry, "confirmation_unknown", "the case has no such confirmation");
  if (found->outcome != "accepted") return refuse(entry, "confirmation_unsigned", "not all have signed it");
  if (!found->evidence.empty()) return refuse(entry, "confirmation_recorded", "it is evidence of its case");
  const bool same = text_of(entry.body, "kind") == gates::code_of(gates::EvidenceKind::confirmation) &&
                    version.number == 1 && version.target == found->target && version.signature.has_value() &&
                    number_of(entry.body, "size") == found->newest_size();
  if (!same) return refuse(entry, "confirmation_differs", "it is not what was signed");
  found->evidence = text_of(entry.body, "item");
  put(state, *found);
  return {};
}

Result<void> close_confirmations(const Entry& entry, std::string_view case_id, StateWriter& state) {
  QUOTARY_TRY(all, find_confirmations(state, case_id));
  for (ConfirmationRecord& each : all) {
    if (each.open_signature.empty()) continue;
    QUOTARY_TRY_VOID(overtake_signatures(entry, each, state));
    put(state, each);
  }
  return {};
}

}  // namespace quotary::records
