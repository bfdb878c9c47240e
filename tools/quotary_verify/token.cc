#include "tools/quotary_verify/token.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/export_format.h"
#include "ledger/log/export_nodes.h"
#include "ledger/log/note.h"
#include "signing/time_stamp.h"

#include <algorithm>

namespace quotary::offline {

namespace {

// The note as the log signed it: its text, and of the lines only the log's own.
Result<std::string> stamped_bytes(std::string_view checkpoint, std::span<const Vkey> keys) {
  QUOTARY_TRY(note, parse_note(checkpoint));
  const auto own = std::find_if(note.signatures.begin(), note.signatures.end(), [&](const auto& line) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](const Vkey& key) { return line.name == key.name && line.id == key.id; });
  });
  if (own == note.signatures.end())
    return fail(Errc::corrupt, "note_signature", "the checkpoint carries no line of the log's key");
  return std::string(note.text) + "\n" + std::string(own->line);
}

void tell_token(Verdict& verdict, const signing::TimeToken& token) {
  verdict.facts["time"] = format_rfc3339(token.time);
  if (token.accuracy_ms) verdict.facts["accuracy_ms"] = *token.accuracy_ms;
  verdict.facts["authority"] = token.authority;
  verdict.facts["certificate_sha256"] = token.certificate_sha256;
  verdict.facts["policy"] = token.policy;
  verdict.facts["serial"] = token.serial;
  verdict.facts["own"] = token.own;
  verdict.tell("时间", "time",
               format_rfc3339(token.time) +
                   (token.accuracy_ms ? " ± " + std::to_string(*token.accuracy_ms) + " ms" : std::string()));
  verdict.tell("时间戳机构", "authority", token.authority + ", SHA-256 " + token.certificate_sha256);
  if (token.own) {
    verdict.tell("注意", "note",
                 "该机构自称为自建，并不独立 this authority says itself that it is the organisation's own, not "
                 "independent");
  }
}

}  // namespace

Verdict judge_token(std::string_view token, std::string_view checkpoint, const CheckpointVerifier& log_key,
                    std::span<const Vkey> keys, std::string_view roots_pem) {
  Verdict verdict;
  const auto opened = open_checkpoint(checkpoint, log_key);
  if (!opened) return verdict.refuse(opened.error()), verdict;
  verdict.facts["origin"] = opened->origin;
  verdict.facts["tree_size"] = opened->size;
  verdict.facts["root"] = opened->root.hex();
  verdict.tell("账本", "ledger", opened->origin);
  verdict.tell("检查点", "checkpoint", std::to_string(opened->size) + " 条 entries, 根 root " + opened->root.hex());
  const auto bytes = stamped_bytes(checkpoint, keys);
  if (!bytes) return verdict.refuse(bytes.error()), verdict;
  const auto held = signing::check_time_token(token, sha256(*bytes), roots_pem);
  if (!held) {
    const Error& error = held.error();
    const bool judged = error.code != "bad_roots" && error.kind != Errc::internal;
    judged ? verdict.refuse(error) : verdict.leave_unchecked(error);
    return verdict;
  }
  tell_token(verdict, *held);
  verdict.chinese = held->own ? "时间戳成立：按自建机构的时钟，该检查点在此时刻已经存在。"
                              : "时间戳成立：该检查点在此时刻已经存在。未查询证书吊销状态。";
  verdict.english = held->own
                        ? "The time-stamp holds: by the clock of an own authority, the checkpoint existed at this time."
                        : "The time-stamp holds: the checkpoint existed at this time. Revocation was not looked up.";
  return verdict;
}

ExportedTimes::ExportedTimes(const ExportSource& source, const CheckpointVerifier& log_key, std::vector<Vkey> keys,
                             std::string roots_pem)
    : source_(source), log_key_(log_key), keys_(std::move(keys)), roots_pem_(std::move(roots_pem)) {
  watch_.wants = [](const EntryView& entry) { return entry.type == "system.time_token"; };
  watch_.bytes_max = signing::time_reply_bytes_max;
  watch_.see = [this](std::uint64_t tree_size, const EntryView& entry, std::string_view, const auto& objects) {
    return see(tree_size, entry, objects);
  };
}

std::optional<std::string> ExportedTimes::see(std::uint64_t tree_size, const EntryView& entry,
                                              const std::vector<ExportedObject>& objects) {
  const std::string *checkpoint = nullptr, *token = nullptr;
  for (std::size_t place = 0; place < objects.size(); ++place) {
    const std::string* const bytes = objects[place].bytes ? &*objects[place].bytes : nullptr;
    if (entry.objects[place].name == "checkpoint") checkpoint = bytes;
    if (entry.objects[place].name == "token") token = bytes;
  }
  if (checkpoint == nullptr || token == nullptr) {
    ++withheld_;
    return std::nullopt;
  }
  const Verdict judged = judge_token(*token, *checkpoint, log_key_, keys_, roots_pem_);
  const bool unjudged = judged.exit_code == exit_unchecked || judged.code == "token_untrusted";
  if (!judged.holds() && !unjudged)
    return "its time-stamp does not hold: " + judged.code + ": " + printable(judged.detail);
  // The log's own key vouches for the checkpoint, whoever gave the time.
  if (auto wrong = compare(tree_size, entry, judged.facts)) return wrong;
  if (unjudged) {
    if (unjudged_++ == 0) first_unjudged_ = "entry " + std::to_string(entry.index) + ": " + judged.detail;
    return std::nullopt;
  }
  ++held_;
  newest_ = judged.facts;
  return std::nullopt;
}

std::optional<std::string> ExportedTimes::compare(std::uint64_t tree_size, const EntryView& entry,
                                                  const json::object& facts) const {
  const auto size = facts.at("tree_size").to_number<std::uint64_t>();
  const auto body = parse_json(entry.body);
  const json::object* const said = body ? body->if_object() : nullptr;
  const auto says = [&](const char* member, const json::value* value) {
    const auto* found = said ? said->if_contains(member) : nullptr;
    return found && (value == nullptr || *found == *value);
  };
  const json::value size_said(size);
  if (!says("size", &size_said) || !says("root", facts.if_contains("root")) ||
      !says("time", facts.if_contains("time")) || !says("policy", facts.if_contains("policy")))
    return "its time-stamp is not the one that the entry speaks of";
  if (size > entry.index || size > tree_size) return "its time-stamp is over entries that come later";
  const auto root = read_root(size, export_nodes(source_, tree_size));
  if (!root) return "the tree cannot be read at the size that was stamped: " + printable(root.error().detail);
  if (root->hex() != facts.at("root").as_string())
    return "the checkpoint that was stamped is signed and not of this history: the log has two";
  return std::nullopt;
}

void ExportedTimes::tell(Verdict& verdict) const {
  json::object facts{{"held", held_}, {"withheld", withheld_}, {"unjudged", unjudged_}};
  std::string line = std::to_string(held_) + " 个时间戳成立 time-stamps hold";
  if (withheld_ > 0) line += ", " + std::to_string(withheld_) + " 个未附 withheld";
  if (held_ > 0) {
    facts["newest"] = newest_;
    line += ", 最新的覆盖 the newest covers " + std::to_string(newest_.at("tree_size").to_number<std::uint64_t>()) +
            " 条 entries: " + std::string(newest_.at("time").as_string()) + ", " +
            printable(std::string(newest_.at("authority").as_string()));
    if (newest_.at("own").as_bool()) line += " (自建机构 own authority)";
  }
  if (unjudged_ > 0) {
    facts["first_unjudged"] = first_unjudged_;
    line += ", " + std::to_string(unjudged_) + " 个无法用所给的根证书判断 not judged by the given roots";
    if (verdict.holds())
      verdict.leave_unchecked(fail(Errc::unavailable, "tokens_unjudged",
                                   std::to_string(unjudged_) + " time-stamps; the first is of " + first_unjudged_));
  }
  verdict.facts["trusted_times"] = std::move(facts);
  verdict.tell("可信时间", "trusted time", std::move(line));
}

}  // namespace quotary::offline
