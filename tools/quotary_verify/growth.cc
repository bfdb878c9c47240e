#include "tools/quotary_verify/growth.h"

#include "ledger/log/earlier.h"
#include "ledger/log/merkle.h"
#include "tools/quotary_verify/document.h"

namespace quotary::offline {

namespace {

constexpr std::size_t hashes_max = 128;  // twice the height of the largest tree

struct Growth {
  std::uint64_t from = 0, to = 0;
  std::vector<Hash> path;
};

std::optional<Growth> read_growth(std::string_view text) {
  const auto parsed = parse_json(text);
  const json::object* const said = parsed ? parsed->if_object() : nullptr;
  if (said == nullptr) return std::nullopt;
  const auto size_of = [&](const char* member) -> std::optional<std::uint64_t> {
    const json::value* const value = said->if_contains(member);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(value->get_int64());
  };
  const auto from = size_of("from"), to = size_of("to");
  const json::value* const hashes = said->if_contains("hashes");
  if (!from || !to || hashes == nullptr || !hashes->is_array() || hashes->get_array().size() > hashes_max)
    return std::nullopt;
  Growth out{*from, *to, {}};
  for (const json::value& each : hashes->get_array()) {
    if (!each.is_string()) return std::nullopt;
    const auto hash = Hash::from_hex(std::string_view(each.get_string()));
    if (!hash) return std::nullopt;
    out.path.push_back(*hash);
  }
  return out;
}

std::string entries(std::uint64_t size) { return std::to_string(size) + " entries"; }

void compare(Verdict& verdict, const Checkpoint& older, const Checkpoint& newer,
             const std::optional<std::string>& consistency) {
  if (older.size > newer.size)
    return verdict.leave_unchecked(
        fail(Errc::invalid, "earlier_too_late",
             "the one given as earlier is over " + entries(older.size) + ", the other over " + entries(newer.size)));
  if (older.size == newer.size) {
    if (older.root == newer.root) return;
    return verdict.refuse(fail(Errc::corrupt, "history_rewritten",
                               "the log's key signed two roots for " + entries(older.size) + ": " + older.root.hex() +
                                   " and " + newer.root.hex()));
  }
  if (!consistency)
    return verdict.leave_unchecked(fail(Errc::not_found, "no_consistency_proof",
                                        "get it from the log: /v1/log/proofs/consistency?from=" +
                                            std::to_string(older.size) + "&to=" + std::to_string(newer.size)));
  const auto growth = read_growth(*consistency);
  if (!growth || growth->from != older.size || growth->to != newer.size)
    return verdict.leave_unchecked(fail(Errc::invalid, "bad_consistency_proof",
                                        "it is no consistency proof from " + entries(older.size) + " to " +
                                            entries(newer.size) + " as the log gives it"));
  const auto held = check_consistency(older.size, newer.size, older.root, newer.root, growth->path);
  if (!held) verdict.refuse(held.error());
}

}  // namespace

Verdict judge_growth(std::string_view note, std::string_view earlier, const std::string& earlier_name,
                     const std::optional<std::string>& consistency, const CheckpointVerifier& log_key) {
  Verdict verdict = judge_checkpoint(note, log_key);
  if (!verdict.holds()) return verdict;
  const auto newer = open_checkpoint(note, log_key);
  const auto older = open_earlier(earlier, earlier_name, log_key);
  QUOTARY_CHECK(newer);  // it was judged
  if (!older) return verdict.leave_unchecked(older.error()), verdict;
  const Checkpoint& kept = older->checkpoint;
  verdict.facts["earlier"] = json::object{{"tree_size", kept.size}, {"root", kept.root.hex()}};
  verdict.tell("较早检查点", "earlier", std::to_string(kept.size) + " 条 entries, 根 root " + kept.root.hex());
  compare(verdict, kept, *newer, consistency);
  if (!verdict.holds()) return verdict;
  verdict.chinese = "检查点由账本公钥签名，且是较早检查点的延续：其中的记录没有任何改动，只有追加。";
  verdict.english =
      "The key signed this checkpoint, and it continues the earlier one: nothing before that was changed, the log only "
      "grew.";
  return verdict;
}

}  // namespace quotary::offline
