// What the bodies of small requests share: strings only, every fault named with its pointer.
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/result.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace quotary::api {

inline constexpr std::size_t reason_characters_min = 10, reason_characters_max = 2'000;

[[nodiscard]] inline std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Adds a fault; the first one names the whole error.
inline void add_fault(Error& error, std::string code, std::string pointer, std::string detail) {
  if (error.problems.empty()) error.code = code, error.detail = detail;
  error.problems.push_back({std::move(pointer), std::move(code), std::move(detail)});
}

// "" for a member that is absent, and for a mistyped one, which becomes a fault.
[[nodiscard]] inline std::string text_member(const json::object& body, std::string_view name, Error& error) {
  const auto* value = body.if_contains(name);
  if (!value) return {};
  if (!value->is_string()) {
    add_fault(error, "bad_type", "/" + std::string(name), "a string is expected");
    return {};
  }
  return std::string(value->get_string());
}

inline void refuse_unknown(const json::object& body, std::initializer_list<std::string_view> known, Error& error) {
  for (const auto& [name, value] : body)
    if (std::find(known.begin(), known.end(), std::string_view(name)) == known.end())
      add_fault(error, "unknown_member", "/" + std::string(name), "no such member");
}

// The member "reason_text".
[[nodiscard]] inline std::string reason_member(const json::object& body, Error& error) {
  auto reason = text_member(body, "reason_text", error);
  const auto length = characters_in(reason);
  if (length < reason_characters_min || length > reason_characters_max)
    add_fault(error, "bad_reason_text", "/reason_text", "a reason has 10 to 2,000 characters");
  return reason;
}

}  // namespace quotary::api
