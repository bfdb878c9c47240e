quotary_test(base_test LABEL unit TIMEOUT 30
  SOURCES unit/bytes_test.cc unit/hash_test.cc unit/file_system_test.cc
  LIBRARIES quotary_base)
quotary_test(canonical_scan_test LABEL property TIMEOUT 60
  SOURCES property/canonical_scan_test.cc
  LIBRARIES quotary_base)
