quotary_test(inspection_test LABEL unit TIMEOUT 60
  SOURCES unit/inspection_test.cc
  LIBRARIES quotary_inspecting)
