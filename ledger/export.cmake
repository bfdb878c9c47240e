quotary_library(quotary_export
  SOURCES log/ustar.cc log/export_format.cc log/export_pack.cc log/export_pages.cc log/export_files.cc log/write_behind.cc log/export_writer.cc
          log/export_source.cc log/export_nodes.cc log/subject_links.cc log/export_inputs.cc log/export_fold.cc log/export_walk.cc log/export_check.cc
  PUBLIC quotary_log quotary_base)
