quotary_library(quotary_http
  SOURCES http/message.cc http/router.cc http/problem.cc http/metrics.cc http/rate_limit.cc
  PUBLIC quotary_base Threads::Threads
  PRIVATE Boost::headers Boost::json OpenSSL::SSL OpenSSL::Crypto)
