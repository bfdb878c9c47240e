#include "signing/time_stamp.h"

#include "signing/openssl_handles.h"
#include "signing/seal_key.h"
#include "signing/self_signed.h"

#include <openssl/bn.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace quotary::signing {

namespace {

using Pkcs7Ptr = std::unique_ptr<PKCS7, Release<PKCS7_free>>;
using QueryPtr = std::unique_ptr<TS_REQ, Release<TS_REQ_free>>;
using ReplyPtr = std::unique_ptr<TS_RESP, Release<TS_RESP_free>>;
using InfoPtr = std::unique_ptr<TS_TST_INFO, Release<TS_TST_INFO_free>>;
using ImprintPtr = std::unique_ptr<TS_MSG_IMPRINT, Release<TS_MSG_IMPRINT_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Release<X509_ALGOR_free>>;
using ResponderPtr = std::unique_ptr<TS_RESP_CTX, Release<TS_RESP_CTX_free>>;
using PurposesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, Release<EXTENDED_KEY_USAGE_free>>;
using VerifierPtr = std::unique_ptr<TS_VERIFY_CTX, Release<TS_VERIFY_CTX_free>>;

constexpr std::size_t text_bytes_max = 200;  // of a stranger's words in our log
constexpr std::size_t serial_bytes = 16;
constexpr unsigned time_digits = 3;  // of a second, in our own tokens
constexpr std::string_view latest_head = "quotary tsa v1\nlatest ";
constexpr std::size_t latest_file_bytes_max = 200;

Error openssl_failed(const char* code, const char* step) {
  return fail(Errc::internal, code, std::string("cannot ") + step + ": " + drain_openssl_errors());
}

Error bad_token(const std::string& what) {
  ERR_clear_error();
  return fail(Errc::invalid, "bad_token", "the time-stamp token " + what);
}

Error refuse(const char* code, const std::string& what) {
  ERR_clear_error();
  return fail(Errc::corrupt, code, what);
}

std::string_view bytes_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

// One DER value and nothing else, or null.
template <auto d2i, auto i2d, class Owner>
Owner strictly(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Owner out(d2i(nullptr, &at, static_cast<long>(der.size())));
  if (out && der_of<i2d>(out.get()) != der) out.reset();
  ERR_clear_error();
  return out;
}

std::string digits_of(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return size > 0 && static_cast<std::size_t>(size) < text.size() ? std::string(text.data()) : std::string();
}

// GeneralizedTime as RFC 3161 section 2.4.2 wants it: YYYYMMDDhhmmss[.f…]Z, the fraction without zeros at its end.
Result<Timestamp> instant_of(const ASN1_GENERALIZEDTIME* time) {
  std::string_view text = bytes_of(time);
  const auto bad = [] { return bad_token("has a genTime that is none"); };
  constexpr std::size_t whole = 14;
  if (text.size() < whole + 1 || text.back() != 'Z') return bad();
  text.remove_suffix(1);
  std::string fraction = "000";
  if (text.size() > whole) {
    const std::string_view given = text.substr(whole + 1);
    const bool digits = std::all_of(given.begin(), given.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (text[whole] != '.' || given.empty() || !digits || given.back() == '0') return bad();
    const std::size_t kept = std::min(given.size(), fraction.size());
    fraction.replace(0, kept, given.substr(0, kept));
  }
  const auto part = [&](std::size_t at, std::size_t size) { return std::string(text.substr(at, size)); };
  const auto parsed = parse_rfc3339(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) + ":" +
                                    part(10, 2) + ":" + part(12, 2) + "." + fraction + "Z");
  if (!parsed) return bad();
  return *parsed;
}

Result<std::optional<std::int64_t>> accuracy_of(TS_TST_INFO* info) {
  const TS_ACCURACY* accuracy = TS_TST_INFO_get_accuracy(info);
  if (!accuracy) return std::optional<std::int64_t>();
  const auto part = [](const ASN1_INTEGER* value, std::int64_t most) -> std::int64_t {
    std::int64_t number = 0;
    if (value && (ASN1_INTEGER_get_int64(&number, value) != 1 || number < 0 || number > most)) return -1;
    return number;
  };
  constexpr std::int64_t day_seconds = 86'400;
  const auto seconds = part(TS_ACCURACY_get_seconds(accuracy), day_seconds);
  const auto millis = part(TS_ACCURACY_get_millis(accuracy), 999);
  const auto micros = part(TS_ACCURACY_get_micros(accuracy), 999);
  if (seconds < 0 || millis < 0 || micros < 0) return bad_token("claims an accuracy that is none");
  return std::optional(seconds * 1000 + millis + (micros > 0 ? 1 : 0));
}

// A token taken apart; `facts` is what it says.
struct Token {
  Pkcs7Ptr cms;
  InfoPtr info;
  PKCS7_SIGNER_INFO* signer = nullptr;  // within cms
  CertificatePtr certificate;
  TimeToken facts;
};

Result<InfoPtr> info_of(PKCS7* cms) {
  if (PKCS7_type_is_signed(cms) == 0 || !cms->d.sign || !cms->d.sign->contents || !cms->d.sign->contents->d.ptr)
    return bad_token("is no CMS SignedData with a content");
  InfoPtr info(PKCS7_to_TS_TST_INFO(cms));
  if (!info) return bad_token("holds no TSTInfo");
  const ASN1_TYPE* wrapper = cms->d.sign->contents->d.other;
  if (wrapper->type != V_ASN1_OCTET_STRING ||
      der_of<i2d_TS_TST_INFO>(info.get()) != bytes_of(wrapper->value.octet_string))
    return bad_token("holds a TSTInfo that is not strict DER");
  return info;
}

Result<void> find_signer(Token& token) {
  STACK_OF(PKCS7_SIGNER_INFO)* signers = PKCS7_get_signer_info(token.cms.get());
  if (!signers || sk_PKCS7_SIGNER_INFO_num(signers) != 1) return bad_token("is not signed by exactly one");
  token.signer = sk_PKCS7_SIGNER_INFO_value(signers, 0);
  const BorrowingStackPtr found(PKCS7_get0_signers(token.cms.get(), nullptr, 0));
  if (!found || sk_X509_num(found.get()) != 1) return bad_token("does not carry its signer's certificate");
  X509* const certificate = sk_X509_value(found.get(), 0);
  X509_up_ref(certificate);
  token.certificate.reset(certificate);
  return {};
}

Result<Token> take_apart(std::string_view der) {
  ERR_clear_error();
  Token token;
  if (der.size() > time_reply_bytes_max)
    return bad_token("is larger than " + std::to_string(time_reply_bytes_max) + " bytes");
  token.cms = strictly<d2i_PKCS7, i2d_PKCS7, Pkcs7Ptr>(der);
  if (!token.cms) return bad_token("is not strict DER, or has bytes behind it");
  QUOTARY_TRY(info, info_of(token.cms.get()));
  token.info = std::move(info);
  TS_TST_INFO* const said = token.info.get();
  if (TS_TST_INFO_get_version(said) != 1) return bad_token("is not of version 1");
  if (TS_TST_INFO_get_ext_by_critical(said, 1, -1) >= 0) return bad_token("has a critical extension");
  QUOTARY_TRY_VOID(find_signer(token));

  TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(said);
  const ASN1_OBJECT* digest = nullptr;
  X509_ALGOR_get0(&digest, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  if (OBJ_obj2nid(digest) != NID_sha256)
    return fail(Errc::invalid, "token_digest",
                "the time-stamp token is over a digest by " + digits_of(digest) + ", not by SHA-256");
  const auto hash = Hash::from_bytes(bytes_of(TS_MSG_IMPRINT_get_msg(imprint)));
  if (!hash) return bad_token("has an imprint of another length than SHA-256's");
  TimeToken& facts = token.facts;
  facts.der = der;
  facts.imprint = *hash;
  QUOTARY_TRY(time, instant_of(TS_TST_INFO_get_time(said)));
  facts.time = time;
  QUOTARY_TRY(accuracy, accuracy_of(said));
  facts.accuracy_ms = accuracy;
  facts.policy = digits_of(TS_TST_INFO_get_policy_id(said));
  if (facts.policy.empty()) return bad_token("names no policy of a sensible length");
  facts.serial = to_hex(bytes_of(TS_TST_INFO_get_serial(said)));
  facts.authority = certificate_subject(token.certificate.get());
  facts.certificate_sha256 = sha256(certificate_der(token.certificate.get())).hex();
  facts.own = facts.policy == own_authority_policy;
  return token;
}

// RFC 3161 section 2.3: the one purpose, and critical, so that nobody takes the key for another. The purposes are
// counted: OpenSSL's flags leave out those that it does not know.
bool only_for_time_stamps(X509* certificate) {
  int critical = -1;  // stays so when there are none, or two such extensions
  const PurposesPtr purposes(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, nullptr)));
  return purposes && critical == 1 && sk_ASN1_OBJECT_num(purposes.get()) == 1 &&
         OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes.get(), 0)) == NID_time_stamp &&
         (X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

bool signed_attribute_is(PKCS7_SIGNER_INFO* signer, int nid, int type) {
  const ASN1_TYPE* value = PKCS7_get_signed_attribute(signer, nid);
  return value && value->type == type;
}

// OpenSSL takes the algorithm from key and digest and does not look at the one that is named.
bool algorithm_fits(const PKCS7_SIGNER_INFO* signer, int digest, EVP_PKEY* key) {
  const ASN1_OBJECT* named = nullptr;
  X509_ALGOR_get0(&named, nullptr, nullptr, signer->digest_enc_alg);
  int its_digest = NID_undef, its_key = NID_undef;
  if (OBJ_obj2nid(named) == NID_rsaEncryption) return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;  // RFC 3370
  return OBJ_find_sigid_algs(OBJ_obj2nid(named), &its_digest, &its_key) == 1 && its_digest == digest &&
         its_key == EVP_PKEY_get_base_id(key);
}

// What OpenSSL's check of the signature does not ask, or takes for granted.
Result<void> check_signer(const Token& token) {
  PKCS7_SIGNER_INFO* const signer = token.signer;
  if (!only_for_time_stamps(token.certificate.get()))
    return refuse("token_purpose", "the certificate of " + token.facts.authority +
                                       " is not for time-stamps alone: its extended key usage must be critical and "
                                       "timeStamping, and nothing else");
  EVP_PKEY* const key = X509_get0_pubkey(token.certificate.get());
  const ASN1_OBJECT* digest = nullptr;
  X509_ALGOR_get0(&digest, nullptr, nullptr, signer->digest_alg);
  const int nid = OBJ_obj2nid(digest);
  const bool allowed = nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
  if (!key || !key_strong_enough(key) || !allowed || !algorithm_fits(signer, nid, key))
    return refuse("token_algorithm", "the token is signed by an algorithm or a key size that is not allowed");
  const ASN1_TYPE* content = PKCS7_get_signed_attribute(signer, NID_pkcs9_contentType);
  const bool ess = signed_attribute_is(signer, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE) ||
                   signed_attribute_is(signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
  if (!content || content->type != V_ASN1_OBJECT || OBJ_obj2nid(content->value.object) != NID_id_smime_ct_TSTInfo ||
      !signed_attribute_is(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING) || !ess)
    return refuse("token_signature", "the token's signature lacks a signed attribute that it must have");
  return {};
}

// By the same rules as the chains of signers.
Result<StorePtr> store_of(std::string_view roots_pem, Timestamp time) {
  if (roots_pem.empty()) return fail(Errc::invalid, "bad_roots", "the roots of time-stamps: there are none");
  auto store = store_of_anchors(roots_pem, time);
  if (!store && store.error().kind == Errc::invalid)
    return fail(Errc::invalid, "bad_roots", "the roots of time-stamps: " + store.error().detail);
  return store;
}

// Of its own before TS_RESP_verify_token(), which does it again: only here the reason can be had.
Result<void> check_chain(const Token& token, X509_STORE* store) {
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), store, token.certificate.get(), token.cms->d.sign->cert) != 1 ||
      X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_TIMESTAMP_SIGN) != 1)
    return openssl_failed("token_failed", "prepare a chain");
  if (X509_verify_cert(context.get()) == 1) return {};
  return refuse("token_untrusted", "the certificate of " + token.facts.authority +
                                       " does not lead to one of the given roots at " +
                                       format_rfc3339(token.facts.time) + ": " +
                                       X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
}

Result<TimeToken> check(Token token, const Hash& imprint, std::string_view roots_pem) {
  QUOTARY_TRY(store, store_of(roots_pem, token.facts.time));
  if (token.facts.imprint != imprint)
    return refuse("token_imprint", "the token is over " + token.facts.imprint.hex() + ", not over " + imprint.hex());
  QUOTARY_TRY_VOID(check_signer(token));
  QUOTARY_TRY_VOID(check_chain(token, store.get()));
  const VerifierPtr verifier(TS_VERIFY_CTX_new());
  if (!verifier) return openssl_failed("token_failed", "make a verifier");
  TS_VERIFY_CTX_set_flags(verifier.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_SIGNER);
  TS_VERIFY_CTX_set_store(verifier.get(), store.release());  // it owns it now
  if (TS_RESP_verify_token(verifier.get(), token.cms.get()) != 1)
    return refuse("token_signature", "the token's signature does not hold: " + drain_openssl_errors());
  ERR_clear_error();
  return std::move(token.facts);
}

// What a refusal says, fit for one line.
std::string words_of(const TS_STATUS_INFO* status) {
  constexpr std::pair<int, const char*> failures[] = {
      {TS_INFO_BAD_ALG, "badAlg"},
      {TS_INFO_BAD_REQUEST, "badRequest"},
      {TS_INFO_BAD_DATA_FORMAT, "badDataFormat"},
      {TS_INFO_TIME_NOT_AVAILABLE, "timeNotAvailable"},
      {TS_INFO_UNACCEPTED_POLICY, "unacceptedPolicy"},
      {TS_INFO_UNACCEPTED_EXTENSION, "unacceptedExtension"},
      {TS_INFO_ADD_INFO_NOT_AVAILABLE, "addInfoNotAvailable"},
      {TS_INFO_SYSTEM_FAILURE, "systemFailure"},
  };
  std::string out = "status " + std::to_string(ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)));
  const ASN1_BIT_STRING* bits = TS_STATUS_INFO_get0_failure_info(status);
  for (const auto& [bit, name] : failures) {
    if (bits && ASN1_BIT_STRING_get_bit(bits, bit) == 1) out += std::string(", ") + name;
  }
  const STACK_OF(ASN1_UTF8STRING)* texts = TS_STATUS_INFO_get0_text(status);
  std::string said;
  for (int i = 0; texts && i < sk_ASN1_UTF8STRING_num(texts) && said.size() < text_bytes_max; ++i)
    said += " " + std::string(bytes_of(sk_ASN1_UTF8STRING_value(texts, i)).substr(0, text_bytes_max));
  for (char& c : said) c = c >= ' ' && c < 0x7f ? c : ' ';
  return said.empty() ? out : out + ":" + said.substr(0, text_bytes_max);
}

}  // namespace

Result<TimeQuery> make_time_query(const Hash& imprint, Random& random) {
  ERR_clear_error();
  const QueryPtr query(TS_REQ_new());
  const ImprintPtr message(TS_MSG_IMPRINT_new());
  const AlgorithmPtr algorithm(X509_ALGOR_new());
  const IntegerPtr nonce = random_integer(random, time_nonce_bytes);
  TimeQuery out;
  out.imprint = imprint;
  if (query && message && algorithm && nonce &&
      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
      TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get()) == 1 &&
      TS_MSG_IMPRINT_set_msg(message.get(), out.imprint.bytes.data(), static_cast<int>(out.imprint.bytes.size())) ==
          1 &&
      TS_REQ_set_version(query.get(), 1) == 1 && TS_REQ_set_msg_imprint(query.get(), message.get()) == 1 &&
      TS_REQ_set_nonce(query.get(), nonce.get()) == 1 && TS_REQ_set_cert_req(query.get(), 1) == 1) {
    out.der = der_of<i2d_TS_REQ>(query.get());
  }
  if (out.der.empty()) return openssl_failed("time_query_failed", "make a question for a time-stamp");
  out.nonce = bytes_of(nonce.get());
  return out;
}

Result<std::vector<std::string>> time_token_certificates(std::string_view der) {
  QUOTARY_TRY(token, take_apart(der));
  std::vector<std::string> out{certificate_der(token.certificate.get())};
  const STACK_OF(X509)* const carried = token.cms->d.sign->cert;
  for (int i = 0; i < sk_X509_num(carried); ++i) {
    if (X509_cmp(sk_X509_value(carried, i), token.certificate.get()) != 0)
      out.push_back(certificate_der(sk_X509_value(carried, i)));
  }
  return out;
}

Result<TimeToken> read_time_token(std::string_view der) {
  QUOTARY_TRY(token, take_apart(der));
  return std::move(token.facts);
}

Result<TimeToken> check_time_token(std::string_view der, const Hash& imprint, std::string_view roots_pem) {
  QUOTARY_TRY(token, take_apart(der));
  return check(std::move(token), imprint, roots_pem);
}

Result<TimeToken> check_time_token_signature(std::string_view der, const Hash& imprint) {
  QUOTARY_TRY(token, take_apart(der));
  const std::string own_root = certificate_to_pem(token.certificate.get());
  return check(std::move(token), imprint, own_root);
}

Result<void> check_time_roots(std::string_view roots_pem) {
  QUOTARY_TRY(store, store_of(roots_pem, {}));
  return {};
}

Result<TimeToken> check_time_reply(std::string_view reply, const TimeQuery& query, std::string_view roots_pem,
                                   Timestamp now) {
  ERR_clear_error();
  const auto bad = [](const char* what) {
    return fail(Errc::invalid, "bad_time_reply", std::string("the answer ") + what);
  };
  if (reply.size() > time_reply_bytes_max) return bad("is too large");
  const ReplyPtr parsed = strictly<d2i_TS_RESP, i2d_TS_RESP, ReplyPtr>(reply);
  if (!parsed) return bad("is no time-stamp response in strict DER, or has bytes behind it");
  const TS_STATUS_INFO* status = TS_RESP_get_status_info(parsed.get());
  const long granted = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
  if (granted != TS_STATUS_GRANTED && granted != TS_STATUS_GRANTED_WITH_MODS)
    return fail(Errc::unavailable, "time_refused", "the authority gave no token: " + words_of(status));
  if (!TS_RESP_get_token(parsed.get())) return bad("grants a token and holds none");
  QUOTARY_TRY(token, take_apart(der_of<i2d_PKCS7>(TS_RESP_get_token(parsed.get()))));
  const ASN1_INTEGER* nonce = TS_TST_INFO_get_nonce(token.info.get());
  const bool answers = nonce && bytes_of(nonce) == query.nonce && ASN1_STRING_type(nonce) == V_ASN1_INTEGER;
  QUOTARY_TRY(facts, check(std::move(token), query.imprint, roots_pem));
  if (!answers) return refuse("token_nonce", "the token answers another question: its nonce is not the one asked with");
  const std::int64_t accuracy = facts.accuracy_ms.value_or(0);
  if (accuracy > time_accuracy_max_ms)
    return refuse("token_accuracy", "the token is exact to " + std::to_string(accuracy) + " ms only");
  const std::int64_t apart = facts.time.unix_ms - now.unix_ms;
  if (apart > accuracy + clocks_differ_max_ms || apart < -accuracy - clocks_differ_max_ms)
    return refuse("clocks_differ", "the token says " + format_rfc3339(facts.time) +
                                       " while this machine's clock says " + format_rfc3339(now) +
                                       ": one of the two is wrong");
  return facts;
}

struct TimeAuthority::Signer {
  SealKey key;
  BorrowingStackPtr chain;
};

namespace {

// What OpenSSL asks for while it makes one token.
struct Moment {
  Random& random;
  Timestamp time;
  bool known = true;  // false: the clock cannot be used
};

ASN1_INTEGER* next_serial(TS_RESP_CTX*, void* data) {
  return random_integer(static_cast<Moment*>(data)->random, serial_bytes).release();
}

int time_now(TS_RESP_CTX* responder, void* data, long* seconds, long* microseconds) {
  const auto& moment = *static_cast<Moment*>(data);
  if (!moment.known) {
    TS_RESP_CTX_set_status_info(responder, TS_STATUS_REJECTION, "The clock is behind the time that was given last.");
    TS_RESP_CTX_add_failure_info(responder, TS_INFO_TIME_NOT_AVAILABLE);
    return 0;
  }
  *seconds = static_cast<long>(moment.time.unix_ms / 1000);
  *microseconds = static_cast<long>(moment.time.unix_ms % 1000 * 1000);
  return 1;
}

bool prepare(TS_RESP_CTX* responder, const SealKey& key, STACK_OF(X509) * chain,
             std::optional<std::int64_t> accuracy_ms) {
  const ObjectIdPtr policy(OBJ_txt2obj(own_authority_policy, 1));
  return policy && TS_RESP_CTX_set_signer_cert(responder, key.leaf.get()) == 1 &&
         TS_RESP_CTX_set_signer_key(responder, key.key.get()) == 1 &&
         TS_RESP_CTX_set_signer_digest(responder, EVP_sha256()) == 1 &&
         TS_RESP_CTX_set_ess_cert_id_digest(responder, EVP_sha256()) == 1 &&
         (sk_X509_num(chain) == 0 || TS_RESP_CTX_set_certs(responder, chain) == 1) &&
         TS_RESP_CTX_set_def_policy(responder, policy.get()) == 1 && TS_RESP_CTX_add_md(responder, EVP_sha256()) == 1 &&
         TS_RESP_CTX_add_md(responder, EVP_sha384()) == 1 && TS_RESP_CTX_add_md(responder, EVP_sha512()) == 1 &&
         (!accuracy_ms || TS_RESP_CTX_set_accuracy(responder, static_cast<int>(*accuracy_ms / 1000),
                                                   static_cast<int>(*accuracy_ms % 1000), 0) == 1) &&
         TS_RESP_CTX_set_clock_precision_digits(responder, time_digits) == 1;
}

}  // namespace

Result<SealKeyFiles> TimeAuthority::make(FileSystem& files, const std::string& directory,
                                         const std::string& organisation, Timestamp now, Random& random) {
  SealKeyFiles paths;
  paths.certificate_path = directory + "/tsa.cert.pem";
  paths.key_path = directory + "/tsa.key.pem";
  SelfSignedProfile profile;
  if (!organisation.empty()) profile.subject.emplace_back("O", shortened_name(organisation));
  profile.subject.emplace_back("OU", "自建时间戳，并非独立第三方");
  profile.subject.emplace_back("CN", own_authority_name);
  profile.extended_key_usage = "critical,timeStamping";
  QUOTARY_TRY_VOID(make_self_signed(files, paths, profile, now, random));
  return paths;
}

Result<std::unique_ptr<TimeAuthority>> TimeAuthority::open(std::shared_ptr<FileSystem> files, const SealKeyFiles& paths,
                                                           std::shared_ptr<const Clock> clock,
                                                           std::shared_ptr<Random> random,
                                                           TimeAuthorityOptions options) {
  QUOTARY_CHECK(!options.accuracy_ms || (*options.accuracy_ms > 0 && *options.accuracy_ms <= time_accuracy_max_ms));
  auto loaded = load_seal_key(*files, paths, clock->now(), KeyUse::time_stamps);
  if (!loaded) {
    std::string code = loaded.error().code;
    if (code.starts_with("seal_")) code.replace(0, 4, "tsa");  // the same checks, and no seal
    return fail(loaded.error().kind, std::move(code), loaded.error().detail);
  }
  SealKey key = std::move(*loaded);
  if (!only_for_time_stamps(key.leaf.get()))
    return fail(Errc::unavailable, "tsa_certificate_unsuitable",
                "the certificate is not for time-stamps alone: its extended key usage must be critical and "
                "timeStamping, and nothing else");
  auto signer = std::make_unique<Signer>();
  signer->chain.reset(sk_X509_new_null());
  if (!signer->chain) return openssl_failed("tsa_failed", "keep the chain");
  for (const auto& each : key.chain) sk_X509_push(signer->chain.get(), each.get());
  signer->key = std::move(key);
  std::unique_ptr<TimeAuthority> made(
      new TimeAuthority(std::move(signer), std::move(files), std::move(clock), std::move(random), std::move(options)));
  QUOTARY_TRY_VOID(made->recall());
  return made;
}

TimeAuthority::TimeAuthority(std::unique_ptr<Signer> signer, std::shared_ptr<FileSystem> files,
                             std::shared_ptr<const Clock> clock, std::shared_ptr<Random> random,
                             TimeAuthorityOptions options)
    : signer_(std::move(signer)),
      files_(std::move(files)),
      clock_(std::move(clock)),
      random_(std::move(random)),
      options_(std::move(options)),
      certificate_pem_(certificate_to_pem(signer_->key.leaf.get())) {}

TimeAuthority::~TimeAuthority() = default;

// The file's text: latest_head, an instant, and a line's end.
Result<void> TimeAuthority::recall() {
  if (options_.latest_file.empty() || !files_->exists(options_.latest_file)) return {};
  QUOTARY_TRY(text, read_file(*files_, options_.latest_file, latest_file_bytes_max));
  std::string_view rest = text;
  if (rest.starts_with(latest_head) && rest.ends_with('\n')) {
    rest.remove_prefix(latest_head.size());
    rest.remove_suffix(1);
    if (const auto latest = parse_rfc3339(rest)) {
      latest_ms_ = kept_ms_ = latest->unix_ms;
      return {};
    }
  }
  return fail(Errc::corrupt, "tsa_memory_damaged",
              options_.latest_file +
                  " does not say which time was given last: put it back from a copy, or make a new "
                  "authority with a key of its own");
}

Result<void> TimeAuthority::keep(Timestamp time) {
  if (options_.latest_file.empty() || time.unix_ms <= kept_ms_) return {};
  const Timestamp latest{(time.unix_ms / kept_time_step_ms + 1) * kept_time_step_ms};
  const auto written =
      write_file_durably(*files_, options_.latest_file, std::string(latest_head) + format_rfc3339(latest) + "\n");
  if (!written)
    return fail(Errc::unavailable, "tsa_memory_failed",
                "the time could not be kept, so it is not given: " + written.error().detail);
  kept_ms_ = latest.unix_ms;
  return {};
}

std::int64_t TimeAuthority::clock_behind_ms() const {
  const std::lock_guard lock(mutex_);
  return std::max<std::int64_t>(latest_ms_ - clock_->now().unix_ms, 0);
}

Result<TimeAuthority::Answer> TimeAuthority::answer(std::string_view query) {
  const std::lock_guard lock(mutex_);
  ERR_clear_error();
  Moment moment{*random_, clock_->now()};
  moment.known = moment.time.unix_ms >= latest_ms_;
  if (not_after_of(signer_->key.leaf.get()) < moment.time || moment.time < not_before_of(signer_->key.leaf.get()))
    return fail(Errc::unavailable, "tsa_certificate_expired",
                "the authority's certificate is not valid at " + format_rfc3339(moment.time) + ": make a new one");
  const ResponderPtr responder(TS_RESP_CTX_new());
  if (!responder || !prepare(responder.get(), signer_->key, signer_->chain.get(), options_.accuracy_ms))
    return openssl_failed("tsa_failed", "prepare an answer");
  TS_RESP_CTX_set_serial_cb(responder.get(), next_serial, &moment);
  TS_RESP_CTX_set_time_cb(responder.get(), time_now, &moment);
  // OpenSSL reads one value and ignores what follows; of nothing it says that the format is bad.
  const bool whole =
      query.size() <= time_query_bytes_max && strictly<d2i_TS_REQ, i2d_TS_REQ, QueryPtr>(query) != nullptr;
  const BioPtr in = memory_bio(whole ? query : std::string_view(""));
  const ReplyPtr reply(in ? TS_RESP_create_response(responder.get(), in.get()) : nullptr);
  if (!reply) return openssl_failed("tsa_failed", "make an answer");
  Answer out;
  out.granted = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(reply.get()))) == TS_STATUS_GRANTED;
  out.der = der_of<i2d_TS_RESP>(reply.get());
  if (out.der.empty()) return openssl_failed("tsa_failed", "encode an answer");
  if (out.granted) {
    QUOTARY_TRY_VOID(keep(moment.time));
    latest_ms_ = moment.time.unix_ms;
  }
  ERR_clear_error();
  return out;
}

}  // namespace quotary::signing
