quotary_test(base_test LABEL unit TIMEOUT 30
  SOURCES unit/bytes_test.cc unit/hash_test.cc unit/file_system_test.cc
  LIBRARIES quotary_base)
