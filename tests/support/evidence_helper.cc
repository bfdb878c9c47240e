// For tests that drive the real program: makes cases in a stopped organisation's folder, and lets time pass there.
//   quotary_evidence_helper case DATA TOKEN   opens a case of whose token that is; prints its id
//   quotary_evidence_helper sweep DATA DAYS   does what time alone brings, so many days from now
//   quotary_evidence_helper files FOLDER HOURS  writes what a demonstration leaves: photo.jpg, as a phone in Suzhou
//   took
//                                             it so many hours ago, deck_v1.pptx, deck_v2.pptx and scan.pdf
#include "tests/support/case_fixture.h"
#include "tests/support/evidence_files.h"
#include "tests/support/fake_log.h"

#include <cstdio>

namespace quotary {
namespace {

std::unique_ptr<api::Organisation> open(const std::string& data, const std::shared_ptr<Clock>& clock) {
  api::OrganisationConfig config;
  config.data_directory = data;
  config.keys_directory = data + ".keys";
  config.clock = clock;
  auto opened = api::Organisation::open(config);
  if (!opened) std::fprintf(stderr, "%s: %s\n", opened.error().code.c_str(), opened.error().detail.c_str());
  QUOTARY_CHECK(opened.has_value());
  return std::move(*opened);
}

// "2026:06:30 09:05:00", as EXIF writes a time.
std::string exif_time(Timestamp at) {
  std::string text = format_rfc3339(at).substr(0, 19);
  text[4] = text[7] = ':';
  text[10] = ' ';
  return text;
}

void write_files(const std::string& folder, std::int64_t hours_ago) {
  constexpr std::int64_t hour_ms = 3'600'000;
  const Timestamp taken{SystemClock().now().unix_ms - hours_ago * hour_ms};
  const std::string world = exif_time(taken), suzhou = exif_time({taken.unix_ms + 8 * hour_ms});
  auto metadata = testing::with(testing::phone_metadata(), "Exif.Photo.DateTimeOriginal", suzhou);
  metadata = testing::with(metadata, "Exif.GPSInfo.GPSDateStamp", world.substr(0, 10));
  metadata = testing::with(metadata, "Exif.GPSInfo.GPSTimeStamp",
                           world.substr(11, 2) + "/1 " + world.substr(14, 2) + "/1 " + world.substr(17, 2) + "/1");
  const auto seed = static_cast<unsigned>(taken.unix_ms);
  const auto photo = testing::with_metadata(testing::jpeg_of(testing::spots(1'600, 1'200, seed)), metadata);
  const std::vector<testing::Slide> first{{256, {"伺服压装机方案", "2026"}, ""}, {257, {"节拍 12 秒"}, ""}};
  std::vector<testing::Slide> second = first;
  second[1].lines = {"节拍 10 秒"};
  second.push_back({258, {"报价与交期"}, ""});
  const auto files = posix_file_system();
  for (const auto& [name, bytes] :
       testing::Files{{"photo.jpg", photo},
                      {"deck_v1.pptx", testing::deck_of(first)},
                      {"deck_v2.pptx", testing::deck_of(second)},
                      {"scan.pdf", testing::pdf_of({"Trial confirmation, signed by hand"})}})
    QUOTARY_CHECK(write_file_durably(*files, folder + "/" + name, bytes).has_value());
}

int run(const std::string& what, const std::string& data, const std::string& more) {
  if (what == "files") return write_files(data, std::stoi(more)), 0;
  constexpr std::int64_t day_ms = 86'400'000;
  const auto clock = std::make_shared<testing::SetClock>(SystemClock().now());
  const auto organisation = open(data, clock);
  if (what == "case") {
    const auto owner = organisation->authenticate(more);
    QUOTARY_CHECK(owner.has_value());
    std::printf("%s\n", testing::open_case(*organisation, *owner).c_str());
    return 0;
  }
  clock->set(Timestamp{clock->now().unix_ms + day_ms * std::stoi(more)});
  // The uploads first, then the contents that nothing leads to any more.
  for (int hour = 0; hour < 2; ++hour) {
    clock->set(Timestamp{clock->now().unix_ms + day_ms});
    QUOTARY_CHECK(organisation->run_due_events().has_value());
  }
  return 0;
}

}  // namespace
}  // namespace quotary

int main(int count, char** arguments) {
  if (count != 4) return std::fputs("quotary_evidence_helper case|sweep|files FOLDER TOKEN|DAYS|HOURS\n", stderr), 2;
  return quotary::run(arguments[1], arguments[2], arguments[3]);
}
