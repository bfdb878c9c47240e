quotary_test(log_core_test LABEL unit TIMEOUT 60
  SOURCES unit/merkle_test.cc unit/ledger_test.cc
  LIBRARIES quotary_log quotary_signing)
