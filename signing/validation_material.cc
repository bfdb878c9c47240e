#include "signing/validation_material.h"

#include "signing/material_pool.h"
#include "signing/revocation_list.h"

#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include <algorithm>

namespace quotary::signing {

namespace {

using Pkcs7Ptr = std::unique_ptr<PKCS7, Release<PKCS7_free>>;

Error too_large(const std::string& what) { return fail(Errc::too_large, "material_too_large", what); }

std::size_t bytes_of(const ValidationMaterial& material) {
  std::size_t out = 0;
  for (const auto* list : {&material.certificates, &material.revocation_lists, &material.ocsp_answers}) {
    for (const std::string& each : *list) out += each.size();
  }
  return out;
}

Result<void> check_limits(const ValidationMaterial& material) {
  if (material.items() > material_items_max)
    return too_large("more than " + std::to_string(material_items_max) +
                     " certificates, revocation lists and OCSP answers");
  if (bytes_of(material) > material_bytes_max)
    return too_large("certificates, revocation lists and OCSP answers of more than " +
                     std::to_string(material_bytes_max) + " bytes together");
  const bool long_certificate =
      std::any_of(material.certificates.begin(), material.certificates.end(),
                  [](const std::string& der) { return der.size() > material_certificate_bytes_max; });
  if (long_certificate)
    return too_large("a certificate of more than " + std::to_string(material_certificate_bytes_max) + " bytes");
  return {};
}

void add_once(std::vector<std::string>& list, const std::string& der) {
  if (std::find(list.begin(), list.end(), der) == list.end()) list.push_back(der);
}

// The certificates of a certs-only CMS; empty when it is none.
std::vector<std::string> certificates_of_cms(std::string_view der) {
  std::vector<std::string> out;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const Pkcs7Ptr cms(d2i_PKCS7(nullptr, &at, static_cast<long>(der.size())));
  const bool signed_data = cms && at == end && PKCS7_type_is_signed(cms.get()) != 0 && cms->d.sign;
  const STACK_OF(X509)* const found = signed_data ? cms->d.sign->cert : nullptr;
  for (int i = 0; found && i < sk_X509_num(found); ++i) out.push_back(certificate_der(sk_X509_value(found, i)));
  ERR_clear_error();
  return out;
}

// The DER of a PEM text whose first block is a revocation list; empty when it is none.
std::string revocation_list_of_pem(std::string_view pem) {
  const BioPtr in = memory_bio(pem);
  const CrlPtr list(in ? PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  return list ? der_of<i2d_X509_CRL>(list.get()) : std::string();
}

Result<ValidationMaterial> read_fetched(std::string_view bytes) {
  ValidationMaterial out;
  if (bytes.size() > revocation_list_bytes_max) return too_large("a fetched object of more than 4 MiB");
  if (bytes.find("-----BEGIN ") != bytes.npos) {
    if (const std::string list = revocation_list_of_pem(bytes); !list.empty()) {
      out.revocation_lists.push_back(list);
      return out;
    }
    const auto certificates = certificates_from_pem(bytes);
    if (certificates) {
      for (const CertificatePtr& each : *certificates) add_once(out.certificates, certificate_der(each.get()));
      return out;
    }
  }
  if (read_certificate(bytes)) {
    out.certificates.emplace_back(bytes);
    return out;
  }
  if (read_revocation_list(bytes)) {
    out.revocation_lists.emplace_back(bytes);
    return out;
  }
  const auto answer = OcspAnswer::read(bytes);
  if (answer) {
    out.ocsp_answers.emplace_back(bytes);
    return out;
  }
  if (answer.error().kind == Errc::unavailable) return answer.error();
  out.certificates = certificates_of_cms(bytes);
  if (!out.certificates.empty()) return out;
  return fail(Errc::invalid, "bad_material",
              "neither a certificate, nor a revocation list, nor an OCSP answer: " + answer.error().detail);
}

}  // namespace

CertificatePtr read_certificate(std::string_view der) {
  ERR_clear_error();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  CertificatePtr out;
  if (der.size() <= material_certificate_bytes_max) out.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (out && certificate_der(out.get()) != der) out.reset();
  ERR_clear_error();
  return out;
}

void add_material(ValidationMaterial& material, const ValidationMaterial& more) {
  for (const std::string& each : more.certificates) add_once(material.certificates, each);
  for (const std::string& each : more.revocation_lists) add_once(material.revocation_lists, each);
  for (const std::string& each : more.ocsp_answers) add_once(material.ocsp_answers, each);
}

Result<void> add_fetched(ValidationMaterial& material, std::string_view bytes) {
  QUOTARY_TRY(found, read_fetched(bytes));
  ValidationMaterial all = material;
  add_material(all, found);
  QUOTARY_TRY_VOID(check_limits(all));
  material = std::move(all);
  return {};
}

Result<void> add_ocsp_answer(ValidationMaterial& material, std::string_view bytes, std::string_view nonce) {
  QUOTARY_TRY(answer, OcspAnswer::read(bytes));
  QUOTARY_TRY_VOID(answer.check_nonce(nonce));
  return add_fetched(material, bytes);
}

MaterialPool::MaterialPool(std::unique_ptr<State> state) : state_(std::move(state)) {}
MaterialPool::~MaterialPool() = default;
MaterialPool::MaterialPool(MaterialPool&&) noexcept = default;
MaterialPool& MaterialPool::operator=(MaterialPool&&) noexcept = default;

std::size_t MaterialPool::unreadable() const { return state_->unreadable; }

Result<MaterialPool> MaterialPool::read(const ValidationMaterial& material) {
  QUOTARY_TRY_VOID(check_limits(material));
  auto state = std::make_unique<State>();
  for (const std::string& der : material.certificates) {
    CertificatePtr certificate = read_certificate(der);
    certificate ? state->certificates.push_back(std::move(certificate)) : void(++state->unreadable);
  }
  for (const std::string& der : material.revocation_lists) {
    auto list = read_revocation_list(der);
    list ? void(state->revocation_lists.emplace_back(der, std::move(*list))) : void(++state->unreadable);
  }
  for (const std::string& der : material.ocsp_answers) {
    auto answer = OcspAnswer::read(der);
    answer ? void(state->ocsp_answers.emplace_back(der, std::move(*answer))) : void(++state->unreadable);
  }
  return MaterialPool(std::move(state));
}

}  // namespace quotary::signing
