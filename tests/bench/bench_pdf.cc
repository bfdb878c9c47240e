// Milliseconds of CPU for one document, in turns with ReportLab setting the bare lines:
// quotary_bench_pdf [ROUNDS [TRUETYPE_FACE_FOR_REPORTLAB]]
#include "pdfgen/quote_document.h"
#include "tests/support/sample_quotes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using namespace quotary;

namespace {

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? -1 : values[values.size() / 2];
}

std::size_t pages(const std::string& pdf) {
  const std::size_t at = pdf.find("/Count ");
  return at == std::string::npos ? 0 : std::strtoul(pdf.c_str() + at + 7, nullptr, 10);
}

struct Sample {
  const char* name;
  Quote quote;
  std::size_t rounds;
  std::vector<double> prepare, finish, bare;
  std::size_t page_count = 0, bytes = 0;
};

// ReportLab's own CPU time for as many lines of Chinese text with an embedded font, printed by its process.
double reportlab_ms(std::size_t lines, const std::string& face, std::string& how) {
  const std::string command = "/usr/bin/python3 " QUOTARY_SOURCE_DIR "/tests/bench/reportlab_page.py " + std::to_string(lines) + " " + face + " 2>/dev/null";
  char mode[32] = "absent";
  FILE* pipe = popen(command.c_str(), "r");
  double value = -1;
  if (!pipe || fscanf(pipe, "%lf %31s", &value, mode) != 2) value = -1;
  if (pipe) pclose(pipe);
  how = mode;
  return value;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t rounds = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 9;
  const std::string face = count > 2 ? arguments[2] : "";
  std::string how;
  const double before = cpu_ms();
  const auto fonts = pdfgen::Fonts::load({});
  if (!fonts) {
    std::fprintf(stderr, "%s\n", fonts.error().detail.c_str());
    return 1;
  }
  std::printf("fonts loaded once        %9.1f ms CPU\n", cpu_ms() - before);
  const Numbering numbering = testing::sample_numbering();
  Sample samples[] = {{"1 page, bilingual", testing::usd_quote(), 20, {}, {}, {}},
                      {"12 lines, Chinese", testing::cny_quote(), 20, {}, {}, {}},
                      {"100 lines", testing::long_quote(100), 10, {}, {}, {}},
                      {"10,000 lines", testing::long_quote(10'000), 1, {}, {}, {}}};
  for (std::size_t round = 0; round < rounds; ++round)
    for (Sample& sample : samples) {
      if (sample.quote.lines.size() >= 1000 && round >= 2) continue;
      double prepare = 0, finish = 0;
      for (std::size_t i = 0; i < sample.rounds; ++i) {
        const double start = cpu_ms();
        const auto document = pdfgen::QuoteDocument::prepare(*fonts, sample.quote, {});
        const double middle = cpu_ms();
        const auto bytes = document->finish(numbering, "{}");
        finish += cpu_ms() - middle;
        prepare += middle - start;
        sample.page_count = pages(*bytes);
        sample.bytes = bytes->size();
      }
      sample.prepare.push_back(prepare / static_cast<double>(sample.rounds));
      sample.finish.push_back(finish / static_cast<double>(sample.rounds));
      if (sample.quote.lines.size() < 1000) sample.bare.push_back(reportlab_ms(sample.quote.lines.size(), face, how));
    }
  std::printf("%-20s %6s %9s %12s %11s %12s %18s\n", "medians, ms CPU", "pages", "bytes", "prepare", "finish", "a page", "bare ReportLab");
  for (const Sample& sample : samples) {
    const double prepare = median(sample.prepare), finish = median(sample.finish);
    std::printf("%-20s %6zu %9zu %12.2f %11.2f %12.2f %18.2f\n", sample.name, sample.page_count, sample.bytes, prepare, finish,
                (prepare + finish) / static_cast<double>(sample.page_count), median(sample.bare));
  }
  std::printf("ReportLab's font: %s\n", how.c_str());
}
