#include "api/judging/judges.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>

namespace quotary::judging {

namespace {

// For the bytes of a question on their way, on a busy machine.
constexpr std::chrono::milliseconds transfer_time{10'000};

Error unavailable(const std::string& what) {
  return fail(Errc::unavailable, "judging_unavailable",
              "the process that judges documents cannot be used (" + what + "): try again; the operator must look");
}

// Undoes what a spawn was prepared with.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

}  // namespace

// One process and our end of its socket. For one thread at a time.
struct Judges::Process {
  pid_t id = -1;
  int socket = -1;

  Process() = default;
  ~Process() { end(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // It ends by itself once the socket is closed; nobody waits for one that does not.
  void end() {
    if (socket >= 0) close(socket);
    socket = -1;
    if (id < 0) return;
    kill(id, SIGKILL);
    while (waitpid(id, nullptr, 0) < 0 && errno == EINTR) continue;
    id = -1;
  }

  Result<void> start(const std::vector<std::string>& program) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return unavailable(std::strerror(errno));
    SpawnSettings settings;
    posix_spawn_file_actions_adddup2(&settings.actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&settings.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, STDERR_FILENO + 1);
    // The server's signals are its own: what stops it closes the socket.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    posix_spawnattr_setpgroup(&settings.attributes, 0);
    posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    std::vector<char*> arguments;
    arguments.reserve(program.size() + 1);
    for (const std::string& each : program) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    // Nothing of the environment, where passwords may stand.
    char* environment[] = {nullptr};
    const int failed =
        posix_spawn(&id, arguments.front(), &settings.actions, &settings.attributes, arguments.data(), environment);
    close(ends[1]);
    if (failed != 0) {
      close(ends[0]);
      id = -1;
      return unavailable(program.front() + ": " + std::strerror(failed));
    }
    socket = ends[0];
    fcntl(socket, F_SETFL, O_NONBLOCK);
    return {};
  }

  struct Answer {
    char kind = 0;
    std::string text;
  };
  // Nothing: the process is gone.
  std::optional<Answer> ask(const Question& question, const Limits& limits) {
    const QuestionHead head{question.now.unix_ms,
                            limits.memory_bytes,
                            static_cast<std::uint64_t>(limits.cpu_time.count()),
                            static_cast<std::uint64_t>(limits.wall_time.count()),
                            question.signer_roots_pem.size(),
                            question.time_roots_pem.size(),
                            question.pdf.size()};
    // The process itself keeps to `wall_time` for the judging.
    const auto wall = limits.wall_time + transfer_time;
    const auto put = [&](const void* from, std::size_t count) { return write_exactly(socket, from, count, wall); };
    if (!put(&head, sizeof head) || !put(question.signer_roots_pem.data(), question.signer_roots_pem.size()) ||
        !put(question.time_roots_pem.data(), question.time_roots_pem.size()) ||
        !put(question.pdf.data(), question.pdf.size()))
      return std::nullopt;
    Answer out;
    std::uint32_t size = 0;
    if (!read_exactly(socket, &out.kind, 1, wall) || !read_exactly(socket, &size, sizeof size, wall) ||
        size > judgement_bytes_max)
      return std::nullopt;
    out.text.resize(size);
    if (!read_exactly(socket, out.text.data(), size, wall)) return std::nullopt;
    return out;
  }
};

struct Judges::Impl {
  JudgesConfig config;
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::unique_ptr<Process>> idle;
  unsigned busy = 0;

  Result<std::unique_ptr<Process>> take() {
    std::unique_lock lock(mutex);
    const bool free = freed.wait_for(lock, config.wait, [&] { return busy < config.processes; });
    if (!free)
      return fail(Errc::overloaded, "judging_busy", "many documents are being judged at the moment: try again");
    ++busy;
    if (idle.empty()) return std::make_unique<Process>();
    auto out = std::move(idle.back());
    idle.pop_back();
    return out;
  }

  void give_back(std::unique_ptr<Process> process) {
    {
      const std::lock_guard lock(mutex);
      --busy;
      if (process->id >= 0) idle.push_back(std::move(process));
    }
    freed.notify_one();
  }

  // One that had ended while nobody looked is replaced once: the document is not to blame for it.
  Result<Process::Answer> ask(Process& process, const Question& question) const {
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (process.id < 0) QUOTARY_TRY_VOID(process.start(config.program));
      if (auto answer = process.ask(question, config.limits)) return std::move(*answer);
      process.end();
    }
    return unavailable("it ends when it is asked");
  }
};

Judges::Judges(JudgesConfig config) : impl_(std::make_unique<Impl>()) { impl_->config = std::move(config); }
Judges::~Judges() = default;

Result<Judgement> Judges::judge(const Question& question) {
  if (impl_->config.program.empty()) return judging::judge(question);
  if (question.pdf.size() > judged_bytes_max)
    return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  QUOTARY_CHECK(question.signer_roots_pem.size() <= roots_text_max && question.time_roots_pem.size() <= roots_text_max);
  QUOTARY_TRY(process, impl_->take());
  auto answer = impl_->ask(*process, question);
  impl_->give_back(std::move(process));
  if (!answer) return std::move(answer).error();
  if (answer->kind == answer_judged) return decode(answer->text);
  if (answer->kind == answer_stopped)
    return not_judged(std::string(judging_stopped), "it could not be judged: " + answer->text);
  return unavailable(answer->text);
}

}  // namespace quotary::judging
