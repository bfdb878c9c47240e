# Sees the log, and what numbers and records mean.
quotary_library(quotary_numbers
  SOURCES numbers/numbers_proof.cc numbers/make_numbers_proof.cc
  PUBLIC quotary_log quotary_records quotary_quote)
