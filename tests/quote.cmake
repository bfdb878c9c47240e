quotary_test(json_time_test LABEL unit TIMEOUT 30
  SOURCES unit/json_test.cc unit/time_test.cc
  LIBRARIES quotary_base)

quotary_test(quote_test LABEL unit TIMEOUT 60
  SOURCES unit/pricing_test.cc unit/quote_input_test.cc unit/number_pattern_test.cc
  LIBRARIES quotary_quote)

quotary_test(quote_property_test LABEL property TIMEOUT 120
  SOURCES property/quote_property_test.cc
  LIBRARIES quotary_quote)
target_include_directories(quote_property_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

# With clang's fuzzer when asked for; the corpus is replayed by every build.
add_executable(fuzz_quote_json_replay fuzz/fuzz_quote_json.cc fuzz/replay_main.cc)
target_link_libraries(fuzz_quote_json_replay PRIVATE quotary_quote)
add_test(NAME fuzz_quote_json COMMAND fuzz_quote_json_replay ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/quote_json)
set_tests_properties(fuzz_quote_json PROPERTIES LABELS fuzz TIMEOUT 60)
if(QUOTARY_FUZZ)
  add_executable(fuzz_quote_json fuzz/fuzz_quote_json.cc)
  target_link_libraries(fuzz_quote_json PRIVATE quotary_quote -fsanitize=fuzzer)
endif()
