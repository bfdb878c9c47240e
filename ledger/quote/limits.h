// Every bound on a quote from outside, in one place. Text is counted in code points after NFC.
#pragma once

#include <cstddef>

namespace quotary::limits {

inline constexpr std::size_t problems_max = 50;  // faults listed in one answer

inline constexpr std::size_t lines_max = 10'000;
inline constexpr std::size_t document_amounts_max = 100;  // allowances, and charges
inline constexpr std::size_t external_refs_max = 20;
inline constexpr std::size_t address_lines_max = 6;
// Exact sums over many different base quantities grow without bound, so a quote may use only a few.
inline constexpr std::size_t base_quantities_max = 16;
inline constexpr std::size_t tax_groups_max = 50;

inline constexpr std::size_t code = 40;         // series, numbers, units' and items' codes
inline constexpr std::size_t identifier = 100;  // legal and tax ids, account numbers, case, external ids
inline constexpr std::size_t name = 200;
inline constexpr std::size_t phone = 40;
inline constexpr std::size_t email = 254;
inline constexpr std::size_t reason = 500;
inline constexpr std::size_t specification = 2'000;
inline constexpr std::size_t terms = 4'000;
inline constexpr std::size_t notes = 8'000;

inline constexpr int price_integer_digits = 18;
inline constexpr int price_fraction_digits = 13;
inline constexpr int quantity_fraction_digits = 6;
inline constexpr int percent_fraction_digits = 4;
inline constexpr int amount_integer_digits = 16;  // amounts stay below 10^16

}  // namespace quotary::limits
