quotary_test(records_test LABEL unit TIMEOUT 30
  SOURCES unit/records_test.cc
  LIBRARIES quotary_records)
quotary_test(erasure_fold_test LABEL unit TIMEOUT 30
  SOURCES unit/erasure_fold_test.cc
  LIBRARIES quotary_records quotary_log)
quotary_test(signing_fold_test LABEL unit TIMEOUT 30
  SOURCES unit/signing_fold_test.cc
  LIBRARIES quotary_records)
quotary_test(period_seal_fold_test LABEL unit TIMEOUT 30
  SOURCES unit/period_seal_fold_test.cc
  LIBRARIES quotary_records quotary_log)
quotary_test(period_seal_verify_test LABEL unit TIMEOUT 60
  SOURCES unit/period_seal_verify_test.cc
  LIBRARIES quotary_records quotary_log quotary_signing)
# The matrix is data of its own: its test links nothing of what uses it.
quotary_test(roles_test LABEL unit TIMEOUT 30
  SOURCES unit/roles_test.cc ${CMAKE_SOURCE_DIR}/api/roles.cc
  LIBRARIES quotary_base)
quotary_test(cases_fold_test LABEL unit TIMEOUT 30
  SOURCES unit/cases_fold_test.cc unit/confirmations_fold_test.cc
  LIBRARIES quotary_records quotary_log)
quotary_test(leads_fold_test LABEL unit TIMEOUT 30
  SOURCES unit/leads_fold_test.cc
  LIBRARIES quotary_records quotary_log)
add_executable(quotary_bench_gates bench/bench_gates.cc)
target_link_libraries(quotary_bench_gates PRIVATE quotary_options quotary_records)
quotary_test(certificates_fold_test LABEL unit TIMEOUT 30
  SOURCES unit/certificates_fold_test.cc
  LIBRARIES quotary_records)
