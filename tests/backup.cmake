quotary_test(backup_test LABEL unit TIMEOUT 240
  SOURCES unit/backup_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_backup quotary_signing)
include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_backup SOURCES fuzz/fuzz_backup.cc LIBRARIES quotary_backup CORPUS backup)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_test(NAME backup_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/backup_test.py)
set_tests_properties(backup_e2e_test PROPERTIES LABELS crash TIMEOUT 240 ENVIRONMENT QUOTARY_PROGRAM=$<TARGET_FILE:quotary>)
add_test(NAME backup_long CONFIGURATIONS long COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/backup_test.py)
set_tests_properties(backup_long PROPERTIES LABELS long TIMEOUT 7200
  ENVIRONMENT "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_BACKUP_KILLS=100")
add_test(NAME restore_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/restore_test.py)
set_tests_properties(restore_e2e_test PROPERTIES LABELS crash TIMEOUT 240 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")

add_test(NAME older_backup_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/older_backup_test.py)
set_tests_properties(older_backup_e2e_test PROPERTIES LABELS e2e TIMEOUT 240 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")

add_executable(quotary_bench_backup bench/bench_backup.cc)
target_link_libraries(quotary_bench_backup PRIVATE quotary_options quotary_backup quotary_signing)
