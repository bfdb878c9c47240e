quotary_library(quotary_base
  SOURCES base/result.cc base/bytes.cc base/hash.cc base/random.cc
  PUBLIC Boost::headers Boost::json
  PRIVATE OpenSSL::Crypto)
