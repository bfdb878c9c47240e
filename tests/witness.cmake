quotary_test(witness_formats_test LABEL unit TIMEOUT 60
  SOURCES unit/witness_formats_test.cc
  LIBRARIES quotary_log quotary_signing)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_witness SOURCES fuzz/fuzz_witness.cc LIBRARIES quotary_log quotary_signing CORPUS witness)

quotary_test(witness_test LABEL unit TIMEOUT 120
  SOURCES unit/witness_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_witness)
quotary_test(witness_http_test LABEL e2e TIMEOUT 60
  SOURCES http/witness_http_test.cc
  LIBRARIES quotary_witness Boost::json)
