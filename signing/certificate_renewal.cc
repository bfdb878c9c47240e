#include "signing/certificate_renewal.h"

#include "signing/cms.h"

#include <openssl/pem.h>

#include <charconv>
#include <vector>

namespace quotary::signing {
namespace {

constexpr std::string_view renewal_header = "Quotary certificate renewal v1",
                           revocation_header = "Quotary certificate revocation v1";
constexpr std::string_view digest_prefix = "sha256 ";
constexpr const char* signature_label = "CMS";
constexpr std::size_t statement_lines = 6;

Error corrupt(const std::string& why) {
  return fail(Errc::corrupt, "renewal", "the renewal of a certificate does not hold: " + why);
}

std::string statement_text(const CertificateRenewal& terms) {
  std::string out(terms.end == CertificateEnd::revoked ? revocation_header : renewal_header);
  out += "\n" + terms.origin + "\n" + terms.use + "\n" + std::to_string(terms.adopted_by) + "\n";
  for (const Hash& each : {terms.old_certificate, terms.new_certificate})
    out += std::string(digest_prefix) + each.hex() + "\n";
  return out;
}

bool known_use(std::string_view use) { return use == "seal" || use == "signing"; }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1))
    lines.push_back(text.substr(0, end));
  return lines;
}

Result<Hash> read_certificate(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return corrupt("a line names no certificate");
  if (line.substr(0, space + 1) != digest_prefix)
    return fail(Errc::invalid, "unknown_algorithm",
                "a renewal names a certificate by a hash that this program does not know: a newer one may");
  const auto hash = Hash::from_hex(line.substr(space + 1));
  if (!hash) return corrupt("a line names no certificate");
  return *hash;
}

Result<CertificateRenewal> read_statement(std::string_view statement) {
  const auto lines = lines_of(statement);
  const bool known = lines.size() == statement_lines && (lines[0] == renewal_header || lines[0] == revocation_header);
  if (!known) return corrupt("it does not begin with the six lines of a statement");
  CertificateRenewal terms;
  terms.end = lines[0] == revocation_header ? CertificateEnd::revoked : CertificateEnd::renewed;
  terms.origin = lines[1];
  terms.use = lines[2];
  const auto number = std::from_chars(lines[3].data(), lines[3].data() + lines[3].size(), terms.adopted_by);
  if (number.ec != std::errc()) return corrupt("it names no entry of the certificate before");
  QUOTARY_TRY(before, read_certificate(lines[4]));
  QUOTARY_TRY(after, read_certificate(lines[5]));
  terms.old_certificate = before, terms.new_certificate = after;
  if (!known_use(terms.use)) return corrupt("it names no use of certificates");
  if (before == after) return corrupt("it names the same certificate twice");
  return terms;
}

Result<std::string> signature_pem(const std::string& der) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  const auto* const bytes = reinterpret_cast<const unsigned char*>(der.data());
  const bool written = out && PEM_write_bio(out.get(), signature_label, "", bytes, static_cast<long>(der.size())) > 0;
  char* text = nullptr;
  const long size = written ? BIO_get_mem_data(out.get(), &text) : 0;
  if (size <= 0) return fail(Errc::internal, "signing_failed", "cannot write a signature: " + drain_openssl_errors());
  return std::string(text, static_cast<std::size_t>(size));
}

Result<std::string> next_signature(BIO* in) {
  char *name = nullptr, *header = nullptr;
  unsigned char* bytes = nullptr;
  long size = 0;
  if (PEM_read_bio(in, &name, &header, &bytes, &size) != 1) {
    (void)drain_openssl_errors();
    return corrupt("a signature is missing");
  }
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  for (void* each : {static_cast<void*>(name), static_cast<void*>(header), static_cast<void*>(bytes)})
    OPENSSL_free(each);
  return der;
}

struct Signer {
  std::vector<CertificatePtr> certificates;
  Hash sha256;
};

Result<Signer> signer_of(const DocumentSigner& signer) {
  QUOTARY_TRY(certificates, certificates_from_pem(signer.certificate_pem()));
  Hash hash = quotary::sha256(certificate_der(certificates.front().get()));
  return Signer{std::move(certificates), hash};
}

Result<std::string> sign_statement(const std::string& statement, const Signer& who, const DocumentSigner& signer) {
  X509* const leaf = who.certificates.front().get();
  const auto form = CmsForm::make(leaf, issuing_chain(leaf, who.certificates));
  if (!form)
    return fail(Errc::unavailable, "signer_unsuitable",
                "the certificate of " + certificate_subject(leaf) + " gives no signature: " + form.error().detail);
  const Hash digest = sha256(statement);
  QUOTARY_TRY(value, signer.sign(form->attributes(digest)));
  SignedCms cms;
  cms.der = form->write(digest, value);
  cms.signature = std::move(value);
  const auto confirmed = confirm_cms(cms, *form, digest);
  if (!confirmed)
    return fail(Errc::internal, "signing_failed",
                "what the key of " + certificate_subject(leaf) +
                    " gave is no signature under its certificate: " + confirmed.error().detail);
  return signature_pem(cms.der);
}

Result<void> check_signature(std::string_view der, std::string_view statement, const Hash& certificate,
                             const std::string& whose) {
  const auto found = verify_cms(der, statement);
  if (!found) return corrupt("the signature of " + whose + ": " + found.error().detail);
  if (sha256(certificate_der(found->signer.get())) == certificate) return {};
  return corrupt("the signature that should be of " + whose + " is by " + certificate_subject(found->signer.get()));
}

}  // namespace

std::string_view certificate_end_name(CertificateEnd end) {
  return end == CertificateEnd::revoked ? "revoked" : "renewed";
}

Result<std::string> sign_renewal(CertificateRenewal terms, const DocumentSigner& old_signer,
                                 const DocumentSigner& new_signer) {
  QUOTARY_TRY(before, signer_of(old_signer));
  QUOTARY_TRY(after, signer_of(new_signer));
  terms.old_certificate = before.sha256, terms.new_certificate = after.sha256;
  const std::string statement = statement_text(terms);
  if (const auto read = read_statement(statement); !read)
    return fail(Errc::invalid, "bad_renewal", read.error().detail);
  QUOTARY_TRY(by_old, sign_statement(statement, before, old_signer));
  QUOTARY_TRY(by_new, sign_statement(statement, after, new_signer));
  return statement + "\n" + by_old + by_new;
}

Result<CertificateRenewal> read_renewal(std::string_view text) {
  if (text.size() > renewal_bytes_max) return corrupt("it has more than 64 KiB");
  const auto gap = text.find("\n\n");
  if (gap == std::string_view::npos) return corrupt("it does not begin with the six lines of a statement");
  const std::string_view statement = text.substr(0, gap + 1), signatures = text.substr(gap + 2);
  QUOTARY_TRY(terms, read_statement(statement));
  const BioPtr in = memory_bio(signatures);
  QUOTARY_CHECK(in);
  QUOTARY_TRY(by_old, next_signature(in.get()));
  QUOTARY_TRY(by_new, next_signature(in.get()));
  QUOTARY_TRY(old_pem, signature_pem(by_old));
  QUOTARY_TRY(new_pem, signature_pem(by_new));
  // One renewal has one text, so that its hash in an entry is of all that was signed and nothing else.
  if (statement_text(terms) != statement || signatures != old_pem + new_pem)
    return corrupt("it is not written as it should be");
  QUOTARY_TRY_VOID(check_signature(by_old, statement, terms.old_certificate, "the certificate before"));
  QUOTARY_TRY_VOID(check_signature(by_new, statement, terms.new_certificate, "the new certificate"));
  return terms;
}

}  // namespace quotary::signing
