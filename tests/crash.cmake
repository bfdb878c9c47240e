find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
set(crash_environment QUOTARY_PROGRAM=$<TARGET_FILE:quotary> QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>)

add_test(NAME crash_checks_catch COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/crash/checks_test.py)
set_tests_properties(crash_checks_catch PROPERTIES LABELS unit TIMEOUT 60)

add_test(NAME crash_loop COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/crash/kill_loop.py)
set_tests_properties(crash_loop PROPERTIES LABELS crash TIMEOUT 180 ENVIRONMENT "${crash_environment}")

# The long loops run under `ctest -C long` only (cmake --workflow --preset long).
add_test(NAME crash_loop_long CONFIGURATIONS long COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/crash/kill_loop.py)
set_tests_properties(crash_loop_long PROPERTIES LABELS long TIMEOUT 7200 ENVIRONMENT "${crash_environment};QUOTARY_CRASH_ROUNDS=100")
