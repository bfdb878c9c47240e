find_package(date CONFIG REQUIRED)

quotary_library(quotary_base
  SOURCES base/result.cc base/bytes.cc base/hash.cc base/random.cc base/json.cc base/canonical_scan.cc base/time.cc base/posix_file_system.cc base/html.cc base/name_tag.cc
  PUBLIC Boost::headers Boost::json
  PRIVATE OpenSSL::Crypto PkgConfig::SODIUM date::date-tz)
