# The pages: bundled by Node, put into the program by the assembler. tools/setup.sh has installed what they are made of.
find_program(NODE NAMES node nodejs REQUIRED)
set(web ${CMAKE_CURRENT_SOURCE_DIR}/web)
if(NOT EXISTS ${web}/node_modules/esbuild)
  message(FATAL_ERROR "api/web/node_modules is not there or not whole: run ./tools/setup.sh")
endif()
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/src/*)
set(web_out ${CMAKE_BINARY_DIR}/web)
add_custom_command(OUTPUT ${web_out}/embedded.cc
  COMMAND ${NODE} ${web}/node_modules/typescript/bin/tsc --noEmit --project ${web}
  COMMAND ${NODE} ${web}/build.mjs ${web_out}
  DEPENDS ${web_sources} ${web}/build.mjs ${web}/tsconfig.json ${web}/package-lock.json
  WORKING_DIRECTORY ${web}
  COMMENT "Bundling the pages")
quotary_library(quotary_web
  SOURCES ${web_out}/embedded.cc)
