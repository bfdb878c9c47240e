// The process that judges documents for a server: the far side of judges.h (api/confined/process.h says how).
#pragma once

#include "api/confined/limits.h"

#include <cstddef>

namespace quotary::judging {

// What one document may take; the server sends it along.
using confined::Limits;

inline constexpr std::size_t judged_bytes_max = 64u << 20;  // of a document
inline constexpr std::size_t roots_text_max = 4u << 20;     // of each kind of roots
inline constexpr std::size_t judgement_bytes_max = 4u << 20;

// Answers questions from the socket until it is closed. One thread; 0 when it ended so, else 1.
[[nodiscard]] int run_judge_process(int socket);

}  // namespace quotary::judging
