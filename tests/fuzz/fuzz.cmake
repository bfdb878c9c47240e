include_guard(GLOBAL)

# quotary_fuzz(name SOURCES … LIBRARIES … CORPUS folder): a libFuzzer program under QUOTARY_FUZZ (clang), otherwise a
# program that replays the corpus; both are a ctest entry that replays it. With libFuzzer, `ctest -C fuzz` has a second entry
# that looks for new inputs (cmake --workflow --preset fuzz). What it finds stays in the build tree: `seeds` are inputs that
# reached new code, `findings` those that failed. Copy the latter into the corpus with the fix.
set(QUOTARY_FUZZ_SECONDS 60 CACHE STRING "How long `ctest -C fuzz` runs each target")
set(fuzz_input_seconds_max 30)  # of the clock: a busy machine stretches milliseconds to many seconds
set(fuzz_memory_mb_max 2048)
add_custom_target(fuzz_targets)

function(quotary_fuzz name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE quotary_options ${ARG_LIBRARIES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_dependencies(fuzz_targets ${name})
  set(corpus ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${ARG_CORPUS})
  if(QUOTARY_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -runs=0 ${corpus})
    set(seeds ${CMAKE_BINARY_DIR}/seeds/${ARG_CORPUS})
    set(findings ${CMAKE_BINARY_DIR}/findings/${ARG_CORPUS})
    file(MAKE_DIRECTORY ${seeds} ${findings})
    # libFuzzer writes into the first folder only.
    add_test(NAME ${name}_search CONFIGURATIONS fuzz COMMAND ${name} -max_total_time=${QUOTARY_FUZZ_SECONDS}
      -timeout=${fuzz_input_seconds_max} -rss_limit_mb=${fuzz_memory_mb_max} -artifact_prefix=${findings}/ -print_final_stats=1
      ${seeds} ${corpus})
    math(EXPR search_seconds_max "${QUOTARY_FUZZ_SECONDS} + 120")
    set_tests_properties(${name}_search PROPERTIES LABELS fuzz TIMEOUT ${search_seconds_max})
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME ${name} COMMAND ${name} ${corpus})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 60)
endfunction()
