quotary_test(witness_formats_test LABEL unit TIMEOUT 60
  SOURCES unit/witness_formats_test.cc
  LIBRARIES quotary_log quotary_signing)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_witness SOURCES fuzz/fuzz_witness.cc LIBRARIES quotary_log quotary_signing CORPUS witness)

quotary_test(witness_test LABEL unit TIMEOUT 120
  SOURCES unit/witness_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_witness)
quotary_test(witness_seen_test LABEL unit TIMEOUT 60
  SOURCES unit/witness_seen_test.cc
  LIBRARIES quotary_witness)
quotary_test(witness_http_test LABEL e2e TIMEOUT 60
  SOURCES http/witness_http_test.cc
  LIBRARIES quotary_witness Boost::json)
quotary_test(witnesses_test LABEL unit TIMEOUT 180
  SOURCES unit/witnesses_test.cc
  LIBRARIES quotary_witness)

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_test(NAME witness_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/witness_test.py)
set_tests_properties(witness_e2e_test PROPERTIES LABELS e2e TIMEOUT 240 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
quotary_test(http_client_test LABEL e2e TIMEOUT 60
  SOURCES http/http_client_test.cc
  LIBRARIES quotary_http)
quotary_fuzz(fuzz_kept_files SOURCES fuzz/fuzz_kept_files.cc LIBRARIES quotary_witness quotary_signing CORPUS kept_files)
