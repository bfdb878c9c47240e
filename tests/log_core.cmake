quotary_test(log_core_test LABEL unit TIMEOUT 60
  SOURCES unit/merkle_test.cc unit/ledger_test.cc
  LIBRARIES quotary_log quotary_signing)

quotary_test(log_formats_test LABEL unit TIMEOUT 30
  SOURCES unit/log_formats_test.cc
  LIBRARIES quotary_log quotary_signing)

quotary_test(succession_test LABEL unit TIMEOUT 60
  SOURCES unit/succession_test.cc
  LIBRARIES quotary_log quotary_signing)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_succession SOURCES fuzz/fuzz_succession.cc LIBRARIES quotary_log quotary_signing CORPUS succession)
quotary_fuzz(fuzz_entry SOURCES fuzz/fuzz_entry.cc LIBRARIES quotary_log CORPUS entry)
quotary_fuzz(fuzz_proof SOURCES fuzz/fuzz_proof.cc LIBRARIES quotary_log quotary_signing CORPUS proof)
target_compile_definitions(fuzz_proof PRIVATE QUOTARY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
