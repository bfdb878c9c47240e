quotary_library(quotary_log
  SOURCES log/merkle.cc log/checkpoint.cc log/entry.cc log/entry_view.cc log/stored_tree.cc log/proof.cc log/tiles.cc log/slots.cc log/rocks_files.cc log/rocks_store.cc log/ledger.cc
          log/overlay.cc log/assistant.cc log/sequencer.cc log/batch.cc log/read_back.cc log/reading.cc log/walk.cc log/folded_state.cc log/state_check.cc log/rebuild.cc log/subject.cc log/verifier.cc
  PUBLIC quotary_base
  PRIVATE RocksDB::rocksdb-shared OpenSSL::Crypto)
