// The process that inspects evidence files for a server: the far side of inspectors.h (api/confined/process.h says
// how).
#pragma once

namespace quotary::inspecting {

// Answers questions from the socket until it is closed. One thread; 0 when it ended so, else 1.
[[nodiscard]] int run_inspect_process(int socket);

}  // namespace quotary::inspecting
