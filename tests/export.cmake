quotary_test(export_test LABEL unit TIMEOUT 120
  SOURCES unit/export_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_export quotary_log quotary_signing)
quotary_test(export_property_test LABEL property TIMEOUT 120
  SOURCES property/export_property_test.cc
  LIBRARIES quotary_export quotary_log quotary_signing)
quotary_test(exported_certificates_test LABEL unit TIMEOUT 60
  SOURCES unit/exported_certificates_test.cc
  LIBRARIES quotary_offline)
quotary_test(exported_records_test LABEL unit TIMEOUT 120
  SOURCES unit/exported_records_test.cc
  LIBRARIES quotary_offline)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_test(NAME succession_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/succession_test.py)
set_tests_properties(succession_e2e_test PROPERTIES LABELS e2e TIMEOUT 120
  ENVIRONMENT "QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
add_test(NAME certificates_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/certificates_test.py)
set_tests_properties(certificates_e2e_test PROPERTIES LABELS e2e TIMEOUT 180
  ENVIRONMENT "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
add_test(NAME export_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/export_test.py)
set_tests_properties(export_e2e_test PROPERTIES LABELS e2e TIMEOUT 180
  ENVIRONMENT "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")

add_executable(quotary_bench_export bench/bench_export.cc)
target_link_libraries(quotary_bench_export PRIVATE quotary_options quotary_export quotary_log quotary_signing)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_archive SOURCES fuzz/fuzz_archive.cc LIBRARIES quotary_export CORPUS archive)
quotary_fuzz(fuzz_export SOURCES fuzz/fuzz_export.cc LIBRARIES quotary_export quotary_log quotary_signing CORPUS export)
quotary_test(refused_files_test LABEL unit TIMEOUT 60
  SOURCES unit/refused_files_test.cc
  LIBRARIES quotary_backup quotary_export quotary_log quotary_signing)
