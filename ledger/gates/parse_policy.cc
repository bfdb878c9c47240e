#include "ledger/base/bytes.h"
#include "ledger/gates/member_reader.h"
#include "ledger/gates/policy_reader.h"

#include <map>

namespace quotary::gates {

namespace {

// "24h" or "7d" in hours. Nothing for another form or an age over the limit.
std::optional<std::uint64_t> age_hours(std::string_view text) {
  if (text.size() < 2 || text.size() > 8) return std::nullopt;
  const auto count = parse_u64(text.substr(0, text.size() - 1));
  if (!count || *count == 0) return std::nullopt;
  if (text.back() != 'h' && text.back() != 'd') return std::nullopt;
  const std::uint64_t hours = text.back() == 'd' ? *count * 24 : *count;
  return hours <= limits::max_age_hours_max ? std::optional(hours) : std::nullopt;
}

class PolicyReader {
 public:
  explicit PolicyReader(Faults& faults) : faults_(faults) {}

  Policy read(const json::value& value) {
    Policy out;
    MemberReader reader(value, "", faults_);
    (void)reader.choice("format", {policy_format});
    out.name = reader.code("name", "-", Need::required);
    out.title = title(reader);
    out.action_types = reader.code_set("action_types", "_-", limits::action_types_max, Need::required);
    out.gates = reader.set_of<GatePoint>("gates");
    if (const json::array* items = reader.list("note", limits::notes_max)) notes(*items, out.notes);
    if (const json::array* items = reader.list("requirement", limits::requirements_max))
      requirements(*items, out.requirements);
    reader.finish();
    check_targets(out.requirements);
    return out;
  }

 private:
  Policy::Title title(MemberReader& parent) {
    Policy::Title out;
    const json::value* value = parent.member("title", Need::required);
    if (value == nullptr) return out;
    MemberReader reader(*value, parent.at("title"), faults_);
    out.zh = reader.text("zh", limits::title_characters_max, Need::required);
    out.en = reader.text("en", limits::title_characters_max, Need::required);
    reader.finish();
    return out;
  }

  // Reads the id, which stands once among `seen`.
  std::string id(MemberReader& reader, std::set<std::string>& seen) {
    std::string out = reader.code("id", "_-", Need::required);
    if (!out.empty() && !seen.insert(out).second)
      faults_.add(reader.at("id"), "repeated", "the id " + out + " is given twice");
    return out;
  }

  void notes(const json::array& items, std::vector<Policy::Note>& out) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      MemberReader reader(items[i], "/note/" + std::to_string(i), faults_);
      Policy::Note& note = out.emplace_back();
      note.id = id(reader, seen);
      note.kind = reader.one_of<NoteKind>("kind", Need::required).value_or(note.kind);
      note.title = title(reader);
      note.required = reader.flag("required", true);
      if (reader.has("min_characters") && note.kind != NoteKind::text)
        faults_.add(reader.at("min_characters"), "not_for_kind", "only a note of the kind text counts characters");
      const std::uint64_t least = reader.integer("min_characters", 1, limits::min_characters_max, 0);
      if (least > 0) note.min_characters = least;
      reader.finish();
    }
  }

  void requirements(const json::array& items, std::vector<Policy::Requirement>& out) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      MemberReader reader(items[i], "/requirement/" + std::to_string(i), faults_);
      Policy::Requirement& requirement = out.emplace_back();
      requirement.id = id(reader, seen);
      requirement.kind = reader.one_of<EvidenceKind>("kind", Need::required).value_or(requirement.kind);
      requirement.title = title(reader);
      requirement.min_count = reader.integer("min_count", 1, limits::min_count_max, 1);
      requirement.max_age_hours = max_age(reader);
      requirement.needs = reader.set_of<EvidenceNeed>("needs");
      requirement.refuse_flags = reader.known_code_set("refuse_flags", refusable_flags);
      requirement.waive = reader.code_set("waive", "_", limits::waiving_roles_max);
      requirement.signature_at_least = reader.one_of<SignatureGrade>("signature_at_least");
      requirement.target = reader.code("target", "_-", Need::optional);
      reader.finish();
    }
  }

  std::optional<std::uint64_t> max_age(MemberReader& reader) {
    const json::value* value = reader.member("max_age");
    if (value == nullptr) return std::nullopt;
    if (const json::string* text = value->if_string(); text == nullptr) {
      faults_.add(reader.at("max_age"), "wrong_type", "must be a string such as \"24h\" or \"7d\"");
    } else if (const auto hours = age_hours(*text)) {
      return hours;
    } else {
      faults_.add(reader.at("max_age"), "bad_age",
                  "an age looks like 24h or 7d, at least 1h and at most " +
                      std::to_string(limits::max_age_hours_max / 24) + "d");
    }
    return std::nullopt;
  }

  // A target names another requirement, and nobody waits for himself.
  void check_targets(const std::vector<Policy::Requirement>& requirements) {
    std::map<std::string_view, std::string_view> target_of;
    for (const auto& requirement : requirements) target_of.emplace(requirement.id, requirement.target);
    for (std::size_t i = 0; i < requirements.size(); ++i) {
      const auto& requirement = requirements[i];
      if (requirement.target.empty()) continue;
      const std::string pointer = "/requirement/" + std::to_string(i) + "/target";
      if (!target_of.contains(requirement.target)) {
        faults_.add(pointer, "unknown_requirement", "no requirement has the id " + requirement.target);
        continue;
      }
      std::string_view at = requirement.target;
      for (std::size_t steps = 0; steps < requirements.size() && !at.empty() && at != requirement.id; ++steps) {
        const auto next = target_of.find(at);
        at = next == target_of.end() ? std::string_view() : next->second;
      }
      if (!requirement.id.empty() && at == requirement.id)
        faults_.add(pointer, "target_circle", "the targets lead back to " + requirement.id + " itself");
    }
  }

  Faults& faults_;
};

}  // namespace

Result<void> check_policy_size(std::string_view text) {
  if (text.size() <= limits::policy_bytes_max) return {};
  return fail(Errc::too_large, "policy_too_large",
              "a policy has at most " + std::to_string(limits::policy_bytes_max) +
                  " bytes, as it is written and in canonical form; this has " + std::to_string(text.size()));
}

Result<Policy> read_policy(const json::value& value) {
  Faults faults;
  Policy policy = PolicyReader(faults).read(value);
  if (!faults.none()) return std::move(faults).error("policy_invalid");
  // JSON escapes what TOML may hold as it is: what was small enough to read must be so when it is read back.
  QUOTARY_TRY_VOID(check_policy_size(canonical(policy)));
  return policy;
}

Result<Policy> parse_policy_json(std::string_view text) {
  QUOTARY_TRY_VOID(check_policy_size(text));
  QUOTARY_TRY(value, parse_json(text, {limits::policy_depth_max, limits::policy_values_max}));
  return read_policy(value);
}

}  // namespace quotary::gates
