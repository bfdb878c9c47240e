// The process that judges documents for a server: the far side of judges.h. It never looks at a document itself: each
// one is judged by a child of its own, which is confined and ends with it, so that what a document may do to the code
// that reads it reaches neither the server nor the next document.
#pragma once

#include "ledger/base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quotary::judging {

// What one document may take; the server sends it along.
struct Limits {
  std::uint64_t memory_bytes = 128u << 20;  // beside the file's own bytes
  std::chrono::milliseconds cpu_time{1'000};
  std::chrono::milliseconds wall_time{10'000};
};

inline constexpr std::size_t judged_bytes_max = 64u << 20;  // of a document
inline constexpr std::size_t roots_text_max = 4u << 20;     // of each kind of roots
inline constexpr std::size_t judgement_bytes_max = 4u << 20;

// Between the two: a question is this head and the three texts behind it, an answer a byte, a length (32 bits) and that
// many bytes.
struct QuestionHead {
  std::int64_t now_ms = 0;
  std::uint64_t memory_bytes = 0, cpu_ms = 0, wall_ms = 0;
  std::uint64_t signer_roots_bytes = 0, time_roots_bytes = 0, pdf_bytes = 0;
};
inline constexpr char answer_judged = '=';   // encode() of the outcome follows
inline constexpr char answer_stopped = '!';  // the child did not come to an end; a sentence says how
inline constexpr char answer_refused = '?';  // the question could not be put to a child; a sentence says why

// Answers questions from the socket until it is closed. One thread; 0 when it ended so, else 1.
[[nodiscard]] int run_judge_process(int socket);

// All of the bytes, or false at an end or error. `wall`: for all of it; negative: no bound.
[[nodiscard]] bool read_exactly(int socket, void* into, std::size_t count, std::chrono::milliseconds wall);
[[nodiscard]] bool write_exactly(int socket, const void* from, std::size_t count, std::chrono::milliseconds wall);

}  // namespace quotary::judging
