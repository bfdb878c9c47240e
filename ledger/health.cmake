# Pure, and beside the log: whoever has counts can compute it.
quotary_library(quotary_health
  SOURCES health/fraction.cc health/reader.cc health/weights.cc health/counts.cc health/month.cc health/phi.cc
          health/response.cc health/onboarding.cc health/board.cc
  PUBLIC quotary_base
  PRIVATE quotary_quote)
