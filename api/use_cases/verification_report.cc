// The sealed report on a verification of the ledger, made when it is asked for.
#include "pdfgen/verification_report.h"

#include "api/use_cases/log_checks.h"
#include "api/use_cases/parts.h"
#include "api/use_cases/problem_kinds.h"
#include "ledger/log/newest_about.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

// How many verifications back one is looked for in the chain.
constexpr std::size_t verifications_walked_max = 1'000;

using records::number_of;
using records::text_of;

// A run that ended: what it found, and the entry of it or why there is none.
struct Ended {
  json::object report;
  std::optional<Entry> entry;
  std::string asked_by, not_recorded;
  Timestamp time;
};

Error not_found(std::string_view id) {
  return fail(Errc::not_found, "verification_not_found",
              "no verification " + std::string(id) + " among those in memory and the last " +
                  std::to_string(verifications_walked_max) + " in the ledger");
}

Result<Ended> ended_by(const Ledger& ledger, Entry entry) {
  QUOTARY_TRY(text, ledger.object(entry, "report"));
  QUOTARY_TRY(report, parse_json(text));
  if (!report.is_object())
    return fail(Errc::corrupt, "report_damaged", "the report of entry " + std::to_string(entry.index) + " is none");
  Ended out{std::move(report.get_object()), {}, text_of(entry.body, "asked_by"), {}, entry.time};
  out.entry = std::move(entry);
  return out;
}

// Through the chain of the subject's entries, newest first.
Result<Ended> find_in_chain(const Organisation::Parts& parts, std::string_view id) {
  const Ledger& ledger = *parts.ledger;
  QUOTARY_TRY(entry, newest_about(ledger, verification_subject));
  for (std::size_t walked = 0; entry && walked < verifications_walked_max; ++walked) {
    if (text_of(entry->body, "run") == id) return ended_by(ledger, std::move(*entry));
    if (!entry->subject_prev) break;
    QUOTARY_TRY(before, ledger.entry(*entry->subject_prev));
    if (before.subject != verification_subject) break;
    entry = std::move(before);
  }
  return not_found(id);
}

Result<Ended> find_ended(const Organisation::Parts& parts, std::string_view id) {
  const auto run = parts.checks->describe(id);
  if (!run) return find_in_chain(parts, id);
  const auto state = text_of(*run, "state");
  if (state == "running")
    return fail(Errc::conflict, "verification_running", "the verification " + std::string(id) + " still runs");
  if (state != "done")
    return fail(Errc::conflict, "verification_failed",
                "the verification " + std::string(id) + " came to no result: " + text_of(*run, "code"));
  const auto& report = run->at("report").as_object();
  const auto& recorded = report.at("recorded").as_object();
  if (recorded.contains("index")) {
    QUOTARY_TRY(entry, parts.ledger->entry(number_of(recorded, "index")));
    return ended_by(*parts.ledger, std::move(entry));
  }
  QUOTARY_TRY(time, parse_rfc3339(text_of(*run, "finished_at")));
  return Ended{report, {}, text_of(*run, "asked_by"), text_of(recorded, "code"), time};
}

pdfgen::VerificationReport page_of(const Organisation::Parts& parts, std::string_view id, const Ended& ended) {
  pdfgen::VerificationReport page;
  page.run_id = id;
  page.organisation_name = parts.profile.name;
  page.origin = parts.profile.origin;
  const auto mode = text_of(ended.report, "mode");
  if (mode == "incremental") page.mode = pdfgen::VerificationReport::Mode::incremental;
  if (mode == "sampled") page.mode = pdfgen::VerificationReport::Mode::sampled;
  page.from = number_of(ended.report, "from");
  page.tree_size = number_of(ended.report, "tree_size");
  page.entries = number_of(ended.report, "entries_checked");
  page.objects = number_of(ended.report, "objects_checked");
  page.erased = number_of(records::object_of(ended.report, "erased"), "payloads");
  page.root = text_of(ended.report, "root");
  page.seed = text_of(records::object_of(ended.report, "sample"), "seed");
  page.private_objects_read = ended.report.at("private_objects_read").as_bool();
  page.problems_total = number_of(ended.report, "problems_total");
  for (const auto& problem : ended.report.at("problems").as_array()) {
    if (page.problems.size() == pdfgen::reported_problems_shown_max) break;
    const auto& object = problem.as_object();
    page.problems.push_back(
        {number_of(object, "index"), text_of(object, "kind"), words_of_kind(text_of(object, "kind"))});
  }
  page.ended_at = parts.zone->format_local(ended.time);
  const auto name = parts.person_name(ended.asked_by);
  page.asked_by = name.empty() ? ended.asked_by : name;
  if (ended.entry) {
    page.entry_index = ended.entry->index;
    page.by_command_line = text_of(ended.entry->body, "made_by") == "command_line";
  }
  page.not_recorded = ended.not_recorded;
  page.created = ended.time;
  return page;
}

}  // namespace

Result<Bytes> Organisation::verification_report(const Principal& caller, std::string_view id) const {
  // The operator has read the whole folder, and handed the run in.
  if (caller.id != operator_principal().id) QUOTARY_TRY_VOID(require_call(caller, Call::verify_log));
  if (!parts_->seal) return *parts_->seal_error;
  QUOTARY_TRY(ended, find_ended(*parts_, id));
  QUOTARY_TRY(unsealed, pdfgen::verification_report(parts_->fonts, page_of(*parts_, id, ended)));
  QUOTARY_TRY(sealed, parts_->seal_statement(unsealed, "Ledger verification " + std::string(id), parts_->now()));
  auto hash = sha256(sealed).hex();
  return Bytes{std::move(sealed), "application/pdf", std::move(hash), "verification-" + std::string(id) + ".pdf"};
}

}  // namespace quotary::api
