// What a server chains about its own service.
#include "api/certificate_renewal.h"
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

// A server whose seal is replaced.
struct Sealed : Served {
  Sealed() {
    reopen();  // with the seal of the key folder
  }
  [[nodiscard]] std::vector<json::object> adopted() const {
    std::vector<json::object> out;
    const auto page = organisation->list_entries(auditor, 0, entries_page_max);
    for (const auto& item : page->body.at("items").as_array()) {
      const auto entry = parse_json(std::string_view(item.at("canonical").as_string()));
      if (entry->at("type") == "seal.certificate_adopted") out.push_back(entry->as_object());
    }
    return out;
  }
  // Another seal, beside the one in use.
  [[nodiscard]] signing::SealKeyFiles next(const std::string& name) const {
    const std::string directory = config.keys_directory + "/" + name;
    EXPECT_TRUE(files->make_directory(directory, 0700));
    SystemRandom random;
    return signing::make_development_seal(*files, directory, name, clock->now(), random).value();
  }
  [[nodiscard]] signing::SealKeyFiles current() const {
    signing::SealKeyFiles out;
    out.certificate_path = config.keys_directory + "/seal.cert.pem";
    out.key_path = config.keys_directory + "/seal.key.pem";
    return out;
  }
  [[nodiscard]] Result<PreparedRenewal> renew(const signing::SealKeyFiles& to,
                                              signing::CertificateEnd end = signing::CertificateEnd::renewed) const {
    return prepare_renewal(config, records::sealing, config.seal.certificate_path.empty() ? current() : config.seal, to,
                           end);
  }
  [[nodiscard]] bool waits() const { return files->exists(config.keys_directory + "/seal.renewal"); }
  void expect_holds() const {
    const auto held = organisation->verify_log(auditor, "{}");
    ASSERT_TRUE(held);
    EXPECT_TRUE(held->body.at("ok").as_bool()) << json::serialize(held->body);
  }
};

TEST(ServiceEvents, EachCertificateThatSealsIsChainedOnceAndLeadsToTheOneBefore) {
  Sealed w;
  ASSERT_EQ(w.adopted().size(), 1u);
  EXPECT_FALSE(w.adopted()[0].at("body").as_object().contains("previous"));
  w.config.seal = w.next("renewed");
  for (int start = 0; start < 2; ++start) w.reopen();
  const auto both = w.adopted();
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[1].at("body").at("previous"), both[0].at("index"));
  EXPECT_NE(both[1].at("body").at("certificate"), both[0].at("body").at("certificate"));
  EXPECT_FALSE(both[1].at("body").as_object().contains("before"));  // nobody signed it
  w.expect_holds();
}

TEST(ServiceEvents, ARenewalThatBothKeysSignedIsChainedWithTheCertificate) {
  Sealed w;
  const auto second = w.next("second"), third = w.next("third");
  const auto made = w.renew(second);  // the server goes on meanwhile
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->terms.adopted_by, w.adopted()[0].at("index").to_number<std::uint64_t>());
  w.reopen();  // with the old one still
  EXPECT_EQ(w.adopted().size(), 1u);
  EXPECT_TRUE(w.waits());
  w.config.seal = second;
  w.reopen();
  ASSERT_EQ(w.adopted().size(), 2u);
  EXPECT_EQ(w.adopted()[1].at("body").at("before"), "renewed");
  EXPECT_EQ(w.adopted()[1].at("objects").at(1).at("name"), "renewal");
  EXPECT_FALSE(w.waits());
  ASSERT_TRUE(w.renew(third, signing::CertificateEnd::revoked));
  w.config.seal = third;
  w.reopen();
  ASSERT_EQ(w.adopted().size(), 3u);
  EXPECT_EQ(w.adopted()[2].at("body").at("before"), "revoked");
  w.expect_holds();
}

TEST(ServiceEvents, ARenewalToAnotherCertificateIsNotPassedOver) {
  Sealed w;
  const auto second = w.next("second"), third = w.next("third");
  ASSERT_TRUE(w.renew(second));
  w.config.seal = third;
  w.organisation.reset();
  const auto refused = Organisation::open(w.config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "renewal_differs");
  EXPECT_NE(refused.error().detail.find("/seal.renewal"), std::string::npos) << refused.error().detail;
  w.config.seal = second;
  w.reopen();
  EXPECT_EQ(w.adopted().size(), 2u);
}

TEST(ServiceEvents, ADamagedRenewalIsNamed) {
  Sealed w;
  const auto second = w.next("second");
  ASSERT_TRUE(w.renew(second));
  const std::string path = w.config.keys_directory + "/seal.renewal";
  auto text = read_file(*w.files, path).value();
  text[text.size() / 2] = text[text.size() / 2] == 'A' ? 'B' : 'A';
  ASSERT_TRUE(write_file_durably(*w.files, path, text));
  w.config.seal = second;
  w.organisation.reset();
  const auto refused = Organisation::open(w.config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "renewal");
  EXPECT_NE(refused.error().detail.find(path), std::string::npos) << refused.error().detail;
  w.config.seal = {};
  w.reopen();  // what waits for another day keeps nobody from going on
}

TEST(ServiceEvents, OnlyTheCertificateInUseCanBeFollowed) {
  Sealed w;
  const auto second = w.next("second"), third = w.next("third");
  const auto refused = prepare_renewal(w.config, records::sealing, second, third, signing::CertificateEnd::renewed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "certificate_not_in_use");
  EXPECT_EQ(w.renew(w.current()).error().code, "bad_renewal");
  EXPECT_FALSE(w.waits());
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
