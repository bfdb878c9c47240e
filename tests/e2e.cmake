add_test(NAME confirmation_http_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/confirmation_test.py)
set_tests_properties(confirmation_http_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
quotary_test(organisation_test LABEL e2e TIMEOUT 180
  SOURCES api/organisation_test.cc
  LIBRARIES quotary_api)
quotary_test(sessions_test LABEL unit TIMEOUT 60
  SOURCES api/sessions_test.cc
  LIBRARIES quotary_api)
quotary_test(case_calls_test LABEL e2e TIMEOUT 60
  SOURCES api/policy_calls_test.cc api/case_calls_test.cc api/case_gate_test.cc
  LIBRARIES quotary_api)
add_test(NAME cases_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/cases_test.py)
set_tests_properties(cases_test PROPERTIES LABELS e2e TIMEOUT 60 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
quotary_test(matrix_test LABEL e2e TIMEOUT 60
  SOURCES api/matrix_test.cc
  LIBRARIES quotary_api)
quotary_test(erasure_test LABEL e2e TIMEOUT 60
  SOURCES api/erasure_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_api)
add_test(NAME erased_bytes_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/erased_bytes_test.py)
set_tests_properties(erased_bytes_test PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_EVIDENCE_HELPER=$<TARGET_FILE:quotary_evidence_helper>")
quotary_test(picture_index_test LABEL unit TIMEOUT 30
  SOURCES api/picture_index_test.cc
  LIBRARIES quotary_api)
quotary_test(contents_test LABEL e2e TIMEOUT 60
  SOURCES api/contents_test.cc
  LIBRARIES quotary_api)
add_executable(quotary_contents_helper support/contents_helper.cc)
target_link_libraries(quotary_contents_helper PRIVATE quotary_options quotary_contents quotary_signing GTest::gtest)
set_target_properties(quotary_contents_helper PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME contents_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/contents_test.py)
set_tests_properties(contents_e2e_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>;QUOTARY_CONTENTS_HELPER=$<TARGET_FILE:quotary_contents_helper>")
quotary_test(access_log_test LABEL e2e TIMEOUT 60
  SOURCES api/access_log_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_api)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME roles_http_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/roles_http_test.py)
set_tests_properties(roles_http_test PROPERTIES LABELS e2e TIMEOUT 60 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME http_surface_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/http_surface_test.py)
set_tests_properties(http_surface_test PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
quotary_test(log_calls_test LABEL e2e TIMEOUT 120
  SOURCES api/log_calls_test.cc
  LIBRARIES quotary_api)
add_test(NAME elsewhere_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/elsewhere_test.py)
set_tests_properties(elsewhere_test PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME evidence_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/evidence_test.py)
set_tests_properties(evidence_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME token_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/token_test.py)
set_tests_properties(token_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME serve_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/serve_test.py)
set_tests_properties(serve_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME concurrency_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/concurrency_test.py)
set_tests_properties(concurrency_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME operator_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/operator_test.py)
set_tests_properties(operator_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME verify_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/verify_test.py)
set_tests_properties(verify_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME rotation_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/rotation_test.py)
set_tests_properties(rotation_test PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
add_test(NAME rewritten_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/rewritten_test.py)
set_tests_properties(rewritten_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
add_test(NAME auditor_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/auditor_test.py)
set_tests_properties(auditor_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
quotary_test(making_test LABEL e2e TIMEOUT 300
  SOURCES api/making_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_api)
# At every call of a making, under `ctest -C long`.
add_test(NAME making_long CONFIGURATIONS long COMMAND making_test)
set_tests_properties(making_long PROPERTIES LABELS long TIMEOUT 7200 ENVIRONMENT QUOTARY_FAULT_POINTS=0)
quotary_test(key_rotation_test LABEL e2e TIMEOUT 300
  SOURCES api/key_rotation_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_api)
# At every call of a rotation, under `ctest -C long`.
add_test(NAME key_rotation_long CONFIGURATIONS long COMMAND key_rotation_test)
set_tests_properties(key_rotation_long PROPERTIES LABELS long TIMEOUT 7200 ENVIRONMENT QUOTARY_FAULT_POINTS=0)
quotary_test(log_successor_test LABEL e2e TIMEOUT 300
  SOURCES api/log_successor_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_api)
# At every call of a succession, under `ctest -C long`.
add_test(NAME log_successor_long CONFIGURATIONS long COMMAND log_successor_test)
set_tests_properties(log_successor_long PROPERTIES LABELS long TIMEOUT 7200 ENVIRONMENT QUOTARY_FAULT_POINTS=0)
quotary_test(period_seals_test LABEL e2e TIMEOUT 120
  SOURCES api/period_seals_test.cc
  LIBRARIES quotary_api)
quotary_test(numbers_proof_test LABEL e2e TIMEOUT 120
  SOURCES api/numbers_proof_test.cc
  LIBRARIES quotary_api quotary_offline)
include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_numbers SOURCES fuzz/fuzz_numbers.cc LIBRARIES quotary_numbers quotary_signing CORPUS numbers)
target_compile_definitions(fuzz_numbers PRIVATE QUOTARY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
quotary_test(failing_disk_test LABEL e2e TIMEOUT 300
  SOURCES api/failing_disk_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_api)
# At every call of the run, under `ctest -C long`.
add_test(NAME failing_disk_long CONFIGURATIONS long COMMAND failing_disk_test)
set_tests_properties(failing_disk_long PROPERTIES LABELS long TIMEOUT 7200 ENVIRONMENT QUOTARY_FAULT_POINTS=0)
quotary_test(service_events_test LABEL e2e TIMEOUT 60
  SOURCES api/service_events_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_api)
quotary_test(signing_test LABEL e2e TIMEOUT 180
  SOURCES api/signing_test.cc support/passkey_device.cc
  LIBRARIES quotary_api OpenSSL::Crypto)
quotary_test(long_term_clock_test LABEL e2e TIMEOUT 180
  SOURCES api/long_term_clock_test.cc support/test_authority.cc support/time_fixture.cc
  LIBRARIES quotary_api quotary_seal_fixture OpenSSL::Crypto)
quotary_test(signing_flow_test LABEL e2e TIMEOUT 180
  SOURCES api/signing_flow_test.cc
  LIBRARIES quotary_api)
quotary_test(confirmation_test LABEL e2e TIMEOUT 120
  SOURCES api/confirmation_test.cc api/confirmation_erasure_test.cc api/confirmation_crash_test.cc support/passkey_device.cc support/faulty_file_system.cc
  LIBRARIES quotary_api OpenSSL::Crypto)
quotary_test(signing_race_test LABEL e2e TIMEOUT 300
  SOURCES api/signing_race_test.cc
  LIBRARIES quotary_api)
add_test(NAME signing_http_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/signing_test.py)
set_tests_properties(signing_http_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME verdict_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/verdict_test.py)
set_tests_properties(verdict_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME seal_chain_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/seal_chain_test.py)
set_tests_properties(seal_chain_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME long_term_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/long_term_test.py)
set_tests_properties(long_term_test PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME real_pki_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/real_pki_test.py)
set_tests_properties(real_pki_test PROPERTIES LABELS e2e TIMEOUT 240 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME late_authority_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/late_authority_test.py)
set_tests_properties(late_authority_test PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
# In Debian's Chromium; tools/setup.sh brings it.
add_test(NAME signing_page_test COMMAND ${NODE} --test ${CMAKE_CURRENT_SOURCE_DIR}/browser/signing_page_test.mjs)
set_tests_properties(signing_page_test PROPERTIES LABELS e2e TIMEOUT 400 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
# Evidence is looked at by the program that a server would start.
quotary_test(case_evidence_test LABEL e2e TIMEOUT 120
  SOURCES api/case_evidence_test.cc
  LIBRARIES quotary_api quotary_evidence_files)
target_compile_definitions(case_evidence_test PRIVATE QUOTARY_INSPECT_PROGRAM="$<TARGET_FILE:quotary-inspect>")
add_dependencies(case_evidence_test quotary-inspect)
quotary_test(evidence_sheet_calls_test LABEL e2e TIMEOUT 120
  SOURCES api/evidence_sheet_calls_test.cc
  LIBRARIES quotary_api quotary_evidence_files)
target_compile_definitions(evidence_sheet_calls_test PRIVATE QUOTARY_INSPECT_PROGRAM="$<TARGET_FILE:quotary-inspect>")
add_dependencies(evidence_sheet_calls_test quotary-inspect)
quotary_test(sheet_words_test LABEL unit TIMEOUT 20 SOURCES unit/sheet_words_test.cc LIBRARIES quotary_api)
target_compile_definitions(matrix_test PRIVATE QUOTARY_INSPECT_PROGRAM="$<TARGET_FILE:quotary-inspect>")
add_dependencies(matrix_test quotary-inspect)
add_executable(quotary_evidence_helper support/evidence_helper.cc)
target_link_libraries(quotary_evidence_helper PRIVATE quotary_options quotary_api quotary_evidence_files)
set_target_properties(quotary_evidence_helper PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME case_evidence_http_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/case_evidence_test.py)
set_tests_properties(case_evidence_http_test PROPERTIES LABELS e2e TIMEOUT 120)
add_test(NAME evidence_sheet_http_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/evidence_sheet_test.py)
set_tests_properties(evidence_sheet_http_test PROPERTIES LABELS e2e TIMEOUT 60)
set_property(TEST case_evidence_http_test evidence_sheet_http_test roles_http_test PROPERTY ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_EVIDENCE_HELPER=$<TARGET_FILE:quotary_evidence_helper>")
add_test(NAME demonstration_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/demonstration_test.py)
set_tests_properties(demonstration_test PROPERTIES LABELS e2e TIMEOUT 120 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_EVIDENCE_HELPER=$<TARGET_FILE:quotary_evidence_helper>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
add_test(NAME demonstration_page_test COMMAND ${NODE} --test ${CMAKE_CURRENT_SOURCE_DIR}/browser/demonstration_page_test.mjs)
set_tests_properties(demonstration_page_test PROPERTIES LABELS e2e TIMEOUT 300 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_EVIDENCE_HELPER=$<TARGET_FILE:quotary_evidence_helper>")
quotary_test(boards_test LABEL e2e TIMEOUT 120
  SOURCES api/boards_test.cc
  LIBRARIES quotary_api)
quotary_test(leads_test LABEL e2e TIMEOUT 120
  SOURCES api/leads_test.cc
  LIBRARIES quotary_api)
add_test(NAME boards_http_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/e2e/boards_http_test.py)
set_tests_properties(boards_http_test PROPERTIES LABELS e2e TIMEOUT 60 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_executable(quotary_bench_boards bench/bench_boards.cc)
target_link_libraries(quotary_bench_boards PRIVATE quotary_options quotary_api)
