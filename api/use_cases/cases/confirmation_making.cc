// How a confirmation is made: read, laid out, sealed and chained.
#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/case_writing.h"
#include "api/use_cases/cases/confirmation_calls.h"
#include "api/use_cases/cases/confirmation_words.h"
#include "ledger/quote/reader.h"
#include "ledger/records/fields.h"
#include "pdfgen/confirmation.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::text_of;

constexpr std::string_view identifier_signs = "-_.";

struct Asked {
  gates::Target deck;
  std::string requirement;
  std::optional<Timestamp> held_at;
  json::object text;  // the private object
};

gates::Target read_deck(const json::value& value, Faults& faults) {
  ObjectReader reader(value, "/deck", faults);
  gates::Target out;
  out.item = reader.token("item", limits::identifier, identifier_signs, Need::required);
  if (const auto* version = reader.member("version", Need::required)) {
    const bool good = version->is_int64() && version->get_int64() > 0 &&
                      static_cast<std::uint64_t>(version->get_int64()) <= records::evidence_versions_max;
    if (good) out.version = static_cast<std::uint64_t>(version->get_int64());
    if (!good) faults.add(reader.at("version"), "bad_version", "the number of a version, from 1");
  }
  reader.finish();
  return out;
}

Result<Asked> parse(const Organisation::Parts& parts, const json::object& body) {
  Faults faults;
  const json::value whole(body);
  ObjectReader reader(whole, "", faults);
  Asked out;
  if (const auto* deck = reader.member("deck", Need::required)) out.deck = read_deck(*deck, faults);
  const auto text = [&](std::string_view name, std::size_t most) {
    auto given = reader.text(name, most);
    if (given.empty()) return;
    if (const auto printable = parts.document_text(given, reader.at(name), most); !printable)
      faults.add(reader.at(name), printable.error());
    out.text[name] = given;
  };
  text("title", confirmation_title_characters_max);
  text("result_text", confirmation_result_characters_max);
  text("place", confirmation_place_characters_max);
  const auto held_at = reader.text("held_at", 40);
  if (!held_at.empty()) {
    const auto time = parse_rfc3339(held_at);
    if (time) out.held_at = *time;
    if (time) out.text["held_at"] = format_rfc3339(*time);
    if (!time) faults.add("/held_at", "bad_time", "a time is RFC 3339 in UTC: 2026-11-24T02:03:04Z");
  }
  out.requirement = reader.token("requirement", limits::code, identifier_signs);
  if (const auto language = reader.choice("language", {"zh-CN", "en"}); !language.empty())
    out.text["language"] = language;
  reader.finish();
  if (!faults.none()) return std::move(faults).error("confirmation_invalid");
  return out;
}

// What the fold would refuse without a pointer.
Result<records::EvidenceRecord> shown_version(const StateReader& state, const records::CaseRecord& of,
                                              const Asked& asked) {
  if (of.closed_at) return fail(Errc::conflict, "case_is_closed", "the case is closed");
  if (!asked.requirement.empty()) {
    QUOTARY_TRY(policy, records::find_policy(state, of.policy, of.policy_version));
    const auto asks = [&](const auto& each) {
      return each.id == asked.requirement && each.kind == gates::EvidenceKind::confirmation;
    };
    if (!policy || std::none_of(policy->policy.requirements.begin(), policy->policy.requirements.end(), asks))
      return invalid("requirement_unknown", "/requirement",
                     "the case's policy asks for no confirmation " + asked.requirement);
  }
  QUOTARY_TRY(item, records::find_item(state, of.id, asked.deck.item));
  if (!item) return invalid("target_unknown", "/deck/item", "the case has no item " + asked.deck.item);
  if (item->kind != gates::EvidenceKind::deck && item->kind != gates::EvidenceKind::document)
    return invalid("target_kind", "/deck/item", "what was shown is a deck or a document");
  if (asked.deck.version > item->versions.size())
    return invalid("target_unknown", "/deck/version",
                   "the item's newest version is " + std::to_string(item->versions.size()));
  const auto& version = item->versions[asked.deck.version - 1];
  if (version.version.withdrawn)
    return invalid("version_withdrawn", "/deck/version", "the version was withdrawn: show one that stands");
  return version;
}

Result<std::string> sealed_page(const Organisation::Parts& parts, const records::CaseRecord& of,
                                const records::EvidenceRecord& shown, const Asked& asked, const std::string& id) {
  if (!parts.seal) return *parts.seal_error;
  QUOTARY_TRY(words, words_of_shown(parts, of.index, shown.index));
  const auto given = [&](std::string_view name) { return text_of(asked.text, name); };
  pdfgen::Confirmation page;
  page.id = id;
  page.case_id = of.id;
  page.case_title = given("title").empty() ? words.case_title : given("title");
  page.seller.organisation = parts.seller.name;
  page.seller.legal_id = parts.seller.legal_id;
  // Names of before they were looked at may hold what no face has.
  const auto owner = parts.person_name(of.owner);
  if (parts.document_text(owner, "", owner.size())) page.seller.representative = owner;
  page.customer.organisation = words.customer;
  page.shown = {{words.shown_title, shown.version.number, words.version_label, shown.content, shown.index}};
  if (asked.held_at) page.held_at = parts.zone->format_local(*asked.held_at);
  page.place = given("place").empty() ? words.site : given("place");
  page.result = given("result_text");
  page.created = parts.now();
  QUOTARY_TRY(unsealed, pdfgen::confirmation(parts.fonts, page));
  return parts.seal_statement(unsealed, "Trial confirmation " + id, page.created);
}

// From the entry alone, so that a replay says the same however the confirmation went on.
Result<json::object> made(const Organisation::Parts& parts, const Entry& entry) {
  const auto& body = entry.body;
  const auto pdf = std::find_if(entry.objects.begin(), entry.objects.end(),
                                [](const ObjectRef& object) { return object.name == "pdf"; });
  if (pdf == entry.objects.end()) return fail(Errc::corrupt, "bad_history", "a confirmation without a document");
  const auto id = text_of(body, "confirmation");
  json::object out{
      {"id", id},
      {"case", body.at("case")},
      {"status", "issued"},
      {"deck",
       json::object{{"item", body.at("item")}, {"version", body.at("version")}, {"content", body.at("content")}}},
      {"made_at", format_rfc3339(entry.time)},
      {"document", json::object{{"sha256", pdf->sha256.hex()},
                                {"size", pdf->size},
                                {"revision", 1},
                                {"media_type", "application/pdf"},
                                {"url", "/v1/confirmations/" + id + "/pdf?revision=1"}}},
      {"entry_index", entry.index}};
  if (body.contains("requirement")) out["requirement"] = body.at("requirement");
  const auto stored = parts.payload(entry, "text");
  if (!stored && stored.error().kind != Errc::gone) return stored.error();
  if (!stored) {
    out["erased"] = stored.error().detail;
    return out;
  }
  QUOTARY_TRY(text, parse_json(*stored));
  if (!text.is_object()) return fail(Errc::corrupt, "payload_damaged", "the words of a confirmation are no object");
  for (auto& [name, value] : text.get_object()) out[name] = std::move(value);
  return out;
}

}  // namespace

Result<Answer> make_confirmation(Organisation::Parts& parts, const Principal& caller, std::string_view case_id,
                                 std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(require_call(caller, Call::work_case));
  QUOTARY_TRY(object, parse_body(body));
  const auto describe = [&](const Entry& entry) { return made(parts, entry); };
  QUOTARY_TRY(
      turn, take_turn(parts, caller, "/v1/cases/" + std::string(case_id) + "/confirmations", idempotency_key, object));
  if (turn.before) return answer_again(parts, *turn.before, 201, describe);
  QUOTARY_TRY(of, case_for(parts, caller, Call::work_case, case_id));
  QUOTARY_TRY(asked, parse(parts, object));
  QUOTARY_TRY(shown, parts.read<records::EvidenceRecord>(
                         [&](const StateReader& state) { return shown_version(state, of, asked); }));
  const std::string id = uuid_v7(parts.now().unix_ms, *parts.config.random);
  QUOTARY_TRY(key_subject, parts.live_key_subject(case_subject(of.id)));
  QUOTARY_TRY(page, sealed_page(parts, of, shown, asked, id));
  Draft draft =
      turn.draft(caller, records::confirmation_made_type, std::string(records::confirmation_subject_prefix) + id);
  draft.body = {{"confirmation", id},
                {"case", of.id},
                {"item", asked.deck.item},
                {"version", asked.deck.version},
                {"content", shown.content}};
  if (!asked.requirement.empty()) draft.body["requirement"] = asked.requirement;
  draft.objects = {{"pdf", "application/pdf", std::move(page), key_subject, 1},
                   private_object("text", asked.text, key_subject)};
  // The fold holds case, version and requirement to it again.
  const auto command = [&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{draft};
  };
  return answer_written(parts, command, 201, describe);
}

}  // namespace quotary::api
