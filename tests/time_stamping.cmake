include(fuzz/fuzz.cmake)
quotary_test(time_stamper_test LABEL unit TIMEOUT 120
  SOURCES unit/time_stamper_test.cc support/faulty_file_system.cc support/time_fixture.cc
  LIBRARIES quotary_time_stamping)
quotary_test(seal_times_test LABEL unit TIMEOUT 60
  SOURCES unit/seal_times_test.cc support/time_fixture.cc
  LIBRARIES quotary_time_stamping)
quotary_test(exported_times_test LABEL unit TIMEOUT 60
  SOURCES unit/exported_times_test.cc
  LIBRARIES quotary_offline)
quotary_fuzz(fuzz_time_stamp SOURCES fuzz/fuzz_time_stamp.cc LIBRARIES quotary_signing CORPUS time_stamp)

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_test(NAME time_stamp_e2e_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/e2e/time_stamp_test.py)
set_tests_properties(time_stamp_e2e_test PROPERTIES LABELS e2e TIMEOUT 240 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
add_test(NAME time_stamp_judge_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/judges/time_stamp_judge_test.py)
set_tests_properties(time_stamp_judge_test PROPERTIES LABELS e2e TIMEOUT 180 ENVIRONMENT
  "QUOTARY_PROGRAM=$<TARGET_FILE:quotary>;QUOTARY_VERIFY_PROGRAM=$<TARGET_FILE:quotary-verify>")
