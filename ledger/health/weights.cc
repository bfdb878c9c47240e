#include "ledger/health/weights.h"

#include "ledger/health/limits.h"
#include "ledger/health/reader.h"

#include <utility>

namespace quotary::health {

namespace {

std::string weight_text(const Fraction& weight) {
  std::string out = to_text(weight, limits::weight_fraction_digits_max);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

}  // namespace

Weights first_weights() { return {1, Fraction(3, 10), Fraction(4, 10), Fraction(3, 10)}; }

Result<Weights> parse_weights(const json::value& value, std::string_view pointer) {
  MemberReader reader(value, pointer);
  const auto version = reader.integer("version", 1);
  const auto response = reader.decimal_to_one("response");
  const auto completion = reader.decimal_to_one("completion");
  const auto completeness = reader.decimal_to_one("completeness");
  reader.finish();
  if (response && completion && completeness) {
    const Fraction sum = *response + *completion + *completeness;
    if (sum != 1)
      reader.add("", "weights_not_one",
                 "response, completion and completeness sum to " + weight_text(sum) + "; they must sum to exactly 1");
  }
  if (!reader.faultless()) return std::move(reader).error("bad_weights");
  return Weights{*version, *response, *completion, *completeness};
}

json::object to_json(const Weights& weights) {
  return {{"version", weights.version},
          {"response", weight_text(weights.response)},
          {"completion", weight_text(weights.completion)},
          {"completeness", weight_text(weights.completeness)}};
}

}  // namespace quotary::health
