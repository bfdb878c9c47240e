#include "ledger/quote/reader.h"

#include "ledger/quote/text.h"

#include <algorithm>

namespace quotary {

namespace {

const char* kind_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return "a number";
    case json::kind::string: return "a string";
    case json::kind::array: return "an array";
    case json::kind::object: return "an object";
  }
  return "something else";
}

void wrong_type(const json::value& value, std::string pointer, const char* wanted, Faults& faults) {
  faults.add(std::move(pointer), "wrong_type", std::string("must be ") + wanted + ", is " + kind_name(value));
}

constexpr std::size_t members_usual = 16;  // a reader is made for each of many small objects

}  // namespace

Error Faults::error(std::string code) && {
  Error error = fail(Errc::invalid, std::move(code), std::to_string(count_) + (count_ == 1 ? " fault" : " faults"));
  if (!problems_.empty()) {
    const Problem& first = problems_.front();
    error.detail += "; the first: " + (first.pointer.empty() ? "the body" : first.pointer) + ": " + first.detail;
  }
  if (count_ > problems_.size())
    error.detail += " (only the first " + std::to_string(problems_.size()) + " are listed)";
  error.problems = std::move(problems_);
  return error;
}

std::string pointer_to(std::string_view base, std::string_view token) {
  std::string out(base);
  out += '/';
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

ObjectReader::ObjectReader(const json::value& value, std::string pointer, Faults& faults)
    : object_(value.if_object()), pointer_(std::move(pointer)), faults_(faults) {
  known_.reserve(members_usual);
  if (object_ == nullptr) wrong_type(value, pointer_, "an object", faults_);
}

const json::value* ObjectReader::member(std::string_view name, Need need) {
  known_.push_back(name);
  if (object_ == nullptr) return nullptr;
  const json::value* value = object_->if_contains(name);
  if (value == nullptr && need == Need::required) faults_.add(at(name), "required", "this member is required");
  return value;
}

const json::string* ObjectReader::string_member(std::string_view name, Need need) {
  const json::value* value = member(name, need);
  if (value == nullptr) return nullptr;
  if (!value->is_string()) wrong_type(*value, at(name), "a string", faults_);
  return value->if_string();
}

bool check_text(const json::value& value, const std::string& pointer, std::size_t limit, Faults& faults,
                std::string& out) {
  if (!value.is_string()) {
    wrong_type(value, pointer, "a string", faults);
    return false;
  }
  auto text = normalise_text(value.get_string(), limit);
  if (!text) {
    faults.add(pointer, text.error());
    return false;
  }
  out = std::move(*text);
  return true;
}

std::string ObjectReader::text(std::string_view name, std::size_t limit, Need need) {
  const json::value* value = member(name, need);
  std::string out;
  if (value == nullptr || !check_text(*value, at(name), limit, faults_, out)) return {};
  if (need == Need::required && is_blank(out)) faults_.add(at(name), "blank", "must not be empty");
  return out;
}

std::string ObjectReader::choice(std::string_view name, std::initializer_list<std::string_view> allowed, Need need) {
  const json::string* value = string_member(name, need);
  if (value == nullptr) return {};
  if (std::find(allowed.begin(), allowed.end(), std::string_view(*value)) != allowed.end()) return std::string(*value);
  std::string detail = "must be one of";
  for (const std::string_view item : allowed) detail += " " + std::string(item);
  faults_.add(at(name), "not_allowed", std::move(detail));
  return {};
}

std::string ObjectReader::token(std::string_view name, std::size_t limit, std::string_view extra, Need need) {
  const json::string* value = string_member(name, need);
  if (value == nullptr) return {};
  const auto allowed = [extra](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  };
  if (value->empty() && need == Need::required) {
    faults_.add(at(name), "blank", "must not be empty");
  } else if (value->size() > limit) {
    faults_.add(at(name), "too_long", "at most " + std::to_string(limit) + " characters");
  } else if (!std::all_of(value->begin(), value->end(), allowed)) {
    faults_.add(at(name), "bad_token",
                extra.empty() ? std::string("only letters A-Z a-z and digits")
                              : "only letters A-Z a-z, digits and " + std::string(extra));
  } else {
    return std::string(*value);
  }
  return {};
}

std::string ObjectReader::decimal(std::string_view name, const DecimalRule& rule, Need need) {
  const json::value* value = member(name, need);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    wrong_type(*value, at(name), "a decimal in a string, such as \"1234.50\"", faults_);
    return {};
  }
  const std::string_view text = value->get_string();
  const auto checked = check_decimal(text, rule);
  if (checked) return std::string(text);
  faults_.add(at(name), checked.error());
  return {};
}

std::optional<Date> ObjectReader::date(std::string_view name, Need need) {
  const json::string* value = string_member(name, need);
  if (value == nullptr) return std::nullopt;
  const auto date = parse_date(*value);
  if (date) return *date;
  faults_.add(at(name), date.error());
  return std::nullopt;
}

const json::array* ObjectReader::list(std::string_view name, std::size_t most, Need need) {
  const json::value* value = member(name, need);
  if (value == nullptr) return nullptr;
  const json::array* items = value->if_array();
  if (items == nullptr) {
    wrong_type(*value, at(name), "an array", faults_);
  } else if (items->size() > most) {
    faults_.add(at(name), "too_many",
                "at most " + std::to_string(most) + " items, has " + std::to_string(items->size()));
    return nullptr;
  } else if (items->empty() && need == Need::required) {
    faults_.add(at(name), "too_few", "at least one item");
    return nullptr;
  }
  return items;
}

void ObjectReader::finish() {
  if (object_ == nullptr) return;
  for (const auto& entry : *object_) {
    const std::string_view name = entry.key();
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string detail = "no such member here; known are";
    if (!faults_.full()) {
      for (const std::string_view known : known_) detail += " " + std::string(known);
    }
    // The name is the caller's: a hostile one must not blow up the answer.
    std::size_t shown = std::min<std::size_t>(name.size(), 100);
    while (shown < name.size() && shown > 0 && (name[shown] & 0xc0) == 0x80) --shown;
    faults_.add(at(name.substr(0, shown)), "unknown_member", std::move(detail));
  }
}

}  // namespace quotary
