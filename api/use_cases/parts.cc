#include "api/use_cases/parts.h"

#include "api/use_cases/added_signatures.h"
#include "api/use_cases/backups.h"
#include "api/use_cases/cases/evidence_store.h"
#include "api/use_cases/document_findings.h"
#include "api/use_cases/erased_keys.h"
#include "api/use_cases/issuer.h"
#include "api/use_cases/log_checks.h"
#include "api/use_cases/service_events.h"
#include "ledger/log/lost_mark.h"
#include "ledger/log/system_event.h"
#include "ledger/quote/text.h"
#include "ledger/records/cases.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fields.h"
#include "pdfgen/printable.h"

#include <algorithm>
namespace quotary::api {

using records::text_of;

std::unique_ptr<RequestGate::Pass> RequestGate::enter(const std::string& scope) {
  std::unique_lock lock(mutex_);
  left_.wait(lock, [&] { return !inside_.contains(scope); });
  inside_.insert(scope);
  return std::make_unique<Pass>(*this, scope);
}

void RequestGate::leave(const std::string& scope) {
  {
    std::lock_guard lock(mutex_);
    inside_.erase(scope);
  }
  left_.notify_all();
}

std::optional<std::string> TextCache::find(std::uint64_t index) const {
  std::lock_guard lock(mutex_);
  auto found = texts_.find(index);
  if (found == texts_.end()) return std::nullopt;
  return found->second;
}

void TextCache::put(std::uint64_t index, std::string text, std::uint64_t age) {
  std::lock_guard lock(mutex_);
  if (age != age_) return;
  if (texts_.size() >= texts_max) texts_.clear();
  texts_[index] = std::move(text);
}

void TextCache::forget_all() {
  std::lock_guard lock(mutex_);
  ++age_;
  texts_.clear();
}

std::shared_ptr<const ProofCache::Proof> ProofCache::find(std::uint64_t index, std::int64_t now_ms) const {
  std::lock_guard lock(mutex_);
  auto found = proofs_.find(index);
  if (found == proofs_.end() || now_ms - found->second->made_at_ms > age_max_ms) return nullptr;
  return found->second;
}

void ProofCache::put(std::uint64_t index, std::shared_ptr<const Proof> proof) {
  std::lock_guard lock(mutex_);
  if (proofs_.size() >= proofs_max) proofs_.clear();
  proofs_[index] = std::move(proof);
}

TileCache::Tile TileCache::find(const TileName& tile) const {
  const std::lock_guard lock(mutex_);
  const auto found = tiles_.find({tile.level, tile.number, tile.width});
  return found == tiles_.end() ? nullptr : found->second;
}

void TileCache::put(const TileName& tile, Tile bytes) {
  const std::lock_guard lock(mutex_);
  if (tiles_.size() >= tiles_max) tiles_.clear();
  tiles_[{tile.level, tile.number, tile.width}] = std::move(bytes);
}

namespace {

// The size that a proof's checkpoint covers: the second line of the note behind the blank line.
std::uint64_t proof_tree_size(std::string_view proof) {
  auto blank = proof.find("\n\n");
  if (blank == std::string_view::npos) return 0;
  auto note = proof.substr(blank + 2);
  auto line = note.find('\n');
  if (line == std::string_view::npos) return 0;
  auto size = parse_u64(note.substr(line + 1, note.find('\n', line + 1) - line - 1));
  return size ? *size : 0;
}

}  // namespace

Organisation::Parts::Parts() = default;
Organisation::Parts::~Parts() = default;

Result<std::string> Organisation::Parts::seal_statement(std::string_view unsealed, std::string reason,
                                                        Timestamp time) const {
  if (!seal) return *seal_error;
  signing::SealRequest request;
  request.signing_time = time;
  request.reason = std::move(reason);
  request.name = profile.name;
  request.must_outlive = time;
  return seal->seal(unsealed, request);
}

Result<std::string> Organisation::Parts::payload(const Entry& entry, std::string_view name) const {
  auto found = ledger->object(entry, name);
  if (found || found.error().code != "subject_key_erased") return found;
  const auto object = std::find_if(entry.objects.begin(), entry.objects.end(),
                                   [&](const ObjectRef& each) { return each.name == name; });
  QUOTARY_CHECK(object != entry.objects.end());
  QUOTARY_TRY(by, read<std::optional<std::uint64_t>>(
                      [&](const StateReader& state) { return records::find_erased_by(state, object->key_subject); }));
  const auto lost = read_lost_mark(*config.files, config.data_directory);
  if (!by && lost && *lost)
    return fail(Errc::gone, "erased", "it was erased by an entry that this folder lost: its key is destroyed");
  if (!by)
    return fail(Errc::corrupt, "payload_damaged",
                "the key of " + std::string(name) + " of entry " + std::to_string(entry.index) +
                    " was destroyed, and no entry of the ledger says so");
  return fail(Errc::gone, "erased",
              "it was erased lawfully by entry " + std::to_string(*by) +
                  "; its number, its hash, its facts and every proof of it remain");
}

std::string Organisation::Parts::text_in(std::uint64_t index, std::string_view payload_name,
                                         std::string_view member) const {
  const auto entry = ledger->entry(index);
  if (!entry) return {};
  const auto stored = payload(*entry, payload_name);
  if (!stored) return stored.error().kind == Errc::gone ? std::string(erased_text) : std::string();
  const auto value = parse_json(*stored);
  return value && value->is_object() ? text_of(value->get_object(), member) : std::string();
}

bool Organisation::Parts::carry_out_erasure(std::string_view target) {
  const bool destroyed = erased_keys->destroy(target);
  for (TextCache* cache : {&person_names, &buyer_names, &seller_names}) cache->forget_all();
  if (target.starts_with(records::case_subject_prefix))
    evidence->pictures().forget_case(std::string(target.substr(records::case_subject_prefix.size())),
                                     ledger->state().tree_size);
  constexpr std::string_view person = "person:";
  if (target.starts_with(person)) {
    sessions.end_all(target.substr(person.size()));
    forget_signing_keys(*this, target.substr(person.size()));
  }
  return destroyed;
}

Result<std::string> Organisation::Parts::live_key_subject(std::string_view key_subject) const {
  return read<std::string>([&](const StateReader& state) { return records::live_key_subject(state, key_subject); });
}

std::string Organisation::Parts::person_name(std::string_view id) const {
  auto person = read<std::optional<records::PersonRecord>>(
      [&](const StateReader& state) { return records::find_person(state, id); });
  if (!person || !*person) return {};
  const auto index = (*person)->index;
  if (auto known = person_names.find(index)) return *known;
  const auto age = person_names.age();
  auto name = text_in(index, "name", "name");
  if (!name.empty()) person_names.put(index, name, age);
  return name;
}

Result<NumberedQuote> Organisation::Parts::stored_quote(const Entry& issued) const {
  QUOTARY_TRY(canonical, payload(issued, "quote"));
  return parse_canonical_quote(canonical);
}

std::string Organisation::Parts::buyer_name(const records::QuoteRecord& quote) const {
  if (auto known = buyer_names.find(quote.index)) return *known;
  const auto age = buyer_names.age();
  auto entry = ledger->entry(quote.index);
  if (!entry) return {};
  auto stored = stored_quote(*entry);
  if (!stored) return stored.error().kind == Errc::gone ? std::string(erased_text) : std::string();
  buyer_names.put(quote.index, stored->quote.buyer.name, age);
  return stored->quote.buyer.name;
}

Result<std::string> Organisation::Parts::document_text(std::string_view text, const std::string& pointer,
                                                       std::size_t characters_max) const {
  auto normal = normalise_text(text, characters_max);
  if (!normal) return invalid(normal.error().code, pointer, normal.error().detail);
  if (fonts) QUOTARY_TRY_VOID(pdfgen::check_printable_text(*fonts, *normal, pointer));
  return normal;
}

Result<void> Organisation::Parts::note_read(const Principal& caller, std::string_view what, std::string_view subject,
                                            std::uint64_t count) const {
  if (!reads_are_recorded(caller.role)) return {};
  return access->record(now(), caller, what, subject, count);
}

Result<std::uint64_t> Organisation::Parts::chain_access() const {
  return access->chain([&](const AccessSegment& segment) -> Result<void> {
    QUOTARY_TRY_VOID(append_draft(
        *ledger, system_draft("system.access_segment", access_subject,
                              {{"sha256", segment.sha256}, {"size", segment.size}, {"records", segment.records}})));
    return {};
  });
}

std::string Organisation::Parts::seller_name(std::uint64_t issued_index) const {
  if (auto known = seller_names.find(issued_index)) return *known;
  const auto age = seller_names.age();
  auto entry = ledger->entry(issued_index);
  if (!entry) return profile.name;
  auto stored = stored_quote(*entry);
  if (!stored) return profile.name;
  seller_names.put(issued_index, stored->quote.seller.name, age);
  return stored->quote.seller.name;
}

Result<std::shared_ptr<const ProofCache::Proof>> Organisation::Parts::public_proof(std::uint64_t index) const {
  const auto now_ms = config.clock->steady_ms();
  if (auto known = public_proofs.find(index, now_ms)) return known;
  QUOTARY_TRY(text, best_proof(index));
  const auto tree_size = proof_tree_size(text);
  auto proof = std::make_shared<const ProofCache::Proof>(ProofCache::Proof{std::move(text), tree_size, now_ms});
  public_proofs.put(index, proof);
  return std::shared_ptr<const ProofCache::Proof>(proof);
}

Result<void> Organisation::Parts::require_whole_state() const {
  const auto state = ledger->state();
  if (state.state_whole) return {};
  return fail(
      Errc::unavailable, "status_unknown",
      "the ledger is damaged and may have lost what happened to documents last, so no status can be told until the operator has restored it; "
      "issued PDFs that still verify can be read");
}

Result<records::QuoteRecord> Organisation::Parts::quote_for(const Principal& caller, Call call,
                                                            std::string_view number) const {
  QUOTARY_TRY(found, read<std::optional<records::QuoteRecord>>(
                         [&](const StateReader& state) { return records::find_quote(state, number); }));
  // What a damaged ledger lost may be this one: "absent" would be a statement that it cannot make.
  if (!found) QUOTARY_TRY_VOID(require_whole_state());
  if (!found || !in_scope(caller, call, found->owner, found->team, found->region))
    return fail(Errc::not_found, "quote_not_found", "no quote " + std::string(number));
  return std::move(*found);
}

Result<RequestIdentity> identify_request(const signing::KeyFolder& keys, const Principal& caller,
                                         std::string_view method, std::string_view path, std::string_view key,
                                         const json::value& body) {
  if (key.empty()) return fail(Errc::invalid, "idempotency_key_missing", "send an Idempotency-Key header");
  if (key.size() > idempotency_key_bytes_max)
    return fail(Errc::invalid, "idempotency_key_invalid", "an Idempotency-Key has at most 255 bytes");
  std::string scope;
  for (std::string_view part : {std::string_view(caller.id), method, path, key}) {
    put_u32(scope, static_cast<std::uint32_t>(part.size()));
    scope += part;
  }
  // Two texts of the same JSON value are the same body; what has no canonical form is compared as it prints.
  auto canonical = canonical_json(body);
  std::string text = canonical ? *canonical : json::serialize(body);
  return RequestIdentity{keys.keyed_hash("request-scope", scope).hex(), keys.keyed_hash("request-body", text).hex()};
}

Result<std::optional<std::uint64_t>> answered_before(const Organisation::Parts& parts, const RequestIdentity& request) {
  QUOTARY_TRY(found, parts.read<std::optional<records::RequestRecord>>(
                         [&](const StateReader& state) { return records::find_request(state, request.scope); }));
  if (!found) return std::optional<std::uint64_t>();
  if (found->body != request.body)
    return fail(Errc::invalid, "idempotency_key_reused", "this Idempotency-Key was used with another body");
  return std::optional<std::uint64_t>(found->index);
}

Result<void> check_day(const std::string& parameter, std::string_view day) {
  if (day.empty() || parse_date(day)) return {};
  return invalid_parameter(parameter, "bad_date", "a day is YYYY-MM-DD and exists");
}

Result<void> check_status(std::string_view status, std::initializer_list<std::string_view> known) {
  if (status.empty() || std::find(known.begin(), known.end(), status) != known.end()) return {};
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  return invalid_parameter("status", "bad_status", "a status is one of " + names);
}

Result<std::uint64_t> page_limit(std::optional<std::uint64_t> asked, std::uint64_t otherwise, std::uint64_t most) {
  const auto limit = asked.value_or(otherwise);
  if (limit == 0 || limit > most)
    return invalid_parameter("limit", "bad_limit", "a limit is 1 to " + std::to_string(most));
  return limit;
}

Result<std::uint64_t> parse_cursor(std::string_view cursor) {
  auto index = parse_u64(cursor);
  if (!index) return invalid_parameter("cursor", "bad_cursor", "the cursor is not one of this list");
  return *index;
}

Result<json::object> parse_body(std::string_view body) {
  QUOTARY_TRY(value, parse_json(body.empty() ? std::string_view("{}") : body));
  if (!value.is_object()) return invalid("bad_type", "", "the body is a JSON object");
  return std::move(value.get_object());
}

json::object ledger_member(const Entry& entry, const std::string& proof) {
  return {{"index", entry.index}, {"leaf_hash", entry.leaf.hex()}, {"proof", proof}};
}

NewObject facts_object(const json::object& facts) {
  auto canonical = canonical_json(facts);
  QUOTARY_CHECK(canonical.has_value());
  return NewObject{"facts", "application/json", *canonical, "", 1};
}

json::object time_and_code(Timestamp time, const std::string& code) {
  return {{"time", format_rfc3339(time)}, {"reason_code", code}};
}

std::string code_hash(std::string_view number, std::string_view code) {
  return sha256(std::string(number) + "|" + std::string(code)).hex();
}

}  // namespace quotary::api
