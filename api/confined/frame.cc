#include "api/confined/frame.h"

#include "ledger/base/result.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace quotary::confined {

namespace {

using Clock = std::chrono::steady_clock;

int left_of(Clock::time_point end, std::chrono::milliseconds wall) {
  if (wall < std::chrono::milliseconds{0}) return -1;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left) + 1;
}

}  // namespace

QuestionHead head_of(const Limits& limits, std::span<const std::string_view> parts) {
  QUOTARY_CHECK(parts.size() <= parts_max);
  QuestionHead out{limits.memory_bytes,
                   static_cast<std::uint64_t>(limits.cpu_time.count()),
                   static_cast<std::uint64_t>(limits.wall_time.count()),
                   {}};
  for (std::size_t i = 0; i < parts.size(); ++i) out.part_bytes[i] = parts[i].size();
  return out;
}

bool ready(int file, short events, Clock::time_point end, std::chrono::milliseconds wall) {
  for (;;) {
    pollfd one{file, events, 0};
    const int left = left_of(end, wall);
    const int count = left == 0 ? 0 : poll(&one, 1, left);
    if (count > 0) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

bool write_answer(int socket, const Answer& answer, std::chrono::milliseconds wall) {
  const char kind = static_cast<char>(answer.kind);
  const auto size = static_cast<std::uint32_t>(answer.text.size());
  return write_exactly(socket, &kind, 1, wall) && write_exactly(socket, &size, sizeof size, wall) &&
         write_exactly(socket, answer.text.data(), answer.text.size(), wall);
}

std::optional<Answer> read_answer(int socket, std::size_t bytes_max, std::chrono::milliseconds wall) {
  char kind = 0;
  std::uint32_t size = 0;
  if (!read_exactly(socket, &kind, 1, wall) || !read_exactly(socket, &size, sizeof size, wall) || size > bytes_max)
    return std::nullopt;
  Answer out{static_cast<AnswerKind>(kind), std::string(size, '\0')};
  if (!read_exactly(socket, out.text.data(), size, wall)) return std::nullopt;
  return out;
}

bool read_exactly(int socket, void* into, std::size_t count, std::chrono::milliseconds wall) {
  const auto end = Clock::now() + wall;
  auto* at = static_cast<char*>(into);
  while (count > 0) {
    if (!ready(socket, POLLIN, end, wall)) return false;
    const ssize_t got = read(socket, at, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_exactly(int socket, const void* from, std::size_t count, std::chrono::milliseconds wall) {
  const auto end = Clock::now() + wall;
  const auto* at = static_cast<const char*>(from);
  while (count > 0) {
    // A bound takes a socket that does not block; without one, waiting in write() is meant.
    if (wall >= std::chrono::milliseconds{0} && !ready(socket, POLLOUT, end, wall)) return false;
    // A process that has ended is an error of this call, and no signal to the server. The confined side has write()
    // alone.
    const ssize_t put =
        wall >= std::chrono::milliseconds{0} ? send(socket, at, count, MSG_NOSIGNAL) : write(socket, at, count);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put <= 0) return false;
    at += put;
    count -= static_cast<std::size_t>(put);
  }
  return true;
}

}  // namespace quotary::confined
