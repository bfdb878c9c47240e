#include "ledger/records/signing_keys.h"

#include "ledger/base/hash.h"
#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

#include <algorithm>

namespace quotary::records {
namespace {

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

void put(StateWriter& state, std::string_view person, const std::vector<SigningKeyRecord>& keys) {
  json::array rows;
  for (const SigningKeyRecord& key : keys)
    rows.push_back(
        json::object{{"certificate", key.certificate}, {"index", key.index}, {"revoked", key.revoked ? 1 : 0}});
  state.put(signing_keys_key(person), json::serialize(json::object{{"keys", std::move(rows)}}));
}

}  // namespace

Result<std::vector<SigningKeyRecord>> find_signing_keys(const StateReader& state, std::string_view person) {
  QUOTARY_TRY(found,
              read_record<std::vector<SigningKeyRecord>>(state, signing_keys_key(person), [](const json::object& o) {
                std::vector<SigningKeyRecord> out;
                for_each_row(o, "keys", [&](const json::object& row) {
                  out.push_back({text_of(row, "certificate"), number_of(row, "index"), number_of(row, "revoked") != 0});
                });
                return out;
              }));
  return found ? std::move(*found) : std::vector<SigningKeyRecord>();
}

const SigningKeyRecord* key_in_use(const std::vector<SigningKeyRecord>& keys) {
  return keys.empty() || keys.back().revoked ? nullptr : &keys.back();
}

Result<void> signing_key_added(const Entry& entry, StateWriter& state) {
  const auto person = text_of(entry.body, "person"), certificate = text_of(entry.body, "certificate");
  QUOTARY_TRY(there, find_person(state, person));
  if (!there) return refuse(entry, "person_unknown", "no such person");
  // Nobody gets a key that another made: who made it could sign with it.
  if (entry.actor_id != person) return refuse(entry, "not_own_key", "people make their own keys");
  if (!Hash::from_hex(certificate)) return refuse(entry, "certificate_unnamed", "it names no certificate");
  QUOTARY_TRY(keys, find_signing_keys(state, person));
  if (keys.size() >= signing_keys_max)
    return refuse(entry, "too_many_signing_keys", "a person has at most " + std::to_string(signing_keys_max) + " keys");
  if (std::any_of(keys.begin(), keys.end(), [&](const auto& each) { return each.certificate == certificate; }))
    return refuse(entry, "certificate_again", "the person has that key");
  keys.push_back({certificate, entry.index, false});
  put(state, person, keys);
  return {};
}

Result<void> signing_key_revoked(const Entry& entry, StateWriter& state) {
  const auto person = text_of(entry.body, "person"), certificate = text_of(entry.body, "certificate");
  QUOTARY_TRY(keys, find_signing_keys(state, person));
  const auto* used = key_in_use(keys);
  if (used == nullptr || used->certificate != certificate)
    return refuse(entry, "signing_key_unknown", "the person does not use that key");
  keys.back().revoked = true;
  put(state, person, keys);
  return {};
}

}  // namespace quotary::records
