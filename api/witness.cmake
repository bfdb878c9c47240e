quotary_library(quotary_witness
  SOURCES witness/history.cc witness/witness.cc witness/check_folder.cc witness/routes.cc
          witness/cosigned.cc witness/exchange.cc witness/seen.cc witness/witnesses.cc
  PUBLIC quotary_http quotary_log quotary_signing quotary_base Threads::Threads)
