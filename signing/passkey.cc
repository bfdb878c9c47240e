#include "signing/passkey.h"

#include "ledger/base/bytes.h"
#include "ledger/base/json.h"
#include "signing/cbor_bounds.h"
#include "signing/openssl_handles.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include <algorithm>

namespace quotary::signing {

namespace {

struct FreeCredential {
  void operator()(fido_cred_t* credential) const { fido_cred_free(&credential); }
};
struct FreeAssertion {
  void operator()(fido_assert_t* assertion) const { fido_assert_free(&assertion); }
};
using CredentialPtr = std::unique_ptr<fido_cred_t, FreeCredential>;
using AssertionPtr = std::unique_ptr<fido_assert_t, FreeAssertion>;

Error bad(const std::string& what) { return fail(Errc::invalid, "passkey_invalid", "the passkey's answer " + what); }

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// Section 6.1: the site's hash, then a byte of flags, then a counter.
constexpr std::size_t site_hash_bytes = 32, header_bytes = 37;
constexpr std::size_t model_bytes = 16, id_size_bytes = 2;
constexpr unsigned present = 0x01, verified = 0x04, has_key = 0x40;

// The key and what extensions say, behind the header and the key's id (section 6.5.1).
bool cbor_is_bounded(std::string_view authenticator_data, bool with_key) {
  std::string_view rest = authenticator_data.substr(header_bytes);
  if (with_key) {
    if (rest.size() < model_bytes + id_size_bytes) return false;
    rest.remove_prefix(model_bytes);
    const std::size_t id_size =
        static_cast<std::size_t>(static_cast<unsigned char>(rest[0])) << 8 | static_cast<unsigned char>(rest[1]);
    rest.remove_prefix(id_size_bytes);
    if (rest.size() < id_size) return false;
    rest.remove_prefix(id_size);
  }
  return cbor_within_bounds(rest);
}

Result<void> check_header(const PasskeySite& site, std::string_view authenticator_data, unsigned flags_wanted) {
  if (authenticator_data.size() < header_bytes || authenticator_data.size() > passkey_authenticator_bytes_max)
    return bad("has authenticator data of no possible size");
  if (authenticator_data.substr(0, site_hash_bytes) != sha256(site.id).view()) return bad("is for another site");
  const auto flags = static_cast<unsigned char>(authenticator_data[site_hash_bytes]);
  if ((flags & present) == 0) return bad("says that nobody was there");
  if ((flags & verified) == 0) return bad("says that the person was not verified by PIN, face or fingerprint");
  if ((flags & flags_wanted) != flags_wanted) return bad("brings no key");
  if (!cbor_is_bounded(authenticator_data, (flags & has_key) != 0)) return bad("announces more than it holds");
  return {};
}

// Section 5.8.1. A member that is not known is passed over: browsers may add some.
Result<void> check_client_data(const PasskeySite& site, std::string_view client_data, std::string_view type,
                               const Hash& challenge) {
  if (client_data.size() > passkey_client_data_bytes_max) return bad("has too long client data");
  const auto parsed = parse_json(client_data);
  if (!parsed || !parsed->is_object()) return bad("has client data that is no JSON object");
  const auto& object = parsed->get_object();
  const auto text = [&](std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  if (text("type") != type) return bad("is not of the kind " + std::string(type));
  if (text("challenge") != to_base64url(challenge.view())) return bad("is to another challenge");
  if (text("origin") != site.origin) return bad("comes from a page of another origin");
  const auto* crossed = object.if_contains("crossOrigin");
  if (crossed && !(crossed->is_bool() && !crossed->get_bool())) return bad("comes from a page within another");
  return {};
}

// The engine's form of a key, by algorithm.
template <class Key, Key* (*make)(), void (*release)(Key**), int (*from_bytes)(Key*, const void*, std::size_t),
          int (*from_key)(Key*, const EVP_PKEY*), EVP_PKEY* (*to_key)(const Key*)>
struct KeyForm {
  struct Free {
    void operator()(Key* key) const { release(&key); }
  };
  using Ptr = std::unique_ptr<Key, Free>;

  static std::string public_key(const unsigned char* bytes, std::size_t size) {
    const Ptr key(make());
    if (!key || from_bytes(key.get(), bytes, size) != FIDO_OK) return {};
    const KeyPtr openssl(to_key(key.get()));
    return openssl ? der_of<i2d_PUBKEY>(openssl.get()) : std::string();
  }

  static bool verifies(const fido_assert_t* assertion, int algorithm, const EVP_PKEY* openssl) {
    const Ptr key(make());
    return key && from_key(key.get(), openssl) == FIDO_OK &&
           fido_assert_verify(assertion, 0, algorithm, key.get()) == FIDO_OK;
  }
};
using Es256 =
    KeyForm<es256_pk_t, es256_pk_new, es256_pk_free, es256_pk_from_ptr, es256_pk_from_EVP_PKEY, es256_pk_to_EVP_PKEY>;
using Eddsa =
    KeyForm<eddsa_pk_t, eddsa_pk_new, eddsa_pk_free, eddsa_pk_from_ptr, eddsa_pk_from_EVP_PKEY, eddsa_pk_to_EVP_PKEY>;
using Rs256 =
    KeyForm<rs256_pk_t, rs256_pk_new, rs256_pk_free, rs256_pk_from_ptr, rs256_pk_from_EVP_PKEY, rs256_pk_to_EVP_PKEY>;

std::string public_key_of(int algorithm, const fido_cred_t* credential) {
  const auto* const bytes = fido_cred_pubkey_ptr(credential);
  const auto size = fido_cred_pubkey_len(credential);
  if (bytes == nullptr) return {};
  if (algorithm == COSE_ES256) return Es256::public_key(bytes, size);
  if (algorithm == COSE_EDDSA) return Eddsa::public_key(bytes, size);
  return Rs256::public_key(bytes, size);
}

bool verifies(int algorithm, const fido_assert_t* assertion, const EVP_PKEY* key) {
  if (algorithm == COSE_ES256) return Es256::verifies(assertion, algorithm, key);
  if (algorithm == COSE_EDDSA) return Eddsa::verifies(assertion, algorithm, key);
  return algorithm == COSE_RS256 && Rs256::verifies(assertion, algorithm, key);
}

// The engine asks for the algorithm before it reads the key: null when the data is not of that one.
CredentialPtr read_credential(std::string_view authenticator_data, int algorithm) {
  CredentialPtr credential(fido_cred_new());
  if (!credential || fido_cred_set_type(credential.get(), algorithm) != FIDO_OK ||
      fido_cred_set_authdata_raw(credential.get(), data_of(authenticator_data), authenticator_data.size()) != FIDO_OK)
    return nullptr;
  return credential;
}

}  // namespace

Result<PasskeySite> passkey_site(std::string_view public_url) {
  const auto scheme = public_url.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? std::string_view() : public_url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view host =
      authority.substr(0, authority.rfind(':') == std::string_view::npos ? authority.size() : authority.rfind(':'));
  const bool named = std::any_of(host.begin(), host.end(), [](char c) { return c >= 'a' && c <= 'z'; }) &&
                     host.find(':') == std::string_view::npos && host.find('[') == std::string_view::npos;
  const bool safe = public_url.starts_with("https://") || host == "localhost";
  if (!named || !safe)
    return fail(
        Errc::unavailable, "passkey_no_domain",
        "browsers make passkeys only for a domain name with TLS, and the public URL is " + std::string(public_url));
  return PasskeySite{std::string(public_url.substr(0, scheme + 3)) + std::string(authority), std::string(host)};
}

Result<Passkey> read_new_passkey(const PasskeySite& site, const Hash& challenge, std::string_view client_data,
                                 std::string_view authenticator_data) {
  QUOTARY_TRY_VOID(check_client_data(site, client_data, "webauthn.create", challenge));
  QUOTARY_TRY_VOID(check_header(site, authenticator_data, has_key));
  for (const int algorithm : passkey_algorithms) {
    const auto credential = read_credential(authenticator_data, algorithm);
    if (!credential) continue;
    Passkey out;
    out.algorithm = algorithm;
    const auto size = fido_cred_id_len(credential.get());
    if (size == 0 || size > passkey_id_bytes_max) return bad("names its key by no possible id");
    out.id.assign(reinterpret_cast<const char*>(fido_cred_id_ptr(credential.get())), size);
    out.public_key = public_key_of(algorithm, credential.get());
    if (out.public_key.empty()) return bad("brings a key that is none");
    return out;
  }
  return bad("brings no key of ECDSA P-256, Ed25519 or RSA");
}

Result<void> check_passkey(const PasskeySite& site, const Passkey& passkey, const Hash& challenge,
                           const PasskeyAssertion& given) {
  QUOTARY_TRY_VOID(check_client_data(site, given.client_data, "webauthn.get", challenge));
  QUOTARY_TRY_VOID(check_header(site, given.authenticator_data, 0));
  if (given.signature.empty() || given.signature.size() > passkey_signature_bytes_max)
    return bad("has a signature of no possible size");
  const unsigned char* der = data_of(passkey.public_key);
  const KeyPtr key(d2i_PUBKEY(nullptr, &der, static_cast<long>(passkey.public_key.size())));
  const AssertionPtr assertion(fido_assert_new());
  const Hash client = sha256(given.client_data);
  const bool set =
      key && assertion && fido_assert_set_rp(assertion.get(), site.id.c_str()) == FIDO_OK &&
      fido_assert_set_clientdata_hash(assertion.get(), data_of(client.view()), client.view().size()) == FIDO_OK &&
      fido_assert_set_uv(assertion.get(), FIDO_OPT_TRUE) == FIDO_OK &&
      fido_assert_set_up(assertion.get(), FIDO_OPT_TRUE) == FIDO_OK &&
      fido_assert_set_count(assertion.get(), 1) == FIDO_OK &&
      fido_assert_set_authdata_raw(assertion.get(), 0, data_of(given.authenticator_data),
                                   given.authenticator_data.size()) == FIDO_OK &&
      fido_assert_set_sig(assertion.get(), 0, data_of(given.signature), given.signature.size()) == FIDO_OK;
  const bool holds = set && verifies(passkey.algorithm, assertion.get(), key.get());
  (void)drain_openssl_errors();
  if (!holds) return bad("does not hold under the passkey that was made");
  return {};
}

}  // namespace quotary::signing
