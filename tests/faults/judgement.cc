#include "tests/faults/judgement.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <sstream>
#include <string_view>

namespace quotary::testing {

namespace {

struct Chosen {
  std::string call, kind;
  long nth = 0;
  How how = How::passed;
  std::atomic<long> seen = 0;
};

// Made once, and never destroyed: calls are made until the very end. Files are written by system calls of their own,
// which nobody watches.
struct Settings {
  std::string folder;
  std::deque<Chosen> chosen;
  int trace = -1, before = -1;
  std::atomic<off64_t> before_size = 0;
};
Settings* settings = nullptr;
std::atomic<bool> active = false;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "fail_call: %s\n", why.c_str());
  std::abort();
}

How how_named(const std::string& name) {
  if (name == "ENOSPC") return How::no_space;
  if (name == "EIO") return How::broken;
  if (name == "short") return How::shortened;
  give_up("no way to fail is called '" + name + "'");
}

const char* text_of(How how) {
  switch (how) {
    case How::passed: break;
    case How::no_space: return "ENOSPC";
    case How::broken: return "EIO";
    case How::shortened: return "short";
  }
  return "-";
}

int open_own(const std::string& path, int flags) {
  const long file =
      syscall(SYS_openat, AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, S_IRUSR | S_IWUSR);
  if (file < 0) give_up("cannot open " + path);
  return static_cast<int>(file);
}

void choose(std::deque<Chosen>& chosen, const std::string& wanted) {
  std::istringstream all(wanted);
  for (std::string one; std::getline(all, one, ';');) {
    std::istringstream words(one);
    std::string how;
    Chosen& next = chosen.emplace_back();
    words >> next.call >> next.kind >> next.nth >> how;
    next.how = how_named(how);
  }
}

// Children are not told of it; one that is no other program shares these settings, and watches nothing.
__attribute__((constructor)) void begin() {
  unsetenv("LD_PRELOAD");
  const char *folder = std::getenv("QUOTARY_FAIL_BELOW"), *trace = std::getenv("QUOTARY_FAIL_TRACE"),
             *wanted = std::getenv("QUOTARY_FAIL");
  if (folder == nullptr || trace == nullptr) return;
  settings = new Settings();
  settings->folder = folder;
  if (wanted != nullptr) choose(settings->chosen, wanted);
  settings->trace = open_own(trace, O_APPEND);
  settings->before = open_own(trace + std::string(".before"), O_TRUNC);
  pthread_atfork(nullptr, nullptr, [] { active = false; });
  active = true;
}

bool is_inside(const std::string& path) {
  const std::string& folder = settings->folder;
  return path.compare(0, folder.size(), folder) == 0 && (path.size() == folder.size() || path[folder.size()] == '/');
}

// A word of hexadecimal digits alone is drawn or counted; no name that is given is one.
std::string kind_of(std::string_view name) {
  constexpr std::string_view drawn = "0123456789abcdef", letters = "ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto is_in = [](std::string_view set) { return [set](char c) { return set.find(c) != set.npos; }; };
  const auto is_drawn = is_in(drawn), is_letter = is_in(letters);
  std::string kind;
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    bool all_drawn = true;
    for (; end < name.size() && (is_drawn(name[end]) || is_letter(name[end])); ++end)
      all_drawn = all_drawn && is_drawn(name[end]);
    if (end == at) {
      kind += name[at++];
      continue;
    }
    kind += all_drawn ? "#" : name.substr(at, end - at);
    at = end;
  }
  return kind;
}

How take(const char* call, const std::string& name, const std::string& more, bool can_be_short) {
  const std::string kind = kind_of(name);
  How how = How::passed;
  for (Chosen& each : settings->chosen)
    if (each.call == call && each.kind == kind && ++each.seen == each.nth) how = each.how;
  if (how == How::shortened && !can_be_short) how = How::broken;
  const std::string line = std::string(call) + "\t" + kind + "\t" + name + "\t" + more + "\t" + text_of(how) + "\n";
  if (syscall(SYS_write, settings->trace, line.data(), line.size()) != static_cast<long>(line.size()))
    give_up("cannot write the trace");
  return how;
}

// -> where it is kept, and how many bytes there are. Of zeros only how many.
std::string keep(int descriptor, off64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const long got = syscall(SYS_pread64, descriptor, bytes.data(), bytes.size(), offset);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  if (bytes.find_first_not_of('\0') == bytes.npos) return "-1 " + std::to_string(bytes.size());
  const off64_t at = settings->before_size.fetch_add(static_cast<off64_t>(bytes.size()));
  if (syscall(SYS_pwrite64, settings->before, bytes.data(), bytes.size(), at) != got)
    give_up("cannot keep what is written over");
  return std::to_string(at) + " " + std::to_string(bytes.size());
}

}  // namespace

bool watching() { return active; }

std::string path_of(int descriptor) {
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const long size = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

std::string path_at(int folder, const char* name) {
  if (name == nullptr || *name == '/') return name == nullptr ? "" : name;
  char here[PATH_MAX];
  if (folder != AT_FDCWD) return path_of(folder) + "/" + name;
  return getcwd(here, sizeof here) == nullptr ? name : std::string(here) + "/" + name;
}

// The engine writes some names with two slashes.
std::string name_of(const std::string& path) {
  if (!is_inside(path)) return "-";
  std::string name;
  for (const char c : std::string_view(path).substr(settings->folder.size()))
    if (c != '/' || (!name.empty() && name.back() != '/')) name += c;
  return name.empty() ? "." : name;
}

How judge(const char* call, const std::string& path, const std::string& more) {
  return is_inside(path) ? take(call, name_of(path), more, false) : How::passed;
}

How judge_write(const char* call, int descriptor, off64_t offset, std::size_t size) {
  const std::string path = path_of(descriptor);
  if (!is_inside(path)) return How::passed;
  const std::string kept = offset < 0 ? "-1 0" : keep(descriptor, offset, size);
  return take(call, name_of(path), std::to_string(offset) + " " + std::to_string(size) + " " + kept, size > 1);
}

bool fails(How how) {
  if (how == How::passed || how == How::shortened) return false;
  errno = how == How::no_space ? ENOSPC : EIO;
  return true;
}

}  // namespace quotary::testing
