// Has documents of any origin judged by processes that are not the server's own (judge_process.h).
#pragma once

#include "api/judging/judge_process.h"
#include "api/judging/judgement.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace quotary::judging {

struct JudgesConfig {
  // What is run, with its arguments: it calls run_judge_process() on its standard input. Empty: documents are judged in
  // this process, as a command does that one person runs for one file.
  std::vector<std::string> program;
  unsigned processes = 2;
  std::chrono::milliseconds wait{10'000};  // for a process that is free
  Limits limits;
};

// Thread-safe; judge() blocks. Processes are started when they are first needed, again when one has ended, and end with
// this.
class Judges {
 public:
  explicit Judges(JudgesConfig config);
  ~Judges();
  Judges(const Judges&) = delete;
  Judges& operator=(const Judges&) = delete;

  // A document that ends its process, or takes more than the limits, is not_judged() as `judging_stopped`.
  // Errc::too_large `file_too_large`; overloaded `judging_busy`; unavailable `judging_unavailable`, `not_confined`;
  // errors of judge().
  [[nodiscard]] Result<Judgement> judge(const Question& question);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quotary::judging
