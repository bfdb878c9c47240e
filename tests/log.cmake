quotary_test(log_test LABEL unit TIMEOUT 120
  SOURCES unit/log_golden_test.cc unit/log_fault_test.cc unit/store_log_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_log quotary_signing)

quotary_test(tamper_test LABEL unit TIMEOUT 60
  SOURCES unit/tamper_test.cc
  LIBRARIES quotary_log quotary_signing)

quotary_test(verify_borders_test LABEL unit TIMEOUT 60
  SOURCES unit/verify_borders_test.cc
  LIBRARIES quotary_log quotary_signing)
quotary_test(scratch_test LABEL property TIMEOUT 60
  SOURCES unit/scratch_test.cc
  LIBRARIES quotary_log)

quotary_test(scrubber_test LABEL unit TIMEOUT 60
  SOURCES unit/scrubber_test.cc
  LIBRARIES quotary_log quotary_signing)

add_executable(quotary_bench_log bench/bench_log.cc bench/rocks_alone.cc)
target_link_libraries(quotary_bench_log PRIVATE quotary_options quotary_log quotary_signing RocksDB::rocksdb-shared)

add_executable(quotary_bench_verify bench/bench_verify.cc)
target_link_libraries(quotary_bench_verify PRIVATE quotary_options quotary_log quotary_signing)

quotary_test(log_durability_test LABEL unit TIMEOUT 120
  SOURCES unit/log_durability_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_log quotary_signing)
# At every call of its run, under `ctest -C long`.
add_test(NAME log_durability_long CONFIGURATIONS long COMMAND log_durability_test)
set_tests_properties(log_durability_long PROPERTIES LABELS long TIMEOUT 7200 ENVIRONMENT QUOTARY_FAULT_POINTS=0)

quotary_test(crash_pairs_test LABEL unit TIMEOUT 240
  SOURCES unit/crash_pairs_test.cc support/step_faults.cc support/faulty_file_system.cc
  LIBRARIES quotary_log quotary_signing)
