// Questions and answers as they cross the socket between a server and the process that works for it.
#pragma once

#include "api/confined/limits.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace quotary::confined {

inline constexpr std::size_t parts_max = 4;  // of a question

// A question is this head and the parts behind it, an answer a byte, a length (32 bits) and that many bytes. Both sides
// are the same build on the same machine.
struct QuestionHead {
  std::uint64_t memory_bytes = 0, cpu_ms = 0, wall_ms = 0;
  std::array<std::uint64_t, parts_max> part_bytes{};
};
[[nodiscard]] QuestionHead head_of(const Limits& limits, std::span<const std::string_view> parts);

enum class AnswerKind : char {
  done = '=',        // what the work gave follows
  stopped = '!',     // the child did not come to an end; a sentence says how
  refused = '?',     // the question could not be put to a child; a sentence says why
  unconfined = '/',  // the child could not be confined and read nothing; a sentence says why
};

struct Answer {
  AnswerKind kind = AnswerKind::refused;
  std::string text;
};
inline constexpr std::chrono::milliseconds unbounded{-1};

// All of it within `wall`, or nothing at an end or error; an answer of more than `bytes_max` is one.
[[nodiscard]] bool write_answer(int socket, const Answer& answer, std::chrono::milliseconds wall);
[[nodiscard]] std::optional<Answer> read_answer(int socket, std::size_t bytes_max, std::chrono::milliseconds wall);

// All of the bytes, or false at an end or error. `wall`: for all of it; negative: no bound. With a bound the socket is
// one that does not block.
[[nodiscard]] bool read_exactly(int socket, void* into, std::size_t count, std::chrono::milliseconds wall);
[[nodiscard]] bool write_exactly(int socket, const void* from, std::size_t count, std::chrono::milliseconds wall);

// True when the file is ready for `events` of poll(2) before `end`; a negative `wall` waits for ever.
[[nodiscard]] bool ready(int file, short events, std::chrono::steady_clock::time_point end,
                         std::chrono::milliseconds wall);

}  // namespace quotary::confined
