// Documents judged by processes of their own: the same answers, and nothing that a document does reaches further.
#include "api/judging/confinement.h"
#include "api/judging/judges.h"
#include "tests/support/hostile_documents.h"
#include "tests/support/revision_forge.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

namespace quotary {
namespace {

using judging::Judgement;
using testing::signed_documents;

judging::JudgesConfig by_processes() {
  judging::JudgesConfig out;
  out.program = {QUOTARY_PROGRAM, "judge"};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  out.limits.cpu_time = std::chrono::milliseconds(8'000);  // instrumented code is slower
#endif
  return out;
}

judging::Question question(std::string_view pdf) {
  const auto& anchors = signed_documents().anchors;
  return {pdf, anchors.signer_roots_pem, anchors.time_roots_pem, testing::validation_time};
}

std::string altered(std::string pdf) {
  pdf[pdf.find("/MediaBox")] = 'X';
  return pdf;
}

// Processes of this test's own children, as /proc tells.
std::vector<pid_t> children() {
  std::vector<pid_t> out;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "children");
    for (pid_t each = 0; file >> each;) out.push_back(each);
  }
  return out;
}

TEST(Judging, ProcessesJudgeAsThisOneDoes) {
  judging::Judges judges(by_processes());
  const auto& made = signed_documents();
  for (const std::string& pdf :
       {made.sealed, made.by_rep, made.by_customers, made.with_proof, altered(made.by_customers), made.by_rep + "%more",
        made.sealed.substr(0, made.sealed.size() / 2), std::string("no PDF"), std::string()}) {
    const auto here = judging::judge(question(pdf));
    const auto there = judges.judge(question(pdf));
    ASSERT_TRUE(here && there);
    EXPECT_EQ(judging::encode(here), judging::encode(there));
  }
  EXPECT_EQ(judges.judge(question(made.with_proof))->finding, signing::DocumentFinding::intact);
  EXPECT_TRUE(judges.judge(question(made.with_proof))->proof);
  EXPECT_EQ(children().size(), 1U);
}

TEST(Judging, ManyAtOnceShareTheProcesses) {
  judging::Judges judges(by_processes());
  const auto& made = signed_documents();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round) {
        const bool whole = (i + round) % 2 == 0;
        const auto judged = judges.judge(question(whole ? made.by_customers : altered(made.by_customers)));
        if (judged && (judged->finding == signing::DocumentFinding::intact) == whole) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
  EXPECT_LE(children().size(), 2U);
}

// A name in the file that is no UTF-8 is told all the same.
TEST(Judgement, IllFormedTextIsTold) {
  const auto& made = signed_documents();
  for (std::size_t at = made.sealed.size(); at < made.with_proof.size(); at += 2) {
    std::string pdf = made.with_proof;
    if (pdf[at] == '0') at += 40;  // the room of the signature, for the most part
    if (at >= pdf.size()) break;
    pdf[at] = static_cast<char>(pdf[at] ^ 0x80);
    const auto judged = judging::judge(question(pdf));
    ASSERT_TRUE(judged);
    ASSERT_TRUE(judging::decode(judging::encode(judged))) << "byte " << at;
  }
}

TEST(Judging, TheErrorsOfBadRootsComeThrough) {
  judging::Judges judges(by_processes());
  auto asked = question(signed_documents().sealed);
  asked.signer_roots_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const auto judged = judges.judge(asked);
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().code, "bad_certificates");
  EXPECT_EQ(judged.error().kind, Errc::invalid);
}

// Within the limits of a server: what a hostile file is comes out, and no process has to be ended for it.
TEST(Judging, HostileDocumentsComeToTheirEnd) {
  judging::Judges judges(by_processes());
  for (const auto& [name, bytes, intact] : testing::hostile_documents()) {
    const auto judged = judges.judge(question(bytes));
    ASSERT_TRUE(judged) << name << ": " << judged.error().detail;
    EXPECT_NE(judged->code, judging::judging_stopped) << name;
    EXPECT_EQ(judged->finding == signing::DocumentFinding::intact, intact) << name;
  }
}

TEST(Judging, WhatTakesTooLongIsNotJudgedAndTheNextOneIs) {
  std::string pdf = signed_documents().sealed + std::string(60u << 20, ' ');
  for (int i = 0; i < 64; ++i) pdf += "%%EOF\n";
  auto config = by_processes();
  config.limits.cpu_time = std::chrono::milliseconds(1);
  judging::Judges hasty(config);
  const auto stopped = hasty.judge(question(pdf));
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->finding, signing::DocumentFinding::unreadable);
  EXPECT_EQ(stopped->code, "judging_stopped");
  EXPECT_EQ(stopped->told.at("reason").as_string(), "it could not be judged: reading it took too much time");

  config = by_processes();
  config.limits.wall_time = std::chrono::milliseconds(1);
  judging::Judges impatient(config);
  const auto late = impatient.judge(question(pdf));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->told.at("reason").as_string(), "it could not be judged: reading it took too long");

  judging::Judges judges(by_processes());
  ASSERT_TRUE(judges.judge(question(pdf)));
  const auto next = judges.judge(question(signed_documents().by_rep));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->finding, signing::DocumentFinding::intact);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Judging, WhatTakesTooMuchMemoryIsNotJudged) {
  testing::ForgedRevision revision = signed_documents().approval();
  revision.objects[signed_documents().next + 2] = "[" + std::string(2u << 20, '0') + " ]";
  for (std::uint32_t i = 0; i < 90'000; ++i) revision.objects[signed_documents().next + 3 + i] = "0";
  const std::string pdf = testing::forge(signed_documents().sealed, revision);
  auto config = by_processes();
  config.limits.memory_bytes = 1u << 20;
  judging::Judges narrow(config);
  const auto stopped = narrow.judge(question(pdf));
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->code, "judging_stopped");
  EXPECT_EQ(stopped->told.at("reason").as_string(), "it could not be judged: reading it took too much memory");
  judging::Judges judges(by_processes());
  EXPECT_EQ(judges.judge(question(pdf))->finding, signing::DocumentFinding::changed_after);
}
#endif

TEST(Judging, AProcessThatWasKilledIsReplaced) {
  judging::Judges judges(by_processes());
  const auto& pdf = signed_documents().by_rep;
  ASSERT_TRUE(judges.judge(question(pdf)));
  const auto before = children();
  ASSERT_EQ(before.size(), 1U);
  ASSERT_EQ(kill(before.front(), SIGKILL), 0);
  const auto judged = judges.judge(question(pdf));
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->finding, signing::DocumentFinding::intact);
  ASSERT_EQ(children().size(), 1U);
  EXPECT_NE(children().front(), before.front());
}

TEST(Judging, AProgramThatIsNoneIsSaid) {
  for (const char* program : {"/no/such/program", "/bin/true"}) {
    judging::JudgesConfig config;
    config.program = {program};
    judging::Judges judges(config);
    const auto judged = judges.judge(question(signed_documents().sealed));
    ASSERT_FALSE(judged) << program;
    EXPECT_EQ(judged.error().kind, Errc::unavailable);
    EXPECT_EQ(judged.error().code, "judging_unavailable");
  }
}

TEST(Judging, TheProcessGetsNeitherFilesNorEnvironment) {
  ASSERT_EQ(setenv("QUOTARY_SECRET_OF_THE_TEST", "1", 1), 0);
  const int inherited = open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a library may open one
  ASSERT_GE(inherited, 0);
  judging::Judges judges(by_processes());
  ASSERT_TRUE(judges.judge(question("no PDF")));
  const auto processes = children();
  ASSERT_EQ(processes.size(), 1U);
  const std::string proc = "/proc/" + std::to_string(processes.front());
  int files = 0;
  for (const auto& each : std::filesystem::directory_iterator(proc + "/fd")) {
    EXPECT_LE(std::stoi(each.path().filename()), STDERR_FILENO);
    ++files;
  }
  EXPECT_EQ(files, 3);
  std::ifstream environment(proc + "/environ");
  std::string first;
  std::getline(environment, first, '\0');
  EXPECT_EQ(first, "");
  close(inherited);
}

TEST(Judging, TheProcessEndsWithTheServer) {
  pid_t process = 0;
  {
    judging::Judges judges(by_processes());
    ASSERT_TRUE(judges.judge(question("no PDF")));
    process = children().front();
  }
  EXPECT_NE(kill(process, 0), 0);
}

// What a confined process sees of one call: its errno, or 0 when it was let through.
int errno_when_confined(const std::function<bool()>& call) {
  const pid_t child = fork();
  if (child == 0) {
    if (!judging::confine({64u << 20, std::chrono::milliseconds(2'000)})) _exit(200);
    errno = 0;
    _exit(call() ? 0 : errno);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Confinement, NothingNewCanBeReached) {
  EXPECT_EQ(errno_when_confined([] { return open("/etc/passwd", O_RDONLY) >= 0; }), EPERM);
  EXPECT_EQ(errno_when_confined([] { return open("/tmp/quotary-judging-test", O_CREAT | O_WRONLY, 0600) >= 0; }),
            EPERM);
  EXPECT_EQ(errno_when_confined([] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }), EPERM);
  EXPECT_EQ(errno_when_confined([] { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }), EPERM);
  EXPECT_EQ(errno_when_confined([] { return fork() >= 0; }), EPERM);
  EXPECT_EQ(errno_when_confined([] { return execl("/bin/true", "true", nullptr) == 0; }), EPERM);
  EXPECT_EQ(errno_when_confined([] { return kill(getppid(), 0) == 0; }), EPERM);
  EXPECT_EQ(errno_when_confined([] { return unlink("/tmp/quotary-judging-test") == 0; }), EPERM);
  char byte = 0;
  EXPECT_EQ(errno_when_confined([&] { return read(STDIN_FILENO, &byte, 1) >= 0; }), EPERM);
}

TEST(Confinement, TimeAndMemoryEnd) {
  volatile std::uint64_t spun = 0;
  EXPECT_EQ(errno_when_confined([&] {
              for (;;) spun = spun + 1;
              return true;
            }),
            -SIGPROF);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // Not by malloc(), which gives out again what this process once had.
  const auto take = [](std::size_t bytes) {
    return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
  };
  EXPECT_EQ(errno_when_confined([&] { return take(65u << 20); }), ENOMEM);
  EXPECT_EQ(errno_when_confined([&] { return take(32u << 20); }), 0);
#endif
}

TEST(Judgement, WhatIsNoneIsRefused) {
  const auto good = judging::encode(judging::judge(question(signed_documents().with_proof)));
  ASSERT_TRUE(judging::decode(good));
  EXPECT_EQ(judging::encode(judging::decode(good)), good);
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), good.substr(0, good.size() - 1),
        std::string(R"({"finding":4,"code":"","told":{}})"), std::string(R"({"finding":-1,"code":"","told":{}})"),
        std::string(R"({"finding":1,"code":"","told":[]})"), std::string(R"({"finding":1,"told":{}})"),
        std::string(R"({"finding":1,"code":"","told":{},"proof":{"begin":1,"text":"!"}})"),
        std::string(R"({"finding":1,"code":"","told":{},"proof":{"begin":-1,"text":"","claimed":1}})"),
        std::string(R"({"finding":1,"code":"","told":{},"claimed":{"number":"1"}})"),
        std::string(R"({"error":{"kind":99,"code":"","detail":""}})"), std::string(R"({"error":{"kind":1}})")}) {
    const auto read = judging::decode(text);
    EXPECT_FALSE(read) << text;
  }
  EXPECT_EQ(judging::decode(R"({"error":{"kind":7,"code":"a","detail":"b"}})").error().kind, Errc::overloaded);
}

}  // namespace
}  // namespace quotary
