#include "api/inspecting/reading/process.h"

#include "api/confined/process.h"
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/inspect.h"

#include <cstdio>

namespace quotary::inspecting {

int run_inspect_process(int socket) {
  const auto reader = Reader::open();
  if (!reader) {
    std::fprintf(stderr, "quotary-inspect: %s\n", reader.error().detail.c_str());
    return 1;
  }
  confined::Work work;
  work.part_bytes_max[part_head] = limits::question_text_bytes_max;
  work.part_bytes_max[part_bytes] = limits::inspected_bytes_max;
  work.answer_bytes_max = limits::answer_bytes_max;
  // The decoder of HEVC waits for ever for a thread that it could not make.
  work.threads = true;
  work.answer = [&](const auto& parts) {
    if (parts[part_head] == picture_head) return encode(reader->picture(parts[part_bytes]));
    const auto question = decode_head(parts[part_head], parts[part_bytes]);
    // Both sides are one build: what the server wrote can be read. An empty answer is none that it takes.
    return question ? encode(reader->inspect(*question)) : std::string();
  };
  return confined::run_process(socket, work);
}

}  // namespace quotary::inspecting
