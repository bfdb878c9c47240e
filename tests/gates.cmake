quotary_test(gates_test LABEL unit TIMEOUT 60
  SOURCES unit/policy_test.cc unit/gate_test.cc unit/evidence_facts_test.cc
  LIBRARIES quotary_gates)
