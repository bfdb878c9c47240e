#include "api/use_cases/evidence_passkeys.h"

#include "ledger/base/bytes.h"
#include "ledger/records/fields.h"
#include "ledger/records/signing.h"
#include "signing/passkey.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::number_of;
using records::object_of;
using records::text_of;

constexpr int ed25519_algorithm = -8;  // of COSE

std::string stem_of(const PasskeyProof& proof) { return "passkeys/" + std::to_string(proof.entry) + "-"; }

// RFC 7468 section 13.
std::string public_key_pem(std::string_view der) {
  constexpr std::size_t line_characters = 64;
  const std::string text = to_base64(der);
  std::string out = "-----BEGIN PUBLIC KEY-----\n";
  for (std::size_t at = 0; at < text.size(); at += line_characters) out += text.substr(at, line_characters) + "\n";
  return out + "-----END PUBLIC KEY-----\n";
}

// What the passkey signed (Web Authentication Level 2, section 7.2).
std::string signed_bytes(const PasskeyProof& proof) {
  return proof.authenticator_data + std::string(sha256(proof.client_data).view());
}

Result<PasskeyProof> proof_of(const Entry& entry, const json::object& evidence, const json::object& passkey) {
  PasskeyProof out;
  out.entry = entry.index;
  out.registered = number_of(passkey, "registered");
  out.displayed_revision = number_of(object_of(evidence, "displayed"), "revision");
  out.statement = text_of(passkey, "statement");
  const auto* algorithm = passkey.if_contains("algorithm");
  if (algorithm && algorithm->is_int64()) out.algorithm = static_cast<int>(algorithm->get_int64());
  for (const auto& [name, bytes] :
       {std::pair{"public_key", &out.public_key}, std::pair{"client_data", &out.client_data},
        std::pair{"authenticator_data", &out.authenticator_data}, std::pair{"signature", &out.signature}}) {
    auto read = from_base64(text_of(passkey, name));
    if (!read || read->empty())
      return fail(Errc::corrupt, "payload_damaged",
                  std::string(name) + " in the evidence of entry " + std::to_string(entry.index));
    *bytes = std::move(*read);
  }
  return out;
}

}  // namespace

Result<std::vector<PasskeyProof>> passkey_proofs(const Organisation::Parts& parts, const std::vector<Entry>& entries) {
  std::vector<PasskeyProof> out;
  for (const Entry& entry : entries) {
    if (entry.type != records::signature_signed_type) continue;
    auto stored = parts.payload(entry, "evidence");
    if (!stored && stored.error().kind == Errc::gone) continue;
    if (!stored) return std::move(stored).error();
    QUOTARY_TRY(value, parse_json(*stored));
    const auto* factors = value.is_object() ? value.get_object().if_contains("factors") : nullptr;
    if (!factors || !factors->is_array()) continue;
    for (const auto& factor : factors->get_array()) {
      if (!factor.is_object() || !factor.get_object().contains("passkey")) continue;
      QUOTARY_TRY(proof, proof_of(entry, value.get_object(), object_of(factor.get_object(), "passkey")));
      out.push_back(std::move(proof));
    }
  }
  return out;
}

NamedFiles files_of(const PasskeyProof& proof) {
  const std::string stem = stem_of(proof);
  return {{stem + "statement.json", proof.statement},
          {stem + "client-data.json", proof.client_data},
          {stem + "authenticator-data.bin", proof.authenticator_data},
          {stem + "signed.bin", signed_bytes(proof)},
          {stem + "signature.bin", proof.signature},
          {stem + "key.pem", public_key_pem(proof.public_key)}};
}

std::string commands_of(const PasskeyProof& proof, std::string_view number, const OrganisationProfile& profile,
                        const NamedFiles& files) {
  const std::string stem = stem_of(proof);
  const std::string statement = stem + "statement.json", client = stem + "client-data.json",
                    authenticator = stem + "authenticator-data.bin", covered = stem + "signed.bin",
                    signature = stem + "signature.bin", key = stem + "key.pem";
  const auto hash_of = [](const std::string& file) { return "\"$(sha256sum < " + file + " | cut -c1-64)\""; };
  const auto in_entry = [&](std::uint64_t index, const char* object) {
    const std::string name = std::to_string(index);
    return "grep -oF " + hash_of("payloads/" + name + "-" + object + ".json") + " entries/" + name + ".json\n";
  };
  std::string out =
      "grep -oF " +
      hash_of("document/" + std::string(number) + "-revision-" + std::to_string(proof.displayed_revision) + ".pdf") +
      " " + statement + "\n" + "grep -oF \"\\\"challenge\\\":\\\"$(openssl dgst -sha256 -binary " + statement +
      " | basenc --base64url | tr -d =)\\\"\" " + client + "\n" + "grep -oF '\"type\":\"webauthn.get\"' " + client +
      "\n";
  if (const auto site = signing::passkey_site(profile.public_url))
    out += "grep -oF '\"origin\":\"" + site->origin + "\"' " + client + "\n" + "printf %s '" + site->id +
           "' | openssl dgst -sha256 -binary | cmp -n 32 - " + authenticator + "\n";
  out += "test $(($(od -An -tu1 -j32 -N1 " + authenticator + ") & 5)) -eq 5\n" + "openssl dgst -sha256 -binary " +
         client + " | cat " + authenticator + " - | cmp - " + covered + "\n" +
         (proof.algorithm == ed25519_algorithm
              ? "openssl pkeyutl -verify -pubin -inkey " + key + " -rawin -in " + covered + " -sigfile " + signature
              : "openssl dgst -sha256 -verify " + key + " -signature " + signature + " " + covered) +
         "\n" + "grep -oF \"\\\"signature\\\":\\\"$(base64 -w0 " + signature + ")\\\"\" payloads/" +
         std::to_string(proof.entry) + "-evidence.json\n" + in_entry(proof.entry, "evidence");
  const std::string registered = "payloads/" + std::to_string(proof.registered) + "-passkey.json";
  const bool told = std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.first == registered; });
  if (told)
    out += "grep -oF \"\\\"public_key\\\":\\\"$(openssl pkey -pubin -in " + key + " -outform DER | base64 -w0)\\\"\" " +
           registered + "\n" + in_entry(proof.registered, "passkey");
  return out;
}

}  // namespace quotary::api
