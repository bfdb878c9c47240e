quotary_test(http_parts_test LABEL unit TIMEOUT 60
  SOURCES http/parts_test.cc
  LIBRARIES quotary_http Boost::json)
quotary_test(http_server_test LABEL e2e TIMEOUT 60
  SOURCES http/server_test.cc
  LIBRARIES quotary_http Boost::json OpenSSL::SSL)
quotary_test(http_transport_test LABEL e2e TIMEOUT 60
  SOURCES http/transport_test.cc
  LIBRARIES quotary_http OpenSSL::SSL OpenSSL::Crypto)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_http_request
  SOURCES fuzz/fuzz_http_request.cc
  LIBRARIES quotary_http
  CORPUS http_request)

add_executable(http_hello bench/http_hello.cc)
target_link_libraries(http_hello PRIVATE quotary_http)
set_target_properties(http_hello PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
