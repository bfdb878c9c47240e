#include "ledger/gates/policy.h"

#include "ledger/gates/policy_reader.h"

namespace quotary::gates {

namespace {

json::object title_to_json(const Policy::Title& title) { return {{"zh", title.zh}, {"en", title.en}}; }

void put_texts(json::object& out, std::string_view name, const std::set<std::string>& texts) {
  if (!texts.empty()) out.emplace(name, json::array(texts.begin(), texts.end()));
}

template <class Value>
void put_codes(json::object& out, std::string_view name, const std::set<Value>& values) {
  if (values.empty()) return;
  json::array& items = out[name].emplace_array();
  for (const Value value : values) items.emplace_back(code_of(value));
}

json::object note_to_json(const Policy::Note& note) {
  json::object out = {
      {"id", note.id}, {"kind", code_of(note.kind)}, {"title", title_to_json(note.title)}, {"required", note.required}};
  if (note.min_characters) out.emplace("min_characters", *note.min_characters);
  return out;
}

json::object requirement_to_json(const Policy::Requirement& requirement) {
  json::object out = {{"id", requirement.id},
                      {"kind", code_of(requirement.kind)},
                      {"title", title_to_json(requirement.title)},
                      {"min_count", requirement.min_count}};
  // Hours alone, so that one age has one spelling.
  if (requirement.max_age_hours) out.emplace("max_age", std::to_string(*requirement.max_age_hours) + "h");
  put_codes(out, "needs", requirement.needs);
  put_texts(out, "refuse_flags", requirement.refuse_flags);
  put_texts(out, "waive", requirement.waive);
  if (requirement.signature_at_least) out.emplace("signature_at_least", code_of(*requirement.signature_at_least));
  if (!requirement.target.empty()) out.emplace("target", requirement.target);
  return out;
}

}  // namespace

// What has a default is always written: a later default must not change what an old text means.
std::string canonical(const Policy& policy) {
  json::object out = {{"format", policy_format}, {"name", policy.name}, {"title", title_to_json(policy.title)}};
  put_texts(out, "action_types", policy.action_types);
  put_codes(out, "gates", policy.gates);
  json::array notes, requirements;
  for (const Policy::Note& note : policy.notes) notes.emplace_back(note_to_json(note));
  for (const Policy::Requirement& requirement : policy.requirements)
    requirements.emplace_back(requirement_to_json(requirement));
  if (!notes.empty()) out.emplace("note", std::move(notes));
  if (!requirements.empty()) out.emplace("requirement", std::move(requirements));
  return canonical_json(out).value();
}

}  // namespace quotary::gates
