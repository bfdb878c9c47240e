find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_test(NAME failing_calls_judgements COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/faults/calls_test.py)
set_tests_properties(failing_calls_judgements PROPERTIES LABELS unit TIMEOUT 60)

# A sanitizer must be the first library that is loaded, and the one that is preloaded here would be.
if(NOT QUOTARY_SANITIZE AND NOT QUOTARY_FUZZ)
  add_library(quotary_fail_call MODULE faults/fail_call.cc faults/judgement.cc)
  target_link_libraries(quotary_fail_call PRIVATE quotary_options ${CMAKE_DL_LIBS})
  set_target_properties(quotary_fail_call PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  set(faults_command Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/failing_calls_test.py)
  set(faults_environment QUOTARY_PROGRAM=$<TARGET_FILE:quotary> QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>
    QUOTARY_FAIL_CALL=$<TARGET_FILE:quotary_fail_call>)
  add_test(NAME failing_calls_test COMMAND ${faults_command})
  set_tests_properties(failing_calls_test PROPERTIES LABELS crash TIMEOUT 600 ENVIRONMENT "${faults_environment}")
  # Every call in every way, under `ctest -C long`.
  add_test(NAME failing_calls_long CONFIGURATIONS long COMMAND ${faults_command})
  set_tests_properties(failing_calls_long PROPERTIES LABELS long TIMEOUT 14400 ENVIRONMENT "${faults_environment};QUOTARY_FAULTS=all")
endif()
