// Whole files read within a limit.
#include "ledger/base/file_system.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace quotary {
namespace {

// One file that notes how much is asked of it at once, says a size of its choice, and may hold more.
class NotedFile final : public File {
 public:
  NotedFile(std::string content, std::uint64_t told_size, std::size_t* most)
      : content_(std::move(content)), told_size_(told_size), most_(most) {}
  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    *most_ = std::max(*most_, size);
    return offset >= content_.size() ? std::string() : content_.substr(static_cast<std::size_t>(offset), size);
  }
  Result<void> write_at(std::uint64_t, std::string_view) override {
    return fail(Errc::storage, "read_only", "no writes here");
  }
  Result<void> sync() override { return {}; }
  Result<void> truncate(std::uint64_t) override { return fail(Errc::storage, "read_only", "no writes here"); }
  Result<std::uint64_t> size() const override { return told_size_; }

 private:
  std::string content_;
  std::uint64_t told_size_;
  std::size_t* most_;
};

class NotedFileSystem final : public FileSystem {
 public:
  NotedFileSystem(std::string content, std::uint64_t told_size) : content_(std::move(content)), told_size_(told_size) {}
  Result<std::unique_ptr<File>> open(const std::string&, OpenMode, unsigned) override {
    return std::unique_ptr<File>(new NotedFile(content_, told_size_, &most));
  }
  Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{}; }
  bool exists(const std::string&) override { return true; }
  Result<void> make_directory(const std::string&, unsigned) override { return {}; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<void> rename(const std::string&, const std::string&) override { return {}; }
  Result<void> sync_directory(const std::string&) override { return {}; }
  Result<std::unique_ptr<Volume>> open_volume(const std::string&) override { return std::unique_ptr<Volume>(); }
  Result<std::uint64_t> free_bytes(const std::string&) override { return 0; }
  Result<std::shared_ptr<void>> lock(const std::string&) override { return std::shared_ptr<void>(); }

  std::size_t most = 0;  // the largest single read

 private:
  std::string content_;
  std::uint64_t told_size_;
};

TEST(ReadFile, TakesMemoryByTheFilesSizeAndNotByTheLimit) {
  NotedFileSystem small(std::string(100, 'x'), 100);
  EXPECT_EQ(read_file(small, "file", 1u << 30).value(), std::string(100, 'x'));
  EXPECT_LE(small.most, 1u << 16);
  NotedFileSystem large(std::string(300'000, 'x'), 300'000);
  EXPECT_EQ(read_file(large, "file", 1u << 30).value().size(), 300'000u);
  EXPECT_LE(large.most, 300'000u);
}

TEST(ReadFile, RefusesWhatIsLargerAndReadsNoneOfIt) {
  NotedFileSystem exact(std::string(1000, 'x'), 1000);
  EXPECT_EQ(read_file(exact, "file", 1000).value().size(), 1000u);
  const auto refused = read_file(exact, "file", 999);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Errc::too_large);
  EXPECT_NE(refused.error().detail.find("file has over 999 bytes"), std::string::npos) << refused.error().detail;
  NotedFileSystem huge("", 1ull << 60);
  EXPECT_EQ(read_file(huge, "file", 999).error().code, "file_too_large");
  EXPECT_EQ(huge.most, 0u);
}

// Files that grow while they are read, and those of the kernel, which say 0.
TEST(ReadFile, DoesNotTrustTheSizeThatIsTold) {
  for (const std::uint64_t told : {0, 10, 99'999}) {
    NotedFileSystem files(std::string(100'000, 'x'), told);
    EXPECT_EQ(read_file(files, "file", 100'000).value().size(), 100'000u) << told;
    EXPECT_EQ(read_file(files, "file", 99'999).error().code, "file_too_large") << told;
  }
  NotedFileSystem shorter("abc", 10);
  EXPECT_EQ(read_file(shorter, "file", 10).value(), "abc");
  EXPECT_FALSE(read_file(*posix_file_system(), "/proc/self/status").value().empty());
}

TEST(ReadFile, ReadsFromTheMachine) {
  const testing::TemporaryFolder folder;
  for (const std::size_t size : {0u, 1u, 4096u, 70'000u}) {
    ASSERT_TRUE(write_file_durably(*posix_file_system(), folder.file("file"), std::string(size, 'x')));
    EXPECT_EQ(read_file(*posix_file_system(), folder.file("file"), size).value().size(), size);
  }
  EXPECT_EQ(read_file(*posix_file_system(), folder.file("none")).error().code, "file_missing");
}

}  // namespace
}  // namespace quotary
