// Has evidence files of any origin inspected by processes that are not the server's own.
#pragma once

#include "api/confined/limits.h"
#include "api/inspecting/inspection.h"
#include "api/inspecting/limits.h"
#include "api/inspecting/picture.h"
#include "api/inspecting/question.h"

#include <memory>
#include <string>
#include <vector>

namespace quotary::inspecting {

struct InspectorsConfig {
  // What is run, with its arguments: it calls run_inspect_process() on its standard input (reading/process.h). The
  // program `quotary-inspect` does. Not empty: no server reads evidence itself.
  std::vector<std::string> program;
  unsigned processes = 1;
  std::chrono::milliseconds wait{30'000};  // for a process that is free
  confined::Limits limits = limits::process;
};

// Thread-safe; inspect() and picture() block. Processes are started when they are first needed, again when one has
// ended, and end with this.
class Inspectors {
 public:
  explicit Inspectors(InspectorsConfig config);
  ~Inspectors();
  Inspectors(const Inspectors&) = delete;
  Inspectors& operator=(const Inspectors&) = delete;

  // A file that is damaged, hostile or takes more than the limits is no error: its inspection says so by flags. Of the
  // bytes at most inspected_bytes_max are sent.
  // Errc::overloaded `inspecting_busy`; unavailable `inspecting_unavailable`, `not_confined`; corrupt
  // `inspection_malformed` when the process answers what is none.
  [[nodiscard]] Result<Inspection> inspect(const Question& question);

  // A picture of a photo, of at most picture_side_px_max and picture_bytes_max; from a file of more than
  // inspected_bytes_max none is made. Which file is no error: see Picture::flags. Errors as of inspect(), but
  // `picture_malformed`.
  [[nodiscard]] Result<Picture> picture(std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quotary::inspecting
