# What signing shares with the log: notes and their keys as text, with no store behind them.
quotary_library(quotary_note
  SOURCES log/note.cc log/cosignature.cc
  PUBLIC quotary_base)
# What checks a proof, with no store behind it either.
quotary_library(quotary_proof
  SOURCES log/merkle.cc log/checkpoint.cc log/entry.cc log/entry_view.cc log/proof_text.cc log/proof.cc log/succession.cc
  PUBLIC quotary_note quotary_base
  PRIVATE OpenSSL::Crypto)
quotary_library(quotary_log
  SOURCES log/policy.cc log/add_checkpoint.cc log/stored_tree.cc log/tiles.cc log/slots.cc log/rocks_files.cc log/rocks_log.cc log/rocks_store.cc log/rocks_scratch.cc log/scratch.cc log/subject_join.cc log/spare_log.cc log/ledger.cc
          log/overlay.cc log/sequencer.cc log/system_event.cc log/batch.cc log/read_back.cc log/reading.cc log/walk.cc log/folded_state.cc log/index_root.cc log/index_check.cc log/index_roots.cc log/subject_changes.cc log/visit_entries.cc log/status_proof.cc log/proof_lines.cc log/make_status_proof.cc log/state_check.cc log/rebuild.cc log/pin.cc log/damage_mark.cc log/lost_mark.cc log/scrubber.cc log/newest_about.cc log/log_view.cc log/earlier.cc log/sample.cc log/stored_entry.cc log/subject.cc log/verifier.cc
  PUBLIC quotary_proof quotary_index quotary_base
  PRIVATE RocksDB::rocksdb-shared PkgConfig::ISAL OpenSSL::Crypto)
