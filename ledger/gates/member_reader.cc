#include "ledger/gates/member_reader.h"

#include "ledger/gates/limits.h"

#include <algorithm>
#include <optional>

namespace quotary::gates {

namespace {

struct Fault {
  std::string code, detail;
};

std::optional<Fault> code_fault(const json::value& value, std::string_view extra) {
  const json::string* text = value.if_string();
  if (text == nullptr) return Fault{"wrong_type", "must be a string"};
  if (text->empty()) return Fault{"blank", "must not be empty"};
  if (text->size() > limits::code_characters_max)
    return Fault{"too_long", "at most " + std::to_string(limits::code_characters_max) + " characters"};
  const auto allowed = [extra](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != extra.npos;
  };
  if (!std::all_of(text->begin(), text->end(), allowed))
    return Fault{"bad_code", "only letters a-z, digits and " + std::string(extra)};
  return std::nullopt;
}

std::optional<Fault> known_fault(const json::value& value, std::span<const std::string_view> known) {
  const json::string* text = value.if_string();
  if (text == nullptr) return Fault{"wrong_type", "must be a string"};
  if (std::find(known.begin(), known.end(), std::string_view(*text)) != known.end()) return std::nullopt;
  std::string detail = "must be one of";
  for (const std::string_view each : known) detail += " " + std::string(each);
  return Fault{"not_allowed", std::move(detail)};
}

// Nothing for what is no integer of at least 0.
std::optional<std::uint64_t> count_of(const json::value& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
  return std::nullopt;
}

}  // namespace

std::string MemberReader::code(std::string_view name, std::string_view extra, Need need) {
  const json::value* value = member(name, need);
  if (value == nullptr) return {};
  if (auto fault = code_fault(*value, extra)) {
    problems_.add(at(name), std::move(fault->code), std::move(fault->detail));
    return {};
  }
  return std::string(value->get_string());
}

std::string MemberReader::known_code(std::string_view name, std::span<const std::string_view> known, Need need) {
  const json::value* value = member(name, need);
  if (value == nullptr) return {};
  if (auto fault = known_fault(*value, known)) {
    problems_.add(at(name), std::move(fault->code), std::move(fault->detail));
    return {};
  }
  return std::string(value->get_string());
}

std::uint64_t MemberReader::integer(std::string_view name, std::uint64_t least, std::uint64_t most,
                                    std::uint64_t otherwise, Need need) {
  const json::value* value = member(name, need);
  if (value == nullptr) return otherwise;
  const auto number = count_of(*value);
  if (number && *number >= least && *number <= most) return *number;
  const bool other_kind = !value->is_int64() && !value->is_uint64();
  problems_.add(at(name), other_kind ? "wrong_type" : "out_of_range",
                "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return otherwise;
}

bool MemberReader::flag(std::string_view name, bool otherwise) {
  const json::value* value = member(name);
  if (value == nullptr) return otherwise;
  if (value->is_bool()) return value->get_bool();
  problems_.add(at(name), "wrong_type", "must be true or false");
  return otherwise;
}

template <class FaultOf>
void MemberReader::collect(const json::array& items, const std::string& pointer, FaultOf fault_of,
                           std::set<std::string>& out) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string place = pointer_to(pointer, std::to_string(i));
    if (auto fault = fault_of(items[i])) {
      problems_.add(std::move(place), std::move(fault->code), std::move(fault->detail));
    } else if (!out.emplace(items[i].get_string()).second) {
      problems_.add(std::move(place), "repeated", "it is in the list already");
    }
  }
}

std::set<std::string> MemberReader::code_set(std::string_view name, std::string_view extra, std::size_t most,
                                             Need need) {
  std::set<std::string> out;
  if (const json::array* items = list(name, most, need))
    collect(
        *items, at(name), [extra](const json::value& value) { return code_fault(value, extra); }, out);
  return out;
}

std::set<std::string> MemberReader::known_code_set(std::string_view name, std::span<const std::string_view> known) {
  std::set<std::string> out;
  if (const json::array* items = list(name, known.size()))
    collect(
        *items, at(name), [&](const json::value& value) { return known_fault(value, known); }, out);
  return out;
}

}  // namespace quotary::gates
