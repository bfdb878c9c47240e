#include "tests/support/other_judges.h"

#include "ledger/base/bytes.h"
#include "signing/openssl_handles.h"

#include <openssl/cms.h>

#include <regex>

namespace quotary::testing {

namespace {

std::string only_value(const std::string& bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const begin = at;
  long length = 0;
  int tag = 0, kind = 0;
  QUOTARY_CHECK((ASN1_get_object(&at, &length, &tag, &kind, static_cast<long>(bytes.size())) & 0x81) == 0);
  return bytes.substr(0, static_cast<std::size_t>(at - begin + length));
}

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string time_option(Timestamp at) { return " -attime " + std::to_string(at.unix_ms / 1000); }

}  // namespace

std::vector<CutSignature> cut_signatures(const std::string& pdf) {
  static const std::regex range(R"(/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\])");
  std::vector<CutSignature> out;
  for (std::sregex_iterator found(pdf.begin(), pdf.end(), range), end; found != end; ++found) {
    std::size_t n[4] = {};
    for (std::size_t i = 0; i < 4; ++i) n[i] = std::stoul((*found)[i + 1]);
    CutSignature each;
    each.der = only_value(*from_hex(pdf.substr(n[1] + 1, n[2] - n[1] - 2)));
    each.content = pdf.substr(n[0], n[1]) + pdf.substr(n[2], n[3]);
    const auto at = static_cast<std::size_t>(found->position());
    each.document_time = pdf.substr(pdf.rfind("<<", at), at - pdf.rfind("<<", at)).find("/ETSI.RFC3161") != pdf.npos;
    out.push_back(std::move(each));
  }
  return out;
}

SignatureTime signature_time(const std::string& cms) {
  const auto* at = reinterpret_cast<const unsigned char*>(cms.data());
  const std::unique_ptr<CMS_ContentInfo, signing::Release<CMS_ContentInfo_free>> read(
      d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(cms.size())));
  QUOTARY_CHECK(read != nullptr);
  CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(read.get()), 0);
  SignatureTime out;
  out.value = text_of(CMS_SignerInfo_get0_signature(signer));
  const int place = CMS_unsigned_get_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, -1);
  if (place >= 0)
    out.token = text_of(static_cast<const ASN1_STRING*>(
        X509_ATTRIBUTE_get0_data(CMS_unsigned_get_attr(signer, place), 0, V_ASN1_SEQUENCE, nullptr)));
  return out;
}

Outcome openssl_cms(const CutSignature& signature, const std::string& roots_pem, Timestamp at) {
  const TemporaryFolder folder;
  write_bytes(folder.file("cms"), signature.der);
  write_bytes(folder.file("content"), signature.content);
  write_bytes(folder.file("roots.pem"), roots_pem);
  return run("openssl cms -verify -cades -binary -inform DER -in '" + folder.file("cms") + "' -content '" +
             folder.file("content") + "' -CAfile '" + folder.file("roots.pem") +
             "' -no-CApath -no-CAstore -purpose any" + time_option(at) + " -out /dev/null");
}

Outcome openssl_ts(const std::string& token, const std::string& data, const std::string& roots_pem,
                   const std::string& others_pem, Timestamp at) {
  const TemporaryFolder folder;
  write_bytes(folder.file("token"), token);
  write_bytes(folder.file("data"), data);
  write_bytes(folder.file("roots.pem"), roots_pem);
  write_bytes(folder.file("others.pem"), others_pem);
  return run("openssl ts -verify -token_in -in '" + folder.file("token") + "' -data '" + folder.file("data") +
             "' -CAfile '" + folder.file("roots.pem") + "'" +
             (others_pem.empty() ? "" : " -untrusted '" + folder.file("others.pem") + "'") + time_option(at));
}

}  // namespace quotary::testing
