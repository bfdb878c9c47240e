// Any bytes as a cosigned checkpoint, a policy, an add-checkpoint body and a size: never a crash, and what is read says
// the same when it is written again.
#include "ledger/log/add_checkpoint.h"
#include "ledger/log/policy.h"
#include "signing/cosigner.h"
#include "signing/keys.h"
#include "tests/support/golden_seed.h"

#include <cstddef>
#include <cstdint>

namespace {

using namespace quotary;

void read_note(std::string_view text) {
  static const auto cosigner = signing::cosigner_from_seed("witness.example.com/w1", testing::golden_seed(32));
  static const std::vector<Vkey> logs{
      *parse_vkey(signing::signer_from_seed("ledger.example.com/quotes", testing::golden_seed(0))->vkey())};
  static const auto policy = *WitnessPolicy::parse("witness w1 " + vkey_text(cosigner->vkey()) + "\nquorum w1\n");
  if (const auto note = parse_note(text)) {
    std::string again = std::string(note->text) + "\n";
    for (const auto& each : note->signatures) {
      again += each.line;
      QUOTARY_CHECK(signature_line(each.name, each.id, each.signature) == each.line);
    }
    QUOTARY_CHECK(again == text);
  }
  const auto witnessed = check_witnessed(text, logs, policy, signing::ed25519_holds);
  if (!witnessed) return;
  QUOTARY_CHECK(witnessed->enough == (witnessed->count == 1));
  // Only the key makes such a line.
  if (witnessed->enough)
    QUOTARY_CHECK(
        *cosigner->cosignature_line(witnessed->cosignatures[0]->time, checkpoint_text(witnessed->checkpoint)) ==
        witnessed->cosignatures[0]->line);
}

void read_policy(std::string_view text) {
  const auto policy = WitnessPolicy::parse(text);
  if (!policy) {
    QUOTARY_CHECK(policy.error().code == "bad_policy");
    return;
  }
  // All are always enough, and nobody is enough where somebody is asked for.
  QUOTARY_CHECK(policy->enough(std::vector<bool>(policy->witnesses().size(), true)));
  QUOTARY_CHECK(policy->enough(std::vector<bool>(policy->witnesses().size(), false)) != policy->required());
  for (const auto& witness : policy->witnesses()) QUOTARY_CHECK(*parse_vkey(vkey_text(witness.key)) == witness.key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_note(text);
  read_policy(text);
  if (const auto asked = parse_add_checkpoint(text)) {
    QUOTARY_CHECK(add_checkpoint_body(asked->old_size, asked->proof, asked->note) == text);
    read_note(asked->note);
  }
  if (const auto number = parse_size_body(text)) QUOTARY_CHECK(std::to_string(*number) + "\n" == text);
  return 0;
}
