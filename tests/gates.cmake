quotary_test(gates_test LABEL unit TIMEOUT 60
  SOURCES unit/policy_test.cc unit/gate_test.cc unit/evidence_facts_test.cc
  LIBRARIES quotary_gates)
quotary_test(gate_property_test LABEL property TIMEOUT 120
  SOURCES property/gate_property_test.cc
  LIBRARIES quotary_gates)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_policy SOURCES fuzz/fuzz_policy.cc LIBRARIES quotary_gates CORPUS policy)
