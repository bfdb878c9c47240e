#include "tests/support/time_fixture.h"

#include "signing/self_signed.h"

#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

namespace quotary::testing {

using signing::der_of;

namespace {

template <class T>
T* must(T* pointer) {
  QUOTARY_CHECK(pointer != nullptr);
  return pointer;
}
void must(int done) { QUOTARY_CHECK(done == 1); }

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string info_der(const Forgery& forgery) {
  TS_TST_INFO* const info = must(TS_TST_INFO_new());
  must(TS_TST_INFO_set_version(info, forgery.version));
  const signing::ObjectIdPtr policy(must(OBJ_txt2obj("1.2.3.4.1", 1)));
  must(TS_TST_INFO_set_policy_id(info, policy.get()));  // a copy
  TS_MSG_IMPRINT* const imprint = must(TS_MSG_IMPRINT_new());
  X509_ALGOR* const algorithm = must(X509_ALGOR_new());
  must(X509_ALGOR_set0(algorithm, OBJ_nid2obj(forgery.imprint_digest), V_ASN1_NULL, nullptr));
  must(TS_MSG_IMPRINT_set_algo(imprint, algorithm));
  std::string digest(forgery.imprint.view());
  digest.resize(static_cast<std::size_t>(EVP_MD_get_size(EVP_get_digestbynid(forgery.imprint_digest))), 'x');
  must(TS_MSG_IMPRINT_set_msg(imprint, bytes_of(digest), static_cast<int>(digest.size())));
  must(TS_TST_INFO_set_msg_imprint(info, imprint));
  const signing::IntegerPtr serial(ASN1_INTEGER_new());
  must(ASN1_INTEGER_set(serial.get(), 77));
  must(TS_TST_INFO_set_serial(info, serial.get()));
  std::string text = forgery.gen_time;
  if (text.empty()) {
    const std::string time = format_rfc3339(forgery.time);
    for (const char c : time.substr(0, 19)) {
      if (c >= '0' && c <= '9') text += c;
    }
    text += time.substr(19);
    text.pop_back();
    while (text.ends_with('0') && text.find('.') != text.npos) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    text += 'Z';
  }
  ASN1_GENERALIZEDTIME* const time = must(ASN1_GENERALIZEDTIME_new());
  must(ASN1_STRING_set(time, text.data(), static_cast<int>(text.size())));
  must(TS_TST_INFO_set_time(info, time));
  if (forgery.accuracy_s) {
    TS_ACCURACY* const accuracy = must(TS_ACCURACY_new());
    must(ASN1_INTEGER_set(serial.get(), *forgery.accuracy_s));
    must(TS_ACCURACY_set_seconds(accuracy, serial.get()));
    must(TS_TST_INFO_set_accuracy(info, accuracy));
    TS_ACCURACY_free(accuracy);
  }
  if (!forgery.nonce.empty()) {
    must(ASN1_STRING_set(serial.get(), forgery.nonce.data(), static_cast<int>(forgery.nonce.size())));
    must(TS_TST_INFO_set_nonce(info, serial.get()));
  }
  if (forgery.critical_extension) {
    X509_EXTENSION* const extension = must(X509V3_EXT_conf_nid(nullptr, nullptr, NID_netscape_comment, "critical,x"));
    must(TS_TST_INFO_add_ext(info, extension, -1) == 0 ? 0 : 1);
    X509_EXTENSION_free(extension);
  }
  std::string out = der_of<i2d_TS_TST_INFO>(info);
  ASN1_GENERALIZEDTIME_free(time);
  TS_MSG_IMPRINT_free(imprint);
  X509_ALGOR_free(algorithm);
  TS_TST_INFO_free(info);
  return out + forgery.behind_info;
}

// SigningCertificateV2 (RFC 5035): one ESSCertIDv2 with the default digest and nothing else.
ASN1_STRING* signing_certificate(const std::string& certificate) {
  std::string der = "\x30\x26\x30\x24\x30\x22\x04\x20" + std::string(sha256(certificate).view());
  ASN1_STRING* const out = must(ASN1_STRING_new());
  must(ASN1_STRING_set(out, der.data(), static_cast<int>(der.size())));
  return out;
}

}  // namespace

TimeSigner make_time_signer(const TemporaryFolder& folder, const char* extended_key_usage, Timestamp now) {
  SystemRandom random;
  const auto files = posix_file_system();
  const std::string name = folder.file(to_hex(random.bytes(8)));
  signing::SelfSignedProfile profile;
  profile.subject = {{"CN", "A time-stamping authority of a test"}};
  profile.extended_key_usage = extended_key_usage;
  signing::SealKeyFiles paths;
  paths.certificate_path = name + ".cert.pem";
  paths.key_path = name + ".key.pem";
  signing::make_self_signed(*files, paths, profile, now, random).value();
  TimeSigner out;
  out.pem = read_file(*files, paths.certificate_path).value();
  out.key = signing::private_key_from_pem(read_file(*files, paths.key_path).value());
  out.certificate = std::move(signing::certificates_from_pem(out.pem).value().front());
  return out;
}

std::string forge_token(const TimeSigner& signer, const Forgery& forgery) {
  const std::string info = info_der(forgery);
  PKCS7* const cms = must(PKCS7_new());
  must(PKCS7_set_type(cms, NID_pkcs7_signed));
  must(ASN1_INTEGER_set(cms->d.sign->version, 3));
  if (forgery.carries_certificate) must(PKCS7_add_certificate(cms, signer.certificate.get()));
  PKCS7_SIGNER_INFO* const by = must(PKCS7_add_signature(cms, signer.certificate.get(), signer.key.get(),
                                                         EVP_get_digestbynid(forgery.signature_digest)));
  if (forgery.content_type) must(PKCS7_add_attrib_content_type(by, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)));
  if (forgery.ess) {
    const std::string certificate =
        forgery.ess_certificate.empty() ? signing::certificate_der(signer.certificate.get()) : forgery.ess_certificate;
    must(PKCS7_add_signed_attribute(by, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE,
                                    signing_certificate(certificate)));
  }
  // As OpenSSL's ts_TST_INFO_content_new(): empty, and filled by what is written below.
  PKCS7* const content = must(PKCS7_new());
  content->type = OBJ_nid2obj(NID_id_smime_ct_TSTInfo);
  ASN1_OCTET_STRING* const octets = must(ASN1_OCTET_STRING_new());
  content->d.other = must(ASN1_TYPE_new());
  ASN1_TYPE_set(content->d.other, V_ASN1_OCTET_STRING, octets);
  must(PKCS7_set_content(cms, content));
  BIO* const body = must(PKCS7_dataInit(cms, nullptr));
  must(BIO_write(body, info.data(), static_cast<int>(info.size())) == static_cast<int>(info.size()) ? 1 : 0);
  must(PKCS7_dataFinal(cms, body));
  BIO_free_all(body);
  std::string out = der_of<i2d_PKCS7>(cms);
  PKCS7_free(cms);
  return out;
}

std::string forge_reply(int status, const std::string& token, std::optional<int> failure, const std::string& words) {
  // TimeStampResp ::= SEQUENCE { PKIStatusInfo, TimeStampToken OPTIONAL }
  const auto value = [](char tag, const std::string& content) {
    std::string length;
    if (content.size() < 0x80) {
      length = std::string(1, static_cast<char>(content.size()));
    } else {
      QUOTARY_CHECK(content.size() <= 0xffff);
      length = "\x82";
      put_u16(length, static_cast<std::uint16_t>(content.size()));
      if (content.size() < 0x100) length = "\x81" + length.substr(2);
    }
    return tag + length + content;
  };
  std::string said = value('\x02', std::string(1, static_cast<char>(status)));
  if (!words.empty()) said += value('\x30', value('\x0c', words));
  if (failure) {
    std::string bits(static_cast<std::size_t>(*failure) / 8 + 1, '\0');
    bits.back() = static_cast<char>(0x80 >> (*failure % 8));
    said += value('\x03', std::string(1, static_cast<char>(7 - *failure % 8)) + bits);
  }
  return value('\x30', value('\x30', said) + token);
}

}  // namespace quotary::testing
