#include "ledger/records/fields.h"
#include "ledger/records/leads.h"

#include <algorithm>
#include <set>

namespace quotary::records {
namespace {

constexpr std::size_t problems_max = 50;

class Faults {
 public:
  void add(std::string pointer, std::string code, std::string detail) {
    if (problems_.size() < problems_max) problems_.push_back({std::move(pointer), std::move(code), std::move(detail)});
  }
  [[nodiscard]] bool none() const { return problems_.empty(); }
  [[nodiscard]] Error error() && {
    return Error{Errc::invalid, "lead_invalid", problems_.front().pointer + ": " + problems_.front().detail,
                 std::move(problems_)};
  }

 private:
  std::vector<Problem> problems_;
};

constexpr const char* code_form = "a code is 1 to 40 of a-z A-Z 0-9 . _ -";

std::string code_of(const json::object& object, std::string_view name, const std::string& pointer, Faults& faults) {
  const auto* value = object.if_contains(name);
  if (!value) {
    faults.add(pointer, "required", "it is missing");
  } else if (!value->is_string()) {
    faults.add(pointer, "bad_type", "a string is expected");
  } else if (!is_lead_code(value->get_string())) {
    faults.add(pointer, "bad_code", code_form);
  } else {
    return std::string(value->get_string());
  }
  return {};
}

std::optional<std::int64_t> number_in(const json::value& value) {
  std::int64_t number = 0;
  if (value.is_int64()) {
    number = value.get_int64();
  } else if (value.is_uint64() && value.get_uint64() <= static_cast<std::uint64_t>(lead_number_max)) {
    number = static_cast<std::int64_t>(value.get_uint64());
  } else {
    return std::nullopt;
  }
  return number >= -lead_number_max && number <= lead_number_max ? std::optional(number) : std::nullopt;
}

constexpr const char* number_form = "a number is whole and at most 2^53 from zero";

void read_inputs(const json::value& value, LeadChoice& out, Faults& faults) {
  if (!value.is_object()) return faults.add("/inputs", "bad_type", "an object is expected");
  if (value.get_object().size() > lead_inputs_max)
    return faults.add("/inputs", "too_many", "at most " + std::to_string(lead_inputs_max) + " inputs");
  for (const auto& [name, each] : value.get_object()) {
    if (!is_lead_code(name)) {
      faults.add("/inputs", "bad_code", code_form);
    } else if (each.is_string() ? !is_lead_code(each.get_string()) : !number_in(each).has_value()) {
      faults.add("/inputs/" + std::string(name), each.is_string() ? "bad_code" : "bad_number",
                 each.is_string() ? code_form : number_form);
    } else {
      out.inputs[name] = each;
    }
  }
}

void read_candidate(const json::value& value, const std::string& pointer, LeadChoice& out, Faults& faults) {
  if (!value.is_object()) return faults.add(pointer, "bad_type", "an object is expected");
  const auto& object = value.get_object();
  LeadCandidate candidate{code_of(object, "person", pointer + "/person", faults), 0};
  const auto* score = object.if_contains("score");
  const auto number = score ? number_in(*score) : std::nullopt;
  if (!number) faults.add(pointer + "/score", score ? "bad_number" : "required", number_form);
  for (const auto& [name, unused] : object)
    if (name != "person" && name != "score")
      faults.add(pointer + "/" + std::string(name), "unknown_member", "a candidate has person and score");
  candidate.score = number.value_or(0);
  out.candidates.push_back(std::move(candidate));
}

void read_candidates(const json::object& object, LeadChoice& out, Faults& faults) {
  const auto* value = object.if_contains("candidates");
  if (!value) return faults.add("/candidates", "required", "name at least one candidate");
  if (!value->is_array()) return faults.add("/candidates", "bad_type", "an array is expected");
  const auto& all = value->get_array();
  if (all.empty()) return faults.add("/candidates", "required", "name at least one candidate");
  if (all.size() > lead_candidates_max)
    return faults.add("/candidates", "too_many", "at most " + std::to_string(lead_candidates_max) + " candidates");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string pointer = "/candidates/" + std::to_string(i);
    read_candidate(all[i], pointer, out, faults);
    if (out.candidates.size() == i + 1 && !seen.insert(out.candidates.back().person).second)
      faults.add(pointer + "/person", "duplicate_candidate", "a candidate stands there once");
  }
}

}  // namespace

bool is_lead_code(std::string_view text) {
  return !text.empty() && text.size() <= lead_code_bytes_max && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

bool choice_follows(const LeadChoice& choice) {
  // max_element answers the first of equals.
  const auto best = std::max_element(choice.candidates.begin(), choice.candidates.end(),
                                     [](const auto& left, const auto& right) { return left.score < right.score; });
  return best != choice.candidates.end() && best->person == choice.chosen;
}

Result<LeadChoice> parse_lead_choice(const json::object& object) {
  Faults faults;
  LeadChoice out;
  if (const auto* inputs = object.if_contains("inputs")) read_inputs(*inputs, out, faults);
  read_candidates(object, out, faults);
  out.chosen = code_of(object, "chosen", "/chosen", faults);
  out.reason = code_of(object, "reason", "/reason", faults);
  for (const auto& [name, unused] : object)
    if (name != "inputs" && name != "candidates" && name != "chosen" && name != "reason" && name != "received_at")
      faults.add("/" + std::string(name), "unknown_member", "no such member");
  if (!faults.none()) return std::move(faults).error();
  if (std::none_of(out.candidates.begin(), out.candidates.end(),
                   [&](const auto& each) { return each.person == out.chosen; }))
    faults.add("/chosen", "chosen_not_candidate", "the chosen one is none of the candidates");
  else if (!choice_follows(out) && out.reason != lead_override)
    faults.add("/reason", "choice_does_not_follow",
               "another candidate comes first by score and order; a choice against that has the reason override");
  if (!faults.none()) return std::move(faults).error();
  return out;
}

json::object to_json(const LeadChoice& choice) {
  json::array candidates;
  for (const LeadCandidate& each : choice.candidates)
    candidates.push_back(json::object{{"person", each.person}, {"score", each.score}});
  json::object out{{"candidates", std::move(candidates)}, {"chosen", choice.chosen}, {"reason", choice.reason}};
  if (!choice.inputs.empty()) out["inputs"] = choice.inputs;
  return out;
}

}  // namespace quotary::records
