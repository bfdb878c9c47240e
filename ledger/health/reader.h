// Reads the members of one JSON object strictly and lists every fault with its pointer. Inside ledger/health.
#pragma once

#include "ledger/health/fraction.h"
#include "ledger/quote/reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::health {

// An ObjectReader, with its faults, whose members are all required. One thread; the value must outlive it.
class MemberReader {
 public:
  MemberReader(const json::value& value, std::string_view pointer) : reader_(value, std::string(pointer), faults_) {}

  // An integer from `least` to limits::count_max.
  std::optional<std::uint64_t> integer(std::string_view name, std::uint64_t least);
  // A string that is a decimal from 0 to 1, with at most limits::weight_fraction_digits_max digits behind the point.
  std::optional<Fraction> decimal_to_one(std::string_view name);
  void finish() { reader_.finish(); }

  // Of a member, or of the object itself when `name` is empty.
  void add(std::string_view name, std::string code, std::string detail);
  [[nodiscard]] bool faultless() const { return faults_.none(); }
  // What was found, as one Errc::invalid with that code.
  [[nodiscard]] Error error(std::string code) && { return std::move(faults_).error(std::move(code)); }

 private:
  Faults faults_;
  ObjectReader reader_;
};

}  // namespace quotary::health
