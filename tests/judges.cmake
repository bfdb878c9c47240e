find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_executable(tree_vectors judges/tree_vectors.cc)
target_link_libraries(tree_vectors PRIVATE quotary_options quotary_log quotary_signing)
foreach(name log_judge_test tree_judge_test document_judge_test carried_proof_judge_test verification_report_judge_test status_judge_test)
  add_test(NAME ${name} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/judges/${name}.py)
  set_tests_properties(${name} PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT
    "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>;QUOTARY_JUDGE_BUILD=${CMAKE_BINARY_DIR}/judges;QUOTARY_TREE_VECTORS=$<TARGET_FILE:tree_vectors>")
endforeach()
