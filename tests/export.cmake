quotary_test(export_test LABEL unit TIMEOUT 120
  SOURCES unit/export_test.cc support/faulty_file_system.cc
  LIBRARIES quotary_export quotary_log quotary_signing)
quotary_test(export_property_test LABEL property TIMEOUT 120
  SOURCES property/export_property_test.cc
  LIBRARIES quotary_export quotary_log quotary_signing)
add_executable(quotary_bench_export bench/bench_export.cc)
target_link_libraries(quotary_bench_export PRIVATE quotary_options quotary_export quotary_log quotary_signing)
