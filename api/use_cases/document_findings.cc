#include "api/use_cases/document_findings.h"

#include "ledger/log/newest_about.h"
#include "ledger/records/certificates.h"
#include "signing/seal_level.h"
#include "signing/validation_json.h"

#include <algorithm>

namespace quotary::api {
namespace {

// How many certificates back each use is followed.
constexpr std::size_t certificates_walked_max = 100;

// The level that each signature has reached, and the best time that is proved of it.
void put_levels(const Organisation::Parts& parts, std::string_view pdf, json::array& signatures) {
  signing::LevelQuestion question;
  question.trust_anchors_pem = parts.adopted_pem;
  question.time_roots_pem = parts.time_roots_pem;
  question.now = parts.now();
  const auto levels = signing::judge_levels(pdf, question);
  if (!levels) return;
  for (auto& value : signatures) {
    auto& row = value.as_object();
    const auto found =
        std::find_if(levels->signatures.begin(), levels->signatures.end(),
                     [&](const signing::LevelFinding& each) { return row.at("field").as_string() == each.field; });
    if (found == levels->signatures.end()) continue;
    row["level"] = signing::seal_level_name(found->level);
    if (found->best) row["proved_time"] = format_rfc3339(found->best->time);
    if (found->fault) row["level_fault"] = found->fault->code;
  }
}

// Of the entries about one use, newest first.
Result<void> add_certificates(const Ledger& ledger, const records::CertificateUse& use, std::string& out) {
  QUOTARY_TRY(entry, newest_about(ledger, use.subject));
  for (std::size_t walked = 0; entry && walked < certificates_walked_max; ++walked) {
    if (entry->type == use.type) {
      QUOTARY_TRY(pem, ledger.object(*entry, "certificate"));
      out += pem;
    }
    if (!entry->subject_prev) break;
    QUOTARY_TRY(before, ledger.entry(*entry->subject_prev));
    entry = std::move(before);
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const DocumentFindings>> judge_document(const Organisation::Parts& parts, std::string_view pdf) {
  QUOTARY_TRY(read, signing::validate_document(pdf, {parts.adopted_pem, parts.time_roots_pem}, parts.now()));
  auto out = std::make_shared<DocumentFindings>();
  out->finding = signing::finding_of(read);
  out->proof = signing::proof_at_end(read);
  out->code = read.code;
  out->told = signing::json_of(read);
  if (read.intact) put_levels(parts, pdf, out->told.at("signatures").as_array());
  return std::shared_ptr<const DocumentFindings>(std::move(out));
}

Result<std::string> adopted_certificates(const Ledger& ledger) {
  std::string out;
  QUOTARY_TRY_VOID(add_certificates(ledger, records::sealing, out));
  QUOTARY_TRY_VOID(add_certificates(ledger, records::recording_signatures, out));
  return out;
}

FindingsCache::Findings FindingsCache::find(const Hash& document) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(document.hex());
  return found == documents_.end() ? nullptr : found->second;
}

void FindingsCache::put(const Hash& document, Findings findings) {
  const std::lock_guard lock(mutex_);
  // Any will do: what is asked for often comes back at once.
  if (documents_.size() >= documents_max) documents_.erase(documents_.begin());
  documents_[document.hex()] = std::move(findings);
}

}  // namespace quotary::api
