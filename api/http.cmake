quotary_library(quotary_http
  SOURCES http/message.cc http/range.cc http/router.cc http/problem.cc http/metrics.cc http/rate_limit.cc
          http/parser.cc http/workers.cc http/io_thread.cc http/session.cc http/session_write.cc http/server.cc http/client.cc
  PUBLIC quotary_base Threads::Threads
  PRIVATE Boost::headers Boost::json Boost::url OpenSSL::SSL OpenSSL::Crypto)
if(QUOTARY_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees uninitialized bytes in boost::optional, in Beast's parser, once the sanitizers' checks are in.
  target_compile_options(quotary_http PUBLIC -Wno-maybe-uninitialized)
endif()
