// Minor units of the currencies in use (ISO 4217, list one).
#include "ledger/quote/pricing.h"

#include <algorithm>
#include <array>

namespace quotary {

namespace {

using namespace std::string_view_literals;

constexpr std::array two_digits = {
    "AED"sv, "AFN"sv, "ALL"sv, "AMD"sv, "ANG"sv, "AOA"sv, "ARS"sv, "AUD"sv, "AWG"sv, "AZN"sv, "BAM"sv, "BBD"sv, "BDT"sv,
    "BGN"sv, "BMD"sv, "BND"sv, "BOB"sv, "BRL"sv, "BSD"sv, "BTN"sv, "BWP"sv, "BYN"sv, "BZD"sv, "CAD"sv, "CDF"sv, "CHF"sv,
    "CNY"sv, "COP"sv, "CRC"sv, "CUP"sv, "CVE"sv, "CZK"sv, "DKK"sv, "DOP"sv, "DZD"sv, "EGP"sv, "ERN"sv, "ETB"sv, "EUR"sv,
    "FJD"sv, "FKP"sv, "GBP"sv, "GEL"sv, "GHS"sv, "GIP"sv, "GMD"sv, "GTQ"sv, "GYD"sv, "HKD"sv, "HNL"sv, "HTG"sv, "HUF"sv,
    "IDR"sv, "ILS"sv, "INR"sv, "IRR"sv, "JMD"sv, "KES"sv, "KGS"sv, "KHR"sv, "KPW"sv, "KYD"sv, "KZT"sv, "LAK"sv, "LBP"sv,
    "LKR"sv, "LRD"sv, "LSL"sv, "MAD"sv, "MDL"sv, "MGA"sv, "MKD"sv, "MMK"sv, "MNT"sv, "MOP"sv, "MRU"sv, "MUR"sv, "MVR"sv,
    "MWK"sv, "MXN"sv, "MYR"sv, "MZN"sv, "NAD"sv, "NGN"sv, "NIO"sv, "NOK"sv, "NPR"sv, "NZD"sv, "PAB"sv, "PEN"sv, "PGK"sv,
    "PHP"sv, "PKR"sv, "PLN"sv, "QAR"sv, "RON"sv, "RSD"sv, "RUB"sv, "SAR"sv, "SBD"sv, "SCR"sv, "SDG"sv, "SEK"sv, "SGD"sv,
    "SHP"sv, "SLE"sv, "SOS"sv, "SRD"sv, "SSP"sv, "STN"sv, "SVC"sv, "SYP"sv, "SZL"sv, "THB"sv, "TJS"sv, "TMT"sv, "TOP"sv,
    "TRY"sv, "TTD"sv, "TWD"sv, "TZS"sv, "UAH"sv, "USD"sv, "UYU"sv, "UZS"sv, "VED"sv, "VES"sv, "WST"sv, "XCD"sv, "XCG"sv,
    "YER"sv, "ZAR"sv, "ZMW"sv, "ZWG"sv};
constexpr std::array no_digits = {"BIF"sv, "CLP"sv, "DJF"sv, "GNF"sv, "ISK"sv, "JPY"sv, "KMF"sv, "KRW"sv,
                                  "PYG"sv, "RWF"sv, "UGX"sv, "VND"sv, "VUV"sv, "XAF"sv, "XOF"sv, "XPF"sv};
constexpr std::array three_digits = {"BHD"sv, "IQD"sv, "JOD"sv, "KWD"sv, "LYD"sv, "OMR"sv, "TND"sv};

static_assert(std::is_sorted(two_digits.begin(), two_digits.end()));
static_assert(std::is_sorted(no_digits.begin(), no_digits.end()));
static_assert(std::is_sorted(three_digits.begin(), three_digits.end()));

template <class List>
bool holds(const List& list, std::string_view currency) {
  return std::binary_search(list.begin(), list.end(), currency);
}

}  // namespace

Result<int> minor_units(std::string_view currency) {
  if (holds(two_digits, currency)) return 2;
  if (holds(no_digits, currency)) return 0;
  if (holds(three_digits, currency)) return 3;
  return fail(Errc::invalid, "unknown_currency", "a currency is an ISO 4217 code in use, such as CNY");
}

}  // namespace quotary
