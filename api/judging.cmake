quotary_library(quotary_judging
  SOURCES judging/judgement.cc judging/judge_process.cc judging/judges.cc
  PUBLIC quotary_confined quotary_signing quotary_base Threads::Threads)
