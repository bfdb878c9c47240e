#include "api/use_cases/document_findings.h"

#include "ledger/log/newest_about.h"
#include "ledger/records/signing_keys.h"

namespace quotary::api {
namespace {

// How many certificates back each use is followed.
constexpr std::size_t certificates_walked_max = 100;

}  // namespace

Result<std::vector<Entry>> adoptions(const Ledger& ledger, const records::CertificateUse& use) {
  std::vector<Entry> out;
  QUOTARY_TRY(entry, newest_about(ledger, use.subject));
  for (std::size_t walked = 0; entry && walked < certificates_walked_max; ++walked) {
    const auto before = entry->subject_prev;
    if (entry->type == use.type) out.push_back(std::move(*entry));
    if (!before) break;
    QUOTARY_TRY(earlier, ledger.entry(*before));
    entry = std::move(earlier);
  }
  return out;
}

Result<std::string> signing_certificates_of(const Organisation::Parts& parts, std::string_view person) {
  QUOTARY_TRY(keys, parts.read<std::vector<records::SigningKeyRecord>>(
                        [&](const StateReader& state) { return records::find_signing_keys(state, person); }));
  std::string out;
  for (const auto& key : keys) {
    QUOTARY_TRY(entry, parts.ledger->entry(key.index));
    auto pem = parts.payload(entry, "certificate");
    if (pem)
      out += *pem;
    else if (pem.error().kind != Errc::gone)
      return std::move(pem).error();
  }
  return out;
}

Result<std::shared_ptr<const DocumentFindings>> judge_document(const Organisation::Parts& parts, std::string_view pdf,
                                                               const records::Signable* document) {
  std::string roots = parts.adopted_pem + parts.signer_roots_pem;
  if (document != nullptr) {
    QUOTARY_TRY(own, signing_certificates_of(parts, document->owner));
    roots += own;
  }
  QUOTARY_TRY(judged, parts.judges->judge({pdf, std::move(roots), parts.time_roots_pem, parts.now()}));
  return std::shared_ptr<const DocumentFindings>(std::make_shared<DocumentFindings>(std::move(judged)));
}

Result<std::string> adopted_certificates(const Ledger& ledger) {
  std::string out;
  for (const auto* use : {&records::sealing, &records::recording_signatures}) {
    QUOTARY_TRY(entries, adoptions(ledger, *use));
    for (const Entry& entry : entries) {
      QUOTARY_TRY(pem, ledger.object(entry, "certificate"));
      out += pem;
    }
  }
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
