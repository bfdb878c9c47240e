# Knows no cipher: signing/ implements the port.
quotary_library(quotary_blobs
  SOURCES blobs/blob_reference.cc blobs/blob_format.cc blobs/blob_store.cc blobs/upload_sidecar.cc blobs/part_file.cc blobs/uploads.cc blobs/uploads_sweep.cc
  PUBLIC quotary_base)
