#include "ledger/log/policy.h"

#include <algorithm>
#include <map>
#include <set>

namespace quotary {

// One pass over the lines; each name is known from its own line on.
class WitnessPolicy::Parser {
 public:
  Result<WitnessPolicy> parse(std::string_view text) {
    if (text.size() > policy_bytes_max)
      return fail(Errc::invalid, "bad_policy",
                  "a policy file has at most " + std::to_string(policy_bytes_max) + " bytes");
    while (!text.empty()) {
      ++line_;
      const std::size_t end = text.find('\n');
      if (end == text.npos) return bad("the last line has no line feed at its end");
      QUOTARY_TRY_VOID(take_line(text.substr(0, end)));
      text.remove_prefix(end + 1);
    }
    if (!quorum_seen_)
      return fail(
          Errc::invalid, "bad_policy",
          "line " + std::to_string(line_ + 1) + ": there is no quorum line; without witnesses it is `quorum none`");
    // Groups count from behind the last witness, whose number is known only now.
    for (Group& group : policy_.groups_) {
      for (std::size_t& member : group.members) member = place(member);
    }
    if (policy_.quorum_) policy_.quorum_ = place(*policy_.quorum_);
    return std::move(policy_);
  }

 private:
  using Words = std::vector<std::string_view>;
  // While witnesses may still come, groups count from here.
  static constexpr std::size_t groups_from = policy_witnesses_max;

  std::size_t place(std::size_t given) const {
    return given < groups_from ? given : given - groups_from + policy_.witnesses_.size();
  }

  Error bad(const std::string& why) const {
    return fail(Errc::invalid, "bad_policy", "line " + std::to_string(line_) + ": " + why);
  }

  Result<void> take_line(std::string_view line) {
    for (const unsigned char c : line) {
      if ((c < ' ' && c != '\t') || c == 0x7f)
        return bad("a control character; only tabs and line feeds may stand here");
    }
    Words words;
    for (std::size_t at = 0;;) {
      at = line.find_first_not_of(" \t", at);
      if (at == line.npos) break;
      const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
      if (end - at > policy_word_bytes_max)
        return bad("a word of over " + std::to_string(policy_word_bytes_max) + " bytes");
      words.push_back(line.substr(at, end - at));
      at = end;
    }
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "log") return take_log(words);
    if (words[0] == "witness") return take_witness(words);
    if (words[0] == "group") return take_group(words);
    if (words[0] == "quorum") return take_quorum(words);
    return bad("'" + std::string(words[0]) + "' begins no line of a policy; log, witness, group and quorum do");
  }

  // A key of one of the types that can be checked here, whose public key no earlier line of the kind holds.
  Result<Vkey> take_key(std::string_view text, unsigned char type, const char* kind, std::set<std::string>& seen) {
    auto key = parse_vkey(text);
    if (!key) return bad(key.error().detail);
    if (key->type == ml_dsa_44_cosignature_type)
      return bad("ML-DSA-44 keys (type 6) cannot be checked by this version; give the " + std::string(kind) +
                 "'s Ed25519 key");
    if (key->type != type) {
      return bad(std::string("a ") + kind + "'s key is of type " + std::to_string(type) + ", this one of type " +
                 std::to_string(key->type));
    }
    if (!seen.insert(key->key).second)
      return bad(std::string("this public key belongs to another ") + kind + " already");
    return key;
  }

  Result<void> take_log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return bad("a log line is `log <vkey> [<url>]`");
    if (policy_.logs_.size() == policy_logs_max) return bad("more than " + std::to_string(policy_logs_max) + " logs");
    QUOTARY_TRY(key, take_key(words[1], ed25519_note_type, "log", log_keys_));
    policy_.logs_.push_back({std::move(key), words.size() == 3 ? std::string(words[2]) : std::string()});
    return {};
  }

  Result<void> take_witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) return bad("a witness line is `witness <name> <vkey> [<url>]`");
    if (policy_.witnesses_.size() == policy_witnesses_max)
      return bad("more than " + std::to_string(policy_witnesses_max) + " witnesses");
    QUOTARY_TRY(key, take_key(words[2], ed25519_cosignature_type, "witness", witness_keys_));
    QUOTARY_TRY_VOID(define(words[1], policy_.witnesses_.size()));
    policy_.witnesses_.push_back(
        {std::string(words[1]), std::move(key), words.size() == 4 ? std::string(words[3]) : std::string()});
    return {};
  }

  Result<void> take_group(const Words& words) {
    if (words.size() < 4) return bad("a group line is `group <name> all|any|<k> <member>...` with one member at least");
    if (policy_.groups_.size() == policy_groups_max)
      return bad("more than " + std::to_string(policy_groups_max) + " groups");
    Group group;
    for (std::size_t i = 3; i < words.size(); ++i) {
      QUOTARY_TRY(member, find(words[i]));
      // So that each witness counts in one way only.
      if (!members_.insert(member).second)
        return bad("'" + std::string(words[i]) + "' is a member of a group already; a name may be one once");
      group.members.push_back(member);
    }
    QUOTARY_TRY(threshold, threshold_of(words[2], group.members.size()));
    group.threshold = threshold;
    QUOTARY_TRY_VOID(define(words[1], groups_from + policy_.groups_.size()));
    policy_.groups_.push_back(std::move(group));
    return {};
  }

  Result<std::size_t> threshold_of(std::string_view word, std::size_t members) {
    if (word == "any") return std::size_t{1};
    if (word == "all") return members;
    const auto number = parse_u64(word);
    if (!number) return bad("'" + std::string(word) + "' is no threshold; all, any or a decimal number is");
    if (*number < 1 || *number > members)
      return bad("a threshold is 1 to " + std::to_string(members) + ", the number of members");
    return static_cast<std::size_t>(*number);
  }

  Result<void> take_quorum(const Words& words) {
    if (words.size() != 2) return bad("a quorum line is `quorum <name>` or `quorum none`");
    if (quorum_seen_) return bad("a second quorum line; there is exactly one");
    quorum_seen_ = true;
    if (words[1] == "none") return {};
    QUOTARY_TRY(found, find(words[1]));
    policy_.quorum_ = found;
    return {};
  }

  Result<void> define(std::string_view name, std::size_t place) {
    if (name == "none") return bad("'none' is reserved; give another name");
    if (!names_.emplace(std::string(name), place).second)
      return bad("the name '" + std::string(name) + "' is taken by an earlier line");
    return {};
  }

  Result<std::size_t> find(std::string_view name) const {
    const auto found = names_.find(name);
    if (found == names_.end()) return bad("no earlier line defines '" + std::string(name) + "'");
    return found->second;
  }

  WitnessPolicy policy_;
  std::size_t line_ = 0;
  bool quorum_seen_ = false;
  std::map<std::string, std::size_t, std::less<>> names_;
  std::set<std::size_t> members_;
  std::set<std::string> log_keys_, witness_keys_;
};

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) { return Parser().parse(text); }

bool WitnessPolicy::enough(const std::vector<bool>& cosigned) const {
  QUOTARY_CHECK(cosigned.size() == witnesses_.size());
  if (!quorum_) return true;
  std::vector<bool> met = cosigned;
  for (const Group& group : groups_) {
    const auto count =
        std::count_if(group.members.begin(), group.members.end(), [&](std::size_t member) { return met[member]; });
    met.push_back(static_cast<std::size_t>(count) >= group.threshold);
  }
  return met[*quorum_];
}

Result<Witnessed> check_witnessed(std::string_view note, std::span<const Vkey> logs, const WitnessPolicy& policy,
                                  Ed25519Check holds) {
  QUOTARY_TRY(parsed, parse_note(note));
  Witnessed out;
  const Vkey* signer = nullptr;
  for (const Vkey& log : logs) {
    QUOTARY_TRY(held, signed_by(parsed, log, holds));
    if (held && signer == nullptr) signer = &log;
  }
  if (signer == nullptr) return fail(Errc::corrupt, "note_signature", "no known log's key signed this checkpoint");
  QUOTARY_TRY(checkpoint, parse_checkpoint_text(parsed.text));
  if (checkpoint.origin != signer->name)
    return fail(Errc::corrupt, "origin", "the checkpoint is of " + checkpoint.origin + ", the key of " + signer->name);
  out.checkpoint = std::move(checkpoint);
  std::vector<bool> cosigned;
  for (const PolicyWitness& witness : policy.witnesses()) {
    QUOTARY_TRY(found, find_cosignature(parsed.text, parsed.signatures, witness.key, holds));
    cosigned.push_back(found.has_value());
    out.cosignatures.push_back(std::move(found));
  }
  out.count = static_cast<std::size_t>(std::count(cosigned.begin(), cosigned.end(), true));
  out.enough = policy.enough(cosigned);
  return out;
}

}  // namespace quotary
