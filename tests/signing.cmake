include(fuzz/fuzz.cmake)

add_library(quotary_seal_fixture STATIC support/seal_fixture.cc support/other_judges.cc)
target_link_libraries(quotary_seal_fixture PUBLIC quotary_options quotary_signing PRIVATE OpenSSL::Crypto)
if(QUOTARY_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees uninitialized bytes in std::regex once the sanitizers' checks are in.
  target_compile_options(quotary_seal_fixture PRIVATE -Wno-maybe-uninitialized)
endif()

quotary_test(keys_test LABEL unit TIMEOUT 60
  SOURCES unit/keys_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_signing)
quotary_test(seal_test LABEL unit TIMEOUT 180
  SOURCES unit/seal_test.cc
  LIBRARIES quotary_seal_fixture quotary_pdfgen quotary_sample_quotes)
quotary_test(certificate_renewal_test LABEL unit TIMEOUT 60
  SOURCES unit/certificate_renewal_test.cc
  LIBRARIES quotary_seal_fixture)
quotary_fuzz(fuzz_renewal SOURCES fuzz/fuzz_renewal.cc LIBRARIES quotary_signing CORPUS renewal)
quotary_test(token_key_test LABEL unit TIMEOUT 120
  SOURCES unit/token_key_test.cc
  LIBRARIES quotary_seal_fixture)
quotary_test(seal_attack_test LABEL unit TIMEOUT 240
  SOURCES unit/seal_attack_test.cc
  LIBRARIES quotary_seal_fixture OpenSSL::Crypto)
quotary_test(deterministic_ecdsa_test LABEL unit TIMEOUT 60
  SOURCES unit/deterministic_ecdsa_test.cc
  LIBRARIES quotary_signing OpenSSL::Crypto)
quotary_test(time_stamp_test LABEL unit TIMEOUT 60
  SOURCES unit/time_stamp_test.cc support/time_fixture.cc support/faulty_file_system.cc
  LIBRARIES quotary_seal_fixture quotary_log OpenSSL::Crypto)
foreach(name chain_judgement_test seal_level_test)
  quotary_test(${name} LABEL unit TIMEOUT 120
    SOURCES unit/${name}.cc support/test_authority.cc support/time_fixture.cc
    LIBRARIES quotary_seal_fixture OpenSSL::Crypto)
endforeach()
quotary_test(climb_test LABEL unit TIMEOUT 120
  SOURCES unit/climb_test.cc support/test_authority.cc support/time_fixture.cc
  LIBRARIES quotary_seal_fixture quotary_long_term OpenSSL::Crypto)
foreach(name carried_proof_test carried_proof_attack_test)
  quotary_test(${name} LABEL unit TIMEOUT 240
    SOURCES unit/${name}.cc support/carried_proof_fixture.cc
    LIBRARIES quotary_seal_fixture quotary_offline OpenSSL::Crypto)
endforeach()
add_library(quotary_revision_forge STATIC support/revision_forge.cc support/hostile_documents.cc)
target_link_libraries(quotary_revision_forge PUBLIC quotary_seal_fixture PRIVATE quotary_pdfgen quotary_sample_quotes OpenSSL::Crypto)
quotary_test(cms_attack_test LABEL unit TIMEOUT 120
  SOURCES unit/cms_attack_test.cc support/cms_forge.cc support/test_authority.cc support/time_fixture.cc
  LIBRARIES quotary_revision_forge OpenSSL::Crypto)
foreach(name document_validation_test document_attack_test compressed_update_test hostile_document_test)
  quotary_test(${name} LABEL unit TIMEOUT 240
    SOURCES unit/${name}.cc
    LIBRARIES quotary_revision_forge OpenSSL::Crypto)
endforeach()

quotary_test(confirmation_signing_test LABEL unit TIMEOUT 60
  SOURCES unit/confirmation_signing_test.cc
  LIBRARIES quotary_revision_forge quotary_pdfgen quotary_sample_sheets)
quotary_test(passkey_test LABEL unit TIMEOUT 60
  SOURCES unit/passkey_test.cc support/passkey_device.cc
  LIBRARIES quotary_signing OpenSSL::Crypto)

quotary_fuzz(fuzz_passkey SOURCES fuzz/fuzz_passkey.cc LIBRARIES quotary_signing CORPUS passkey)
quotary_fuzz(fuzz_validation SOURCES fuzz/fuzz_validation.cc LIBRARIES quotary_signing CORPUS validation)
quotary_fuzz(fuzz_pdf SOURCES fuzz/fuzz_pdf.cc LIBRARIES quotary_signing CORPUS pdf)
quotary_fuzz(fuzz_note SOURCES fuzz/fuzz_note.cc LIBRARIES quotary_signing CORPUS note)
quotary_fuzz(fuzz_revocation SOURCES fuzz/fuzz_revocation.cc support/test_authority.cc support/time_fixture.cc
  LIBRARIES quotary_seal_fixture OpenSSL::Crypto CORPUS revocation)
quotary_fuzz(fuzz_seal_level SOURCES fuzz/fuzz_seal_level.cc LIBRARIES quotary_seal_fixture CORPUS seal_level)
add_executable(quotary_bench_ladder bench/bench_ladder.cc support/test_authority.cc support/time_fixture.cc)
target_link_libraries(quotary_bench_ladder PRIVATE quotary_options quotary_seal_fixture OpenSSL::Crypto)
add_executable(quotary_bench_seal bench/bench_seal.cc)
target_link_libraries(quotary_bench_seal PRIVATE quotary_options quotary_seal_fixture)
