#include "api/confined/confinement.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace quotary::confined {

namespace {

// What computing, giving an answer and ending take. No call by which a process reaches anything new.
constexpr std::initializer_list<int> allowed_calls{SCMP_SYS(write),         SCMP_SYS(exit),
                                                   SCMP_SYS(exit_group),    SCMP_SYS(brk),
                                                   SCMP_SYS(mmap),          SCMP_SYS(munmap),
                                                   SCMP_SYS(mremap),        SCMP_SYS(mprotect),
                                                   SCMP_SYS(madvise),       SCMP_SYS(futex),
                                                   SCMP_SYS(close),         SCMP_SYS(getrandom),
                                                   SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
                                                   SCMP_SYS(getpid),        SCMP_SYS(gettid),
                                                   SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigprocmask),
                                                   SCMP_SYS(rt_sigaction),  SCMP_SYS(sched_yield),
                                                   SCMP_SYS(tgkill),        SCMP_SYS(restart_syscall),
                                                   SCMP_SYS(sigaltstack)};

// Beside these, what a new thread of this process does as it begins.
constexpr std::initializer_list<int> thread_calls{SCMP_SYS(set_robust_list), SCMP_SYS(rseq)};
// How glibc makes a thread. By these flags exactly: others would make a process, or a world of its own for one.
constexpr scmp_datum_t thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_THREAD |
                                      CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

Error not_confined(const char* step) {
  return fail(Errc::unavailable, "not_confined",
              std::string("the process that reads strangers' documents cannot be confined: ") + step + ": " +
                  std::strerror(errno));
}

Result<void> bound(int what, const char* name, rlim_t most) {
  const rlimit limit{most, most};
  if (setrlimit(static_cast<__rlimit_resource_t>(what), &limit) != 0) return not_confined(name);
  return {};
}

// Private writable memory that the process has, in bytes; proc(5), statm.
Result<std::uint64_t> data_bytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"), std::fclose);
  unsigned long long pages = 0;
  if (!file || std::fscanf(file.get(), "%*u %*u %*u %*u %*u %llu", &pages) != 1)
    return not_confined("/proc/self/statm");
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

Result<void> filter_calls(bool threads) {
  const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  if (!filter) return not_confined("seccomp_init");
  int failed = 0;
  const auto rule = [&](std::uint32_t action, int call) {
    if (failed == 0) failed = seccomp_rule_add(filter.get(), action, call, 0);
  };
  for (const int call : allowed_calls) rule(SCMP_ACT_ALLOW, call);
#if defined(__SANITIZE_ADDRESS__)
  rule(SCMP_ACT_ALLOW, SCMP_SYS(pipe2));  // by one the sanitizer finds out whether an object's memory can be read
#endif
  if (threads) {
    for (const int call : thread_calls) rule(SCMP_ACT_ALLOW, call);
    // A filter cannot see the flags of the newer call: without it glibc takes the older one.
    rule(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
    if (failed == 0)
      failed = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_EQ, thread_flags));
  }
  if (failed != 0) {
    errno = -failed;
    return not_confined("seccomp_rule_add");
  }
  failed = seccomp_load(filter.get());
  if (failed != 0) {
    errno = -failed;
    return not_confined("seccomp_load");
  }
  return {};
}

}  // namespace

Result<void> confine(const Confinement& limits) {
  QUOTARY_TRY(there, data_bytes());
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return not_confined("PR_SET_NO_NEW_PRIVS");
  QUOTARY_TRY_VOID(bound(RLIMIT_CORE, "RLIMIT_CORE", 0));
  QUOTARY_TRY_VOID(bound(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0));
  QUOTARY_TRY_VOID(bound(RLIMIT_DATA, "RLIMIT_DATA", there + limits.memory_bytes));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.cpu_time);
  const itimerval alarm{{}, {seconds.count(), std::chrono::microseconds(limits.cpu_time - seconds).count()}};
  if (setitimer(ITIMER_PROF, &alarm, nullptr) != 0) return not_confined("ITIMER_PROF");
  return filter_calls(limits.threads);
}

}  // namespace quotary::confined
