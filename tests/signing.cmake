add_library(quotary_seal_fixture STATIC support/seal_fixture.cc)
target_link_libraries(quotary_seal_fixture PUBLIC quotary_options quotary_signing)

quotary_test(seal_test LABEL unit TIMEOUT 180
  SOURCES unit/seal_test.cc
  LIBRARIES quotary_seal_fixture quotary_pdfgen quotary_sample_quotes)
quotary_test(seal_attack_test LABEL unit TIMEOUT 240
  SOURCES unit/seal_attack_test.cc
  LIBRARIES quotary_seal_fixture OpenSSL::Crypto)
