#include "tests/support/test_authority.h"

#include <openssl/ec.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace quotary::testing {

namespace {

template <class T>
T* must(T* pointer) {
  QUOTARY_CHECK(pointer != nullptr);
  return pointer;
}
void must(int done) { QUOTARY_CHECK(done > 0); }

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, signing::Release<X509_EXTENSION_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, signing::Release<ASN1_TIME_free>>;

TimePtr time_value(Timestamp time) {
  return TimePtr(must(ASN1_TIME_adj(nullptr, static_cast<time_t>(time.unix_ms / 1000), 0, 0)));
}
TimePtr general_time(Timestamp time) {
  return TimePtr(must(ASN1_GENERALIZEDTIME_adj(nullptr, static_cast<time_t>(time.unix_ms / 1000), 0, 0)));
}

ExtensionPtr extension(int nid, const char* value, X509* subject, X509* issuer) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
  return ExtensionPtr(must(X509V3_EXT_conf_nid(nullptr, &context, nid, value)));
}

void set_serial(ASN1_INTEGER* to) {
  SystemRandom random;
  const auto serial = signing::random_integer(random, 8);
  must(ASN1_STRING_set(to, ASN1_STRING_get0_data(serial.get()), ASN1_STRING_length(serial.get())));
}

}  // namespace

Identity issue(const Identity* issuer, const CertificateProfile& profile) {
  Identity out;
  out.key.reset(profile.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(profile.rsa_bits)) : EVP_EC_gen("P-256"));
  must(out.key.get());
  out.certificate.reset(must(X509_new()));
  X509* const target = out.certificate.get();
  X509* const by = issuer ? issuer->certificate.get() : target;
  must(X509_set_version(target, X509_VERSION_3));
  set_serial(X509_get_serialNumber(target));
  must(X509_set1_notBefore(target, time_value(profile.not_before).get()));
  must(X509_set1_notAfter(target, time_value(profile.not_after).get()));
  must(X509_NAME_add_entry_by_txt(X509_get_subject_name(target), "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(profile.name.data()),
                                  static_cast<int>(profile.name.size()), -1, 0));
  must(X509_set_issuer_name(target, X509_get_subject_name(by)));
  must(X509_set_pubkey(target, out.key.get()));
  const auto add = [&](int nid, const char* value) {
    if (value) must(X509_add_ext(target, extension(nid, value, target, by).get(), -1));
  };
  add(NID_subject_key_identifier, "hash");
  add(NID_basic_constraints, profile.basic_constraints);
  add(NID_key_usage, profile.key_usage);
  add(NID_ext_key_usage, profile.extended_key_usage);
  add(NID_crl_distribution_points, profile.list_points);
  add(NID_info_access, profile.access);
  add(NID_id_pkix_OCSP_noCheck, profile.no_check ? "ignored" : nullptr);
  must(X509_sign(target, issuer ? issuer->key.get() : out.key.get(), EVP_get_digestbyname(profile.digest)));
  // Read as anybody would, so that what OpenSSL caches of it is there.
  const std::string der = out.der();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  out.certificate.reset(must(d2i_X509(nullptr, &at, static_cast<long>(der.size()))));
  return out;
}

CertificateProfile authority_profile(const std::string& name) {
  CertificateProfile out;
  out.name = name;
  out.not_before = {seal_time.unix_ms - 2 * year_ms};
  out.not_after = {seal_time.unix_ms + 5 * year_ms};
  out.basic_constraints = "critical,CA:TRUE";
  out.key_usage = "critical,keyCertSign,cRLSign";
  return out;
}

std::string make_list(const Identity& issuer, const ListProfile& profile, const Identity* signer) {
  const signing::CrlPtr list(must(X509_CRL_new()));
  must(X509_CRL_set_version(list.get(), X509_CRL_VERSION_2));
  must(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate.get())));
  must(X509_CRL_set1_lastUpdate(list.get(), time_value(profile.this_update).get()));
  if (profile.next_update) must(X509_CRL_set1_nextUpdate(list.get(), time_value(*profile.next_update).get()));
  for (const Revoked& each : profile.revoked) {
    X509_REVOKED* const entry = must(X509_REVOKED_new());
    must(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(each.who->certificate.get())));
    must(X509_REVOKED_set_revocationDate(entry, time_value(each.when).get()));
    if (each.reason >= 0) {
      const std::unique_ptr<ASN1_ENUMERATED, signing::Release<ASN1_ENUMERATED_free>> reason(
          must(ASN1_ENUMERATED_new()));
      must(ASN1_ENUMERATED_set(reason.get(), each.reason));
      must(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, 0));
    }
    must(X509_CRL_add0_revoked(list.get(), entry));
  }
  if (profile.issuing_point)
    must(X509_CRL_add_ext(
        list.get(), extension(NID_issuing_distribution_point, profile.issuing_point, nullptr, nullptr).get(), -1));
  must(X509_CRL_sort(list.get()));
  must(X509_CRL_sign(list.get(), (signer ? *signer : issuer).key.get(), EVP_get_digestbyname(profile.digest)));
  return signing::der_of<i2d_X509_CRL>(list.get());
}

std::string make_answer(const Identity& subject, const Identity& issuer, const Identity& responder,
                        const AnswerProfile& profile) {
  OCSP_BASICRESP* const basic = must(OCSP_BASICRESP_new());
  OCSP_CERTID* const id = must(OCSP_cert_to_id(EVP_sha1(), subject.certificate.get(), issuer.certificate.get()));
  const TimePtr given = general_time(profile.this_update), revoked = general_time(profile.revoked_at);
  const TimePtr next = profile.next_update ? general_time(*profile.next_update) : nullptr;
  must(OCSP_basic_add1_status(basic, id, profile.status, profile.reason, profile.status == 1 ? revoked.get() : nullptr,
                              given.get(), next.get()));
  std::string nonce = profile.nonce;
  if (!nonce.empty())
    must(OCSP_basic_add1_nonce(basic, reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())));
  // Else it would be the machine's clock.
  must(ASN1_GENERALIZEDTIME_set(const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic)),
                                static_cast<time_t>(profile.this_update.unix_ms / 1000))
           ? 1
           : 0);
  must(OCSP_basic_sign(basic, responder.certificate.get(), responder.key.get(), EVP_get_digestbyname(profile.digest),
                       nullptr, OCSP_NOTIME));
  OCSP_RESPONSE* const response = must(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic));
  std::string out = signing::der_of<i2d_OCSP_RESPONSE>(response);
  OCSP_RESPONSE_free(response);
  OCSP_CERTID_free(id);
  OCSP_BASICRESP_free(basic);
  return out;
}

std::string TestAuthority::token(const Hash& imprint, Timestamp at) const {
  TimeSigner by;
  EVP_PKEY_up_ref(time.key.get());
  by.key.reset(time.key.get());
  X509_up_ref(time.certificate.get());
  by.certificate.reset(time.certificate.get());
  Forgery genuine;
  genuine.imprint = imprint;
  genuine.time = at;
  return forge_token(by, genuine);
}

TestAuthority test_authority() {
  TestAuthority out;
  out.root = issue(nullptr, authority_profile("Root"));
  CertificateProfile intermediate = authority_profile("Intermediate");
  intermediate.list_points = "URI:http://root.example/list.crl";
  out.intermediate = issue(&out.root, intermediate);
  CertificateProfile signer;
  signer.name = "Signer";
  signer.list_points = "URI:http://ca.example/list.crl";
  signer.access = "OCSP;URI:http://ca.example/ocsp,caIssuers;URI:http://ca.example/ca.cer";
  out.signer = issue(&out.intermediate, signer);
  CertificateProfile time;
  time.name = "Time";
  time.extended_key_usage = "critical,timeStamping";
  time.list_points = "URI:http://ca.example/list.crl";
  time.not_after = {seal_time.unix_ms + 3 * year_ms};
  out.time = issue(&out.intermediate, time);
  CertificateProfile responder;
  responder.name = "Responder";
  responder.extended_key_usage = "OCSPSigning";
  responder.no_check = true;
  out.responder = issue(&out.intermediate, responder);
  return out;
}

std::shared_ptr<const signing::Seal> seal_of(const TemporaryFolder& folder, const Identity& signer,
                                             const TestAuthority& authority) {
  const signing::BioPtr out(must(BIO_new(BIO_s_mem())));
  must(PEM_write_bio_PKCS8PrivateKey(out.get(), signer.key.get(), nullptr, nullptr, 0, nullptr, nullptr));
  char* text = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(out.get(), &text));
  signing::SealKeyFiles paths;
  paths.certificate_path = folder.file("chain.pem");
  paths.key_path = folder.file("chain.key.pem");
  write_bytes(paths.key_path, {text, size});
  write_bytes(paths.certificate_path, signer.pem() + authority.intermediate.pem() + authority.root.pem());
  return signing::Seal::load(*posix_file_system(), paths, seal_time).value();
}

}  // namespace quotary::testing
