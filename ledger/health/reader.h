// Reads the members of one JSON object strictly and lists every fault with its pointer. Inside ledger/health.
#pragma once

#include "ledger/base/json.h"
#include "ledger/health/fraction.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::health {

// One object. Members are asked for by name, all of them required; finish() reports those nobody asked for. Over
// something that is no object it reports that once, and every member is absent. One thread; the value must outlive it.
class MemberReader {
 public:
  MemberReader(const json::value& value, std::string_view pointer);

  // An integer from `least` to limits::count_max.
  std::optional<std::uint64_t> integer(std::string_view name, std::uint64_t least);
  // A string that is a decimal from 0 to 1, with at most limits::weight_fraction_digits_max digits behind the point.
  std::optional<Fraction> decimal_to_one(std::string_view name);
  void finish();

  // Of a member, or of the object itself when `name` is empty.
  void add(std::string_view name, std::string code, std::string detail);
  [[nodiscard]] bool faultless() const { return faults_ == 0; }
  // What was found, as one Errc::invalid with that code.
  [[nodiscard]] Error error(std::string code) &&;

 private:
  const json::value* member(std::string_view name);

  const json::object* object_;
  const std::string pointer_;
  std::vector<std::string_view> known_;
  std::vector<Problem> problems_;
  std::size_t faults_ = 0;  // with those that are not listed
};

}  // namespace quotary::health
