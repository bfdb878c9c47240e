quotary_test(json_time_test LABEL unit TIMEOUT 30
  SOURCES unit/json_test.cc unit/time_test.cc
  LIBRARIES quotary_base)

quotary_test(quote_test LABEL unit TIMEOUT 60
  SOURCES unit/pricing_test.cc unit/quote_input_test.cc unit/number_pattern_test.cc unit/quote_difference_test.cc
  LIBRARIES quotary_quote)

quotary_test(quote_property_test LABEL property TIMEOUT 120
  SOURCES property/quote_property_test.cc
  LIBRARIES quotary_quote)
target_include_directories(quote_property_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_quote_json SOURCES fuzz/fuzz_quote_json.cc LIBRARIES quotary_quote CORPUS quote_json)
