// The process that reads strangers' bytes for a server: the far side of pool.h. It never looks at them itself: each
// question is answered by a child of its own, which is confined and ends with it, so that what some bytes may do to the
// code that reads them reaches neither the server nor the next question.
#pragma once

#include "api/confined/frame.h"

#include <array>
#include <functional>
#include <string>

namespace quotary::confined {

struct Work {
  std::array<std::size_t, parts_max> part_bytes_max{};  // a question with more ends the process
  std::size_t answer_bytes_max = 0;                     // a child that gives more is stopped
  bool threads = false;                                 // the child may make some (confinement.h)
  // Called in the child, after it was confined. What it needs of files it has opened before, in the process.
  std::function<std::string(const std::array<std::string, parts_max>& parts)> answer;
};

// Answers questions from the socket until it is closed. The caller has one thread; 0 when it ended so, else 1.
[[nodiscard]] int run_process(int socket, const Work& work);

}  // namespace quotary::confined
