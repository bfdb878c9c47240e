pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
quotary_library(quotary_judging
  SOURCES judging/judgement.cc judging/confinement.cc judging/judge_process.cc judging/judges.cc
  PUBLIC quotary_signing quotary_base Threads::Threads
  PRIVATE PkgConfig::SECCOMP)
