quotary_library(quotary_signature
  SOURCES signature/delivery.cc signature/consent.cc signature/codes.cc signature/courier.cc signature/document_signing.cc
  PUBLIC quotary_http quotary_records quotary_log quotary_signing quotary_pdfgen quotary_base Threads::Threads)
