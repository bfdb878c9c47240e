// What a server chains about its own service: that it began and after what, that it ended, damage that was mended, and
// a disk that runs full. FORMAT.md, "What the system says".
#pragma once

#include "api/organisation.h"
#include "ledger/base/file_system.h"
#include "ledger/log/sequencer.h"

#include <mutex>

namespace quotary::api {

// Safe to call from any thread. `ledger` and `files` outlive it.
class ServiceEvents {
 public:
  ServiceEvents(Ledger& ledger, FileSystem& files, std::string directory, ServiceEventsConfig config);

  // Chains that the service began, and damage that was found before and that the ledger's opening found mended.
  [[nodiscard]] Result<void> begin();
  // Chains that the service ended. When that fails, the next beginning says that no end stands before it.
  void end();
  // Looks how much of the disk is free, and chains when too little begins or ends to be; answers how many entries.
  [[nodiscard]] Result<std::uint64_t> look_at_disk();
  [[nodiscard]] DiskState disk() const;

 private:
  [[nodiscard]] Result<std::string> newest_type(std::string_view subject) const;  // empty: there is no entry about it

  Ledger& ledger_;
  FileSystem& files_;
  const std::string directory_;
  const ServiceEventsConfig config_;
  mutable std::mutex mutex_;
  DiskState disk_;
};

// Prometheus text; empty when the disk is not looked at.
[[nodiscard]] std::string disk_figures(const DiskState& disk);

}  // namespace quotary::api
