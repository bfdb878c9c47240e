#include "signing/chain_judgement.h"

#include "ledger/base/hash.h"
#include "signing/material_pool.h"
#include "signing/revocation_list.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace quotary::signing {

namespace {

void free_owning_stack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
using OwningStackPtr = std::unique_ptr<STACK_OF(X509), Release<free_owning_stack>>;
using PointsPtr = std::unique_ptr<CRL_DIST_POINTS, Release<CRL_DIST_POINTS_free>>;
using AccessPtr = std::unique_ptr<AUTHORITY_INFO_ACCESS, Release<AUTHORITY_INFO_ACCESS_free>>;

Error openssl_failed(const char* step) {
  return fail(Errc::internal, "chain_failed", std::string("cannot ") + step + ": " + drain_openssl_errors());
}

// Keeps the first error and goes on, so that the chain is built as far as it leads.
int keep_first_error(int ok, X509_STORE_CTX* context) {
  auto* const first = static_cast<int*>(X509_STORE_CTX_get_app_data(context));
  if (!ok && *first == X509_V_OK) *first = X509_STORE_CTX_get_error(context);
  return 1;
}

const char* code_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return "certificate_expired";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "certificate_not_yet_valid";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return "certificate_weak";
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA: return "certificate_purpose";
    default: return "certificate_untrusted";
  }
}

struct Chain {
  std::vector<CertificatePtr> certificates;  // leaf first
  std::optional<Error> fault;
};

Result<Chain> build(X509* leaf, const std::vector<CertificatePtr>& others, const MaterialPool::State& pool,
                    const ChainQuestion& question) {
  QUOTARY_TRY(store, store_of_anchors(question.trust_anchors_pem, question.at));
  const BorrowingStackPtr untrusted(sk_X509_new_null());
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (!untrusted || !context) return openssl_failed("prepare a chain");
  for (const auto* list : {&others, &pool.certificates}) {
    for (const CertificatePtr& each : *list) sk_X509_push(untrusted.get(), each.get());
  }
  int error = X509_V_OK;
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf, untrusted.get()) != 1)
    return openssl_failed("open a store");
  if (question.purpose == ChainPurpose::time_stamping)
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_TIMESTAMP_SIGN);
  X509_STORE_CTX_set_app_data(context.get(), &error);
  X509_STORE_CTX_set_verify_cb(context.get(), keep_first_error);
  const int verified = X509_verify_cert(context.get());
  if (verified != 1 && error == X509_V_OK) error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  Chain out;
  const OwningStackPtr found(X509_STORE_CTX_get1_chain(context.get()));
  for (int i = 0; found && i < sk_X509_num(found.get()) && i < chain_certificates_max; ++i) {
    X509* const each = sk_X509_value(found.get(), i);
    X509_up_ref(each);
    out.certificates.emplace_back(each);
  }
  if (out.certificates.empty()) {
    X509_up_ref(leaf);
    out.certificates.emplace_back(leaf);
  }
  if (error != X509_V_OK || verified != 1) {
    out.fault = fail(Errc::corrupt, code_of(error),
                     "the certificate of " + certificate_subject(leaf) + " does not lead to a trust anchor at " +
                         format_rfc3339(question.at) + ": " + X509_verify_cert_error_string(error));
  } else if (question.purpose == ChainPurpose::signing && !may_sign_documents(leaf)) {
    out.fault = fail(Errc::corrupt, "certificate_purpose",
                     "the certificate of " + certificate_subject(leaf) +
                         " is for other purposes than signing documents (extended key usage)");
  }
  return out;
}

// Whether it can be asked for: a stranger's text, in a certificate.
bool usable_url(std::string_view url) {
  return url.size() <= fetch_url_bytes_max && (url.starts_with("http://") || url.starts_with("https://")) &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void add_url(std::vector<std::string>& urls, const GENERAL_NAME* name) {
  int type = 0;
  const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
  if (type != GEN_URI || urls.size() >= fetch_places_max) return;
  const std::string_view url(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                             static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (usable_url(url)) urls.emplace_back(url);
}

std::vector<std::string> list_urls(X509* certificate) {
  std::vector<std::string> urls;
  const PointsPtr points(
      static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
  for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
    const DIST_POINT* const point = sk_DIST_POINT_value(points.get(), i);
    // One for some reasons, or by another than the issuer, is not read (revocation_list.h).
    if (!point->distpoint || point->distpoint->type != 0 || point->reasons || point->CRLissuer) continue;
    const GENERAL_NAMES* const names = point->distpoint->name.fullname;
    for (int j = 0; j < sk_GENERAL_NAME_num(names); ++j) add_url(urls, sk_GENERAL_NAME_value(names, j));
  }
  return urls;
}

std::vector<std::string> access_urls(X509* certificate, int method) {
  std::vector<std::string> urls;
  const AccessPtr access(
      static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
  for (int i = 0; access && i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
    const ACCESS_DESCRIPTION* const description = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    if (OBJ_obj2nid(description->method) == method) add_url(urls, description->location);
  }
  return urls;
}

CertificateFinding facts_of(X509* certificate) {
  CertificateFinding out;
  out.der = certificate_der(certificate);
  out.subject = certificate_subject(certificate);
  out.sha256 = sha256(out.der).hex();
  out.not_before = not_before_of(certificate);
  out.not_after = not_after_of(certificate);
  if (EVP_PKEY* const key = X509_get0_pubkey(certificate)) {
    out.key = key_description(key);
    out.security_bits = EVP_PKEY_get_security_bits(key);
  }
  return out;
}

// The best that the material says of one certificate, and the DER of what says it.
struct Best {
  Revocation revocation;
  std::string list, answer, responder;

  // A revocation wins over everything, then the newest answer; of errors the last one is told.
  [[nodiscard]] bool worse_than(const Revocation& other) const {
    if (revocation.state == RevocationState::unknown) return true;
    if (revocation.revoked_at.has_value() != other.revoked_at.has_value()) return other.revoked_at.has_value();
    return revocation.this_update < other.this_update;
  }
};

class Judge {
 public:
  Judge(const MaterialPool::State& pool, const ChainQuestion& question) : pool_(pool), question_(question) {}

  ChainFinding judge(Chain chain) {
    out_.fault = std::move(chain.fault);
    for (std::size_t i = 0; i < chain.certificates.size(); ++i) {
      X509* const certificate = chain.certificates[i].get();
      CertificateFinding finding = facts_of(certificate);
      out_.used.certificates.push_back(finding.der);
      const bool last = i + 1 == chain.certificates.size();
      finding.revocation = last ? at_the_end(certificate, finding)
                                : revocation_of(certificate, chain.certificates[i + 1].get(), finding);
      out_.certificates.push_back(std::move(finding));
    }
    ERR_clear_error();
    return std::move(out_);
  }

 private:
  bool untrusted() const { return out_.fault && out_.fault->code == "certificate_untrusted"; }

  RevocationQuestion asked() const { return {question_.at, question_.now}; }

  Revocation at_the_end(X509* certificate, const CertificateFinding& finding) {
    Revocation out;
    if (X509_check_issued(certificate, certificate) == X509_V_OK) {
      out.state = RevocationState::nothing_to_revoke;
      out.detail = "its own root: nobody could revoke it";
    } else if (!untrusted()) {
      out.state = RevocationState::nothing_to_revoke;
      out.detail = "trusted itself: nobody above it is asked";
    } else {
      out.detail = "its issuer's certificate is missing";
      want(Fetch::Kind::issuer_certificate, access_urls(certificate, NID_ad_ca_issuers), finding, {});
    }
    return out;
  }

  Revocation revocation_of(X509* certificate, X509* issuer, const CertificateFinding& finding) {
    Best best;
    // A stranger's authority may have any number of answers, and none of them counts.
    if (untrusted()) {
      best.revocation.detail = "not asked: its chain leads to no trust anchor";
      return best.revocation;
    }
    ask_answers(certificate, issuer, best);
    ask_lists(certificate, issuer, best);
    if (best.revocation.state == RevocationState::unknown) {
      const auto responders = access_urls(certificate, NID_ad_OCSP);
      const auto request = responders.empty() ? Result<std::string>(std::string())
                                              : make_ocsp_request(certificate, issuer, question_.ocsp_nonce);
      if (request) want(Fetch::Kind::ocsp_answer, responders, finding, *request);
      const auto lists = list_urls(certificate);
      want(Fetch::Kind::revocation_list, lists, finding, {});
      if (best.revocation.detail.empty())
        best.revocation.detail = responders.empty() && lists.empty()
                                     ? "no answer is there, and the certificate names no place to ask"
                                     : "no revocation list and no OCSP answer on it is there";
    }
    if (!best.list.empty()) add_once(out_.used.revocation_lists, best.list);
    if (!best.answer.empty()) add_once(out_.used.ocsp_answers, best.answer);
    if (!best.responder.empty()) add_once(out_.used.certificates, best.responder);
    return best.revocation;
  }

  void ask_answers(X509* certificate, X509* issuer, Best& best) {
    for (const auto& [der, answer] : pool_.ocsp_answers) {
      auto said = answer.revocation_of(certificate, issuer, asked());
      if (!said) {
        // That an answer is about another certificate is no news.
        if (best.revocation.state == RevocationState::unknown && said.error().code != "ocsp_other_certificate")
          best.revocation.detail = said.error().code + ": " + said.error().detail;
        continue;
      }
      Best its_own;
      if (said->responder_needs_check) {
        ask_lists(said->responder.get(), issuer, its_own);
        if (its_own.revocation.state != RevocationState::good) {
          if (best.revocation.state == RevocationState::unknown)
            best.revocation.detail =
                "ocsp_responder: the responder's own certificate is not known to be good: " + its_own.revocation.detail;
          want(Fetch::Kind::revocation_list, list_urls(said->responder.get()), facts_of(said->responder.get()), {});
          continue;
        }
      }
      if (said->revocation.state == RevocationState::unknown) {
        if (best.revocation.state == RevocationState::unknown) best.revocation.detail = said->revocation.detail;
        continue;
      }
      if (!best.worse_than(said->revocation)) continue;
      best.revocation = std::move(said->revocation);
      best.answer = der;
      best.list = its_own.list;
      best.responder = said->responder ? certificate_der(said->responder.get()) : std::string();
    }
  }

  void ask_lists(X509* certificate, X509* issuer, Best& best) const {
    for (const auto& [der, list] : pool_.revocation_lists) {
      if (X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_issuer_name(certificate)) != 0) continue;
      auto said = revocation_in_list(list.get(), certificate, issuer, asked());
      if (!said) {
        if (best.revocation.state == RevocationState::unknown)
          best.revocation.detail = said.error().code + ": " + said.error().detail;
        continue;
      }
      if (!best.worse_than(*said)) continue;
      best.revocation = std::move(*said);
      best.list = der;
      best.answer.clear();
      best.responder.clear();
    }
  }

  static void add_once(std::vector<std::string>& list, const std::string& der) {
    if (std::find(list.begin(), list.end(), der) == list.end()) list.push_back(der);
  }

  void want(Fetch::Kind kind, const std::vector<std::string>& urls, const CertificateFinding& of,
            const std::string& request) {
    for (const std::string& url : urls)
      out_.wanted.push_back(
          {kind, url, request, request.empty() ? std::string() : question_.ocsp_nonce, of.subject, of.sha256});
  }

  const MaterialPool::State& pool_;
  const ChainQuestion& question_;
  ChainFinding out_;
};

}  // namespace

bool ChainFinding::complete() const {
  return !fault && std::all_of(certificates.begin(), certificates.end(), [](const CertificateFinding& each) {
    return each.revocation.state == RevocationState::good ||
           each.revocation.state == RevocationState::nothing_to_revoke;
  });
}

const CertificateFinding* ChainFinding::revoked() const {
  const auto found = std::find_if(certificates.begin(), certificates.end(), [](const CertificateFinding& each) {
    return each.revocation.state == RevocationState::revoked;
  });
  return found == certificates.end() ? nullptr : &*found;
}

Result<CertificateFinding> certificate_facts(std::string_view der) {
  const CertificatePtr certificate = read_certificate(der);
  if (!certificate) return fail(Errc::invalid, "bad_material", "a certificate cannot be read");
  return facts_of(certificate.get());
}

Result<ChainFinding> judge_chain(std::string_view leaf, const std::vector<std::string>& others,
                                 const MaterialPool& pool, const ChainQuestion& question) {
  const CertificatePtr certificate = read_certificate(leaf);
  if (!certificate) return fail(Errc::invalid, "bad_material", "the signer's certificate cannot be read");
  std::vector<CertificatePtr> beside;
  for (const std::string& der : others) {
    CertificatePtr each = read_certificate(der);
    if (each) beside.push_back(std::move(each));
  }
  QUOTARY_TRY(chain, build(certificate.get(), beside, pool.state(), question));
  return Judge(pool.state(), question).judge(std::move(chain));
}

}  // namespace quotary::signing
