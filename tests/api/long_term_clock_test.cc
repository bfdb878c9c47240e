// What time alone brings to proofs: the worker as it runs, with an authority behind HTTP, under a clock that is set.
// And what is told of documents ahead of their end.
#include "api/http/server.h"
#include "api/time_stamping/routes.h"
#include "api/use_cases/added_signatures.h"
#include "tests/api/fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/test_authority.h"

#include <openssl/pem.h>

namespace quotary::api {
namespace {

using namespace std::chrono_literals;
using quotary::testing::CertificateProfile;
using quotary::testing::day_ms;
using quotary::testing::eventually;
using quotary::testing::Identity;
using quotary::testing::seal_time;
using quotary::testing::year_ms;
using testing::text;
using testing::World;

Timestamp after(Timestamp time, std::int64_t ms) { return {time.unix_ms + ms}; }
std::string day_of(Timestamp time) { return format_rfc3339(time).substr(0, 10); }

signing::SealKeyFiles write_keys(const quotary::testing::TemporaryFolder& folder, const std::string& name,
                                 const Identity& who) {
  const signing::BioPtr out(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PKCS8PrivateKey(out.get(), who.key.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
  char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(out.get(), &bytes));
  signing::SealKeyFiles paths;
  paths.certificate_path = folder.file(name + ".pem");
  paths.key_path = folder.file(name + ".key.pem");
  quotary::testing::write_bytes(paths.key_path, {bytes, size});
  quotary::testing::write_bytes(paths.certificate_path, who.pem());
  return paths;
}

Identity made(const std::string& name, std::int64_t lasts_ms, int rsa_bits = 0, const char* purpose = nullptr) {
  CertificateProfile profile;
  profile.name = name;
  profile.not_after = after(seal_time, lasts_ms);
  profile.rsa_bits = rsa_bits;
  profile.extended_key_usage = purpose;
  return quotary::testing::issue(nullptr, profile);
}
Identity authority_of(const std::string& name, std::int64_t lasts_ms, int rsa_bits = 0) {
  return made(name, lasts_ms, rsa_bits, "critical,timeStamping");
}

// A time-stamping authority behind HTTP, until another takes its place at the same address.
class Served {
 public:
  Served(const quotary::testing::TemporaryFolder& folder, const std::string& name, const Identity& who,
         std::shared_ptr<const Clock> clock, std::uint16_t port = 0) {
    auto opened = signing::TimeAuthority::open(posix_file_system(), write_keys(folder, name, who), std::move(clock),
                                               std::make_shared<SystemRandom>());
    EXPECT_TRUE(opened) << opened.error().detail;
    authority_ = std::move(*opened);
    time_stamping::add_routes(router_, *authority_, figures_);
    http::Config config;
    config.port = port;
    server_ = std::make_unique<http::HttpServer>(config, router_, metrics_);
    const auto started = server_->start();
    EXPECT_TRUE(started) << started.error().detail;
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  std::unique_ptr<signing::TimeAuthority> authority_;
  time_stamping::AuthorityFigures figures_;
  http::Router router_;
  http::Metrics metrics_;
  std::unique_ptr<http::HttpServer> server_;  // stops first
};

struct Stage : World {
  std::unique_ptr<Served> authority;

  // The organisation as a server opens it, with these authorities' certificates as roots.
  void serve(const Identity& first, const std::vector<const Identity*>& roots) {
    authority = std::make_unique<Served>(folder, "first", first, clock);
    std::string pem;
    for (const Identity* root : roots) pem += root->pem();
    quotary::testing::write_bytes(folder.file("roots.pem"), pem);
    config.time_stamping.url = "http://127.0.0.1:" + std::to_string(authority->port()) + "/";
    config.time_stamping.roots_file = folder.file("roots.pem");
    config.long_term.target = signing::SealLevel::b_lta;
    // The half year is as it is; only how often it is looked is not once a day.
    config.long_term.pace.poll = 2ms;
    config.long_term.pace.pause = 1ms;
    config.long_term.pace.settle = 0ms;
    config.long_term.pace.retry_first = 5ms;
    config.long_term.pace.retry_max = 20ms;
    config.long_term.pace.look_again = 20ms;
    reopen();
  }
  void replace_authority(const Identity& next) {
    const auto port = authority->port();
    authority.reset();
    authority = std::make_unique<Served>(folder, "next", next, clock, port);
  }
  void use_seal(const std::string& name, const Identity& who) {
    config.seal = write_keys(folder, name, who);
    config.service_events.emplace(ServiceEventsConfig{"test", 0});
    reopen();
  }
  json::object state_of(const std::string& number) const {
    return organisation->read_quote(rep, number)->body.at("state").as_object();
  }
  // Whole looks over all documents that began from now on.
  void wait_for_looks() const {
    const auto begun = organisation->long_term().looks_total;
    EXPECT_TRUE(eventually([&] { return organisation->long_term().looks_total >= begun + 3; }));
  }
  json::object unverifiable(const std::string& by) const {
    const auto answer = organisation->read_long_term(nullptr, by);
    EXPECT_TRUE(answer) << answer.error().code << " " << answer.error().detail;
    return answer->body.at("unverifiable").as_object();
  }
  // {number, end, with what} of each document that ends before a day.
  std::vector<std::array<std::string, 3>> ending(Timestamp by) const {
    std::vector<std::array<std::string, 3>> out;
    const auto told = unverifiable(day_of(by));
    for (const auto& item : told.at("items").as_array()) {
      const auto& row = item.as_object();
      const auto* with = row.if_contains("ends_with");
      out.push_back({std::string(row.at("number").as_string()),
                     row.at("ends").is_null() ? "" : std::string(row.at("ends").as_string()),
                     with ? std::string(with->as_string()) : ""});
    }
    return out;
  }
};
using Endings = std::vector<std::array<std::string, 3>>;

TEST(LongTermClock, LooksOnceADayHalfAYearAhead) {
  const long_term::Pace pace;
  EXPECT_EQ(pace.look_again, std::chrono::hours(24));
  EXPECT_EQ(pace.renew_before, std::chrono::hours(24 * 180));
}

TEST(LongTermClock, AProofIsRenewedHalfAYearBeforeItsCertificateEnds) {
  Stage w;
  const Identity first = authority_of("First", 400 * day_ms), next = authority_of("Next", 8 * year_ms);
  w.serve(first, {&first, &next});
  const auto number = text(*w.issue("k"), "number");
  ASSERT_TRUE(eventually([&] { return w.state_of(number).at("seal_level").as_string() == "B-LTA"; }));
  const Timestamp end = after(seal_time, 400 * day_ms);
  const auto before = w.state_of(number);
  EXPECT_EQ(before.at("proof_ends").as_string(), format_rfc3339(end));
  w.replace_authority(next);

  w.clock->set(after(end, -181 * day_ms));
  w.wait_for_looks();
  EXPECT_EQ(w.state_of(number).at("newest"), before.at("newest"));
  w.clock->set(after(end, -179 * day_ms));
  ASSERT_TRUE(eventually([&] { return w.state_of(number).at("proof_ends").as_string() > format_rfc3339(end); }));
  const auto renewed = w.state_of(number);
  EXPECT_EQ(renewed.at("seal_level").as_string(), "B-LTA");
  EXPECT_GT(renewed.at("newest").at("revision").to_number<int>(), before.at("newest").at("revision").to_number<int>());
  EXPECT_EQ(w.ending(after(end, 2 * day_ms)), Endings{});
  // And once is enough.
  w.wait_for_looks();
  EXPECT_EQ(w.state_of(number).at("newest"), renewed.at("newest"));
  EXPECT_EQ(w.organisation->long_term().failures_total, 0u);
}

TEST(LongTermClock, AProofIsRenewedHalfAYearBeforeItsAlgorithmEnds) {
  Stage w;
  // The certificates outlast both algorithms: only these can end a proof.
  const Identity first = authority_of("RSA", 14 * year_ms, 2048), next = authority_of("Curve", 14 * year_ms);
  w.serve(first, {&first, &next});
  const auto number = text(*w.issue("k"), "number");
  ASSERT_TRUE(eventually([&] { return w.state_of(number).at("seal_level").as_string() == "B-LTA"; }));
  const signing::AlgorithmEnds ends;
  const auto before = w.state_of(number);
  EXPECT_EQ(before.at("proof_ends").as_string(), format_rfc3339(ends.bits_112));
  EXPECT_EQ(w.ending(ends.bits_112), Endings{});
  EXPECT_EQ(w.ending(after(ends.bits_112, day_ms)),
            (Endings{{number, format_rfc3339(ends.bits_112), "the key RSA 2048 of CN=RSA"}}));
  w.replace_authority(next);

  w.clock->set(after(ends.bits_112, -181 * day_ms));
  w.wait_for_looks();
  EXPECT_EQ(w.state_of(number).at("newest"), before.at("newest"));
  w.clock->set(after(ends.bits_112, -179 * day_ms));
  ASSERT_TRUE(
      eventually([&] { return w.state_of(number).at("proof_ends").as_string() == format_rfc3339(ends.bits_128); }));
  EXPECT_EQ(w.state_of(number).at("seal_level").as_string(), "B-LTA");
  EXPECT_EQ(w.ending(after(ends.bits_112, day_ms)), Endings{});
  EXPECT_EQ(w.ending(after(ends.bits_128, day_ms)),
            (Endings{{number, format_rfc3339(ends.bits_128), "elliptic curves and RSA, by the plan for algorithms"}}));
}

TEST(LookAhead, ADocumentEndsWithTheSealsCertificateThatWasInForce) {
  Stage w;
  // By init's own seal, of which the first entry comes with the first server.
  const auto earliest = text(*w.issue("earliest"), "number");
  w.config.service_events.emplace(ServiceEventsConfig{"test", 0});
  w.reopen();
  w.use_seal("two", made("Two years", 2 * year_ms));
  const auto first = text(*w.issue("first"), "number");
  w.use_seal("four", made("Four years", 4 * year_ms));
  const auto second = text(*w.issue("second"), "number");
  w.use_seal("rsa", made("RSA", 14 * year_ms, 2048));
  const auto third = text(*w.issue("third"), "number");

  const auto ends_two = after(seal_time, 2 * year_ms), ends_four = after(seal_time, 4 * year_ms);
  const signing::AlgorithmEnds algorithms;
  const std::array<std::string, 3> of_earliest{earliest, format_rfc3339(algorithms.bits_128),
                                               "elliptic curves and RSA, by the plan for algorithms"},
      of_first{first, format_rfc3339(ends_two), "the certificate of CN=Two years"},
      of_second{second, format_rfc3339(ends_four), "the certificate of CN=Four years"},
      of_third{third, format_rfc3339(algorithms.bits_112), "the key RSA 2048 of CN=RSA"};
  EXPECT_EQ(w.ending(ends_two), Endings{});  // the day begins before the end
  EXPECT_EQ(w.ending(after(ends_two, day_ms)), (Endings{of_first}));
  EXPECT_EQ(w.ending(ends_four), (Endings{of_first}));
  EXPECT_EQ(w.ending(after(ends_four, day_ms)), (Endings{of_first, of_second}));
  EXPECT_EQ(w.ending(algorithms.bits_112), (Endings{of_first, of_second}));
  EXPECT_EQ(w.ending(after(algorithms.bits_112, day_ms)), (Endings{of_first, of_second, of_third}));
  EXPECT_EQ(w.ending(after(algorithms.bits_128, day_ms)), (Endings{of_earliest, of_first, of_second, of_third}));
  EXPECT_EQ(w.unverifiable(day_of(after(ends_four, day_ms))).at("total").to_number<int>(), 2);
}

TEST(LookAhead, ASealWithItsOwnTimeLastsAsLongAsTheTimeDoes) {
  Stage w;
  const Identity authority = authority_of("Time", 3 * year_ms);
  w.config.seal_times.patience = 10s;
  w.serve(authority, {&authority});
  w.config.long_term.target = signing::SealLevel::b_b;
  w.use_seal("one", made("One year", year_ms));
  const auto brief = text(*w.issue("brief"), "number");
  w.use_seal("five", made("Five years", 5 * year_ms));
  const auto lasting = text(*w.issue("lasting"), "number");
  EXPECT_EQ(w.state_of(brief).at("seal_level").as_string(), "B-T");
  const auto time_ends = after(seal_time, 3 * year_ms), seal_ends = after(seal_time, 5 * year_ms);
  EXPECT_EQ(w.ending(time_ends), Endings{});
  const std::array<std::string, 3> of_brief{brief, format_rfc3339(time_ends), "the certificate of CN=Time"},
      of_lasting{lasting, format_rfc3339(seal_ends), "the certificate of CN=Five years"};
  EXPECT_EQ(w.ending(after(time_ends, day_ms)), (Endings{of_brief}));
  EXPECT_EQ(w.ending(after(seal_ends, day_ms)), (Endings{of_brief, of_lasting}));
}

TEST(LookAhead, ASignatureThatCameAfterMayEndFirst) {
  Stage w;
  w.use_seal("eight", made("Eight years", 8 * year_ms));
  const auto number = text(*w.issue("k"), "number");
  const std::string password = R"({"signing_password": "correct horse battery"})";
  const auto key = make_signing_key(w.organisation->parts(), w.rep, password);
  ASSERT_TRUE(key) << key.error().detail;
  const auto key_ends = parse_rfc3339(text(*key, "not_after"));
  ASSERT_TRUE(key_ends);
  ASSERT_LT(*key_ends, after(seal_time, 8 * year_ms));
  EXPECT_EQ(w.ending(after(*key_ends, day_ms)), Endings{});
  const auto signed_now = sign_as_seller(w.organisation->parts(), w.rep, number, "s", password);
  ASSERT_TRUE(signed_now) << signed_now.error().detail;
  EXPECT_EQ(w.ending(*key_ends), Endings{});
  EXPECT_EQ(w.ending(after(*key_ends, day_ms)),
            (Endings{{number, format_rfc3339(*key_ends), "the certificate of 李雷"}}));
}

}  // namespace
}  // namespace quotary::api
