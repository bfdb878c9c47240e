include_guard(GLOBAL)

# quotary_fuzz(name SOURCES … LIBRARIES … CORPUS folder): a libFuzzer program under QUOTARY_FUZZ (clang), otherwise a
# program that replays the corpus; both are a ctest entry that replays it.
option(QUOTARY_FUZZ "Link the fuzz targets with libFuzzer" OFF)
if(QUOTARY_FUZZ)
  target_compile_options(quotary_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(quotary_fuzz name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE quotary_options ${ARG_LIBRARIES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  set(corpus ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${ARG_CORPUS})
  if(QUOTARY_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -runs=0 ${corpus})
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME ${name} COMMAND ${name} ${corpus})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 60)
endfunction()
