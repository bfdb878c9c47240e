quotary_test(subject_index_test LABEL property TIMEOUT 60
  SOURCES property/subject_index_test.cc
  LIBRARIES quotary_index)
quotary_test(index_roots_test LABEL unit TIMEOUT 60
  SOURCES unit/index_roots_test.cc
  LIBRARIES quotary_log quotary_signing)
quotary_test(status_proof_test LABEL unit TIMEOUT 60
  SOURCES unit/status_proof_test.cc
  LIBRARIES quotary_offline)
quotary_test(status_proof_calls_test LABEL e2e TIMEOUT 60
  SOURCES api/status_proof_calls_test.cc
  LIBRARIES quotary_api quotary_offline)

add_executable(quotary_bench_index bench/bench_index.cc)
target_link_libraries(quotary_bench_index PRIVATE quotary_options quotary_log quotary_signing)
quotary_test(refused_bytes_test LABEL unit TIMEOUT 60
  SOURCES unit/refused_bytes_test.cc
  LIBRARIES quotary_offline quotary_numbers quotary_signing)
