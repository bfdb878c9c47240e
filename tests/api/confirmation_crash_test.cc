// The last signature of a confirmation on a disk that fails, or loses power, at some calls: signature and evidence are
// both there or neither, nothing else names the content, and the signer comes to the end by trying again.
#include "tests/api/confirmation_world.h"
#include "tests/api/fault_points.h"
#include "tests/support/faulty_file_system.h"

#include <filesystem>

namespace quotary::api {
namespace {

namespace fs = std::filesystem;
using testing::code_of;
using testing::Confirming;
using testing::Fault;
using testing::li;
using testing::li_address;

class ConfirmationCrash : public ::testing::TestWithParam<Fault> {
 protected:
  ConfirmationCrash() {
    id = w.made();
    (void)w.asked_for(id, li);
    v = w.visit(w.invited(li_address));
    w.view(v);
    body = w.confirming(v);
    w.organisation.reset();
    fs::copy(w.config.data_directory, kept("data"), fs::copy_options::recursive);
    fs::copy(w.config.keys_directory, kept("keys"), fs::copy_options::recursive);
  }
  [[nodiscard]] std::string kept(const std::string& what) const { return w.folder.file("kept." + what); }

  std::shared_ptr<quotary::testing::FaultyFileSystem> start_anew() {
    w.organisation.reset();
    fs::remove_all(w.config.data_directory);
    fs::remove_all(w.config.keys_directory);
    fs::copy(kept("data"), w.config.data_directory, fs::copy_options::recursive);
    fs::copy(kept("keys"), w.config.keys_directory, fs::copy_options::recursive);
    auto files = std::make_shared<quotary::testing::FaultyFileSystem>(posix_file_system());
    w.config.files = files;
    return files;
  }
  std::string change() {
    auto opened = Organisation::open(w.config);
    if (!opened) return opened.error().code;
    w.organisation = std::move(*opened);
    const auto code = code_of(sign_document(w.parts(), v, "k", body));
    w.organisation.reset();
    return code;
  }
  std::size_t entries(std::string_view type) {
    std::size_t out = 0;
    for (std::uint64_t i = 0; i < w.size(); ++i) {
      const auto entry = w.parts().ledger->entry(i);
      if (entry->type == type && entry->body.contains("confirmation")) ++out;
    }
    return out;
  }
  void complete_and_look(const std::string& first) {
    ++looks;
    w.config.files = posix_file_system();
    w.reopen();
    const auto signatures = entries("signature.signed");
    EXPECT_EQ(entries("evidence.added"), signatures);
    EXPECT_TRUE(!first.empty() || signatures == 1u);  // what was acknowledged stands
    if (signatures == 0) {
      const auto again = sign_document(w.parts(), v, "k", body);
      ASSERT_TRUE(again) << again.error().code << " " << again.error().detail;
    }
    const auto items = w.recorded();
    ASSERT_EQ(items.size(), 1u);
    const auto item = std::string(items[0].at("item").as_string());
    const auto content = evidence_content(w.parts(), w.rep, item, "1");
    ASSERT_TRUE(content) << content.error().code << " " << content.error().detail;
    EXPECT_EQ(*content->reader->read_at(0, 1u << 20), w.pdf(id, 2));
    w.expect_ledger_holds();
    // What a broken off try left is taken away when its time has come.
    const auto now = w.clock->now();
    for (const int days : {5, 10}) {
      w.clock->set(Timestamp{now.unix_ms + days * std::int64_t{86'400'000}});
      ASSERT_TRUE(w.organisation->run_due_events());
    }
    w.clock->set(now);
    std::size_t blobs = 0;
    for (const auto& each : fs::recursive_directory_iterator(w.config.data_directory + "/blobs"))
      if (each.is_regular_file()) ++blobs;
    EXPECT_EQ(blobs, 2u);  // the deck's and the confirmation's
  }

  Confirming w;
  std::string id, body;
  SignerVisit v;
  std::size_t looks = 0;
};

TEST_P(ConfirmationCrash, LeavesSignatureAndEvidenceOrNeither) {
  testing::interrupt_at_points(GetParam(), 4,
                               {[this] { return start_anew(); }, [this] { return change(); },
                                [this](std::uint64_t, const std::string& first) { complete_and_look(first); }});
  EXPECT_GT(looks, 0u);
}

INSTANTIATE_TEST_SUITE_P(Faults, ConfirmationCrash, ::testing::Values(Fault::once, Fault::from, Fault::power));

}  // namespace
}  // namespace quotary::api
