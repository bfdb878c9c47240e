// How records are kept in the state: one JSON object a key. Inside ledger/records.
#pragma once

#include "ledger/records/fields.h"
#include "ledger/records/views.h"

namespace quotary::records {

[[nodiscard]] inline Error state_damaged(std::string_view key) {
  return fail(Errc::corrupt, "state_damaged",
              "the folded state at " + std::string(key) + " cannot be read; rebuild the index");
}

[[nodiscard]] inline std::int64_t ms_of(const json::object& object, std::string_view name) {
  return static_cast<std::int64_t>(number_of(object, name));
}

[[nodiscard]] inline std::optional<Timestamp> time_of(const json::object& object, std::string_view name) {
  if (!object.if_contains(name)) return std::nullopt;
  return Timestamp{ms_of(object, name)};
}

inline void put_time(json::object& object, std::string_view name, const std::optional<Timestamp>& time) {
  if (time) object[name] = time->unix_ms;
}

// Empty texts are left out, so that state stays small.
inline void put_text(json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

inline void put_texts(json::object& object, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  object[name] = std::move(out);
}

// The objects of a list, in order; none where there is no list.
template <class Row>
void for_each_row(const json::object& object, std::string_view name, const Row& row) {
  const auto* rows = object.if_contains(name);
  if (!rows || !rows->is_array()) return;
  for (const auto& each : rows->get_array())
    if (each.is_object()) row(each.get_object());
}

[[nodiscard]] inline Found<json::object> read_object(const StateReader& state, const std::string& key) {
  QUOTARY_TRY(stored, state.get(key));
  if (!stored) return std::optional<json::object>();
  boost::system::error_code failure;
  auto value = json::parse(*stored, failure);
  if (failure || !value.is_object()) return state_damaged(key);
  return std::optional<json::object>(std::move(value.get_object()));
}

template <class T, class Decode>
[[nodiscard]] Found<T> read_record(const StateReader& state, const std::string& key, Decode decode) {
  QUOTARY_TRY(object, read_object(state, key));
  if (!object) return std::optional<T>();
  return std::optional<T>(decode(*object));
}

}  // namespace quotary::records
