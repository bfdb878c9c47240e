#include "signing/ocsp.h"

#include "signing/revocation_list.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <map>

namespace quotary::signing {

namespace {

using RequestPtr = std::unique_ptr<OCSP_REQUEST, Release<OCSP_REQUEST_free>>;
using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, Release<OCSP_RESPONSE_free>>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, Release<OCSP_BASICRESP_free>>;
using CertificateIdPtr = std::unique_ptr<OCSP_CERTID, Release<OCSP_CERTID_free>>;

constexpr std::size_t nonce_bytes_max = 32;

Error refuse(const char* code, const std::string& what) {
  ERR_clear_error();
  return fail(Errc::corrupt, code, "the OCSP answer " + what);
}

// Names of one certificate, each made once: an answer may have many statements.
class CertificateNames {
 public:
  CertificateNames(X509* certificate, X509* issuer) : certificate_(certificate), issuer_(issuer) {}

  // Whether the statement is about it, named with the digest that the responder chose.
  bool are_in(const OCSP_SINGLERESP* statement) {
    ASN1_OBJECT* algorithm = nullptr;
    auto* const id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(statement));
    if (OCSP_id_get0_info(nullptr, &algorithm, nullptr, nullptr, id) != 1) return false;
    const int nid = OBJ_obj2nid(algorithm);
    if (nid != NID_sha1 && nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512) return false;
    CertificateIdPtr& expected = names_[nid];
    if (!expected) expected.reset(OCSP_cert_to_id(EVP_get_digestbynid(nid), certificate_, issuer_));
    return expected && OCSP_id_cmp(expected.get(), id) == 0;
  }

 private:
  X509* certificate_;
  X509* issuer_;
  std::map<int, CertificateIdPtr> names_;
};

Result<OCSP_SINGLERESP*> statement_on(OCSP_BASICRESP* basic, X509* certificate, X509* issuer) {
  OCSP_SINGLERESP* found = nullptr;
  CertificateNames names(certificate, issuer);
  for (int i = 0; i < OCSP_resp_count(basic); ++i) {
    OCSP_SINGLERESP* const statement = OCSP_resp_get0(basic, i);
    if (!names.are_in(statement)) continue;
    if (found) return refuse("ocsp_other_certificate", "has two statements on one certificate");
    found = statement;
  }
  if (!found) return refuse("ocsp_other_certificate", "is about another certificate");
  for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(found); ++i) {
    if (X509_EXTENSION_get_critical(OCSP_SINGLERESP_get_ext(found, i)) != 0)
      return refuse("ocsp_other_certificate", "has a critical extension that is not known");
  }
  return found;
}

// RFC 6960 section 4.2.2.2: issued by the same key as the certificate, for this and valid when it answered.
bool is_authorised(X509* responder, X509* issuer, Timestamp produced) {
  return X509_check_issued(issuer, responder) == X509_V_OK && X509_verify(responder, X509_get0_pubkey(issuer)) == 1 &&
         (X509_get_extension_flags(responder) & EXFLAG_XKUSAGE) != 0 &&
         (X509_get_extended_key_usage(responder) & XKU_OCSP_SIGN) != 0 &&
         (X509_get_key_usage(responder) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0 &&
         answer_algorithm_allowed(X509_get_signature_nid(responder), X509_get0_pubkey(issuer)) &&
         not_before_of(responder) <= produced && produced <= not_after_of(responder);
}

Result<Revocation> said_by(OCSP_SINGLERESP* statement, X509* certificate, const RevocationQuestion& asked) {
  int reason = -1;
  ASN1_GENERALIZEDTIME *revoked = nullptr, *given = nullptr, *next = nullptr;
  const int status = OCSP_single_get0_status(statement, &reason, &revoked, &given, &next);
  AnswerTimes times{given ? time_of(given) : Timestamp{}, std::nullopt};
  if (next) times.next_update = time_of(next);
  QUOTARY_TRY_VOID(check_fresh(times, not_after_of(certificate), asked));
  Revocation out;
  out.this_update = times.this_update;
  out.detail = "OCSP answer of " + format_rfc3339(times.this_update);
  if (status == V_OCSP_CERTSTATUS_GOOD) out.state = RevocationState::good;
  if (status == V_OCSP_CERTSTATUS_UNKNOWN) out.detail += " does not know the certificate";
  if (status == V_OCSP_CERTSTATUS_REVOKED) {
    out.revoked_at = revoked ? time_of(revoked) : Timestamp{};
    out.reason = revocation_reason_name(reason);
    out.state = *out.revoked_at <= asked.at ? RevocationState::revoked : RevocationState::good;
  }
  return out;
}

}  // namespace

struct OcspAnswer::State {
  BasicPtr basic;
};

OcspAnswer::OcspAnswer(std::unique_ptr<State> state) : state_(std::move(state)) {}
OcspAnswer::~OcspAnswer() = default;
OcspAnswer::OcspAnswer(OcspAnswer&&) noexcept = default;
OcspAnswer& OcspAnswer::operator=(OcspAnswer&&) noexcept = default;

Result<std::string> make_ocsp_request(X509* certificate, X509* issuer, std::string_view nonce) {
  QUOTARY_CHECK(nonce.size() <= nonce_bytes_max);
  ERR_clear_error();
  const RequestPtr request(OCSP_REQUEST_new());
  CertificateIdPtr id(OCSP_cert_to_id(EVP_sha1(), certificate, issuer));
  std::string bytes(nonce);
  std::string der;
  if (request && id && OCSP_request_add0_id(request.get(), id.get())) {
    static_cast<void>(id.release());  // the request owns it now
    if (bytes.empty() || OCSP_request_add1_nonce(request.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                                                 static_cast<int>(bytes.size())) == 1)
      der = der_of<i2d_OCSP_REQUEST>(request.get());
  }
  if (der.empty())
    return fail(Errc::internal, "ocsp_failed", "cannot make an OCSP question: " + drain_openssl_errors());
  return der;
}

Result<OcspAnswer> OcspAnswer::read(std::string_view der) {
  const auto bad = [](const char* what) {
    ERR_clear_error();
    return fail(Errc::invalid, "bad_ocsp_answer", what);
  };
  if (der.size() > ocsp_answer_bytes_max)
    return fail(Errc::too_large, "ocsp_answer_too_large",
                "an OCSP answer of " + std::to_string(der.size()) + " bytes; at most " +
                    std::to_string(ocsp_answer_bytes_max) + " are read");
  ERR_clear_error();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const ResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (!response || der_of<i2d_OCSP_RESPONSE>(response.get()) != der)
    return bad("no OCSP answer in strict DER and nothing else");
  const int status = OCSP_response_status(response.get());
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return fail(Errc::unavailable, "ocsp_refused",
                std::string("the OCSP responder gives no answer: ") + OCSP_response_status_str(status));
  auto state = std::make_unique<State>();
  state->basic.reset(OCSP_response_get1_basic(response.get()));
  if (!state->basic) return bad("an OCSP answer without a BasicOCSPResponse");
  const int count = OCSP_resp_count(state->basic.get());
  if (count < 1 || count > ocsp_statements_max ||
      sk_X509_num(OCSP_resp_get0_certs(state->basic.get())) > ocsp_certificates_max)
    return bad("an OCSP answer on no certificate, or with too many");
  for (int i = 0; i < OCSP_BASICRESP_get_ext_count(state->basic.get()); ++i) {
    if (X509_EXTENSION_get_critical(OCSP_BASICRESP_get_ext(state->basic.get(), i)) != 0)
      return bad("an OCSP answer with a critical extension");
  }
  ERR_clear_error();
  return OcspAnswer(std::move(state));
}

Result<OcspAnswer::Finding> OcspAnswer::revocation_of(X509* certificate, X509* issuer,
                                                      const RevocationQuestion& asked) const {
  ERR_clear_error();
  OCSP_BASICRESP* const basic = state_->basic.get();
  QUOTARY_TRY(statement, statement_on(basic, certificate, issuer));
  const BorrowingStackPtr known(sk_X509_new_null());
  if (!known || sk_X509_push(known.get(), issuer) == 0)
    return fail(Errc::internal, "ocsp_failed", "cannot read an OCSP answer: " + drain_openssl_errors());
  X509* signer = nullptr;
  if (OCSP_resp_get0_signer(basic, &signer, known.get()) != 1)
    return refuse("ocsp_responder", "does not carry its responder's certificate");
  Finding out;
  if (X509_cmp(signer, issuer) != 0) {
    if (!is_authorised(signer, issuer, time_of(OCSP_resp_get0_produced_at(basic))))
      return refuse("ocsp_responder", "is by " + certificate_subject(signer) +
                                          ", whom the certificate's issuer has not authorised, or not at its time");
    X509_up_ref(signer);
    out.responder.reset(signer);
    out.responder_needs_check = X509_get_ext_by_NID(signer, NID_id_pkix_OCSP_noCheck, -1) < 0;
  }
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, OCSP_resp_get0_tbs_sigalg(basic));
  if (!answer_algorithm_allowed(OBJ_obj2nid(algorithm), X509_get0_pubkey(signer)))
    return refuse("revocation_algorithm", "is signed by an algorithm or a key size that is not allowed");
  // Who may sign was asked above; OpenSSL looks at the signature alone.
  if (OCSP_basic_verify(basic, known.get(), nullptr, OCSP_NOVERIFY) != 1)
    return refuse("revocation_signature", "has a signature that does not hold: " + drain_openssl_errors());
  QUOTARY_TRY(revocation, said_by(statement, certificate, asked));
  out.revocation = std::move(revocation);
  ERR_clear_error();
  return out;
}

Result<void> OcspAnswer::check_nonce(std::string_view nonce) const {
  const int at = OCSP_BASICRESP_get_ext_by_NID(state_->basic.get(), NID_id_pkix_OCSP_Nonce, -1);
  if (at < 0) return {};
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(state_->basic.get(), at));
  const std::string_view found(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                               static_cast<std::size_t>(ASN1_STRING_length(value)));
  // An OCTET STRING within the extension's own (RFC 8954 section 2.1).
  const std::string expected = std::string{'\x04', static_cast<char>(nonce.size())} + std::string(nonce);
  if (found == expected) return {};
  return refuse("ocsp_nonce", "is to another question: its nonce is not the one that was sent");
}

}  // namespace quotary::signing
