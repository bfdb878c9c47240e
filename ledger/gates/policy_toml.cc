// A policy in TOML 1.0, read by toml++. The one file that sees it.
#include "ledger/gates/policy_reader.h"

#include <toml++/toml.h>

#include <algorithm>
#include <limits>

namespace quotary::gates {

namespace {

Error too_deep() {
  return fail(Errc::too_large, "policy_too_deep",
              "the policy nests more than " + std::to_string(limits::policy_depth_max) + " tables and lists");
}

// The same value in JSON, so that one reader judges both forms.
class Converter {
 public:
  Result<json::value> value(const toml::node& node, std::size_t depth) {
    if (const auto* table = node.as_table()) return container(*table, depth);
    if (const auto* array = node.as_array()) return container(*array, depth);
    if (const auto* text = node.as_string()) return json::value(text->get());
    if (const auto* number = node.as_integer()) return json::value(number->get());
    if (const auto* flag = node.as_boolean()) return json::value(flag->get());
    // Fractions, dates and times: no member of a policy takes one, so any of them is refused where it stands.
    return json::value(std::numeric_limits<double>::quiet_NaN());
  }

 private:
  template <class Container>
  Result<json::value> container(const Container& items, std::size_t depth) {
    if (depth >= limits::policy_depth_max) return too_deep();
    if constexpr (std::is_same_v<Container, toml::table>) {
      json::object out;
      for (const auto& [key, node] : items) {
        QUOTARY_TRY(converted, value(node, depth + 1));
        out.emplace(key.str(), std::move(converted));
      }
      return json::value(std::move(out));
    } else {
      json::array out;
      for (const toml::node& node : items) {
        QUOTARY_TRY(converted, value(node, depth + 1));
        out.push_back(std::move(converted));
      }
      return json::value(std::move(out));
    }
  }
};

}  // namespace

Result<Policy> parse_policy_toml(std::string_view text) {
  QUOTARY_TRY_VOID(check_policy_size(text));
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '.')) > limits::policy_toml_dots_max)
    return fail(Errc::too_large, "policy_too_deep",
                "each dot in a key nests a table, and the text has more than " +
                    std::to_string(limits::policy_toml_dots_max) + " dots; write it with fewer");
  try {
    const toml::table table = toml::parse(text);
    QUOTARY_TRY(value, Converter().value(table, 0));
    return read_policy(value);
  } catch (const toml::parse_error& error) {
    const toml::source_position& place = error.source().begin;
    return fail(Errc::invalid, "bad_toml",
                "line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ": " +
                    std::string(error.description()));
  }
}

}  // namespace quotary::gates
