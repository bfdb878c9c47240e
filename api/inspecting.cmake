find_package(ICU REQUIRED COMPONENTS uc)

# What a server links: values, and the processes that make them.
quotary_library(quotary_inspecting
  SOURCES inspecting/text.cc inspecting/name.cc inspecting/geo.cc inspecting/picture_hash.cc inspecting/inspection.cc
          inspecting/inspection_json.cc inspecting/difference.cc inspecting/question.cc inspecting/inspectors.cc
  PUBLIC quotary_confined quotary_base
  PRIVATE ICU::uc)
