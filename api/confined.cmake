pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
quotary_library(quotary_confined
  SOURCES confined/confinement.cc confined/frame.cc confined/process.cc confined/pool.cc
  PUBLIC quotary_base Threads::Threads
  PRIVATE PkgConfig::SECCOMP)
