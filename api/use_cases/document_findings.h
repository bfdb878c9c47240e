// What the bytes of a document show by themselves, for answers about it. Inside api/use_cases.
#pragma once

#include "api/judging/judges.h"
#include "api/use_cases/parts.h"
#include "ledger/records/certificates.h"

#include <mutex>

namespace quotary::api {

using DocumentFindings = judging::Judgement;

// Has the bytes judged. What trust is: a certificate that this ledger adopted for sealing or for recording signatures,
// what leads to the roots of signers that the server was started with, and with a document its owner's own keys; for
// time-stamps the roots that the server was started with. Errors of judging::Judges::judge().
[[nodiscard]] Result<std::shared_ptr<const DocumentFindings>> judge_document(const Organisation::Parts& parts,
                                                                             std::string_view pdf,
                                                                             const records::Signable* document);

// The certificates of all keys by which that person has signed or may sign for themselves, PEM; "" for none.
[[nodiscard]] Result<std::string> signing_certificates_of(const Organisation::Parts& parts, std::string_view person);

// The entries that adopted certificates for a use, newest first. Errors of reading the ledger.
[[nodiscard]] Result<std::vector<Entry>> adoptions(const Ledger& ledger, const records::CertificateUse& use);

// Every certificate that the ledger adopted for either use, PEM. Errors of reading the ledger.
[[nodiscard]] Result<std::string> adopted_certificates(const Ledger& ledger);

// Of documents that the ledger knows: their bytes never change, and many may ask about one. Bounded. Thread-safe.
class FindingsCache {
 public:
  using Findings = std::shared_ptr<const DocumentFindings>;
  [[nodiscard]] Findings find(const Hash& document) const;
  void put(const Hash& document, Findings findings);

 private:
  static constexpr std::size_t documents_max = 2'048;  // of some KB each
  mutable std::mutex mutex_;
  std::map<std::string, Findings> documents_;
};

}  // namespace quotary::api
