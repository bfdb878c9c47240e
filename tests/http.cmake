quotary_test(http_server_test LABEL e2e TIMEOUT 60
  SOURCES http/server_test.cc
  LIBRARIES quotary_http Boost::json OpenSSL::SSL)
