#include "api/key_rotation.h"

#include "api/use_cases/drafts.h"
#include "api/use_cases/opening.h"
#include "ledger/log/newest_about.h"

namespace quotary::api {
namespace {

Draft rotation_draft(const CheckpointSigner& old_key, const CheckpointSigner& next, KeyEnd end) {
  Draft draft = draft_by(Organisation::operator_principal(), type_of(end), rotation_subject);
  draft.placed_body = [&old_key, &next, end](std::uint64_t index, const Hash& prev) {
    return rotation_body(old_key, next, index, prev, end);
  };
  draft.ends_batch = true;
  return draft;
}

// The entry that retires `old_key`, when it is there already; it must name `next`.
Result<std::optional<std::uint64_t>> begun_before(const Ledger& ledger, const CheckpointSigner& old_key,
                                                  const CheckpointSigner& next) {
  QUOTARY_TRY(entry, newest_about(ledger, rotation_subject));
  if (!entry) return std::optional<std::uint64_t>();
  QUOTARY_TRY(said, read_rotation(*entry));
  if (vkey_text(said.old_key) != old_key.vkey()) return std::optional<std::uint64_t>();
  if (vkey_text(said.new_key) != next.vkey())
    return fail(
        Errc::corrupt, "other_rotation",
        "entry " + std::to_string(entry->index) + " names " + vkey_text(said.new_key) +
            " as the log's next key, and log.key.next is another: put back the key folder in which it was made");
  return std::optional<std::uint64_t>(entry->index);
}

// The proof of the entry that retires the folder's key, under that key's last checkpoint.
Result<std::string> retire(const OrganisationConfig& config, signing::KeyFolder& keys, const CheckpointSigner& next,
                           KeyEnd end, bool& resumed) {
  LedgerOptions options = ledger_options(config);
  options.opening = LedgerOptions::Opening::retiring;
  QUOTARY_TRY(ledger, Ledger::open(options, ledger_ports(config, keys)));
  const CheckpointSigner& old_key = keys.log_signer();
  QUOTARY_TRY(before, begun_before(*ledger, old_key, next));
  resumed = before.has_value();
  if (resumed) return ledger->proof(*before);
  QUOTARY_TRY(made, ledger->append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return std::vector<Draft>{rotation_draft(old_key, next, end)};
  }));
  return ledger->proof(made.entries.front().index);
}

// With an adopted key. Opening publishes under it, so that no place is left that only the old one signed.
Result<KeyRotation> complete(const OrganisationConfig& config, bool resumed) {
  QUOTARY_TRY(keys, signing::KeyFolder::open(config.files, config.keys_directory));
  QUOTARY_TRY(ledger, Ledger::open(ledger_options(config), ledger_ports(config, *keys)));
  QUOTARY_CHECK(keys->succession() != nullptr);
  QUOTARY_TRY_VOID(signing::retire_log_key(*config.files, config.keys_directory));
  return KeyRotation{keys->succession()->rotations().back(), keys->succession_text(), resumed};
}

}  // namespace

Result<std::string> prepare_log_key(const OrganisationConfig& given) {
  const auto config = with_defaults(given);
  QUOTARY_TRY_VOID(check_folders(config));
  QUOTARY_TRY(next, signing::prepare_log_key(*config.files, config.keys_directory, *config.random));
  return next->vkey();
}

Result<KeyRotation> rotate_log_key(const OrganisationConfig& given, KeyEnd end) {
  const auto config = with_defaults(given);
  QUOTARY_TRY_VOID(check_folders(config));
  QUOTARY_TRY(adopted, signing::is_adopted(*config.files, config.keys_directory));
  if (adopted) return complete(config, true);
  QUOTARY_TRY(keys, signing::KeyFolder::open(config.files, config.keys_directory));
  QUOTARY_TRY_VOID(check_room(*keys));
  QUOTARY_TRY(next, signing::prepare_log_key(*config.files, config.keys_directory, *config.random));
  bool resumed = false;
  QUOTARY_TRY(proof, retire(config, *keys, *next, end, resumed));
  QUOTARY_TRY(succession, with_rotation(keys->succession_text(), next->name(), proof));
  // ---- from here on the new key is the log's ----
  QUOTARY_TRY_VOID(signing::adopt_log_key(*config.files, config.keys_directory, succession));
  return complete(config, resumed);
}

}  // namespace quotary::api
