// quotary_bench_blobs FOLDER CONTENTS: uploads contents of 1 MB one after another and, in turns, writes and syncs the
// same bytes as plain files on the same disk; then uploads one content of 2 GiB. Prints rates, their ratio, and the
// peak of memory. FOLDER must be new or empty; what was written stays in it.
#include "ledger/blobs/uploads.h"
#include "signing/content_cipher.h"
#include "signing/subject_keys.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

namespace quotary {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::size_t content_bytes = 1u << 20, step_bytes = 256u << 10;
constexpr std::uint64_t large_bytes = 2ull << 30;
constexpr double mb = 1e6;

double seconds_since(Steady::time_point began) { return std::chrono::duration<double>(Steady::now() - began).count(); }

template <class T>
T must(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s: %s\n", result.error().code.c_str(), result.error().detail.c_str());
  QUOTARY_CHECK(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// The largest that this process ever was, in MB.
double peak_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

struct Bench {
  explicit Bench(std::string in) : folder(std::move(in)) {
    must(files->make_directory(folder + "/plain"));
    // A store that has been in use has all of its folders.
    for (unsigned i = 0; i < 256; ++i)
      must(files->make_directory(folder + "/blobs/" + to_hex(std::string(1, static_cast<char>(i)))));
    keys = must(signing::open_subject_keys(*files, folder + "/subjects.keys", true, random));
    store = must(blobs::BlobStore::open(files, *cipher, folder + "/blobs"));
    uploads = must(blobs::Uploads::open({files, random, *keys, *cipher, *store}, folder + "/uploads"));
  }

  double upload(std::uint64_t size_bytes, std::string_view bytes) {
    const auto began = Steady::now();
    const std::string id = must(uploads->create({"person-1", "case:1", "", size_bytes, true}, clock.now()));
    for (std::uint64_t at = 0; at < size_bytes;)
      at = must(uploads->append(id, at, bytes.substr(at % bytes.size(), step_bytes)));
    (void)must(uploads->finish(id));
    const double seconds = seconds_since(began);
    must(uploads->drop(id));
    return seconds;
  }
  // As a file comes to the disk whole or not at all: synced, renamed, its folder synced.
  double whole(const std::string& name, std::string_view bytes) {
    const auto began = Steady::now();
    must(write_file_durably(*files, folder + "/plain/" + name, bytes));
    return seconds_since(began);
  }
  // Written in place. `named`: the file's name is synced as well.
  double plain(const std::string& name, std::string_view bytes, bool named) {
    const auto began = Steady::now();
    auto file = must(files->open(folder + "/plain/" + name, OpenMode::create_new));
    must(file->write_at(0, bytes));
    must(file->sync());
    if (named) must(files->sync_directory(folder + "/plain"));
    return seconds_since(began);
  }

  const std::string folder;
  const std::shared_ptr<FileSystem> files = posix_file_system();
  const std::shared_ptr<SystemRandom> random = std::make_shared<SystemRandom>();
  const std::unique_ptr<blobs::ContentCipher> cipher = signing::content_cipher(random);
  const SystemClock clock;
  std::unique_ptr<signing::SubjectKeyring> keys;
  std::unique_ptr<blobs::BlobStore> store;
  std::unique_ptr<blobs::Uploads> uploads;
};

void compare(Bench& bench, std::uint64_t contents) {
  double ours = 0, whole = 0, named = 0, bytes_alone = 0;
  for (std::uint64_t i = 0; i < contents; ++i) {
    const std::string content = bench.random->bytes(content_bytes), name = std::to_string(i);
    ours += bench.upload(content.size(), content);
    whole += bench.whole(name + "a", content);
    named += bench.plain(name + "b", content, true);
    bytes_alone += bench.plain(name + "c", content, false);
  }
  const auto print = [&](const char* what, double seconds) {
    std::printf("%-40s %6.1f MB/s, ratio %.2f\n", what, static_cast<double>(contents * content_bytes) / mb / seconds,
                seconds / ours);
  };
  std::printf("contents of 1 MB, %llu of each:\n", static_cast<unsigned long long>(contents));
  print("uploads", ours);
  print("plain files, synced and renamed", whole);
  print("plain files, synced with their names", named);
  print("plain files, their bytes alone synced", bytes_alone);
}

void large(Bench& bench) {
  const std::string bytes = bench.random->bytes(8u << 20);
  const double before_mb = peak_memory_mb();
  const double seconds = bench.upload(large_bytes, bytes);
  std::printf("one content of 2 GiB: %.1f s, %.0f MB/s; peak of memory %.1f MB before, %.1f MB after, added %.1f MB\n",
              seconds, static_cast<double>(large_bytes) / mb / seconds, before_mb, peak_memory_mb(),
              peak_memory_mb() - before_mb);
}

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: quotary_bench_blobs FOLDER CONTENTS\n", stderr);
    return 2;
  }
  quotary::Bench bench(argv[1]);
  quotary::compare(bench, std::stoull(argv[2]));
  quotary::large(bench);
  return 0;
}
