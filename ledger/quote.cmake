find_package(ICU REQUIRED COMPONENTS uc)

quotary_library(quotary_quote
  SOURCES quote/money.cc quote/currency.cc quote/pricing.cc quote/words.cc quote/number_pattern.cc
          quote/text.cc quote/reader.cc quote/parse_party.cc quote/parse_line.cc quote/parse.cc quote/canonical.cc quote/difference.cc
  PUBLIC quotary_base
  PRIVATE ICU::uc)
