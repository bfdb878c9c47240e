#include "signing/token_key.h"

#include <libp11.h>
#include <openssl/crypto.h>

namespace quotary::signing {

namespace {

constexpr std::size_t pin_file_bytes_max = 1'024;
constexpr std::size_t certificate_file_bytes_max = 1u << 20;

Error unavailable(const char* code, const std::string& detail) { return fail(Errc::unavailable, code, detail); }

// A module with its slots, and the login of one of them, for as long as a key of it is in use.
struct Session {
  PKCS11_CTX* context = nullptr;
  bool loaded = false;
  PKCS11_SLOT* slots = nullptr;
  unsigned count = 0;

  Session() = default;
  ~Session() {
    if (slots) PKCS11_release_all_slots(context, slots, count);
    if (loaded) PKCS11_CTX_unload(context);
    if (context) PKCS11_CTX_free(context);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

std::string text_of(const char* text) { return text ? text : ""; }

// The names of what is there, for who named something that is not.
template <class T, class Name>
std::string names_of(T* items, unsigned count, const Name& name) {
  std::string out;
  for (unsigned i = 0; i < count; ++i)
    if (const std::string each = name(items[i]); !each.empty()) out += (out.empty() ? "" : ", ") + each;
  return out.empty() ? "none" : out;
}

Result<PKCS11_SLOT*> find_token(Session& session, const std::string& label) {
  for (unsigned i = 0; i < session.count; ++i) {
    const PKCS11_TOKEN* token = session.slots[i].token;
    if (token && text_of(token->label) == label) return &session.slots[i];
  }
  return unavailable("token_missing",
                     "there is no token " + label +
                         "; there are: " + names_of(session.slots, session.count, [](const PKCS11_SLOT& slot) {
                           return slot.token && slot.token->initialized ? text_of(slot.token->label) : std::string();
                         }));
}

// The PIN is the file's first line.
Result<void> log_in(FileSystem& files, PKCS11_SLOT* slot, const TokenKeyPlace& place) {
  if (!slot->token->loginRequired) return {};
  auto pin = read_file(files, place.pin_path, pin_file_bytes_max);
  if (!pin)
    return unavailable("token_pin_file", "the token " + place.token + " wants a PIN: " + pin.error().detail +
                                             "; name a file that holds it");
  pin->resize(std::min(pin->find_first_of("\r\n"), pin->size()));
  const int logged_in = PKCS11_login(slot, 0, pin->c_str());
  OPENSSL_cleanse(pin->data(), pin->size());
  if (logged_in == 0) return {};
  return unavailable("token_pin", "the token " + place.token + " does not take the PIN of " + place.pin_path + " (" +
                                      drain_openssl_errors() + "); some tokens lock after three wrong ones");
}

Result<PKCS11_KEY*> find_key(PKCS11_SLOT* slot, const TokenKeyPlace& place) {
  PKCS11_KEY* keys = nullptr;
  unsigned count = 0;
  if (PKCS11_enumerate_keys(slot->token, &keys, &count) != 0) ERR_clear_error();
  for (unsigned i = 0; i < count; ++i)
    if (text_of(keys[i].label) == place.key) return &keys[i];
  return unavailable("token_key_missing",
                     "the token " + place.token + " has no private key " + place.key + "; it has: " +
                         names_of(keys, count, [](const PKCS11_KEY& key) { return text_of(key.label); }));
}

Result<void> find_certificates(FileSystem& files, PKCS11_KEY* key, const TokenKeyPlace& place,
                               const std::string& certificate_path, SealKey& out) {
  if (!certificate_path.empty()) {
    QUOTARY_TRY(pem, read_file(files, certificate_path, certificate_file_bytes_max));
    auto read = certificates_from_pem(pem);
    if (!read) return unavailable("seal_key_unreadable", certificate_path + ": " + read.error().detail);
    out.leaf = std::move(read->front());
    for (std::size_t i = 1; i < read->size(); ++i) out.chain.push_back(std::move((*read)[i]));
    return {};
  }
  const PKCS11_CERT* found = PKCS11_find_certificate(key);
  if (!found || !found->x509)
    return unavailable("token_certificate_missing", "the token " + place.token + " has no certificate of the key " +
                                                        place.key + ": give one with its chain as a PEM file");
  X509_up_ref(found->x509);
  out.leaf.reset(found->x509);
  return {};
}

}  // namespace

Result<SealKey> load_token_key(FileSystem& files, const TokenKeyPlace& place, const std::string& certificate_path) {
  ERR_clear_error();
  auto session = std::make_shared<Session>();
  session->context = PKCS11_CTX_new();
  if (!session->context) return unavailable("token_module", "no memory for a token");
  session->loaded = PKCS11_CTX_load(session->context, place.module_path.c_str()) == 0;
  if (!session->loaded)
    return unavailable("token_module", "the library " + place.module_path +
                                           " of the token cannot be loaded: " + drain_openssl_errors());
  if (PKCS11_enumerate_slots(session->context, &session->slots, &session->count) != 0)
    return unavailable("token_missing", place.module_path + " names no slots: " + drain_openssl_errors());
  QUOTARY_TRY(slot, find_token(*session, place.token));
  QUOTARY_TRY_VOID(log_in(files, slot, place));
  QUOTARY_TRY(key, find_key(slot, place));
  SealKey out;
  QUOTARY_TRY_VOID(find_certificates(files, key, place, certificate_path, out));
  out.key.reset(PKCS11_get_private_key(key));
  if (!out.key)
    return unavailable("token_key_missing", "the key " + place.key + " of the token " + place.token +
                                                " cannot be used: " + drain_openssl_errors());
  out.held_by = std::move(session);
  return out;
}

}  // namespace quotary::signing
