// Has questions about bytes of any origin answered by processes that are not the server's own (process.h).
#pragma once

#include "api/confined/frame.h"
#include "ledger/base/result.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::confined {

// How a pool's own faults are called.
struct PoolWords {
  std::string busy_code, busy_detail;
  std::string unavailable_code, process;  // "the process that …"
};

struct PoolConfig {
  // What is run, with its arguments: it calls run_process() on its standard input. Not empty.
  std::vector<std::string> program;
  unsigned processes = 2;
  std::chrono::milliseconds wait{10'000};  // for a process that is free
  Limits limits;
  std::size_t answer_bytes_max = 0;
  PoolWords words;
};

// Thread-safe; ask() blocks. Processes are started when they are first needed, again when one has ended, and end with
// this.
class Pool {
 public:
  explicit Pool(PoolConfig config);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // At most parts_max parts, each within what the process takes. The answer is `done` or `stopped`; the rest are
  // errors: Errc::overloaded with busy_code; unavailable with unavailable_code, or `not_confined`.
  [[nodiscard]] Result<Answer> ask(std::span<const std::string_view> parts);

 private:
  struct Process;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quotary::confined
