// The ledger's FileSystem as RocksDB's own.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/log/rocks_log.h"
#include "ledger/log/spare_log.h"

#include <rocksdb/env.h>

#include <memory>

namespace quotary {

// An environment in which everything that changes the disk (writes, syncs, truncations, names, folders) goes through
// `files`. Reads and the engine's diary (LOG) keep RocksDB's own, so `files` must stand on the machine's file system
// and pass each write on before it returns. `tail` is told of each append to a log; a new log is the `spare` where
// there is one. The newest log that holds a record is read up to log_end. Thread-safe; must outlive the database that
// is opened with it. `standing`: for an instance that only reads; its reader of frames goes round and round on some
// damage, so it is shown all that is framed up to log_end, and refused what is damaged before that.
[[nodiscard]] std::unique_ptr<rocksdb::Env> rocks_environment(std::shared_ptr<FileSystem> files,
                                                              std::shared_ptr<LogTail> tail,
                                                              std::shared_ptr<SpareLog> spare, bool standing = false);

}  // namespace quotary
