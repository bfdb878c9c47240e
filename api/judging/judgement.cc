#include "api/judging/judgement.h"

#include "ledger/base/bytes.h"
#include "signing/validation_json.h"

namespace quotary::judging {

namespace {

// Nothing where no level can be told: a signature of any other profile has none.
std::optional<signing::DocumentLevels> levels_of(const Question& asked) {
  signing::LevelQuestion question;
  question.trust_anchors_pem = asked.signer_roots_pem;
  question.time_roots_pem = asked.time_roots_pem;
  question.now = asked.now;
  auto levels = signing::judge_levels(asked.pdf, question);
  if (!levels) return {};
  return std::move(*levels);
}

Error malformed() {
  return fail(Errc::internal, "judgement_malformed", "the process that judges documents gave no judgement");
}

const std::string* text_at(const json::object& object, std::string_view name, std::string& room) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_string()) return nullptr;
  room.assign(value->get_string());
  return &room;
}

Result<signing::ProofAtEnd> proof_of(const json::value& value) {
  std::string text;
  if (!value.is_object() || !text_at(value.get_object(), "text", text)) return malformed();
  const auto *begin = value.get_object().if_contains("begin"), *claimed = value.get_object().if_contains("claimed");
  if (!begin || !begin->is_int64() || begin->get_int64() < 0 || !claimed || !claimed->is_int64()) return malformed();
  QUOTARY_TRY(bytes, from_base64(text));
  return signing::ProofAtEnd{static_cast<std::size_t>(begin->get_int64()), std::move(bytes),
                             Timestamp{claimed->get_int64()}};
}

// Nothing for what is none; of two spellings it takes both.
std::optional<Result<Judgement>> read_outcome(json::object& object) {
  if (const auto* error = object.if_contains("error")) {
    std::string code, detail;
    const bool whole = error->is_object() && text_at(error->get_object(), "code", code) &&
                       text_at(error->get_object(), "detail", detail) && error->get_object().contains("kind") &&
                       error->get_object().at("kind").is_int64();
    if (!whole) return std::nullopt;
    const auto kind = error->get_object().at("kind").get_int64();
    if (kind < 0 || kind > static_cast<int>(Errc::internal)) return std::nullopt;
    return Result<Judgement>(fail(static_cast<Errc>(kind), std::move(code), std::move(detail)));
  }
  Judgement out;
  const auto *finding = object.if_contains("finding"), *told = object.if_contains("told");
  if (!finding || !finding->is_int64() || finding->get_int64() < 0 ||
      finding->get_int64() > static_cast<int>(signing::DocumentFinding::intact) || !told || !told->is_object() ||
      !text_at(object, "code", out.code))
    return std::nullopt;
  out.finding = static_cast<signing::DocumentFinding>(finding->get_int64());
  out.told = told->get_object();
  if (const auto* proof = object.if_contains("proof")) {
    auto read = proof_of(*proof);
    if (!read) return std::nullopt;
    out.proof = std::move(*read);
  }
  if (const auto* claimed = object.if_contains("claimed")) {
    signing::ClaimedIdentity identity;
    if (!claimed->is_object() || !text_at(claimed->get_object(), "number", identity.number) ||
        !text_at(claimed->get_object(), "code", identity.code))
      return std::nullopt;
    out.claimed = std::move(identity);
  }
  return Result<Judgement>(std::move(out));
}

}  // namespace

Result<Judgement> judge(const Question& question) {
  QUOTARY_TRY(read, signing::validate_document(question.pdf, {question.signer_roots_pem, question.time_roots_pem},
                                               question.now));
  Judgement out;
  out.finding = signing::finding_of(read);
  out.proof = signing::proof_at_end(read);
  out.code = read.code;
  out.claimed = signing::claimed_identity(question.pdf);
  std::optional<signing::DocumentLevels> levels;
  if (read.intact) levels = levels_of(question);
  out.told = signing::json_of(read, levels ? &*levels : nullptr);
  return out;
}

Judgement not_judged(std::string code, std::string reason) {
  Judgement out;
  out.told = json::object{
      {"intact", false}, {"intact_bytes", 0},          {"signatures", json::array{}}, {"revisions", json::array{}},
      {"code", code},    {"reason", std::move(reason)}};
  out.code = std::move(code);
  return out;
}

std::string encode(const Result<Judgement>& outcome) {
  json::object out;
  if (!outcome) {
    const Error& error = outcome.error();
    out["error"] = json::object{{"kind", static_cast<int>(error.kind)}, {"code", error.code}, {"detail", error.detail}};
    return json::serialize(out);
  }
  out["finding"] = static_cast<int>(outcome->finding);
  out["code"] = outcome->code;
  if (outcome->proof)
    out["proof"] = json::object{{"begin", outcome->proof->begin},
                                {"text", to_base64(outcome->proof->text)},
                                {"claimed", outcome->proof->claimed.unix_ms}};
  if (outcome->claimed)
    out["claimed"] = json::object{{"number", outcome->claimed->number}, {"code", outcome->claimed->code}};
  out["told"] = outcome->told;
  return json::serialize(out);
}

Result<Judgement> decode(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) return malformed();
  auto outcome = read_outcome(parsed->get_object());
  // The process reads hostile files, so its answer is a stranger's: what else might stand in it is not guessed at.
  if (!outcome || encode(*outcome) != text) return malformed();
  return std::move(*outcome);
}

}  // namespace quotary::judging
