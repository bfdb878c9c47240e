quotary_test(http_parts_test LABEL unit TIMEOUT 60
  SOURCES http/parts_test.cc
  LIBRARIES quotary_http Boost::json)
quotary_test(http_server_test LABEL e2e TIMEOUT 60
  SOURCES http/server_test.cc
  LIBRARIES quotary_http Boost::json OpenSSL::SSL)
quotary_test(http_transport_test LABEL e2e TIMEOUT 60
  SOURCES http/transport_test.cc
  LIBRARIES quotary_http OpenSSL::SSL OpenSSL::Crypto)
