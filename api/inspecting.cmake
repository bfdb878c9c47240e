find_package(ICU REQUIRED COMPONENTS uc)
find_package(EXPAT REQUIRED)
find_package(PNG REQUIRED)
pkg_check_modules(EXIV2 REQUIRED IMPORTED_TARGET exiv2)
pkg_check_modules(HEIF REQUIRED IMPORTED_TARGET libheif)
pkg_check_modules(MAGIC REQUIRED IMPORTED_TARGET libmagic)
pkg_check_modules(QPDF REQUIRED IMPORTED_TARGET libqpdf)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(ZIP REQUIRED IMPORTED_TARGET libzip)

# What a server links: values, and the processes that make them.
quotary_library(quotary_inspecting
  SOURCES inspecting/text.cc inspecting/name.cc inspecting/geo.cc inspecting/picture_hash.cc inspecting/inspection.cc
          inspecting/inspection_json.cc inspecting/difference.cc inspecting/question.cc inspecting/picture.cc inspecting/inspectors.cc
  PUBLIC quotary_confined quotary_base
  PRIVATE ICU::uc)

# What reads strangers' bytes: for the confined program alone.
quotary_library(quotary_inspection_reading
  SOURCES inspecting/reading/sniff.cc inspecting/reading/families.cc inspecting/reading/civil_time.cc inspecting/reading/exif.cc
          inspecting/reading/jpeg.cc inspecting/reading/png.cc inspecting/reading/webp.cc inspecting/reading/heif.cc
          inspecting/reading/raster.cc inspecting/reading/rendition.cc
          inspecting/reading/archive.cc inspecting/reading/xml.cc inspecting/reading/documents.cc inspecting/reading/office.cc
          inspecting/reading/ofd.cc inspecting/reading/pdf.cc inspecting/reading/inspect.cc inspecting/reading/process.cc
  PUBLIC quotary_inspecting
  PRIVATE EXPAT::EXPAT PNG::PNG PkgConfig::EXIV2 PkgConfig::HEIF PkgConfig::MAGIC PkgConfig::QPDF PkgConfig::TURBOJPEG
          PkgConfig::WEBP PkgConfig::ZIP)
# qpdf asks which kind of pointers its users hold.
set_source_files_properties(inspecting/reading/pdf.cc PROPERTIES COMPILE_DEFINITIONS POINTERHOLDER_TRANSITION=4)
