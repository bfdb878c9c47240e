quotary_test(log_test LABEL unit TIMEOUT 60
  SOURCES unit/log_golden_test.cc unit/log_fault_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_log quotary_signing)

add_executable(quotary_bench_log bench/bench_log.cc bench/rocks_alone.cc)
target_link_libraries(quotary_bench_log PRIVATE quotary_options quotary_log quotary_signing RocksDB::rocksdb-shared)
