// Short readers for JSON objects that we wrote ourselves: a missing or mistyped member is the empty value.
#pragma once

#include "ledger/base/json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::records {

[[nodiscard]] inline std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

[[nodiscard]] inline std::uint64_t number_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (!value) return 0;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
  return 0;
}

[[nodiscard]] inline json::object object_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_object() ? value->get_object() : json::object();
}

[[nodiscard]] inline std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(name);
  if (!value || !value->is_array()) return out;
  for (const auto& each : value->get_array())
    if (each.is_string()) out.emplace_back(each.get_string());
  return out;
}

}  // namespace quotary::records
