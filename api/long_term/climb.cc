#include "api/long_term/climb.h"

#include "signing/document_time_stamp.h"

#include <set>

namespace quotary::long_term {
namespace {

using signing::DocumentLevels;
using signing::Fetch;
using signing::LevelFinding;
using signing::SealLevel;

// What only carries a proof or a time needs no later proof of its own, and a stranger's certificate can have none.
bool needs_proof(const LevelFinding& signature) {
  return signature.kind == LevelFinding::Kind::seal ||
         (signature.kind == LevelFinding::Kind::approval && !is_unknown_signer(signature));
}

Standing lowest(const DocumentLevels& levels) {
  Standing out{SealLevel::b_lta, levels.ends};
  for (const LevelFinding& each : levels.signatures)
    if (needs_proof(each) && each.level < out.level) out.level = each.level;
  return out;
}

Result<void> add_answer(signing::ValidationMaterial& material, const Fetch& asked, std::string_view answer) {
  if (asked.kind == Fetch::Kind::ocsp_answer) return signing::add_ocsp_answer(material, answer, asked.nonce);
  return signing::add_fetched(material, answer);
}

// All that it takes to judge the signatures, as far as it can be had.
Result<signing::LongTermPlan> gather(std::string_view pdf, const signing::LevelQuestion& question,
                                     const ClimbPorts& ports) {
  signing::ValidationMaterial fetched;
  std::set<std::string> tried;
  std::optional<Error> missing;
  QUOTARY_TRY(plan, signing::plan_long_term(pdf, question, fetched));
  for (int round = 0; !plan.complete && round < fetch_rounds_max; ++round) {
    bool gained = false;
    for (const Fetch& each : plan.wanted) {
      if (tried.size() >= fetches_max || !tried.insert(each.url + " " + each.certificate_sha256).second) continue;
      auto answer = ports.fetch(each);
      auto added = answer ? add_answer(fetched, each, *answer) : Result<void>(answer.error());
      if (added)
        gained = true;
      else if (!missing)
        missing = fail(Errc::unavailable, "material_missing",
                       each.subject + ": " + each.url + ": " + added.error().detail + " (" + added.error().code + ")");
    }
    if (!gained) break;
    QUOTARY_TRY(again, signing::plan_long_term(pdf, question, fetched));
    plan = std::move(again);
  }
  if (plan.complete) return plan;
  // What came may say why there can never be enough: a certificate that was revoked.
  if (const auto trial = signing::append_security_store(pdf, plan.material); trial)
    QUOTARY_TRY_VOID(standing_of(*trial, question));
  if (missing) return *missing;
  return fail(Errc::unavailable, "material_missing",
              "no certificate names a place where the revocation of its chain can be had, or a root is not given");
}

Result<std::string> with_time(std::string_view pdf, const ClimbPorts& ports) {
  QUOTARY_TRY(prepared, signing::prepare_document_time_stamp(pdf));
  QUOTARY_TRY(token, ports.token(prepared.digest));
  QUOTARY_TRY_VOID(signing::put_document_time_stamp(prepared, token));
  return std::move(prepared.pdf);
}

// Whether a time-stamp of today would be proof for longer than what there is. One by the same certificate is not.
Result<bool> would_last_longer(std::string_view pdf, const signing::LevelQuestion& question, Timestamp ends,
                               const ClimbPorts& ports) {
  QUOTARY_TRY(trial, with_time(pdf, ports));
  QUOTARY_TRY(standing, standing_of(trial, question));
  return !standing.ends || standing.ends->time > ends;
}

Result<Rung> judged(std::string_view kind, std::string pdf, const signing::LevelQuestion& question) {
  QUOTARY_TRY(standing, standing_of(pdf, question));
  return Rung{kind, std::move(pdf), standing.level, std::move(standing.ends)};
}

}  // namespace

Result<Standing> standing_of(std::string_view pdf, const signing::LevelQuestion& question) {
  QUOTARY_TRY(levels, signing::judge_levels(pdf, question));
  for (const LevelFinding& each : levels.signatures) {
    // One that was proved to be there in time may be at fault now; one that was not cannot be proved any more.
    const bool lost = each.fault && each.level <= SealLevel::b_b && needs_proof(each);
    if (lost)
      return fail(Errc::invalid, "signature_fault",
                  each.field + ": " + each.fault->detail + " (" + each.fault->code + ")");
  }
  return lowest(levels);
}

Result<std::optional<Rung>> climb(std::string_view pdf, const signing::LevelQuestion& question, SealLevel target,
                                  Timestamp renew_before, const ClimbPorts& ports) {
  QUOTARY_TRY(standing, standing_of(pdf, question));
  const bool ends_soon = standing.ends && standing.ends->time < renew_before;
  if (standing.level >= target && !ends_soon) return std::optional<Rung>();
  if (standing.level >= target) {
    // Else every look at it would add another that ends no later.
    QUOTARY_TRY(longer, would_last_longer(pdf, question, standing.ends->time, ports));
    if (!longer) return std::optional<Rung>();
  }
  QUOTARY_TRY(plan, gather(pdf, question, ports));
  auto stored = signing::append_security_store(pdf, plan.material);
  if (stored) {
    QUOTARY_TRY(rung, judged(store_kind, std::move(*stored), question));
    return std::optional<Rung>(std::move(rung));
  }
  if (stored.error().code != "security_store_complete") return std::move(stored).error();
  QUOTARY_TRY(timed, with_time(pdf, ports));
  QUOTARY_TRY(rung, judged(time_kind, std::move(timed), question));
  return std::optional<Rung>(std::move(rung));
}

}  // namespace quotary::long_term
