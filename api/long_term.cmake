quotary_library(quotary_long_term
  SOURCES long_term/climb.cc long_term/worker.cc
  PUBLIC quotary_time_stamping quotary_http quotary_log quotary_signing quotary_base Threads::Threads)
