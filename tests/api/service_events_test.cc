// What a server chains about its own service.
#include "ledger/log/damage_mark.h"
#include "signing/seal.h"
#include "tests/api/fixture.h"
#include "tests/support/faulty_file_system.h"

#include <filesystem>

namespace quotary::api {
namespace {

using quotary::testing::FaultyFileSystem;
using testing::World;

constexpr std::uint64_t low = 1'000;

struct Served : World {
  std::shared_ptr<FaultyFileSystem> files = std::make_shared<FaultyFileSystem>(posix_file_system());

  Served() {
    files->say_free(low);
    config.files = files;
    config.service_events = ServiceEventsConfig{"quotary test", low};
    reopen();
  }
  // The entries about the service, as "<type> <body>".
  std::vector<std::string> events() const { return events_of(*organisation); }
  std::vector<std::string> events_of(Organisation& of) const {
    std::vector<std::string> out;
    const auto page = of.list_entries(auditor, 0, entries_page_max);
    EXPECT_TRUE(page);
    for (const auto& item : page->body.at("items").as_array()) {
      const auto entry = parse_json(std::string_view(item.at("canonical").as_string()));
      const std::string type(entry->at("type").as_string());
      if (type.starts_with("system.") && type != "system.access_segment")
        out.push_back(type + " " + json::serialize(entry->at("body")));
    }
    return out;
  }
  // How many of them a minute's work adds.
  std::size_t run() {
    const auto before = events().size();
    const auto done = organisation->run_due_events();
    EXPECT_TRUE(done) << done.error().detail;
    return events().size() - before;
  }
};

using Texts = std::vector<std::string>;

TEST(ServiceEvents, EachStartSaysWhetherTheLastOneEnded) {
  Served w;
  const Texts first{R"(system.started {"after":"nothing","program":"quotary test"})"};
  EXPECT_EQ(w.events(), first);
  // As the folder is when the machine goes off.
  auto cut_off = w.config;
  cut_off.data_directory = w.folder.path() + "/cut-off";
  cut_off.keys_directory = w.folder.path() + "/cut-off.keys";
  std::filesystem::copy(w.config.data_directory, cut_off.data_directory, std::filesystem::copy_options::recursive);
  std::filesystem::copy(w.config.keys_directory, cut_off.keys_directory, std::filesystem::copy_options::recursive);
  w.reopen();
  const Texts stopped{first[0], "system.stopped {}", R"(system.started {"after":"stop","program":"quotary test"})"};
  EXPECT_EQ(w.events(), stopped);

  const auto other = Organisation::open(cut_off);
  ASSERT_TRUE(other) << other.error().detail;
  const Texts cut{first[0], R"(system.started {"after":"no_stop","program":"quotary test"})"};
  EXPECT_EQ(w.events_of(**other), cut);
}

TEST(ServiceEvents, WhoeverServesNobodyChainsNothing) {
  Served w;
  w.config.service_events.reset();
  w.reopen();
  w.reopen();
  EXPECT_EQ(w.events().back(), "system.stopped {}");
  EXPECT_EQ(w.organisation->disk().low_bytes, 0u);
}

TEST(ServiceEvents, EachCertificateThatSealsIsChainedOnceAndLeadsToTheOneBefore) {
  Served w;
  const auto adopted = [&] {
    std::vector<json::object> out;
    const auto page = w.organisation->list_entries(w.auditor, 0, entries_page_max);
    for (const auto& item : page->body.at("items").as_array()) {
      const auto entry = parse_json(std::string_view(item.at("canonical").as_string()));
      if (entry->at("type") == "seal.certificate_adopted") out.push_back(entry->as_object());
    }
    return out;
  };
  w.reopen();
  ASSERT_EQ(adopted().size(), 1u);
  EXPECT_FALSE(adopted()[0].at("body").as_object().contains("previous"));
  w.organisation.reset();
  for (const char* file : {"/seal.cert.pem", "/seal.key.pem"})
    ASSERT_TRUE(std::filesystem::remove(w.config.keys_directory + file));
  SystemRandom random;
  ASSERT_TRUE(signing::make_development_seal(*w.files, w.config.keys_directory, "renewed", w.clock->now(), random));
  for (int start = 0; start < 2; ++start) w.reopen();
  const auto both = adopted();
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[1].at("body").at("previous"), both[0].at("index"));
  EXPECT_NE(both[1].at("body").at("certificate"), both[0].at("body").at("certificate"));
  const auto held = w.organisation->verify_log(w.auditor, "{}");
  ASSERT_TRUE(held);
  EXPECT_TRUE(held->body.at("ok").as_bool()) << json::serialize(held->body);
}

TEST(ServiceEvents, AFullDiskIsToldOnceAndShown) {
  Served w;
  const auto before = w.events().size();
  EXPECT_FALSE(is_degraded(w.organisation->disk()));
  EXPECT_EQ(w.run(), 0u);
  w.files->say_free(low - 1);
  EXPECT_EQ(w.run(), 1u);
  EXPECT_EQ(w.run(), 0u);
  EXPECT_TRUE(is_degraded(w.organisation->disk()));
  w.reopen();  // which forgets nothing
  w.files->say_free(low + low / 4 - 1);
  EXPECT_EQ(w.run(), 0u);
  EXPECT_TRUE(is_degraded(w.organisation->disk()));
  w.files->say_free(low + low / 4);
  EXPECT_EQ(w.run(), 1u);
  EXPECT_FALSE(is_degraded(w.organisation->disk()));
  const auto events = w.events();
  ASSERT_EQ(events.size(), before + 4);
  EXPECT_EQ(events[before], R"(system.disk_low {"free_bytes":999,"low_bytes":1000})");
  EXPECT_EQ(events.back(), R"(system.disk_recovered {"free_bytes":1250,"low_bytes":1000})");
}

TEST(ServiceEvents, MendedDamageIsToldOnce) {
  Served w;
  w.organisation.reset();
  ASSERT_TRUE(write_damage_mark(*w.files, w.config.data_directory, {0, 2}));
  w.reopen();
  EXPECT_EQ(w.events().back(), R"(system.anomaly {"from":0,"kind":"damage_mended","of":"entries","to":2})");
  const auto before = w.events().size();
  w.reopen();
  EXPECT_EQ(w.events().size(), before + 2);  // one stop, one start
  w.organisation.reset();
  ASSERT_TRUE(write_damage_mark(*w.files, w.config.data_directory, {}));
  w.reopen();
  EXPECT_EQ(w.events().back(), R"(system.anomaly {"kind":"damage_mended","of":"state"})");
  EXPECT_FALSE(*mended_damage(*w.files, w.config.data_directory));
}

// A restart that crashes between the entry and the file's end tells it twice rather than not at all.
TEST(ServiceEvents, MendedDamageIsNotForgottenByAServerThatFails) {
  Served w;
  w.organisation.reset();
  ASSERT_TRUE(write_damage_mark(*w.files, w.config.data_directory, {0, 2}));
  w.files->fail_from("a removal of " + w.config.data_directory + "/damaged.mended");
  EXPECT_FALSE(Organisation::open(w.config));
  EXPECT_FALSE(w.files->failed().empty());
  w.files->heal();
  EXPECT_TRUE(*mended_damage(*w.files, w.config.data_directory));
  w.reopen();
  EXPECT_FALSE(*mended_damage(*w.files, w.config.data_directory));
}

}  // namespace
}  // namespace quotary::api
