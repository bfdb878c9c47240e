#include "api/use_cases/seal_certificates.h"

#include "ledger/log/system_event.h"
#include "ledger/records/seal_certificate.h"

namespace quotary::api {

Result<void> adopt_certificate(Ledger& ledger, const signing::Seal& seal) {
  const std::string hash = seal.certificate_sha256().hex();
  std::optional<records::SealCertificate> before;
  QUOTARY_TRY_VOID(ledger.read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    QUOTARY_TRY(found, records::find_seal_certificate(state));
    before = std::move(found);
    return {};
  }));
  if (before && before->sha256 == hash) return {};
  json::object body{{"certificate", hash}, {"not_after", format_rfc3339(seal.not_after())}};
  if (before) body["previous"] = before->index;
  Draft draft = system_draft(records::seal_adopted_type, records::seal_certificate_subject, std::move(body));
  draft.objects.push_back({"certificate", "application/x-pem-file", seal.certificate_pem(), "", 1});
  QUOTARY_TRY_VOID(append_draft(ledger, draft));
  return {};
}

}  // namespace quotary::api
