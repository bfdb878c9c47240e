# What is kept beside the log because entries name it.
quotary_library(quotary_contents
  SOURCES contents/named_content.cc contents/contents_check.cc contents/erased_contents.cc contents/contents_scrubber.cc contents/exported_contents.cc
  PUBLIC quotary_records quotary_blobs quotary_export quotary_log)
