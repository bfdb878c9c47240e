quotary_test(witness_formats_test LABEL unit TIMEOUT 60
  SOURCES unit/witness_formats_test.cc
  LIBRARIES quotary_log quotary_signing)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_witness SOURCES fuzz/fuzz_witness.cc LIBRARIES quotary_log quotary_signing CORPUS witness)
