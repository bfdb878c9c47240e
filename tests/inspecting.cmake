pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(EXIV2 REQUIRED IMPORTED_TARGET exiv2)
pkg_check_modules(HEIF REQUIRED IMPORTED_TARGET libheif)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(ZIP REQUIRED IMPORTED_TARGET libzip)
find_package(PNG REQUIRED)
add_library(quotary_evidence_files STATIC support/evidence_files.cc)
target_link_libraries(quotary_evidence_files PUBLIC quotary_options quotary_inspecting
  PRIVATE PNG::PNG PkgConfig::TURBOJPEG PkgConfig::EXIV2 PkgConfig::HEIF PkgConfig::WEBP PkgConfig::ZIP)

quotary_test(inspection_test LABEL unit TIMEOUT 60
  SOURCES unit/inspection_test.cc
  LIBRARIES quotary_inspecting)
quotary_test(inspecting_photos_test LABEL unit TIMEOUT 120
  SOURCES unit/inspecting_photos_test.cc
  LIBRARIES quotary_evidence_files quotary_inspection_reading)
quotary_test(inspecting_pictures_test LABEL unit TIMEOUT 120
  SOURCES unit/inspecting_pictures_test.cc
  LIBRARIES quotary_evidence_files quotary_inspection_reading)
quotary_test(inspecting_documents_test LABEL unit TIMEOUT 120
  SOURCES unit/inspecting_documents_test.cc
  LIBRARIES quotary_evidence_files quotary_inspection_reading)
quotary_test(inspectors_test LABEL unit TIMEOUT 120
  SOURCES unit/inspectors_test.cc
  LIBRARIES quotary_evidence_files quotary_inspection_reading)
target_compile_definitions(inspectors_test PRIVATE QUOTARY_INSPECT_PROGRAM="$<TARGET_FILE:quotary-inspect>")
add_dependencies(inspectors_test quotary-inspect)

include(fuzz/fuzz.cmake)
quotary_fuzz(fuzz_inspection SOURCES fuzz/fuzz_inspection.cc LIBRARIES quotary_inspection_reading CORPUS inspection)
