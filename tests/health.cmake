quotary_test(health_test LABEL unit TIMEOUT 30
  SOURCES unit/health_input_test.cc unit/health_index_test.cc unit/health_time_test.cc unit/health_board_test.cc
  LIBRARIES quotary_health)
quotary_test(health_property_test LABEL property TIMEOUT 60
  SOURCES property/health_property_test.cc
  LIBRARIES quotary_health)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_health SOURCES fuzz/fuzz_health.cc LIBRARIES quotary_health CORPUS health)
