quotary_test(log_test LABEL unit TIMEOUT 60
  SOURCES unit/log_golden_test.cc unit/log_fault_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_log quotary_signing)
