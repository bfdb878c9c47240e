quotary_test(health_test LABEL unit TIMEOUT 30
  SOURCES unit/health_input_test.cc unit/health_index_test.cc unit/health_time_test.cc
  LIBRARIES quotary_health)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_health SOURCES fuzz/fuzz_health.cc LIBRARIES quotary_health CORPUS health)
