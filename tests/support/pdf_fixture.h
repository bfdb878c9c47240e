// Documents held against readers that are not ours: qpdf and poppler.
#pragma once

#include "pdfgen/fonts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace quotary::testing {

inline std::shared_ptr<const pdfgen::Fonts> fonts() {
  static const std::shared_ptr<const pdfgen::Fonts> loaded = pdfgen::Fonts::load({}).value();
  return loaded;
}

struct Ran {
  int status = 0;
  std::string out;
};

inline Ran run(const std::string& command) {
  Ran result;
  FILE* pipe = popen(("timeout 60 " + command + " 2>&1").c_str(), "r");
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) result.out.append(buffer, n);
  result.status = pclose(pipe);
  return result;
}

class PdfTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("quotary-pdf-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string save(const std::string& bytes) {
    std::string path = folder_ / "document.pdf";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  // Sound for qpdf, and every font embedded, subset and mapped to Unicode.
  void expect_sound(const std::string& path) {
    const Ran check = run("qpdf --check " + path);
    EXPECT_EQ(check.status, 0) << check.out;
    EXPECT_THAT(check.out, ::testing::HasSubstr("No syntax or stream encoding errors"));
    const Ran faces = run("pdffonts " + path);
    EXPECT_THAT(faces.out, ::testing::HasSubstr("NotoSansCJKsc-Regular"));
    EXPECT_THAT(faces.out, ::testing::HasSubstr("yes yes yes"));
    EXPECT_THAT(faces.out, ::testing::Not(::testing::HasSubstr(" no ")));
    EXPECT_EQ(run("pdftoppm -r 30 -png " + path + " " + (folder_ / "thumb").string()).out, "");
  }

  static std::string text(const std::string& path) { return run("pdftotext -layout " + path + " -").out; }
  static int page_count(const std::string& path) { return std::stoi(run("qpdf --show-npages " + path).out); }

  std::filesystem::path folder_;
};

}  // namespace quotary::testing
