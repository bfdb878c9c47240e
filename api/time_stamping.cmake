quotary_library(quotary_time_stamping
  SOURCES time_stamping/time_stamper.cc time_stamping/routes.cc time_stamping/ask.cc time_stamping/seal_times.cc
  PUBLIC quotary_http quotary_log quotary_signing quotary_base Threads::Threads)
