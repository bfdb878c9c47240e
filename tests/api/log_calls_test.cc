// The log's calls: proofs judged by the tree's own checks, pages of entries, and checks of the whole ledger.
#include "api/use_cases/kept_contents.h"
#include "api/use_cases/log_checks.h"
#include "ledger/log/ledger_impl.h"
#include "signing/keys.h"
#include "tests/api/fixture.h"

#include <condition_variable>
#include <mutex>
#include <tuple>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::text;
using testing::World;

Hash hash_of(const json::object& body, std::string_view name) {
  return *Hash::from_hex(std::string(body.at(name).as_string()));
}

std::vector<Hash> hashes_of(const json::object& body) {
  std::vector<Hash> out;
  for (const auto& each : body.at("hashes").as_array()) out.push_back(*Hash::from_hex(std::string(each.as_string())));
  return out;
}

template <class T>
std::string parameter_of(const Result<T>& result) {
  return result || result.error().problems.empty() ? "" : result.error().problems.front().pointer;
}

TEST(LogCalls, ProofsHoldForEverySizeAndIndex) {
  World w;
  const auto size = w.organisation->ledger_state().tree_size;
  ASSERT_GE(size, 9u);
  std::vector<Hash> roots(1);
  for (std::uint64_t n = 1; n <= size; ++n) {
    for (std::uint64_t index = 0; index < n; ++index) {
      auto proof = w.organisation->inclusion_proof(index, n);
      ASSERT_TRUE(proof) << proof.error().detail;
      EXPECT_TRUE(check_inclusion(hash_of(proof->body, "leaf_hash"), index, n, hashes_of(proof->body),
                                  hash_of(proof->body, "root")));
      if (index == 0) roots.push_back(hash_of(proof->body, "root"));
      EXPECT_EQ(hash_of(proof->body, "root"), roots[n]);
    }
    for (std::uint64_t from = 1; from <= n; ++from) {
      auto proof = w.organisation->consistency_proof(from, n);
      ASSERT_TRUE(proof) << proof.error().detail;
      EXPECT_EQ(hash_of(proof->body, "from_root"), roots[from]);
      EXPECT_TRUE(check_consistency(from, n, roots[from], roots[n], hashes_of(proof->body)));
    }
  }
  EXPECT_EQ(roots[size], w.organisation->ledger_state().root);
  EXPECT_EQ(w.organisation->inclusion_proof(0, std::nullopt)->body.at("size").as_uint64(), size);
  EXPECT_EQ(w.organisation->consistency_proof(1, std::nullopt)->body.at("to").as_uint64(), size);
}

TEST(LogCalls, ProofsNameWhatIsWrongWithTheParameters) {
  World w;
  const auto size = w.organisation->ledger_state().tree_size;
  EXPECT_EQ(parameter_of(w.organisation->inclusion_proof(size, std::nullopt)), "?index");
  EXPECT_EQ(parameter_of(w.organisation->inclusion_proof(3, 3)), "?index");
  EXPECT_EQ(parameter_of(w.organisation->inclusion_proof(0, size + 1)), "?size");
  EXPECT_EQ(parameter_of(w.organisation->inclusion_proof(0, 0)), "?size");
  EXPECT_EQ(parameter_of(w.organisation->consistency_proof(0, size)), "?from");
  EXPECT_EQ(parameter_of(w.organisation->consistency_proof(3, 2)), "?from");
  EXPECT_EQ(parameter_of(w.organisation->consistency_proof(1, size + 1)), "?to");
}

TEST(LogCalls, EntriesComeInPagesAndHashToTheirLeaves) {
  World w;
  const auto size = w.organisation->ledger_state().tree_size;
  std::uint64_t next = 0;
  for (bool more = true; more;) {
    auto page = w.organisation->list_entries(w.auditor, next, 4);
    ASSERT_TRUE(page);
    for (const auto& item : page->body.at("items").as_array()) {
      EXPECT_EQ(item.at("index").as_uint64(), next);
      EXPECT_EQ(leaf_hash(std::string_view(item.at("canonical").as_string())).hex(),
                std::string(item.at("leaf_hash").as_string()));
      ++next;
    }
    more = page->body.contains("next_cursor");
    if (more) {
      EXPECT_EQ(text(*page, "next_cursor"), std::to_string(next));
    }
  }
  EXPECT_EQ(next, size);
  EXPECT_EQ(code_of(w.organisation->list_entries(w.rep, 0, std::nullopt)), "role_not_allowed");
  EXPECT_EQ(parameter_of(w.organisation->list_entries(w.auditor, size + 1, std::nullopt)), "?from");
  EXPECT_EQ(parameter_of(w.organisation->list_entries(w.auditor, 0, 0)), "?limit");
  EXPECT_EQ(parameter_of(w.organisation->list_entries(w.auditor, 0, entries_page_max + 1)), "?limit");
}

TEST(LogCalls, ASeedPicksWhatItsRuleSays) {
  std::string seed;
  for (char c = 0; c < 32; ++c) seed += c;
  // Computed apart, by the rule in the header.
  EXPECT_EQ(sampled_indexes(seed, 100, 1000, 5), (std::vector<std::uint64_t>{710, 802, 821, 873, 920}));
  EXPECT_EQ(sampled_indexes(seed, 7, 10, 5), (std::vector<std::uint64_t>{7, 8, 9}));
  EXPECT_TRUE(sampled_indexes(seed, 10, 10, 5).empty());
  const auto many = sampled_indexes(seed, 0, 1'000'000, 10'000);
  EXPECT_EQ(many.size(), 10'000u);
  EXPECT_TRUE(std::is_sorted(many.begin(), many.end()));
  EXPECT_LT(many.back(), 1'000'000u);
}

TEST(LogCalls, EachModeChecksWhatItSays) {
  World w;
  ASSERT_TRUE(w.issue("k"));
  const auto size = w.organisation->ledger_state().tree_size;
  auto full = w.organisation->verify_log(w.auditor, "{}");
  ASSERT_TRUE(full) << full.error().detail;
  EXPECT_TRUE(full->body.at("ok").as_bool()) << json::serialize(full->body);
  EXPECT_EQ(full->body.at("entries_checked").as_uint64(), size);
  ASSERT_TRUE(w.issue("l"));
  // What held is not checked again.
  auto further = w.organisation->verify_log(w.auditor, R"({"mode": "incremental"})");
  ASSERT_TRUE(further);
  EXPECT_EQ(further->body.at("from").as_uint64(), size);
  EXPECT_EQ(further->body.at("entries_checked").as_uint64(), 2u);  // the first run's own entry and the quote
  auto sampled = w.organisation->verify_log(w.auditor, R"({"mode": "sampled", "sample": 3, "from": 2})");
  ASSERT_TRUE(sampled);
  EXPECT_TRUE(sampled->body.at("ok").as_bool()) << json::serialize(sampled->body);
  EXPECT_EQ(sampled->body.at("entries_checked").as_uint64(), 3u);
  // A seed may be given. What it picks follows from the tree's size too, which the run before has grown by its entry.
  const auto seed = std::string(sampled->body.at("sample").at("seed").as_string());
  auto again =
      w.organisation->verify_log(w.auditor, R"({"mode": "sampled", "sample": 3, "from": 2, "seed": ")" + seed + "\"}");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->body.at("sample"), sampled->body.at("sample"));
}

json::object entry_at(const World& w, const json::value& index) {
  auto page = w.organisation->list_entries(w.auditor, index.to_number<std::uint64_t>(), 1);
  EXPECT_TRUE(page);
  return parse_json(page->body.at("items").at(0).at("canonical").as_string())->as_object();
}

TEST(LogCalls, EachRunAndItsResultIsAnEntry) {
  World w;
  const auto before = w.organisation->ledger_state();
  auto run = w.organisation->verify_log(w.auditor, R"({"mode": "sampled", "sample": 3, "from": 2})");
  ASSERT_TRUE(run);
  const auto index = run->body.at("recorded").at("index");
  EXPECT_EQ(index.to_number<std::uint64_t>(), before.tree_size);
  const auto entry = entry_at(w, index);
  EXPECT_EQ(entry.at("type").as_string(), "system.verification");
  EXPECT_EQ(entry.at("subject").as_string(), "system:verification");
  const auto& body = entry.at("body").as_object();
  EXPECT_EQ(body.at("asked_by").as_string(), w.auditor.id);
  EXPECT_EQ(body.at("mode").as_string(), "sampled");
  EXPECT_EQ(body.at("from").to_number<int>(), 2);
  EXPECT_EQ(body.at("tree_size").to_number<std::uint64_t>(), before.tree_size);
  EXPECT_EQ(body.at("root").as_string(), before.root.hex());
  EXPECT_EQ(body.at("entries").to_number<int>(), 3);
  EXPECT_EQ(body.at("objects").to_number<std::uint64_t>(), run->body.at("objects_checked").as_uint64());
  EXPECT_EQ(body.at("problems").to_number<int>(), 0);
  EXPECT_EQ(body.at("seed"), run->body.at("sample").at("seed"));
  EXPECT_EQ(body.at("held").to_number<int>(), 0);  // a sample holds no range
  // The whole report lies beside it, in plain.
  auto report = run->body;
  report.erase("recorded");
  report.erase("id");
  const auto& object = entry.at("objects").at(0).as_object();
  EXPECT_EQ(object.at("name").as_string(), "report");
  EXPECT_FALSE(object.contains("key"));
  EXPECT_EQ(object.at("sha256").as_string(), sha256(*canonical_json(report)).hex());
  auto full = w.organisation->verify_log(w.auditor, "{}");
  ASSERT_TRUE(full);
  EXPECT_TRUE(full->body.at("ok").as_bool()) << json::serialize(full->body);
}

TEST(LogCalls, AfterARestartWhatHeldIsFoundInTheChain) {
  World w;
  ASSERT_TRUE(w.organisation->verify_log(w.auditor, "{}"));
  const auto held = w.organisation->ledger_state().tree_size - 1;
  // Neither a sample nor a run that leaves a gap moves it.
  ASSERT_TRUE(w.organisation->verify_log(w.auditor, R"({"mode": "sampled", "sample": 1})"));
  const auto beyond = std::to_string(held + 1);
  ASSERT_TRUE(w.organisation->verify_log(w.auditor, R"({"mode": "incremental", "from": )" + beyond + "}"));
  w.reopen();
  auto further = w.organisation->verify_log(w.auditor, R"({"mode": "incremental"})");
  ASSERT_TRUE(further);
  EXPECT_EQ(further->body.at("from").as_uint64(), held);
  EXPECT_EQ(further->body.at("entries_checked").as_uint64(), 3u);
}

TEST(LogCalls, ChecksRefuseWhatTheyDoNotKnow) {
  World w;
  const std::pair<const char*, const char*> bad[] = {{R"({"mode": "quick"})", "/mode"},
                                                     {R"({"from": 1})", "/from"},
                                                     {R"({"mode": "incremental", "from": -1})", "/from"},
                                                     {R"({"mode": "incremental", "from": 1000000})", "/from"},
                                                     {R"({"mode": "incremental", "from": "1"})", "/from"},
                                                     {R"({"sample": 3})", "/sample"},
                                                     {R"({"mode": "sampled", "sample": 0})", "/sample"},
                                                     {R"({"mode": "sampled", "seed": "00"})", "/seed"},
                                                     {R"({"depth": 1})", "/depth"}};
  for (const auto& [body, pointer] : bad) {
    auto refused = w.organisation->verify_log(w.auditor, body);
    EXPECT_EQ(parameter_of(refused), pointer) << body;
  }
  EXPECT_EQ(code_of(w.organisation->verify_log(w.rep, "{}")), "role_not_allowed");
  EXPECT_EQ(code_of(w.organisation->read_verification(w.rep, "x")), "role_not_allowed");
  EXPECT_EQ(code_of(w.organisation->read_verification(w.auditor, "x")), "verification_not_found");
}

TEST(LogCalls, ALongCheckIsReadLater) {
  World w;
  w.config.verification_wait_ms = 0;
  w.reopen();
  auto begun = w.organisation->verify_log(w.auditor, "{}", true);
  ASSERT_TRUE(begun);
  ASSERT_EQ(begun->status, 202);
  auto run = w.organisation->read_verification(w.auditor, text(*begun, "id"));
  for (int i = 0; i < 2'000 && run && text(*run, "state") == "running"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run = w.organisation->read_verification(w.auditor, text(*begun, "id"));
  }
  ASSERT_TRUE(run);
  EXPECT_EQ(text(*run, "state"), "done");
  EXPECT_EQ(run->body.at("entries_done"), run->body.at("entries_total"));
  EXPECT_TRUE(run->body.at("report").at("ok").as_bool());
}

// Damage in the store, behind the ledger's back: in entry 4, and in a payload of entry 2. Closes the organisation.
void damage(World& w) {
  w.organisation.reset();
  auto store = open_rocks_store(store_path(w.config.data_directory), StoreMode::open);
  ASSERT_TRUE(store);
  auto entry = (*store)->get(Family::entries, index_key(4));
  auto payload = (*store)->get(Family::objects, object_key(2, 0));
  ASSERT_TRUE(entry && *entry && payload && *payload);
  auto changed_entry = **entry, changed_payload = **payload;
  const auto at = changed_entry.find("person.added");
  ASSERT_NE(at, std::string::npos);
  changed_entry[at] = 'q';
  changed_payload.back() ^= 1;
  ASSERT_TRUE((*store)->write_synced(
      {{Family::entries, index_key(4), changed_entry}, {Family::objects, object_key(2, 0), changed_payload}}));
}

TEST(LogCalls, ASampleNamesDamage) {
  World w;
  ASSERT_TRUE(w.issue("k"));
  ASSERT_TRUE(w.organisation->verify_log(w.auditor, "{}"));
  damage(w);
  w.config.start_check_entries = 1;
  w.reopen();
  auto report = w.organisation->verify_log(w.auditor, R"({"mode": "sampled"})");
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->body.at("ok").as_bool());
  std::vector<std::string> found;
  for (const auto& problem : report->body.at("problems").as_array())
    found.push_back(std::to_string(problem.at("index").as_uint64()) + " " +
                    std::string(problem.at("kind").as_string()));
  EXPECT_EQ(found, (std::vector<std::string>{"2 payload", "4 leaf"}));
  EXPECT_NE(w.organisation->metrics().find("quotary_log_verification_problems 2\n"), std::string::npos);
  const auto entry = entry_at(w, report->body.at("recorded").at("index"));
  EXPECT_EQ(entry.at("body").at("problems").to_number<int>(), 2);
  // What held before does no more: the next run begins where it was found.
  auto further = w.organisation->verify_log(w.auditor, R"({"mode": "incremental"})");
  ASSERT_TRUE(further);
  EXPECT_EQ(further->body.at("from").as_uint64(), 2u);
  EXPECT_FALSE(further->body.at("ok").as_bool());
}

std::vector<std::string> problems_of(const VerifyReport& report) {
  std::vector<std::string> out;
  for (const auto& problem : report.problems) out.push_back(std::to_string(problem.index) + " " + problem.kind);
  return out;
}

TEST(LogCalls, ASampleOfAFolderNamesDamage) {
  World w;
  ASSERT_TRUE(w.issue("k"));
  const auto vkey = w.organisation->vkey();
  const auto size = w.organisation->ledger_state().tree_size;
  damage(w);
  {
    auto store = open_rocks_store(store_path(w.config.data_directory), StoreMode::open);
    ASSERT_TRUE(store && (*store)->write_synced({{Family::objects, object_key(2, 1), "no cipher's"}}));
  }
  const auto key = signing::open_vkey(vkey.substr(0, vkey.size() - 1));
  ASSERT_TRUE(key) << key.error().detail;
  LedgerOptions options;
  options.directory = w.config.data_directory;
  LedgerPorts ports;
  ports.files = posix_file_system();
  std::uint64_t told = 0;
  Sample sample;
  sample.seed = std::string(seed_bytes, 's');
  sample.count = 100;
  sample.progress = [&](std::uint64_t done, std::uint64_t) { told = done; };
  const auto found = sample_folder(options, ports, sample, **key);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(std::tuple(found->report.tree_size, found->picked, told), std::tuple(size, size, size));
  // Private payloads take a key, so the damage in one is not seen.
  EXPECT_EQ(problems_of(found->report), (std::vector<std::string>{"2 payload", "4 leaf"}));
}

TEST(LogCalls, WhatTheCommandLineFoundIsAnEntry) {
  World w;
  const auto tree = w.organisation->ledger_state();
  const auto reported = [&](const char* changed = "{}") {
    json::object out{{"mode", "full"},
                     {"from", 0},
                     {"tree_size", tree.tree_size},
                     {"root", tree.root.hex()},
                     {"entries_checked", 9},
                     {"objects_checked", 8},
                     {"private_objects_read", true},
                     {"contents", json::object{{"checked", 0}, {"bytes", 0}}},
                     {"problems_total", 0},
                     {"problems", json::array()}};
    const auto members = parse_json(changed)->as_object();
    for (const auto& [name, value] : members) out[name] = value;
    return out;
  };
  const auto record = [&](const json::object& report) {
    return w.organisation->verify_log(Organisation::operator_principal(), json::serialize(report));
  };
  const std::pair<const char*, const char*> bad[] = {{R"({"mode": "quick"})", "/mode"},
                                                     {R"({"mode": "sampled"})", "/seed"},
                                                     {R"({"from": 100000})", "/from"},
                                                     {R"({"tree_size": "9"})", "/tree_size"},
                                                     {R"({"root": "00"})", "/root"},
                                                     {R"({"private_objects_read": 1})", "/private_objects_read"},
                                                     {R"({"contents": {"bytes": 1}})", "/checked"},
                                                     {R"({"problems_total": 1})", "/problems"},
                                                     {R"({"problems": [{"index": 1, "kind": "leaf"}]})", "/problems"}};
  for (const auto& [changed, pointer] : bad) EXPECT_EQ(parameter_of(record(reported(changed))), pointer) << changed;
  // What is none of this ledger cannot be said to hold.
  EXPECT_EQ(code_of(record(reported(R"({"tree_size": 3})"))), "other_tree");
  EXPECT_EQ(code_of(record(reported(R"({"tree_size": 99999})"))), "other_tree");
  // Nobody else reports.
  EXPECT_EQ(code_of(w.organisation->verify_log(w.auditor, json::serialize(reported()))), "unknown_member");
  EXPECT_EQ(code_of(w.organisation->verify_log(w.rep, json::serialize(reported()))), "role_not_allowed");
  EXPECT_EQ(w.organisation->ledger_state().tree_size, tree.tree_size);

  const auto held = record(reported());
  ASSERT_TRUE(held) << held.error().detail;
  const auto body = entry_at(w, held->body.at("recorded").at("index")).at("body").as_object();
  EXPECT_EQ(body.at("made_by").as_string(), "command_line");
  EXPECT_EQ(body.at("asked_by").as_string(), "operator");
  EXPECT_EQ(body.at("held").to_number<std::uint64_t>(), tree.tree_size);
  // Without the payloads nothing more is held, and a problem takes it back.
  const auto after = w.organisation->ledger_state();
  auto blind = reported(R"({"mode": "incremental", "private_objects_read": false})");
  blind["from"] = tree.tree_size;
  blind["tree_size"] = after.tree_size;
  blind["root"] = after.root.hex();
  auto recorded = record(blind);
  ASSERT_TRUE(recorded);
  EXPECT_EQ(entry_at(w, recorded->body.at("recorded").at("index")).at("body").at("held").to_number<std::uint64_t>(),
            tree.tree_size);
  recorded =
      record(reported(R"({"problems_total": 1, "problems": [{"index": 3, "kind": "leaf", "detail": "changed"}]})"));
  ASSERT_TRUE(recorded);
  const auto next = w.organisation->verify_log(w.auditor, R"({"mode": "incremental"})");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body.at("from").as_uint64(), 3u);
}

// What the ledger's own start does not reach may still keep the organisation from starting.
TEST(LogCalls, ALostProfileOfTheSellerIsServedForReading) {
  World w;
  const auto number = text(*w.issue("k"), "number");
  w.organisation.reset();
  {
    auto store = open_rocks_store(store_path(w.config.data_directory), StoreMode::open);
    ASSERT_TRUE(store);
    for (std::size_t ordinal = 0; *(*store)->get(Family::objects, object_key(0, ordinal)); ++ordinal) {
      auto payload = **(*store)->get(Family::objects, object_key(0, ordinal));
      payload.back() ^= 1;
      ASSERT_TRUE((*store)->write_synced({{Family::objects, object_key(0, ordinal), payload}}));
    }
  }
  w.config.start_check_entries = 1;
  w.config.start_check_payload_bytes = 0;
  EXPECT_EQ(Organisation::open(w.config).error().code, "payload_damaged");
  w.config.read_when_damaged = true;
  w.reopen();
  EXPECT_TRUE(w.organisation->ledger_state().read_only);
  EXPECT_EQ(w.organisation->profile().name, "");
  EXPECT_TRUE(w.organisation->quote_pdf(w.rep, number));
  EXPECT_EQ(code_of(w.organisation->ready()), "ledger_read_only");
}

TEST(LogCalls, AReportOfARunIsSealedAlsoAfterARestart) {
  World w;
  const auto run = w.organisation->verify_log(w.auditor, "{}");
  ASSERT_TRUE(run);
  const auto id = text(*run, "id");
  const auto sealed = [&](const std::string& of) {
    const auto report = w.organisation->verification_report(w.auditor, of);
    EXPECT_TRUE(report) << report.error().code << " " << report.error().detail;
    return report ? report->bytes : "";
  };
  EXPECT_TRUE(sealed(id).starts_with("%PDF-1.7"));
  EXPECT_NE(sealed(id).find("/SubFilter /ETSI.CAdES.detached"), std::string::npos);
  EXPECT_EQ(code_of(w.organisation->verification_report(w.rep, id)), "role_not_allowed");
  EXPECT_EQ(code_of(w.organisation->verification_report(w.auditor, "x")), "verification_not_found");
  ASSERT_TRUE(w.organisation->verify_log(w.auditor, R"({"mode": "sampled"})"));
  w.reopen();
  EXPECT_NE(sealed(id).find("/QuotaryVerification (" + id + ")"), std::string::npos);  // found in the chain
  EXPECT_EQ(code_of(w.organisation->verification_report(w.auditor, "x")), "verification_not_found");
}

// A ledger whose entries are given only once the test lets them.
class HeldLedger final : public Ledger {
 public:
  void submit(Command, std::function<void(Result<Committed>)>) override {}
  Result<Committed> append(Command) override { return fail(Errc::unavailable, "held", ""); }
  LedgerState state() const override { return {1, {}, false, ""}; }
  std::string checkpoint() const override { return {}; }
  Result<Entry> entry(std::uint64_t) const override {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
    return fail(Errc::corrupt, "entry_damaged", "held");
  }
  Result<std::string> object(const Entry&, std::string_view) const override { return std::string(); }
  Result<std::string> proof(std::uint64_t, bool) const override { return std::string(); }
  Result<Hash> node(unsigned, std::uint64_t) const override { return Hash{}; }
  Result<void> read_state(
      const std::function<Result<void>(const StateReader&, std::uint64_t, const Hash&)>&) const override {
    return {};
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  bool open_ = false;
};

TEST(LogCalls, OneCheckRunsAtATime) {
  HeldLedger ledger;
  const SystemClock clock;
  SystemRandom random;
  const KeptContents contents(ledger, posix_file_system(), std::make_shared<SystemRandom>(), "/nowhere");
  LogChecks checks(ledger, contents, clock, random);
  LogCheck check;
  check.mode = LogCheck::Mode::sampled;
  auto first = checks.start(check);
  ASSERT_TRUE(first);
  EXPECT_EQ(code_of(checks.start(check)), "verification_running");
  EXPECT_FALSE(checks.wait(*first, std::chrono::milliseconds(0)));
  EXPECT_EQ(checks.describe(*first)->at("state").as_string(), "running");
  ledger.open();
  auto ended = checks.wait(*first, std::chrono::seconds(30));
  ASSERT_TRUE(ended && *ended);
  EXPECT_FALSE((*ended)->at("ok").as_bool());
  EXPECT_EQ((*ended)->at("recorded").at("code").as_string(), "held");  // why this ledger took no entry
  // Old runs give way to new ones.
  for (std::size_t i = 0; i < log_checks_kept_max; ++i) {
    auto next = checks.start(check);
    ASSERT_TRUE(next);
    ASSERT_TRUE(checks.wait(*next, std::chrono::seconds(30)));
  }
  EXPECT_FALSE(checks.describe(*first));
  EXPECT_EQ(checks.runs_total(), log_checks_kept_max + 1);
}

}  // namespace
}  // namespace quotary::api
