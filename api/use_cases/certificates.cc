#include "api/use_cases/certificates.h"

#include "ledger/log/system_event.h"

namespace quotary::api {

Result<void> adopt_certificate(Ledger& ledger, const records::CertificateUse& use,
                               const signing::SigningCertificate& certificate) {
  const std::string hash = certificate.sha256.hex();
  std::optional<records::AdoptedCertificate> before;
  QUOTARY_TRY_VOID(ledger.read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    QUOTARY_TRY(found, records::find_certificate(state, use));
    before = std::move(found);
    return {};
  }));
  if (before && before->sha256 == hash) return {};
  json::object body{{"certificate", hash}, {"not_after", format_rfc3339(certificate.not_after)}};
  if (before) body["previous"] = before->index;
  Draft draft = system_draft(use.type, use.subject, std::move(body));
  draft.objects.push_back({"certificate", "application/x-pem-file", certificate.pem, "", 1});
  QUOTARY_TRY_VOID(append_draft(ledger, draft));
  return {};
}

}  // namespace quotary::api
