find_package(tomlplusplus 3.3 CONFIG REQUIRED)

quotary_library(quotary_gates
  SOURCES gates/policy.cc gates/parse_policy.cc gates/policy_toml.cc gates/member_reader.cc gates/evidence_facts.cc
          gates/note.cc gates/gate.cc gates/words.cc
  PUBLIC quotary_base
  PRIVATE quotary_quote tomlplusplus::tomlplusplus)
