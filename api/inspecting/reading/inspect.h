// Inspects a file in this process. A server has it done by another (inspectors.h); commands for one file, and fuzzers,
// call it themselves.
#pragma once

#include "api/inspecting/inspection.h"
#include "api/inspecting/picture.h"
#include "api/inspecting/question.h"
#include "api/inspecting/reading/sniff.h"

namespace quotary::inspecting {

// Everything that the readers look up in files, read. One thread at a time; a forked child may use its parent's.
class Reader {
 public:
  // Errc::unavailable `no_file_types`.
  [[nodiscard]] static Result<Reader> open();

  // Whatever the bytes are: what cannot be read is flagged. Only memory that runs out is told otherwise, by
  // std::bad_alloc. The question's name and declared type may be any text.
  [[nodiscard]] Inspection inspect(const Question& question) const;

  // A picture to show of a whole file, whatever the bytes are; memory as above.
  [[nodiscard]] Picture picture(std::string_view bytes) const;

 private:
  explicit Reader(Sniffer sniffer) : sniffer_(std::move(sniffer)) {}
  Sniffer sniffer_;
};

}  // namespace quotary::inspecting
