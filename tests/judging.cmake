quotary_test(judging_test LABEL unit TIMEOUT 120
  SOURCES unit/judging_test.cc
  LIBRARIES quotary_revision_forge quotary_judging)
target_compile_definitions(judging_test PRIVATE QUOTARY_PROGRAM="$<TARGET_FILE:quotary>")
add_dependencies(judging_test quotary)
add_executable(quotary_bench_judging bench/bench_judging.cc)
target_link_libraries(quotary_bench_judging PRIVATE quotary_options quotary_revision_forge quotary_judging)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_judgement SOURCES fuzz/fuzz_judgement.cc LIBRARIES quotary_judging CORPUS judgement)
