// What a start reads of the payloads, and what the scrubber finds after it.
#include "ledger/log/ledger_impl.h"
#include "tests/support/log_fixture.h"

#include <filesystem>
#include <fstream>
#include <future>

namespace quotary::testing {
namespace {

constexpr std::uint64_t entries = 300;
constexpr std::uint64_t pace_fast = 1u << 30;
constexpr std::chrono::seconds patience(30);

class ScrubberTest : public LogFixture {
 protected:
  ScrubberTest() {
    const auto made = make();
    std::vector<Draft> drafts(entries - 1, draft("t"));
    EXPECT_TRUE(made->append([&](auto&, auto) -> Result<std::vector<Draft>> { return drafts; }));
  }

  // One bit of a stored value.
  void damage(Family family, const std::string& at) {
    auto store = *open_rocks_store(store_path(options.directory), StoreMode::open);
    std::string value = **store->get(family, at);
    value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 1);
    ASSERT_TRUE(store->write_synced({{family, at, value}}));
  }
  std::unique_ptr<Ledger> open() {
    auto opened = Ledger::open(options, ports);
    EXPECT_TRUE(opened) << opened.error().detail;
    return opened ? std::move(*opened) : nullptr;
  }
  // As of a ledger so large that its start reads the newest entries alone.
  void open_reading_little() {
    options.start_check_entries = 1;
    options.start_check_payload_bytes = 0;
    options.scrubbing = {pace_fast, std::chrono::milliseconds(1)};
    options.on_latch = [this](std::string_view reason) { told.set_value(std::string(reason)); };
    ledger = open();
  }
  [[nodiscard]] std::string mark() const { return options.directory + "/damaged"; }
  void write_mark(const std::string& text) const { std::ofstream(mark(), std::ios::binary | std::ios::trunc) << text; }

  std::promise<std::string> told;
  std::unique_ptr<Ledger> ledger;
};

TEST_F(ScrubberTest, AStartReadsPayloadsFromTheNewestBackAsFarAsItsLimitGoes) {
  damage(Family::objects, object_key(entries - 3, 1));
  auto refused = Ledger::open(options, ports);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "payload_damaged");
  EXPECT_NE(refused.error().detail.find("entry 297 does not hold (payload: text"), std::string::npos)
      << refused.error().detail;
  const auto bytes_of = [&](std::uint64_t index) {
    auto left = *Ledger::open_for_reading(options, ports, refused.error());
    std::uint64_t bytes = 0;
    const Entry entry = *left->entry(index);
    for (const ObjectRef& object : entry.objects) bytes += object.size;
    return bytes;
  };
  const std::uint64_t two = bytes_of(entries - 1) + bytes_of(entries - 2);
  options.start_check_payload_bytes = two + bytes_of(entries - 3) - 1;
  EXPECT_TRUE(Ledger::open(options, ports));
  ++options.start_check_payload_bytes;
  EXPECT_FALSE(Ledger::open(options, ports));
  options.start_check_entries = 2;
  EXPECT_TRUE(Ledger::open(options, ports));
}

TEST_F(ScrubberTest, TheLastEntrysPayloadsAreReadWhateverTheLimit) {
  options.start_check_payload_bytes = 0;
  damage(Family::objects, object_key(entries - 1, 0));
  EXPECT_EQ(Ledger::open(options, ports).error().code, "payload_damaged");
}

TEST_F(ScrubberTest, AnOldDamagedPayloadEndsAllWritingAndTheNextStart) {
  damage(Family::objects, object_key(3, 1));
  open_reading_little();
  auto reason = told.get_future();
  ASSERT_EQ(reason.wait_for(patience), std::future_status::ready);
  const std::string said = reason.get();
  EXPECT_TRUE(said.starts_with("payload_damaged: entry 3 does not hold (payload: text")) << said;
  const LedgerState state = ledger->state();
  EXPECT_TRUE(state.latched);
  EXPECT_EQ(state.scrub.rounds, 0u);
  EXPECT_EQ(ledger->append(one(draft("t"))).error().code, "ledger_latched");
  EXPECT_TRUE(ledger->object(*ledger->entry(4), "text"));
  EXPECT_EQ(ledger->object(*ledger->entry(3), "text").error().code, "payload_damaged");
  ledger.reset();
  EXPECT_EQ(*read_file(*ports.files, mark()), "quotary damage v1\nentries 0 300\n");

  // Without the mark this start would not look there.
  options.scrubbing = {};
  EXPECT_EQ(Ledger::open(options, ports).error().code, "payload_damaged");
  damage(Family::objects, object_key(3, 1));  // the same bit once more: mended
  ledger = open();
  ASSERT_TRUE(ledger);
  EXPECT_TRUE(ledger->append(one(draft("t"))));
  EXPECT_FALSE(std::filesystem::exists(mark()));
}

TEST_F(ScrubberTest, DamageOfAnEntryOrOfTheTreeIsFound) {
  damage(Family::entries, index_key(200));
  open_reading_little();
  auto reason = told.get_future();
  ASSERT_EQ(reason.wait_for(patience), std::future_status::ready);
  EXPECT_TRUE(reason.get().starts_with("entry_damaged: entry 200 does not hold (leaf"));
  const Hash root = ledger->state().root;
  ledger.reset();
  damage(Family::entries, index_key(200));

  damage(Family::batches, index_key(entries));
  // A start reads the tree that the newest entry stands in, so the scrubber must be put on it directly.
  auto store = std::shared_ptr<Store>(*open_rocks_store(store_path(options.directory), StoreMode::open));
  std::promise<Finding> found;
  const Scrubber scrubber({pace_fast, std::chrono::milliseconds(1)},
                          {[&] {
                             return PublishedView{entries, root, store};
                           },
                           &cipher,
                           {},
                           [&](const Finding& finding) { found.set_value(finding); }});
  auto problem = found.get_future();
  ASSERT_EQ(problem.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(problem.get().problem.kind, "node");
}

// A view whose state cannot be read to its end.
class BrokenState final : public StoreView {
 public:
  explicit BrokenState(std::shared_ptr<const StoreView> view) : view_(std::move(view)) {}
  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    return view_->get(family, key);
  }
  Result<void> scan(Family family, std::string_view prefix, std::string_view from, bool reverse,
                    const Visit& visit) const override {
    if (family == Family::state) return fail(Errc::corrupt, "store_corrupt", "block checksum mismatch in 000007.sst");
    return view_->scan(family, prefix, from, reverse, visit);
  }
  std::unique_ptr<Cursor> cursor(Family family, Access access) const override { return view_->cursor(family, access); }

 private:
  std::shared_ptr<const StoreView> view_;
};

TEST_F(ScrubberTest, StateThatCannotBeReadIsFoundAndMarked) {
  ledger = open();
  const Hash root = ledger->state().root;
  ledger.reset();
  auto store = std::shared_ptr<Store>(*open_rocks_store(store_path(options.directory), StoreMode::open));
  PublishedView broken{entries, root, std::make_shared<BrokenState>(store)};
  std::promise<Finding> found;
  auto problem = found.get_future();
  {
    const Scrubber scrubber({pace_fast, std::chrono::milliseconds(1)},
                            {[&] { return broken; }, &cipher, {}, [&](const Finding& each) { found.set_value(each); }});
    ASSERT_EQ(problem.wait_for(patience), std::future_status::ready);
  }
  const Finding state = problem.get();
  EXPECT_EQ(state.problem.kind, "state");
  EXPECT_NE(state.problem.detail.find("000007.sst"), std::string::npos);
  mark_damage(*ports.files, options.directory, state);
  EXPECT_EQ(check_marked_damage(*ports.files, options.directory, broken, cipher).error().code, "state_damaged");
  EXPECT_TRUE(std::filesystem::exists(mark()));
  EXPECT_TRUE(check_marked_damage(*ports.files, options.directory, {entries, root, store}, cipher));
  EXPECT_FALSE(std::filesystem::exists(mark()));
}

// A state of its own, and what of it was read.
class LargeState final : public StoreView {
 public:
  explicit LargeState(std::shared_ptr<const StoreView> view) : view_(std::move(view)) {}
  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    return view_->get(family, key);
  }
  Result<void> scan(Family family, std::string_view prefix, std::string_view from, bool reverse,
                    const Visit& visit) const override {
    if (family != Family::state) return view_->scan(family, prefix, from, reverse, visit);
    ++scans;
    for (char key = 'a'; key <= 'z'; ++key) {
      const std::string name(1, key);
      if (name < from) continue;
      read += name;
      if (!visit(name, value_)) break;
    }
    return {};
  }
  std::unique_ptr<Cursor> cursor(Family family, Access access) const override { return view_->cursor(family, access); }
  mutable std::string read;
  mutable int scans = 0;

 private:
  std::shared_ptr<const StoreView> view_;
  const std::string value_ = std::string(1u << 20, 'v');
};

TEST_F(ScrubberTest, ALargeStateIsReadInPiecesAndEachKeyOnce) {
  auto store = std::shared_ptr<Store>(*open_rocks_store(store_path(options.directory), StoreMode::open));
  const auto large = std::make_shared<LargeState>(store);
  const Hash root = *read_root(entries, nodes_of(*store));
  {
    const Scrubber scrubber({pace_fast, std::chrono::hours(1)}, {[&] {
                                                                   return PublishedView{entries, root, large};
                                                                 },
                                                                 &cipher,
                                                                 {},
                                                                 [](const Finding&) { ADD_FAILURE(); }});
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (scrubber.figures().rounds == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  }
  EXPECT_EQ(large->read, "abcdefghijklmnopqrstuvwxyz");
  EXPECT_GT(large->scans, 5);
}

TEST_F(ScrubberTest, AMarkThatCannotBeReadRefusesToStart) {
  for (const std::string& text :
       {std::string(), std::string("quotary damage v1\n"), std::string("quotary damage v1\nentries 0 300"),
        std::string("quotary damage v1\nentries x 300\n"), std::string("quotary damage v2\nstate\n"),
        std::string("quotary damage v1\nentries 300 300\n"), std::string("quotary damage v1\nentries 0 300\n\n"),
        std::string("quotary damage v1\nentries 0 99999999999999999999\n"), std::string(1'000, 'x')}) {
    write_mark(text);
    EXPECT_EQ(Ledger::open(options, ports).error().code, "damage_mark") << text;
  }
  // One of a place that holds now, or that a backup does not have.
  for (const char* text : {"quotary damage v1\nentries 0 16384\n", "quotary damage v1\nentries 16384 32768\n",
                           "quotary damage v1\nstate\n"}) {
    write_mark(text);
    EXPECT_TRUE(Ledger::open(options, ports)) << text;
    EXPECT_FALSE(std::filesystem::exists(mark())) << text;
  }
}

// What only shows beside its neighbours must show again when the mark is looked at.
TEST_F(ScrubberTest, AKeyThatIsNobodysStaysFound) {
  const auto stray = [&](Family family, const std::string& at, std::optional<std::string_view> value) {
    auto store = *open_rocks_store(store_path(options.directory), StoreMode::open);
    ASSERT_TRUE(store->write_synced({{family, at, value}}));
  };
  const std::vector<std::pair<Family, std::string>> strays{{Family::entries, index_key(50) + "x"},
                                                           {Family::objects, object_key(70, 5)}};
  for (const auto& [family, at] : strays) {
    stray(family, at, "stray");
    told = {};
    open_reading_little();
    auto reason = told.get_future();
    ASSERT_EQ(reason.wait_for(patience), std::future_status::ready);
    EXPECT_NE(reason.get().find(family == Family::entries ? "entry 51 " : "entry 70 "), std::string::npos);
    ledger.reset();
    EXPECT_EQ(Ledger::open(options, ports).error().kind, Errc::corrupt);
    stray(family, at, std::nullopt);
    EXPECT_TRUE(Ledger::open(options, ports));
  }
}

// Opens nothing, and says why.
class LockedCipher final : public ObjectCipher {
 public:
  explicit LockedCipher(ObjectCipher& cipher) : cipher_(cipher) {}
  Result<std::string> encrypt(std::string_view subject, std::string_view id, std::string_view plain) override {
    return cipher_.encrypt(subject, id, plain);
  }
  Result<std::string> decrypt(std::string_view, std::string_view, std::string_view) const override {
    return fail(Errc::not_found, code, "the key of the subject is not there");
  }
  const char* code = "subject_key_erased";

 private:
  ObjectCipher& cipher_;
};

TEST_F(ScrubberTest, AnErasedSubjectIsNoDamageAndALostKeyIs) {
  LockedCipher locked(cipher);
  ports.cipher = &locked;
  // To a full verification it is damage when no entry says why: this ledger's fold knows no erasures.
  const auto report = verify();
  ASSERT_EQ(report.problems_total, 1u);
  EXPECT_NE(report.problems[0].detail.find("no entry of the ledger says so"), std::string::npos);
  open_reading_little();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (ledger->state().scrub.rounds == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_GT(ledger->state().scrub.rounds, 0u);
  EXPECT_FALSE(ledger->state().latched);
  ledger.reset();
  locked.code = "subject_key_missing";
  EXPECT_EQ(verify().problems_total, entries);
  EXPECT_EQ(Ledger::open(options, ports).error().code, "payload_damaged");
}

TEST_F(ScrubberTest, ATreeThatDoesNotLeadToTheSignedRootIsFoundAndAHiccupIsNot) {
  auto store = std::shared_ptr<Store>(*open_rocks_store(store_path(options.directory), StoreMode::open));
  const Hash root = *read_root(entries, nodes_of(*store));
  std::atomic<std::uint64_t> asked{0}, wrong_until{3};  // a round's size, and its piece for the first time
  std::promise<Finding> found;
  Scrubber scrubber({pace_fast, std::chrono::milliseconds(1)},
                    {[&] {
                       return PublishedView{entries, ++asked < wrong_until ? Hash{} : root, store};
                     },
                     &cipher,
                     {},
                     [&](const Finding& finding) { found.set_value(finding); }});
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (scrubber.figures().rounds < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_GE(scrubber.figures().rounds, 2u);
  wrong_until = std::numeric_limits<std::uint64_t>::max();
  auto finding = found.get_future();
  ASSERT_EQ(finding.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(finding.get().problem.kind, "checkpoint");
}

TEST_F(ScrubberTest, AWholeGrowingLedgerIsReadAgainAndAgain) {
  open_reading_little();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (ledger->state().scrub.rounds < 3 && std::chrono::steady_clock::now() < deadline)
    ASSERT_TRUE(ledger->append(one(draft("t"))));
  const LedgerState state = ledger->state();
  EXPECT_GE(state.scrub.rounds, 3u);
  EXPECT_FALSE(state.latched) << state.latch_reason;
  EXPECT_GT(state.tree_size, entries);
  EXPECT_FALSE(std::filesystem::exists(mark()));
}

TEST_F(ScrubberTest, ASlowPaceWaitsAndEndsWhenAsked) {
  options.scrubbing = {1, std::chrono::hours(1)};
  ledger = open();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (ledger->state().scrub.entries == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_GT(ledger->state().scrub.entries, 0u);
  EXPECT_LT(ledger->state().scrub.entries, entries);
  EXPECT_EQ(ledger->state().scrub.rounds, 0u);
  ledger.reset();
}

}  // namespace
}  // namespace quotary::testing
