quotary_test(subject_index_test LABEL property TIMEOUT 60
  SOURCES property/subject_index_test.cc
  LIBRARIES quotary_index)
