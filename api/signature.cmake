quotary_library(quotary_signature
  SOURCES signature/delivery.cc signature/consent.cc signature/codes.cc signature/courier.cc
  PUBLIC quotary_http quotary_records quotary_log quotary_signing quotary_base Threads::Threads)
