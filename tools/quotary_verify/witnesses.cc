#include "tools/quotary_verify/witnesses.h"

#include "ledger/base/time.h"
#include "ledger/log/proof_text.h"
#include "ledger/log/status_proof.h"
#include "signing/cosigner.h"

namespace quotary::offline {

void require_witnesses(Verdict& verdict, std::string_view checkpoint_or_proof, std::span<const Vkey> logs,
                       const WitnessPolicy& policy) {
  std::string_view note = checkpoint_or_proof;
  if (note.starts_with(tlog_proof_header) || note.starts_with(status_proof_header))
    note.remove_prefix(note.find("\n\n") + 2);  // it was read as one before
  const auto witnessed = check_witnessed(note, logs, policy, signing::ed25519_holds);
  if (!witnessed) return verdict.refuse(witnessed.error());
  json::array who;
  for (std::size_t i = 0; i < witnessed->cosignatures.size(); ++i) {
    const auto& cosignature = witnessed->cosignatures[i];
    if (!cosignature) continue;
    const std::string& name = policy.witnesses()[i].key.name;
    const std::string time = format_rfc3339({static_cast<std::int64_t>(cosignature->time) * 1000});
    who.push_back(json::object{{"key", name}, {"time", time}});
    verdict.tell("见证", "witness", name + ", " + time);
  }
  verdict.facts["witnesses"] = std::move(who);
  if (witnessed->enough) return;
  verdict.refuse(
      fail(Errc::invalid, "too_few_witnesses",
           "the policy asks for more witnesses than the " + std::to_string(witnessed->count) + " that cosigned it"));
}

}  // namespace quotary::offline
