quotary_test(blobs_test LABEL unit TIMEOUT 60
  SOURCES unit/blobs_test.cc
  LIBRARIES quotary_blobs quotary_signing)
quotary_test(uploads_test LABEL unit TIMEOUT 60
  SOURCES unit/uploads_test.cc
  LIBRARIES quotary_blobs quotary_signing)
quotary_test(uploads_fault_test LABEL unit TIMEOUT 120
  SOURCES unit/uploads_fault_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_blobs quotary_signing)
include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_blob_reference SOURCES fuzz/fuzz_blob_reference.cc LIBRARIES quotary_blobs CORPUS blob_reference)
quotary_fuzz(fuzz_blob SOURCES fuzz/fuzz_blob.cc LIBRARIES quotary_blobs quotary_signing CORPUS blob)

add_executable(quotary_bench_blobs bench/bench_blobs.cc)
target_link_libraries(quotary_bench_blobs PRIVATE quotary_options quotary_blobs quotary_signing)
