find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
foreach(name log_judge_test document_judge_test carried_proof_judge_test verification_report_judge_test status_judge_test)
  add_test(NAME ${name} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/judges/${name}.py)
  set_tests_properties(${name} PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT
    "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>;QUOTARY_JUDGE_BUILD=${CMAKE_BINARY_DIR}/judges")
endforeach()
