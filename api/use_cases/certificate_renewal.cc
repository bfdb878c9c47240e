#include "api/certificate_renewal.h"

#include "api/use_cases/certificates.h"
#include "api/use_cases/opening.h"
#include "ledger/log/newest_about.h"

namespace quotary::api {
namespace {

Result<std::shared_ptr<const signing::DocumentSigner>> load(const OrganisationConfig& config,
                                                            const signing::SealKeyFiles& from) {
  return signing::load_document_signer(*config.files, from, config.clock->now());
}

// The entry by which that certificate is in use.
Result<std::uint64_t> adopted_by(const OrganisationConfig& config, const records::CertificateUse& use,
                                 const signing::SigningCertificate& current) {
  std::optional<records::AdoptedCertificate> newest;
  QUOTARY_TRY_VOID(read_folder_state(ledger_options(config),
                                     [&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
                                       QUOTARY_TRY(found, records::find_certificate(state, use));
                                       newest = std::move(found);
                                       return {};
                                     }));
  if (!newest)
    return fail(Errc::conflict, "certificate_not_in_use",
                "the ledger names no certificate of this use yet: the first start with one chains it");
  if (newest->sha256 == current.sha256.hex()) return newest->index;
  return fail(Errc::conflict, "certificate_not_in_use",
              "the certificate in use is " + newest->sha256 + ", by entry " + std::to_string(newest->index) +
                  "; the current key that is given is of " + current.sha256.hex());
}

}  // namespace

Result<PreparedRenewal> prepare_renewal(const OrganisationConfig& given, const records::CertificateUse& use,
                                        const signing::SealKeyFiles& current, const signing::SealKeyFiles& next,
                                        signing::CertificateEnd end) {
  const auto config = with_defaults(given);
  QUOTARY_TRY_VOID(check_folders(config));
  QUOTARY_TRY(keys, signing::KeyFolder::open(config.files, config.keys_directory));
  QUOTARY_TRY(old_signer, load(config, current));
  QUOTARY_TRY(new_signer, load(config, next));
  QUOTARY_TRY(certificate, signing::signing_certificate(old_signer->certificate_pem()));
  QUOTARY_TRY(index, adopted_by(config, use, certificate));
  signing::CertificateRenewal terms;
  terms.end = end;
  terms.origin = keys->log_signer().name();
  terms.use = use.name;
  terms.adopted_by = index;
  QUOTARY_TRY(text, signing::sign_renewal(terms, *old_signer, *new_signer));
  QUOTARY_TRY(checked, signing::read_renewal(text));
  PreparedRenewal made{renewal_path(config.keys_directory, use), std::move(checked),
                       signing::certificate_subject_of(old_signer->certificate_pem()),
                       signing::certificate_subject_of(new_signer->certificate_pem())};
  QUOTARY_TRY_VOID(write_file_durably(*config.files, made.path, text));
  return made;
}

Result<std::optional<signing::CertificateRenewal>> waiting_renewal(const OrganisationConfig& given,
                                                                   const records::CertificateUse& use) {
  const auto config = with_defaults(given);
  QUOTARY_TRY(waiting, read_waiting(*config.files, config.keys_directory, use));
  if (!waiting) return std::optional<signing::CertificateRenewal>();
  return std::optional<signing::CertificateRenewal>(std::move(waiting->terms));
}

}  // namespace quotary::api
