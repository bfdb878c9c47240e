// Preloaded into a process: takes each call that changes files below one folder, writes it down, and has chosen ones
// fail once, as a full or broken disk would. Other files, pipes and sockets are passed on.
//   QUOTARY_FAIL_BELOW  the folder, an absolute path
//   QUOTARY_FAIL_TRACE  a file elsewhere, a line a call: CALL KIND NAME MORE HOW, between tabs (tests/faults/calls.py);
//                       beside it, in .before, what stood where something was written
//   QUOTARY_FAIL        which fail: "CALL KIND NTH HOW", several between semicolons
// A kind is a name below the folder in which what is drawn or counted is a #: `data/store/#.log`.
#include "tests/faults/judgement.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

using namespace quotary::testing;

namespace {

// The next one of this name: the C library's.
template <typename Function>
Function* next(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function*>(found);
}

bool name_fails(const char* call, int folder, const char* name, const std::string& more = "-") {
  return watching() && fails(judge(call, path_at(folder, name), more));
}

bool file_fails(const char* call, int descriptor, const std::string& more = "-") {
  return watching() && fails(judge(call, path_of(descriptor), more));
}

bool rename_fails(int from_folder, const char* from, int to_folder, const char* to) {
  return watching() && name_fails("rename", from_folder, from, name_of(path_at(to_folder, to)));
}

// put(n) writes the first n bytes.
template <typename Put>
ssize_t write_judged(const char* call, int descriptor, off64_t offset, std::size_t size, const Put& put) {
  if (!watching() || descriptor <= STDERR_FILENO || size == 0) return put(size);
  const How how = judge_write(call, descriptor, offset, size);
  if (how == How::passed) return put(size);
  if (how == How::shortened) return put(size / 2);
  if (how == How::broken && size > 1) (void)put(size / 2);
  (void)fails(how);
  return -1;
}

// From several places in memory, of which only the first is written when it is not to be all.
template <typename All, typename Put>
ssize_t write_pieces(const char* call, int descriptor, off64_t offset, const iovec* pieces, int count, const All& all,
                     const Put& put) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  return write_judged(call, descriptor, offset, size, [&](std::size_t wanted) -> ssize_t {
    return wanted == size ? all() : put(pieces[0].iov_base, std::min(wanted, pieces[0].iov_len));
  });
}

}  // namespace

#define REAL(name) static auto* const real = next<decltype(name)>(#name)

extern "C" {

#define WRITE_AT(name, Offset)                                                             \
  ssize_t name(int file, const void* bytes, size_t size, Offset offset) {                  \
    REAL(name);                                                                            \
    return write_judged("pwrite", file, offset, size,                                      \
                        [&](size_t wanted) { return real(file, bytes, wanted, offset); }); \
  }
WRITE_AT(pwrite, off_t)
WRITE_AT(pwrite64, off64_t)

ssize_t write(int file, const void* bytes, size_t size) {
  REAL(write);
  return write_judged("write", file, -1, size, [&](size_t wanted) { return real(file, bytes, wanted); });
}
ssize_t writev(int file, const iovec* pieces, int count) {
  REAL(writev);
  return write_pieces(
      "writev", file, -1, pieces, count, [&] { return real(file, pieces, count); },
      [&](const void* bytes, size_t size) { return syscall(SYS_write, file, bytes, size); });
}
#define WRITE_PIECES_AT(name, Offset)                                                                      \
  ssize_t name(int file, const iovec* pieces, int count, Offset offset) {                                  \
    REAL(name);                                                                                            \
    return write_pieces(                                                                                   \
        "pwritev", file, offset, pieces, count, [&] { return real(file, pieces, count, offset); },         \
        [&](const void* bytes, size_t size) { return syscall(SYS_pwrite64, file, bytes, size, offset); }); \
  }
WRITE_PIECES_AT(pwritev, off_t)
WRITE_PIECES_AT(pwritev64, off64_t)

#define SYNC(name)                                    \
  int name(int file) {                                \
    REAL(name);                                       \
    return file_fails(#name, file) ? -1 : real(file); \
  }
SYNC(fsync)
SYNC(fdatasync)
SYNC(syncfs)

// Without flags it does nothing, and asks whether there is this call.
int sync_file_range(int file, off64_t offset, off64_t size, unsigned flags) {
  REAL(sync_file_range);
  return flags != 0 && file_fails("sync_file_range", file) ? -1 : real(file, offset, size, flags);
}

#define TRUNCATE(name, Offset)                                                                    \
  int f##name(int file, Offset size) {                                                            \
    REAL(f##name);                                                                                \
    return file_fails("ftruncate", file, std::to_string(size)) ? -1 : real(file, size);           \
  }                                                                                               \
  int name(const char* path, Offset size) {                                                       \
    REAL(name);                                                                                   \
    return name_fails("ftruncate", AT_FDCWD, path, std::to_string(size)) ? -1 : real(path, size); \
  }
TRUNCATE(truncate, off_t)
TRUNCATE(truncate64, off64_t)

#define ALLOCATE(name, Offset)                                                  \
  int name(int file, int mode, Offset offset, Offset size) {                    \
    REAL(name);                                                                 \
    return file_fails("fallocate", file) ? -1 : real(file, mode, offset, size); \
  }                                                                             \
  int posix_##name(int file, Offset offset, Offset size) {                      \
    REAL(posix_##name);                                                         \
    return file_fails("fallocate", file) ? errno : real(file, offset, size);    \
  }
ALLOCATE(fallocate, off_t)
ALLOCATE(fallocate64, off64_t)

ssize_t copy_file_range(int from, off64_t* from_offset, int to, off64_t* to_offset, size_t size, unsigned flags) {
  REAL(copy_file_range);
  return file_fails("copy", to) ? -1 : real(from, from_offset, to, to_offset, size, flags);
}
ssize_t sendfile(int to, int from, off_t* offset, size_t size) {
  static auto* const real = next<ssize_t(int, int, off_t*, size_t)>("sendfile");
  return file_fails("copy", to) ? -1 : real(to, from, offset, size);
}

// Only such an opening as may make a file.
#define OPEN(name, Arguments, folder, path, ...)                                                     \
  int name Arguments {                                                                               \
    REAL(name);                                                                                      \
    if ((flags & O_CREAT) == 0 && (flags & O_TMPFILE) != O_TMPFILE) return real(__VA_ARGS__, flags); \
    va_list more;                                                                                    \
    va_start(more, flags);                                                                           \
    const mode_t mode = va_arg(more, mode_t);                                                        \
    va_end(more);                                                                                    \
    if (name_fails("create", folder, path, (flags & O_TRUNC) != 0 ? "cut" : "-")) return -1;         \
    return real(__VA_ARGS__, flags, mode);                                                           \
  }
OPEN(open, (const char* path, int flags, ...), AT_FDCWD, path, path)
OPEN(open64, (const char* path, int flags, ...), AT_FDCWD, path, path)
OPEN(openat, (int folder, const char* path, int flags, ...), folder, path, folder, path)
OPEN(openat64, (int folder, const char* path, int flags, ...), folder, path, folder, path)

#define CREATE(name)                                                            \
  int name(const char* path, mode_t mode) {                                     \
    REAL(name);                                                                 \
    return name_fails("create", AT_FDCWD, path, "cut") ? -1 : real(path, mode); \
  }
CREATE(creat)
CREATE(creat64)

int mkdir(const char* path, mode_t mode) {
  REAL(mkdir);
  return name_fails("mkdir", AT_FDCWD, path) ? -1 : real(path, mode);
}
int mkdirat(int folder, const char* path, mode_t mode) {
  REAL(mkdirat);
  return name_fails("mkdir", folder, path) ? -1 : real(folder, path, mode);
}

#define REMOVE(name)                                               \
  int name(const char* path) {                                     \
    REAL(name);                                                    \
    return name_fails("unlink", AT_FDCWD, path) ? -1 : real(path); \
  }
REMOVE(unlink)
REMOVE(rmdir)
REMOVE(remove)
int unlinkat(int folder, const char* path, int flags) {
  REAL(unlinkat);
  return name_fails("unlink", folder, path) ? -1 : real(folder, path, flags);
}

int rename(const char* from, const char* to) {
  REAL(rename);
  return rename_fails(AT_FDCWD, from, AT_FDCWD, to) ? -1 : real(from, to);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  REAL(renameat);
  return rename_fails(from_folder, from, to_folder, to) ? -1 : real(from_folder, from, to_folder, to);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  REAL(renameat2);
  return rename_fails(from_folder, from, to_folder, to) ? -1 : real(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) {
  REAL(link);
  return name_fails("link", AT_FDCWD, to) ? -1 : real(from, to);
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  REAL(linkat);
  return name_fails("link", to_folder, to) ? -1 : real(from_folder, from, to_folder, to, flags);
}
int symlink(const char* what, const char* path) {
  REAL(symlink);
  return name_fails("link", AT_FDCWD, path) ? -1 : real(what, path);
}

}  // extern "C"
