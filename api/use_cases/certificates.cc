#include "api/use_cases/certificates.h"

#include "ledger/log/system_event.h"

namespace quotary::api {
namespace {

using records::AdoptedCertificate;
using records::CertificateUse;

// The one that is about the change from that certificate; one about an earlier change has had its time.
Result<std::optional<Renewal>> renewal_from(const Renewals& renewals, const CertificateUse& use,
                                            const AdoptedCertificate& before, const Hash& next) {
  QUOTARY_TRY(waiting, read_waiting(renewals.files, renewals.keys_directory, use));
  if (!waiting) return std::optional<Renewal>();
  const signing::CertificateRenewal& terms = waiting->terms;
  if (terms.old_certificate.hex() != before.sha256 || terms.adopted_by != before.index) return std::optional<Renewal>();
  const std::string path = renewal_path(renewals.keys_directory, use);
  const auto differs = [&](const std::string& what) {
    return fail(Errc::unavailable, "renewal_differs",
                path + " is " + what + ": make another with `quotary keys renew`, or take the file away");
  };
  if (terms.origin != renewals.origin) return differs("of the log " + terms.origin);
  if (terms.use != use.name) return differs("about certificates of another use");
  if (terms.new_certificate != next)
    return differs("a renewal to the certificate " + terms.new_certificate.hex() + ", and " + next.hex() +
                   " is to be used");
  return waiting;
}

}  // namespace

std::string renewal_path(const std::string& keys_directory, const CertificateUse& use) {
  return keys_directory + "/" + std::string(use.name) + ".renewal";
}

Result<std::optional<Renewal>> read_waiting(FileSystem& files, const std::string& keys_directory,
                                            const CertificateUse& use) {
  const std::string path = renewal_path(keys_directory, use);
  if (!files.exists(path)) return std::optional<Renewal>();
  QUOTARY_TRY(text, read_file(files, path, signing::renewal_bytes_max));
  auto terms = signing::read_renewal(text);
  if (terms) return std::optional<Renewal>(Renewal{std::move(text), std::move(*terms)});
  Error named = std::move(terms).error();
  named.detail = path + ": " + named.detail;
  return named;
}

Result<void> adopt_certificate(Ledger& ledger, const Renewals& renewals, const CertificateUse& use,
                               const signing::SigningCertificate& certificate) {
  const std::string hash = certificate.sha256.hex();
  std::optional<AdoptedCertificate> before;
  QUOTARY_TRY_VOID(ledger.read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
    QUOTARY_TRY(found, records::find_certificate(state, use));
    before = std::move(found);
    return {};
  }));
  if (before && before->sha256 == hash) return {};
  json::object body{{"certificate", hash}, {"not_after", format_rfc3339(certificate.not_after)}};
  std::optional<Renewal> renewal;
  if (before) {
    QUOTARY_TRY(waiting, renewal_from(renewals, use, *before, certificate.sha256));
    renewal = std::move(waiting);
    body["previous"] = before->index;
    if (renewal) body["before"] = signing::certificate_end_name(renewal->terms.end);
  }
  Draft draft = system_draft(use.type, use.subject, std::move(body));
  draft.objects.push_back({"certificate", "application/x-pem-file", certificate.pem, "", 1});
  if (renewal) draft.objects.push_back({"renewal", "text/plain", std::move(renewal->text), "", 1});
  QUOTARY_TRY_VOID(append_draft(ledger, draft));
  // It is in the ledger now; left behind it would be passed over.
  if (renewal) (void)renewals.files.remove(renewal_path(renewals.keys_directory, use));
  return {};
}

}  // namespace quotary::api
