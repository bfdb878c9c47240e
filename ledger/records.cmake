quotary_library(quotary_records
  SOURCES records/fold.cc records/views.cc records/erasure.cc records/period_seal.cc records/log_succession.cc records/certificates.cc records/signing.cc records/signing_keys.cc records/entry_status.cc records/cases.cc records/case_state.cc records/confirmations.cc records/case_replay.cc records/boards.cc records/leads.cc records/lead_choice.cc
  PUBLIC quotary_proof quotary_base quotary_quote quotary_gates quotary_health)
