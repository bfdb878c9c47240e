// Files inspected by processes of their own: the same answers, and nothing that a file does reaches further.
#include "api/inspecting/inspectors.h"
#include "api/confined/confinement.h"
#include "api/inspecting/reading/inspect.h"
#include "tests/support/evidence_files.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

namespace quotary::inspecting {
namespace {

InspectorsConfig by_processes() {
  InspectorsConfig out;
  out.program = {QUOTARY_INSPECT_PROGRAM};
  // Instrumented code is slower.
  out.limits.cpu_time = std::chrono::milliseconds(20'000);
  return out;
}

// A sanitizer's children can make no threads, which pictures in HEIF take, and need more memory than they are given.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

Question question(std::string_view bytes) {
  return {bytes, bytes.size(), "", "file", Timestamp{1'782'781'500'000}, {}};
}

std::string photo() {
  return testing::with_metadata(testing::jpeg_of(testing::spots(1'200, 900, 1)), testing::phone_metadata());
}

TEST(Inspectors, ProcessesReadAsThisOneDoes) {
  const auto reader = Reader::open().value();
  Inspectors inspectors(by_processes());
  const auto picture = testing::spots(600, 400, 3);
  auto forged = testing::deck_files({{256, {"封面"}, testing::png_of(picture)}});
  const std::string deck = testing::zip_of(forged);
  forged["ppt/slides/slide1.xml"] = std::string(60u << 20, ' ');
  std::vector<std::string> files{photo(),
                                 testing::png_of(picture),
                                 testing::webp_of(picture),
                                 deck,
                                 testing::zip_of(forged),
                                 testing::pdf_of({"one", "two"}),
                                 deck.substr(0, deck.size() / 2),
                                 std::string("hello"),
                                 std::string(),
                                 std::string("MZ") + std::string(500, '\0')};
  if (!sanitized) files.push_back(testing::heic_of(picture));
  for (const std::string& bytes : files) {
    const auto there = inspectors.inspect(question(bytes));
    ASSERT_TRUE(there) << there.error().detail;
    EXPECT_EQ(encode(*there), encode(reader.inspect(question(bytes))));
  }
}

TEST(Inspectors, WhatTakesTooMuchIsStoppedAndTheNextIsRead) {
  const std::string large = testing::png_of(testing::spots(4'000, 4'000, 1));
  auto config = by_processes();
  config.limits.memory_bytes = 4u << 20;
  Inspectors narrow(config);
  config = by_processes();
  config.limits.cpu_time = std::chrono::milliseconds(1);
  Inspectors hasty(config);
  config = by_processes();
  config.limits.wall_time = std::chrono::milliseconds(1);
  Inspectors impatient(config);
  std::vector<Inspectors*> stopping{&hasty, &impatient};
  if (!sanitized) stopping.push_back(&narrow);
  for (Inspectors* each : stopping) {
    auto asked = question(large);
    asked.file_name = "../现场.png";
    const auto found = each->inspect(asked);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->flags, std::set<Flag>{Flag::inspection_stopped});
    EXPECT_EQ(found->file_name, "现场.png");
  }
  if (!sanitized) {
    const auto next = narrow.inspect(question("hello"));
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->flags.empty());
  }
  Inspectors inspectors(by_processes());
  EXPECT_TRUE(inspectors.inspect(question(large)).value().photo->picture_hash);
}

TEST(Inspectors, ProcessesMakePicturesAsThisOneDoes) {
  const auto reader = Reader::open().value();
  Inspectors inspectors(by_processes());
  const auto picture = testing::spots(2'600, 64, 3);
  const std::string jpeg = testing::jpeg_of(picture);
  std::vector<std::string> files{jpeg,
                                 testing::png_of(picture),
                                 testing::webp_of(picture),
                                 jpeg.substr(0, jpeg.size() / 2),
                                 testing::pdf_of({"one"}),
                                 std::string()};
  if (!sanitized) files.push_back(testing::heic_of(picture));
  for (const std::string& bytes : files) {
    const auto there = inspectors.picture(bytes);
    ASSERT_TRUE(there) << there.error().detail;
    EXPECT_TRUE(*there == reader.picture(bytes)) << there->jpeg.size();
  }
  const auto long_one = inspectors.picture(jpeg + std::string(limits::inspected_bytes_max, '\0')).value();
  EXPECT_EQ(long_one.flags, std::set<Flag>{Flag::too_large_to_inspect});
  EXPECT_TRUE(long_one.jpeg.empty());
  auto config = by_processes();
  config.limits.cpu_time = std::chrono::milliseconds(1);
  const auto stopped = Inspectors(config).picture(testing::png_of(testing::spots(1'500, 1'500, 1))).value();
  EXPECT_EQ(stopped.flags, std::set<Flag>{Flag::inspection_stopped});
  config = by_processes();
  config.program = {"/no/such/program"};
  EXPECT_EQ(Inspectors(config).picture(jpeg).error().code, "inspecting_unavailable");
}

TEST(Inspectors, OfALongFileTheBeginningIsSent) {
  std::string bytes = photo();
  bytes.resize(limits::inspected_bytes_max + 1, '\0');
  Inspectors inspectors(by_processes());
  const auto found = inspectors.inspect(question(bytes));
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_TRUE(found->flags.contains(Flag::too_large_to_inspect));
  EXPECT_TRUE(found->photo->captured_at);
}

TEST(Inspectors, ManyAtOnceShareTheProcess) {
  Inspectors inspectors(by_processes());
  const std::string bytes = photo();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round)
        if (const auto found = inspectors.inspect(question(bytes)); found && found->photo && found->photo->position)
          ++good;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 20);
}

TEST(Inspectors, AProgramThatIsNoneIsSaid) {
  for (const char* program : {"/no/such/program", "/bin/true"}) {
    auto config = by_processes();
    config.program = {program};
    const auto found = Inspectors(config).inspect(question("hello"));
    ASSERT_FALSE(found) << program;
    EXPECT_EQ(found.error().kind, Errc::unavailable);
    EXPECT_EQ(found.error().code, "inspecting_unavailable");
  }
}

// What a process that may make threads sees of one call: its errno, or 0 when it was let through.
int errno_when_confined(bool threads, const std::function<bool()>& call) {
  const pid_t child = fork();
  if (child == 0) {
    if (!confined::confine({64u << 20, std::chrono::milliseconds(2'000), threads})) _exit(200);
    errno = 0;
    _exit(call() ? 0 : errno);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool computes_in_a_thread() {
  std::atomic<int> done{0};
  try {
    std::thread([&] { done = 1; }).join();
  } catch (const std::system_error&) {
    errno = EPERM;
    return false;
  }
  return done == 1;
}

TEST(ConfinedThreads, OnlyWhereTheyAreAskedFor) {
  if (sanitized) GTEST_SKIP();
  EXPECT_EQ(errno_when_confined(true, computes_in_a_thread), 0);
  EXPECT_EQ(errno_when_confined(false, computes_in_a_thread), EPERM);
}

TEST(ConfinedThreads, AreNoProcesses) {
  EXPECT_EQ(errno_when_confined(true, [] { return fork() >= 0; }), EPERM);
  EXPECT_EQ(errno_when_confined(true, [] { return vfork() >= 0; }), EPERM);
  EXPECT_EQ(errno_when_confined(true, [] { return execl("/bin/true", "true", nullptr) == 0; }), EPERM);
  if (sanitized) return;
  // Their time counts as well.
  EXPECT_EQ(errno_when_confined(true,
                                [] {
                                  std::thread([] {
                                    for (volatile std::uint64_t spun = 0;;) spun = spun + 1;
                                  }).join();
                                  return true;
                                }),
            -SIGPROF);
}

}  // namespace
}  // namespace quotary::inspecting
