#include "ledger/gates/gate.h"

#include "ledger/gates/reason.h"

#include <algorithm>
#include <bitset>

namespace quotary::gates {

namespace {

constexpr std::int64_t ms_of_hour = 3'600'000;

// An item and the version of it that counts; null when all are withdrawn.
struct Current {
  const EvidenceItem* item;
  const EvidenceVersion* version;
};

// The reasons that were found, each once, listed in their order.
struct Reasons {
  std::bitset<codes<Reason>.size()> found;
  std::set<std::string> flags;

  void add(Reason reason) { found.set(static_cast<std::size_t>(reason)); }
  [[nodiscard]] std::vector<std::string> list() const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i]) out.emplace_back(codes<Reason>[i]);
    for (const std::string& flag : flags) out.push_back(std::string(flag_reason) + flag);
    return out;
  }
};

bool is_of(const EvidenceItem& item, const Policy::Requirement& requirement) {
  return item.kind == requirement.kind && (!item.requirement || *item.requirement == requirement.id);
}

class Evaluation {
 public:
  Evaluation(const Policy& policy, const CaseEvidence& evidence) : policy_(policy), evidence_(evidence) {
    items_.reserve(evidence.items.size());
    for (const EvidenceItem& item : evidence.items) {
      const EvidenceVersion* newest = nullptr;
      for (const EvidenceVersion& version : item.versions)
        if (!version.withdrawn && (newest == nullptr || version.number > newest->number)) newest = &version;
      items_.push_back({&item, newest});
    }
    // So that a target is found without a walk over all.
    std::sort(items_.begin(), items_.end(), [](const Current& a, const Current& b) { return a.item->id < b.item->id; });
  }

  [[nodiscard]] RequirementState state_of(const Policy::Requirement& requirement) const {
    RequirementState out;
    out.id = requirement.id;
    out.needed = requirement.min_count;
    Reasons all;
    bool any_not_valid = false;
    for (const Current& current : items_) {
      if (current.version == nullptr || !is_of(*current.item, requirement)) continue;
      const bool valid = check(requirement, current, all);
      if (valid) ++out.counted;
      any_not_valid = any_not_valid || !valid;
    }
    if (out.counted >= out.needed) {
      out.standing = Standing::met;
    } else if ((out.waiver = waiver_of(requirement))) {
      out.standing = Standing::waived;
    } else if (any_not_valid) {
      out.standing = Standing::invalid;
      out.reasons = all.list();
    }
    return out;
  }

  [[nodiscard]] RequirementState state_of(const Policy::Note& note) const {
    std::optional<std::uint64_t> newest;
    bool complete = false;
    for (const NoteFact& fact : evidence_.notes) {
      if (fact.id != note.id || (newest && fact.version < *newest)) continue;
      // Of two that contradict each other about one version the worse counts, whatever their order.
      complete = fact.complete && (newest != fact.version || complete);
      newest = fact.version;
    }
    RequirementState out;
    out.id = std::string(note_requirement) + note.id;
    out.needed = 1;
    out.counted = complete ? 1 : 0;
    out.standing = complete ? Standing::met : Standing::missing;
    return out;
  }

 private:
  // Adds why the item's current version is not valid; true when it is.
  bool check(const Policy::Requirement& requirement, const Current& current, Reasons& all) const {
    const EvidenceVersion& version = *current.version;
    bool valid = true;
    const auto refuse_if = [&](bool condition, Reason reason) {
      if (condition) all.add(reason);
      valid = valid && !condition;
    };
    const auto needs = [&](EvidenceNeed need) { return requirement.needs.contains(need); };
    const bool later = version.number > 1;
    refuse_if(too_old(requirement, version), Reason::too_old);
    refuse_if(needs(EvidenceNeed::geo) && !version.has_geo, Reason::geo_missing);
    // An age that nobody can compute is not young enough.
    refuse_if((needs(EvidenceNeed::captured_at) || requirement.max_age_hours) && !version.captured_at,
              Reason::captured_at_missing);
    refuse_if(needs(EvidenceNeed::version_label) && !version.has_version_label, Reason::version_label_missing);
    refuse_if(needs(EvidenceNeed::change_note) && later && !version.has_change_note, Reason::change_note_missing);
    refuse_if(needs(EvidenceNeed::parent_version) && later && !has_parent(current), Reason::parent_version_missing);
    refuse_if((needs(EvidenceNeed::signature) || requirement.signature_at_least) && !version.signature,
              Reason::signature_missing);
    refuse_if(
        version.signature && requirement.signature_at_least && *version.signature < *requirement.signature_at_least,
        Reason::signature_too_weak);
    if (const auto reason = target_fault(requirement, version)) refuse_if(true, *reason);
    for (const std::string& flag : version.flags) {
      if (!requirement.refuse_flags.contains(flag)) continue;
      all.flags.insert(flag);
      valid = false;
    }
    return valid;
  }

  static bool too_old(const Policy::Requirement& requirement, const EvidenceVersion& version) {
    if (!requirement.max_age_hours || !version.captured_at) return false;
    const std::int64_t age_ms = version.received_at.unix_ms - version.captured_at->unix_ms;
    return age_ms > static_cast<std::int64_t>(*requirement.max_age_hours) * ms_of_hour;
  }

  // A withdrawn version is still what a later one came from.
  static bool has_parent(const Current& current) {
    const std::vector<EvidenceVersion>& versions = current.item->versions;
    return current.version->parent && *current.version->parent < current.version->number &&
           std::any_of(versions.begin(), versions.end(),
                       [&](const EvidenceVersion& version) { return version.number == *current.version->parent; });
  }

  [[nodiscard]] std::optional<Reason> target_fault(const Policy::Requirement& requirement,
                                                   const EvidenceVersion& version) const {
    if (requirement.target.empty()) return std::nullopt;
    if (!version.target) return Reason::target_missing;
    const auto wanted = std::find_if(policy_.requirements.begin(), policy_.requirements.end(),
                                     [&](const auto& each) { return each.id == requirement.target; });
    if (wanted == policy_.requirements.end()) return Reason::target_unknown;
    const std::string& id = version.target->item;
    auto current =
        std::lower_bound(items_.begin(), items_.end(), id,
                         [](const Current& each, const std::string& sought) { return each.item->id < sought; });
    for (; current != items_.end() && current->item->id == id; ++current) {
      if (!is_of(*current->item, *wanted)) continue;
      if (current->version != nullptr && current->version->number == version.target->version) return std::nullopt;
      for (const EvidenceVersion& each : current->item->versions)
        if (each.number == version.target->version) return Reason::stale_target;
    }
    return Reason::target_unknown;
  }

  [[nodiscard]] std::optional<Waiver> waiver_of(const Policy::Requirement& requirement) const {
    const Waiver* earliest = nullptr;
    for (const Waiver& waiver : evidence_.waivers) {
      if (waiver.requirement != requirement.id || !requirement.waive.contains(waiver.role)) continue;
      if (earliest == nullptr || waiver.index < earliest->index) earliest = &waiver;
    }
    return earliest == nullptr ? std::nullopt : std::optional(*earliest);
  }

  const Policy& policy_;
  const CaseEvidence& evidence_;
  std::vector<Current> items_;
};

}  // namespace

GateState evaluate(const Policy& policy, const CaseEvidence& evidence) {
  const Evaluation evaluation(policy, evidence);
  GateState out;
  for (const Policy::Requirement& requirement : policy.requirements)
    out.requirements.push_back(evaluation.state_of(requirement));
  for (const Policy::Note& note : policy.notes)
    if (note.required) out.requirements.push_back(evaluation.state_of(note));
  out.complete = std::all_of(out.requirements.begin(), out.requirements.end(), [](const RequirementState& each) {
    return each.standing == Standing::met || each.standing == Standing::waived;
  });
  return out;
}

json::object gate_to_json(const GateState& state) {
  json::array requirements;
  for (const RequirementState& each : state.requirements) {
    json::object item = {
        {"id", each.id}, {"state", code_of(each.standing)}, {"counted", each.counted}, {"needed", each.needed}};
    if (!each.reasons.empty()) item.emplace("reasons", json::array(each.reasons.begin(), each.reasons.end()));
    if (each.waiver)
      item.emplace("waiver", json::object{{"role", each.waiver->role},
                                          {"at", format_rfc3339(each.waiver->at)},
                                          {"index", each.waiver->index}});
    requirements.emplace_back(std::move(item));
  }
  return {{"complete", state.complete}, {"requirements", std::move(requirements)}};
}

}  // namespace quotary::gates
