#include "ledger/gates/gate.h"
#include "ledger/gates/member_reader.h"

namespace quotary::gates {

namespace {

std::optional<Timestamp> captured_at(MemberReader& reader, Faults& faults) {
  const json::value* value = reader.member("captured_at");
  if (value == nullptr) return std::nullopt;
  const json::string* text = value->if_string();
  if (text == nullptr) {
    faults.add(reader.at("captured_at"), "wrong_type", "must be a string");
    return std::nullopt;
  }
  const auto time = parse_rfc3339(*text);
  if (time) return *time;
  faults.add(reader.at("captured_at"), time.error());
  return std::nullopt;
}

Target read_target(const json::value& value, std::string pointer, Faults& faults) {
  MemberReader reader(value, std::move(pointer), faults);
  Target out;
  out.item = reader.token("item", limits::item_id_characters_max, "-_.", Need::required);
  out.version = reader.integer("version", 1, limits::version_number_max, 0, Need::required);
  reader.finish();
  return out;
}

std::optional<std::uint64_t> parent(MemberReader& reader, std::uint64_t number, Faults& faults) {
  const std::uint64_t out = reader.integer("parent", 1, limits::version_number_max, 0);
  if (out == 0) return std::nullopt;
  if (out >= number)
    faults.add(reader.at("parent"), "parent_not_earlier",
               "version " + std::to_string(number) + " comes from an earlier one, not from " + std::to_string(out));
  return out;
}

}  // namespace

Result<EvidenceVersion> parse_evidence_facts(const json::value& facts, std::string_view pointer, std::uint64_t number,
                                             Timestamp received_at) {
  Faults faults;
  MemberReader reader(facts, std::string(pointer), faults);
  EvidenceVersion out;
  out.number = number;
  out.received_at = received_at;
  out.captured_at = captured_at(reader, faults);
  out.has_geo = reader.flag("geo", false);
  out.has_version_label = reader.flag("version_label", false);
  out.has_change_note = reader.flag("change_note", false);
  out.parent = parent(reader, number, faults);
  out.flags = reader.code_set("flags", "_", limits::version_flags_max);
  out.signature = reader.one_of<SignatureGrade>("signature");
  if (const json::value* target = reader.member("target"))
    out.target = read_target(*target, reader.at("target"), faults);
  reader.finish();
  if (!faults.none()) return std::move(faults).error("evidence_invalid");
  return out;
}

json::object evidence_facts_to_json(const EvidenceVersion& version) {
  json::object out;
  if (version.captured_at) out.emplace("captured_at", format_rfc3339(*version.captured_at));
  if (version.has_geo) out.emplace("geo", true);
  if (version.has_version_label) out.emplace("version_label", true);
  if (version.has_change_note) out.emplace("change_note", true);
  if (version.parent) out.emplace("parent", *version.parent);
  if (!version.flags.empty()) out.emplace("flags", json::array(version.flags.begin(), version.flags.end()));
  if (version.signature) out.emplace("signature", code_of(*version.signature));
  if (version.target)
    out.emplace("target", json::object{{"item", version.target->item}, {"version", version.target->version}});
  return out;
}

}  // namespace quotary::gates
