// How people of the organisation sign their own quotes: with a key of their own that only their password opens.
#include "api/signature/document_signing.h"
#include "api/use_cases/added_signature.h"
#include "api/use_cases/added_signatures.h"
#include "api/use_cases/body_members.h"
#include "api/use_cases/document_findings.h"
#include "api/use_cases/drafts.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/records/signing_keys.h"
#include "signing/person_key.h"
#include "signing/signing_certificate.h"

namespace quotary::api {
namespace {

using records::SigningKeyRecord;

constexpr std::size_t key_file_bytes_max = 64u << 10;

// One file a key: what is written here is never written over, and removed once it is revoked.
std::string key_folder(const Organisation::Parts& parts) { return parts.config.keys_directory + "/people"; }
std::string key_path(const Organisation::Parts& parts, std::string_view person, std::string_view certificate) {
  return key_folder(parts) + "/" + std::string(person) + "-" + std::string(certificate.substr(0, 16)) + ".key.pem";
}

Result<std::vector<SigningKeyRecord>> keys_of(const Organisation::Parts& parts, std::string_view person) {
  return parts.read<std::vector<SigningKeyRecord>>(
      [&](const StateReader& state) { return records::find_signing_keys(state, person); });
}

// The body's one member.
Result<std::string> password_of(const json::object& body) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"signing_password"}, error);
  auto password = text_member(body, "signing_password", error);
  if (!error.problems.empty()) return error;
  if (password.empty())
    return invalid("signing_password_missing", "/signing_password", "give your password for signing");
  return password;
}

json::object key_row(const SigningKeyRecord& key, const signing::SigningCertificate& certificate,
                     const std::string& subject) {
  return json::object{{"certificate_sha256", key.certificate},
                      {"subject", subject},
                      {"not_after", format_rfc3339(certificate.not_after)},
                      {"entry_index", key.index}};
}

struct OwnKey {
  SigningKeyRecord record;
  signing::PersonKey key;
};

Result<OwnKey> own_key(const Organisation::Parts& parts, std::string_view person) {
  QUOTARY_TRY(keys, keys_of(parts, person));
  const auto* used = records::key_in_use(keys);
  if (used == nullptr)
    return fail(Errc::conflict, "signing_key_missing", "you have no key for signing yet: make one first");
  QUOTARY_TRY(entry, parts.ledger->entry(used->index));
  QUOTARY_TRY(certificate, parts.payload(entry, "certificate"));
  auto stored = read_file(*parts.config.files, key_path(parts, person, used->certificate), key_file_bytes_max);
  if (!stored)
    return fail(Errc::unavailable, "signing_key_lost",
                "your key for signing is not in the key folder any more: make a new one");
  return OwnKey{*used, {std::move(certificate), std::move(*stored)}};
}

// Opening takes a core and some memory, and guesses are slowed down.
Result<std::shared_ptr<const signing::DocumentSigner>> opened(Organisation::Parts& parts, const Principal& caller,
                                                              const OwnKey& own, const std::string& password) {
  const std::string who = "signing key of " + caller.id;
  const auto now_ms = parts.config.clock->steady_ms();
  QUOTARY_TRY_VOID(parts.logins.check(who, now_ms));
  if (!parts.logins.checks.try_acquire_for(std::chrono::milliseconds(password_check_wait_ms)))
    return fail(Errc::overloaded, "login_busy", "many passwords are being checked at the moment: try again");
  auto signer = signing::open_person_key(own.key, password, parts.now());
  parts.logins.checks.release();
  if (!signer && signer.error().code == "signing_password_wrong") parts.logins.failed(who, now_ms);
  return signer;
}

Result<void> check_caller(const Organisation::Parts& parts, const Principal& caller) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  return require_call(caller, Call::sign_own);
}

// What the new revision reads as, to whoever has the seller's certificate.
Result<SignedCopy> judged(const Organisation::Parts& parts, const records::QuoteRecord& quote, std::string_view base,
                          std::string_view whole) {
  auto copy = read_signed_copy(parts, quote, base, whole);
  if (copy && copy->trusted && copy->fields == std::vector<std::string>{std::string(records::seller_field)})
    return copy;
  return fail(Errc::internal, "signing_failed",
              "the new signature was not accepted" + (copy ? std::string() : ": " + copy.error().detail));
}

}  // namespace

Result<Answer> make_signing_key(Organisation::Parts& parts, const Principal& caller, std::string_view body) {
  QUOTARY_TRY_VOID(check_caller(parts, caller));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(password, password_of(object));
  const auto pass = parts.gate.enter("signing key of " + caller.id);
  QUOTARY_TRY(before, keys_of(parts, caller.id));
  signing::PersonKeyHolder holder{parts.person_name(caller.id), parts.profile.name, caller.id};
  if (holder.name.empty() || holder.name == erased_text)
    return fail(Errc::conflict, "person_unnamed",
                "a key for signing is a person's, and the ledger has no name for you");
  auto made = signing::make_person_key(holder, password, parts.now(), *parts.config.random);
  if (!made && made.error().code == "bad_signing_password")
    return invalid(made.error().code, "/signing_password", made.error().detail);
  if (!made) return std::move(made).error();
  QUOTARY_TRY(certificate, signing::signing_certificate(made->certificate_pem));
  const std::string hash = certificate.sha256.hex();
  auto& files = *parts.config.files;
  QUOTARY_TRY_VOID(files.make_directory(key_folder(parts)));
  QUOTARY_TRY_VOID(write_file_durably(files, key_path(parts, caller.id, hash), made->key_pem));
  Draft draft = draft_by(caller, records::signing_key_added_type, "person:" + caller.id);
  draft.body = {{"person", caller.id}, {"certificate", hash}, {"not_after", format_rfc3339(certificate.not_after)}};
  draft.objects.push_back({"certificate", "application/x-pem-file", certificate.pem, "person:" + caller.id, 1});
  auto committed = append_one(*parts.ledger, draft);
  if (!committed) {
    (void)files.remove(key_path(parts, caller.id, hash));
    return std::move(committed).error();
  }
  // What came before signs nothing any more; a file that stays is opened by nobody.
  for (const auto& each : before) (void)files.remove(key_path(parts, caller.id, each.certificate));
  const Entry& entry = committed->entries.front();
  auto row = key_row({hash, entry.index, false}, certificate, signing::certificate_subject_of(certificate.pem));
  row["ledger"] = ledger_member(entry, committed->proof(0));
  return Answer{201, std::move(row), false};
}

Result<Answer> read_signing_key(const Organisation::Parts& parts, const Principal& caller) {
  QUOTARY_TRY_VOID(check_caller(parts, caller));
  QUOTARY_TRY(own, own_key(parts, caller.id));
  QUOTARY_TRY(certificate, signing::signing_certificate(own.key.certificate_pem));
  return Answer{200, key_row(own.record, certificate, signing::certificate_subject_of(certificate.pem)), false};
}

Result<Answer> revoke_signing_key(Organisation::Parts& parts, const Principal& caller) {
  QUOTARY_TRY_VOID(check_caller(parts, caller));
  const auto pass = parts.gate.enter("signing key of " + caller.id);
  QUOTARY_TRY(keys, keys_of(parts, caller.id));
  const auto* used = records::key_in_use(keys);
  if (used == nullptr) return fail(Errc::conflict, "signing_key_missing", "you have no key for signing");
  Draft draft = draft_by(caller, records::signing_key_revoked_type, "person:" + caller.id);
  draft.body = {{"person", caller.id}, {"certificate", used->certificate}};
  QUOTARY_TRY(committed, append_one(*parts.ledger, draft));
  (void)parts.config.files->remove(key_path(parts, caller.id, used->certificate));
  return Answer{200,
                json::object{{"certificate_sha256", used->certificate},
                             {"revoked_at", format_rfc3339(committed.entries.front().time)},
                             {"ledger", ledger_member(committed.entries.front(), committed.proof(0))}},
                false};
}

void forget_signing_keys(Organisation::Parts& parts, std::string_view person) {
  const auto names = parts.config.files->list(key_folder(parts));
  if (!names) return;
  for (const std::string& name : *names)
    if (name.starts_with(std::string(person) + "-")) (void)parts.config.files->remove(key_folder(parts) + "/" + name);
}

Result<Answer> sign_as_seller(Organisation::Parts& parts, const Principal& caller, std::string_view number,
                              std::string_view idempotency_key, std::string_view body) {
  QUOTARY_TRY_VOID(check_caller(parts, caller));
  QUOTARY_TRY(quote, parts.quote_for(caller, Call::sign_own, number));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(password, password_of(object));
  // Nothing that follows from the password is kept, not even under a key.
  object.erase("signing_password");
  QUOTARY_TRY(request, identify_request(*parts.keys, caller, "POST", "/v1/quotes/" + quote.number + "/signature",
                                        idempotency_key, object));
  const auto pass = parts.gate.enter(request.scope);
  QUOTARY_TRY(before, answered_before(parts, request));
  if (before) {
    QUOTARY_TRY(entry, parts.ledger->entry(*before));
    QUOTARY_TRY(proof, parts.ledger->proof(entry.index, true));
    return added_signature_answer(parts, entry, proof, true);
  }
  QUOTARY_TRY_VOID(check_signable_now(parts, quote));
  QUOTARY_TRY(own, own_key(parts, caller.id));
  QUOTARY_TRY(signer, opened(parts, caller, own, password));
  QUOTARY_TRY(base, document_bytes(parts, quote, quote.revision));
  signature::DocumentSignature asked;
  asked.field = records::seller_field;
  asked.time = parts.now();
  asked.name = parts.person_name(caller.id) + " (" + parts.profile.name + ")";
  asked.reason = "以本人密钥签名 signed with the signer's own key";
  asked.typed_name = parts.person_name(caller.id);
  QUOTARY_TRY(whole, signature::document_signing(signer, parts.fonts)(base, asked));
  QUOTARY_TRY(copy, judged(parts, quote, base, whole));
  Draft draft = draft_by(caller, records::signature_added_type, "quote:" + quote.number);
  draft.request_scope = request.scope;
  draft.request_body = request.body;
  draft.body["certificate"] = own.record.certificate;
  return append_signature(parts, std::move(draft), quote,
                          {records::signature_source_own_key, std::move(copy), base, whole});
}

}  // namespace quotary::api
