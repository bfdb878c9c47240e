quotary_test(json_time_test LABEL unit TIMEOUT 30
  SOURCES unit/json_test.cc unit/time_test.cc
  LIBRARIES quotary_base)
