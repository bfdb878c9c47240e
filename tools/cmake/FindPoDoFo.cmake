# PoDoFo 0.9: Debian's development package conflicts with Boost 1.81's, so tools/setup.sh unpacks it below build/deps.
set(_podofo_hints ${CMAKE_SOURCE_DIR}/build/deps/podofo/usr)
find_path(PoDoFo_INCLUDE_DIR NAMES podofo/podofo.h HINTS ${_podofo_hints} PATH_SUFFIXES include)
# The runtime package brings only the versioned name; the link that was unpacked beside the headers would dangle.
find_library(PoDoFo_LIBRARY NAMES podofo libpodofo.so.0.9.8 PATHS /usr/lib /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PoDoFo REQUIRED_VARS PoDoFo_LIBRARY PoDoFo_INCLUDE_DIR)
if(PoDoFo_FOUND AND NOT TARGET PoDoFo::PoDoFo)
  add_library(PoDoFo::PoDoFo UNKNOWN IMPORTED)
  set_target_properties(PoDoFo::PoDoFo PROPERTIES IMPORTED_LOCATION ${PoDoFo_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${PoDoFo_INCLUDE_DIR})
endif()
mark_as_advanced(PoDoFo_INCLUDE_DIR PoDoFo_LIBRARY)
