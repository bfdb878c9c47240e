# An organisation needs the seal to link; its test joins with it, as the programs do.
if(EXISTS ${CMAKE_SOURCE_DIR}/signing/seal.cc)
  quotary_test(organisation_test LABEL e2e TIMEOUT 180
    SOURCES api/organisation_test.cc
    LIBRARIES quotary_api)
endif()
