quotary_library(quotary_backup
  SOURCES backup/backup_format.cc backup/backup_folder.cc backup/backup_writer.cc backup/unpack.cc backup/drill.cc backup/restore.cc
  PUBLIC quotary_log quotary_base)
