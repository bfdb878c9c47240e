#include "api/judging/judge_process.h"

#include "api/judging/confinement.h"
#include "api/judging/judgement.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>

namespace quotary::judging {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds unbounded{-1};

struct Received {
  QuestionHead head;
  std::string signer_roots, time_roots, pdf;
};

int left_of(Clock::time_point end, std::chrono::milliseconds wall) {
  if (wall < std::chrono::milliseconds{0}) return -1;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left) + 1;
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

bool receive(int socket, std::string& text, std::uint64_t bytes, std::uint64_t most) {
  if (bytes > most) return false;
  text.resize(bytes);
  return read_exactly(socket, text.data(), bytes, unbounded);
}

// In the child, which has the answer's pipe and nothing else to go to.
[[noreturn]] void judge_confined(const Received& asked, int answer) {
  std::string out;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // The limit of what files may grow to is zero from here on; a pipe is none.
  const auto confined = confine({asked.head.memory_bytes, std::chrono::milliseconds(asked.head.cpu_ms)});
  try {
    if (!confined) {
      out = encode(confined.error());
    } else {
      out = encode(judge({asked.pdf, asked.signer_roots, asked.time_roots, Timestamp{asked.head.now_ms}}));
    }
  } catch (const std::bad_alloc&) {
    _exit(2);
  }
  _exit(write_exactly(answer, out.data(), out.size(), unbounded) ? 0 : 1);
}

// What comes through the pipe until it is closed. False: it took too long, or came to more than an answer may have.
bool collect(int pipe, std::string& out, std::chrono::milliseconds wall) {
  const auto end = Clock::now() + wall;
  char buffer[64 << 10];
  for (;;) {
    if (!ready(pipe, POLLIN, end, wall)) return false;
    const ssize_t count = read(pipe, buffer, sizeof buffer);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || out.size() + static_cast<std::size_t>(count) > judgement_bytes_max) return false;
    out.append(buffer, static_cast<std::size_t>(count));
  }
}

struct Answer {
  char kind = answer_refused;
  std::string text;
};

std::string how_it_ended(int status, bool in_time) {
  if (!in_time) return "reading it took too long";
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) return "reading it took too much time";
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) return "reading it took too much memory";
  return "it ended the program that read it";
}

Answer put_to_child(const Received& asked) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {answer_refused, "no pipe"};
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return {answer_refused, "no process"};
  }
  if (child == 0) {
    // Neither the server's socket nor anything else is within its reach.
    for (int file = 0; file < 3; ++file) close(file);
    close(ends[0]);
    judge_confined(asked, ends[1]);
  }
  close(ends[1]);
  Answer out;
  const bool in_time = collect(ends[0], out.text, std::chrono::milliseconds(asked.head.wall_ms));
  close(ends[0]);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    out.kind = answer_judged;
    return out;
  }
  return {answer_stopped, how_it_ended(status, in_time)};
}

}  // namespace

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

int run_judge_process(int socket) {
  std::signal(SIGPIPE, SIG_IGN);
  // The library that hashes reads its configuration now: a confined child could not.
  (void)sha256("");
  for (;;) {
    Received asked;
    if (!read_exactly(socket, &asked.head, sizeof asked.head, unbounded)) return 0;
    const bool whole = receive(socket, asked.signer_roots, asked.head.signer_roots_bytes, roots_text_max) &&
                       receive(socket, asked.time_roots, asked.head.time_roots_bytes, roots_text_max) &&
                       receive(socket, asked.pdf, asked.head.pdf_bytes, judged_bytes_max);
    if (!whole) return 1;
    const Answer answer = put_to_child(asked);
    const auto size = static_cast<std::uint32_t>(answer.text.size());
    const bool told = write_exactly(socket, &answer.kind, 1, unbounded) &&
                      write_exactly(socket, &size, sizeof size, unbounded) &&
                      write_exactly(socket, answer.text.data(), answer.text.size(), unbounded);
    if (!told) return 0;
  }
}

}  // namespace quotary::judging
