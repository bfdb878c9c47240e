#include "tools/quotary_verify/keys.h"

#include "ledger/log/succession.h"
#include "signing/cosigner.h"

namespace quotary::offline {

Verdict judge_keys(std::string_view succession, std::string_view trusted) {
  Verdict verdict;
  const auto opened = Succession::open(succession, trusted, signing::ed25519_holds);
  if (!opened) {
    // What is no file of ours, or of a newer program, is no finding about the log.
    if (opened.error().kind == Errc::invalid)
      verdict.leave_unchecked(opened.error());
    else
      verdict.refuse(opened.error());
    return verdict;
  }
  const Succession& keys = **opened;
  verdict.tell("账本", "ledger", keys.name());
  json::array rotations;
  for (const Rotation& rotation : keys.rotations()) {
    const std::string time = format_rfc3339(rotation.time), old_key = vkey_text(rotation.old_key);
    rotations.push_back(json::object{{"index", rotation.index},
                                     {"time", time},
                                     {"old_vkey", old_key},
                                     {"new_vkey", vkey_text(rotation.new_key)},
                                     {"old_key_size_max", rotation.index + 1},
                                     {"revoked", rotation.end == KeyEnd::revoked}});
    if (rotation.end == KeyEnd::revoked)
      verdict.tell("已吊销公钥", "revoked key", old_key);
    else
      verdict.tell("曾用公钥", "retired key", old_key);
    verdict.tell("  更换于条目", "  replaced by entry", std::to_string(rotation.index) + ", " + time);
  }
  verdict.tell("现用公钥", "current key", vkey_text(keys.current()));
  verdict.tell("您给出的是第几把", "the key that you gave is number",
               std::to_string(keys.trusted() + 1) + " / " + std::to_string(keys.rotations().size() + 1));
  verdict.facts = {{"origin", keys.name()},
                   {"vkey", vkey_text(keys.current())},
                   {"trusted", keys.trusted()},
                   {"rotations", std::move(rotations)}};
  verdict.chinese = "从您给出的公钥出发，每一次更换都由新旧两把公钥签名，并由旧公钥的检查点覆盖。";
  verdict.english =
      "From the key that you gave, both keys signed every change, and the old key's checkpoint covers each.";
  return verdict;
}

}  // namespace quotary::offline
