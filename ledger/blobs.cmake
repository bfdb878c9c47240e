# Knows no cipher: signing/ implements the port.
quotary_library(quotary_blobs
  SOURCES blobs/blob_reference.cc blobs/blob_format.cc blobs/blob_store.cc
  PUBLIC quotary_base)
