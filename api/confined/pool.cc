#include "api/confined/pool.h"

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

namespace quotary::confined {

namespace {

// For the bytes of a question on their way, on a busy machine.
constexpr std::chrono::milliseconds transfer_time{10'000};

Error unavailable(const PoolWords& words, const std::string& what) {
  return fail(Errc::unavailable, words.unavailable_code,
              words.process + " cannot be used (" + what + "): try again; the operator must look");
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
struct Pool::Process {
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

  Result<void> start(const PoolConfig& config) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      return unavailable(config.words, std::strerror(errno));
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
    arguments.reserve(config.program.size() + 1);
    for (const std::string& each : config.program) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    // Nothing of the environment, where passwords may stand.
    char* environment[] = {nullptr};
    const int failed =
        posix_spawn(&id, arguments.front(), &settings.actions, &settings.attributes, arguments.data(), environment);
    close(ends[1]);
    if (failed != 0) {
      close(ends[0]);
      id = -1;
      return unavailable(config.words, config.program.front() + ": " + std::strerror(failed));
    }
    socket = ends[0];
    fcntl(socket, F_SETFL, O_NONBLOCK);
    return {};
  }

  // Nothing: the process is gone.
  std::optional<Answer> ask(std::span<const std::string_view> parts, const PoolConfig& config) {
    const QuestionHead head = head_of(config.limits, parts);
    // The process itself keeps to `wall_time` for the work.
    const auto wall = config.limits.wall_time + transfer_time;
    if (!write_exactly(socket, &head, sizeof head, wall)) return std::nullopt;
    for (const std::string_view part : parts)
      if (!write_exactly(socket, part.data(), part.size(), wall)) return std::nullopt;
    return read_answer(socket, config.answer_bytes_max, wall);
  }
};

struct Pool::Impl {
  PoolConfig config;
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::unique_ptr<Process>> idle;
  unsigned busy = 0;

  Result<std::unique_ptr<Process>> take() {
    std::unique_lock lock(mutex);
    const bool free = freed.wait_for(lock, config.wait, [&] { return busy < config.processes; });
    if (!free) return fail(Errc::overloaded, config.words.busy_code, config.words.busy_detail);
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

  // One that had ended while nobody looked is replaced once: the question is not to blame for it.
  Result<Answer> ask(Process& process, std::span<const std::string_view> parts) const {
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (process.id < 0) QUOTARY_TRY_VOID(process.start(config));
      if (auto answer = process.ask(parts, config)) return std::move(*answer);
      process.end();
    }
    return unavailable(config.words, "it ends when it is asked");
  }
};

Pool::Pool(PoolConfig config) : impl_(std::make_unique<Impl>()) {
  QUOTARY_CHECK(!config.program.empty());
  impl_->config = std::move(config);
}
Pool::~Pool() = default;

Result<Answer> Pool::ask(std::span<const std::string_view> parts) {
  QUOTARY_TRY(process, impl_->take());
  auto answer = impl_->ask(*process, parts);
  impl_->give_back(std::move(process));
  if (!answer) return answer;
  if (answer->kind == AnswerKind::done || answer->kind == AnswerKind::stopped) return answer;
  if (answer->kind == AnswerKind::unconfined) return fail(Errc::unavailable, "not_confined", answer->text);
  return unavailable(impl_->config.words, answer->text);
}

}  // namespace quotary::confined
