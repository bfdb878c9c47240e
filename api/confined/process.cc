#include "api/confined/process.h"

#include "api/confined/confinement.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>

namespace quotary::confined {

namespace {

using Parts = std::array<std::string, parts_max>;

// How a child says what it came to, beside its text.
enum ChildExit { exit_done = 0, exit_not_told = 1, exit_out_of_memory = 2, exit_unconfined = 3 };

bool receive(int socket, std::string& text, std::uint64_t bytes, std::uint64_t bytes_max) {
  if (bytes > bytes_max) return false;
  text.resize(bytes);
  return read_exactly(socket, text.data(), bytes, unbounded);
}

// In the child, which has the answer's pipe and nothing else to go to.
[[noreturn]] void answer_confined(const QuestionHead& head, const Parts& parts, const Work& work, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // The limit of what files may grow to is zero from here on; a pipe is none.
  const auto confined = confine({head.memory_bytes, std::chrono::milliseconds(head.cpu_ms), work.threads});
  std::string out;
  try {
    out = confined ? work.answer(parts) : confined.error().detail;
  } catch (const std::bad_alloc&) {
    _exit(exit_out_of_memory);
  }
  if (!write_exactly(pipe, out.data(), out.size(), unbounded)) _exit(exit_not_told);
  _exit(confined ? exit_done : exit_unconfined);
}

// What comes through the pipe until it is closed. False: it took too long, or came to more than an answer may have.
bool collect(int pipe, std::string& out, std::size_t bytes_max, std::chrono::milliseconds wall) {
  const auto end = std::chrono::steady_clock::now() + wall;
  char buffer[64 << 10];
  for (;;) {
    if (!ready(pipe, POLLIN, end, wall)) return false;
    const ssize_t count = read(pipe, buffer, sizeof buffer);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || out.size() + static_cast<std::size_t>(count) > bytes_max) return false;
    out.append(buffer, static_cast<std::size_t>(count));
  }
}

std::string how_it_ended(int status, bool in_time) {
  if (!in_time) return "reading it took too long";
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) return "reading it took too much time";
  if (WIFEXITED(status) && WEXITSTATUS(status) == exit_out_of_memory) return "reading it took too much memory";
  return "it ended the program that read it";
}

Answer put_to_child(const QuestionHead& head, const Parts& parts, const Work& work) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {AnswerKind::refused, "no pipe"};
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return {AnswerKind::refused, "no process"};
  }
  if (child == 0) {
    // Neither the server's socket nor anything else is within its reach.
    for (int file = 0; file < 3; ++file) close(file);
    close(ends[0]);
    answer_confined(head, parts, work, ends[1]);
  }
  close(ends[1]);
  std::string text;
  const bool in_time = collect(ends[0], text, work.answer_bytes_max, std::chrono::milliseconds(head.wall_ms));
  close(ends[0]);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  const bool told = in_time && WIFEXITED(status);
  if (told && WEXITSTATUS(status) == exit_done) return {AnswerKind::done, std::move(text)};
  if (told && WEXITSTATUS(status) == exit_unconfined) return {AnswerKind::unconfined, std::move(text)};
  return {AnswerKind::stopped, how_it_ended(status, in_time)};
}

}  // namespace

int run_process(int socket, const Work& work) {
  std::signal(SIGPIPE, SIG_IGN);
  for (;;) {
    QuestionHead head;
    if (!read_exactly(socket, &head, sizeof head, unbounded)) return 0;
    Parts parts;
    for (std::size_t i = 0; i < parts_max; ++i)
      if (!receive(socket, parts[i], head.part_bytes[i], work.part_bytes_max[i])) return 1;
    if (!write_answer(socket, put_to_child(head, parts, work), unbounded)) return 0;
  }
}

}  // namespace quotary::confined
