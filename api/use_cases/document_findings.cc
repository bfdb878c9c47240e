#include "api/use_cases/document_findings.h"

#include "ledger/log/newest_about.h"
#include "ledger/records/certificates.h"
#include "ledger/records/signing_keys.h"

namespace quotary::api {
namespace {

// How many certificates back each use is followed.
constexpr std::size_t certificates_walked_max = 100;

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
                                                               const records::QuoteRecord* quote) {
  std::string roots = parts.adopted_pem + parts.signer_roots_pem;
  if (quote != nullptr) {
    QUOTARY_TRY(own, signing_certificates_of(parts, quote->owner));
    roots += own;
  }
  QUOTARY_TRY(judged, parts.judges->judge({pdf, std::move(roots), parts.time_roots_pem, parts.now()}));
  return std::shared_ptr<const DocumentFindings>(std::make_shared<DocumentFindings>(std::move(judged)));
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
