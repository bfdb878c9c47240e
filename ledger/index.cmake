quotary_library(quotary_index
  SOURCES index/subject_index.cc
  PUBLIC quotary_base)
