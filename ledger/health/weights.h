// How much each part of the process health index weighs.
#pragma once

#include "ledger/base/json.h"
#include "ledger/health/fraction.h"

#include <cstdint>
#include <string_view>

namespace quotary::health {

// One version of the weights: each from 0 to 1, together exactly 1. A value; made by first_weights() or
// parse_weights().
struct Weights {
  std::uint64_t version = 0;  // from 1
  Fraction response, completion, completeness;
  friend bool operator==(const Weights&, const Weights&) = default;
};

// Version 1: response rate 0.3, completion of key actions 0.4, completeness of information 0.3.
[[nodiscard]] Weights first_weights();

// {"version": 1, "response": "0.3", "completion": "0.4", "completeness": "0.3"} and nothing else; weights are decimals
// with at most limits::weight_fraction_digits_max digits behind the point. Errc::invalid `bad_weights` whose problems
// point into the value, which itself stands at `pointer`: required, wrong_type, bad_decimal, out_of_range,
// unknown_member; and, for the object, weights_not_one when they do not sum to exactly 1.
[[nodiscard]] Result<Weights> parse_weights(const json::value& value, std::string_view pointer = "");

// The form that parse_weights() reads, decimals without zeros at their end.
[[nodiscard]] json::object to_json(const Weights& weights);

}  // namespace quotary::health
