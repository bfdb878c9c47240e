#include "tests/api/fixture.h"

#include "ledger/log/proof.h"
#include "ledger/log/store.h"
#include "ledger/records/fold.h"
#include "ledger/records/keys.h"
#include "signing/keys.h"
#include "tests/support/map_state.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::price_error;
using testing::text;
using testing::World;

TEST(Organisation, IssuesReadsAndReplays) {
  World w;
  auto first = w.issue("k-1");
  ASSERT_TRUE(first) << first.error().code << first.error().detail;
  EXPECT_EQ(first->status, 201);
  EXPECT_EQ(text(*first, "number"), "SHQT2026-000001");
  auto again = w.issue("k-1");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->status, 201);
  EXPECT_EQ(json::serialize(again->body), json::serialize(first->body));
  EXPECT_EQ(code_of(w.issue("k-1", World::quote("1.00"))), "idempotency_key_reused");
  EXPECT_EQ(code_of(w.issue("")), "idempotency_key_missing");
  EXPECT_EQ(code_of(w.issue(std::string(256, 'k'))), "idempotency_key_invalid");

  auto pdf = w.organisation->quote_pdf(w.rep, "SHQT2026-000001");
  ASSERT_TRUE(pdf);
  EXPECT_EQ(sha256(pdf->bytes).hex(), pdf->sha256);
  EXPECT_EQ(code_of(w.organisation->read_quote(w.rep2, "SHQT2026-000001")), "quote_not_found");
  EXPECT_TRUE(w.organisation->read_quote(w.manager, "SHQT2026-000001"));
  EXPECT_EQ(w.organisation->list_quotes(w.rep2, {})->body.at("items").as_array().size(), 0u);
  EXPECT_EQ(w.organisation->list_quotes(w.finance, {})->body.at("items").as_array().size(), 1u);

  w.reopen();
  auto after = w.issue("k-1");
  ASSERT_TRUE(after);
  EXPECT_EQ(json::serialize(after->body), json::serialize(first->body));
}

TEST(Organisation, BadInputUsesNoNumber) {
  World w;
  EXPECT_FALSE(w.issue("a", "{"));
  EXPECT_FALSE(w.issue("b", World::quote("1e3")));
  EXPECT_EQ(code_of(w.issue("c", World::quote("1.00", R"(, "issue_date": "2026-11-23")"))), "issue_date_not_today");
  auto unknown = World::quote();
  unknown.replace(unknown.find("SH-QT"), 5, "XX-QT");
  EXPECT_EQ(code_of(w.issue("d", unknown)), "unknown_series");
  auto past = World::quote();
  past.replace(past.find("2027-06-30"), 10, "2026-11-23");
  EXPECT_EQ(code_of(w.issue("e", past)), "validity_before_issue");
  EXPECT_FALSE(w.issue("f", World::quote("1.00", R"(, "totals": {"tax_inclusive": "1.00"})")));
  EXPECT_EQ(code_of(w.organisation->issue_quote(w.finance, "g", World::quote())), "role_not_allowed");
  auto good = w.issue("h", World::quote("1.00", R"(, "issue_date": "2026-11-24")"));
  ASSERT_TRUE(good) << good.error().code;
  EXPECT_EQ(good->body.at("sequence").as_uint64(), 1u);
  // The key of a refused call is free.
  EXPECT_TRUE(w.issue("b"));
}

TEST(Organisation, YearTurnsAtTheOrganisationsMidnight) {
  World w("2026-12-31T15:59:59.999Z");
  auto old_year = w.issue("a");
  ASSERT_TRUE(old_year);
  EXPECT_EQ(text(*old_year, "number"), "SHQT2026-000001");
  w.clock->set("2026-12-31T16:00:00.000Z");
  std::vector<std::string> numbers(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    threads.emplace_back([&, i] {
      auto issued = w.issue("n" + std::to_string(i));
      if (issued) numbers[i] = text(*issued, "number");
    });
  for (auto& thread : threads) thread.join();
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(numbers, (std::vector<std::string>{"SHQT2027-000001", "SHQT2027-000002"}));
  EXPECT_EQ(code_of(w.issue("late", World::quote("1.00", R"(, "issue_date": "2026-12-31")"))), "issue_date_not_today");
  // A clock that steps back over the year's end opens no ended period.
  w.clock->set("2026-12-31T15:00:00.000Z");
  auto stepped = w.issue("back");
  ASSERT_TRUE(stepped) << stepped.error().code;
  EXPECT_EQ(text(*stepped, "number"), "SHQT2027-000003");
}

// Clients issue while the clock passes midnight in Shanghai: each number's year is that of its own moment, the old
// year's numbers all stand before the new year's in the log, and neither series has a hole.
TEST(Organisation, QuotesRaceOverTheYearsEnd) {
  constexpr std::size_t clients = 4, each = 12;
  World w("2026-12-31T15:59:59.000Z");
  std::atomic<std::size_t> done{0};
  std::mutex mutex;
  std::map<std::uint64_t, std::string> number_at;  // by index in the log
  std::map<std::string, std::string> issued_at;    // by number
  std::vector<std::thread> threads;
  for (std::size_t c = 0; c < clients; ++c)
    threads.emplace_back([&, c] {
      for (std::size_t i = 0; i < each; ++i) {
        auto issued = w.issue("k" + std::to_string(c) + "-" + std::to_string(i));
        ++done;
        std::lock_guard lock(mutex);
        if (!issued) {
          ADD_FAILURE() << issued.error().code << " " << issued.error().detail;
          continue;
        }
        number_at[issued->body.at("ledger").at("index").as_uint64()] = text(*issued, "number");
        issued_at[text(*issued, "number")] = text(*issued, "issued_at");
      }
    });
  // Midnight comes while requests are in flight, some priced and laid out on the old side.
  while (done < clients * each / 3) std::this_thread::yield();
  w.clock->set("2026-12-31T16:00:00.000Z");
  for (auto& thread : threads) thread.join();

  std::vector<std::string> in_order;
  for (const auto& [index, number] : number_at) in_order.push_back(number);
  ASSERT_EQ(in_order.size(), clients * each);
  std::vector<std::string> expected;
  const auto old_year = static_cast<std::size_t>(
      std::count_if(in_order.begin(), in_order.end(), [](const auto& n) { return n.starts_with("SHQT2026-"); }));
  EXPECT_GE(old_year, clients * each / 3);
  EXPECT_LT(old_year, clients * each);
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const bool old = i < old_year;
    auto sequence = std::to_string(old ? i + 1 : i + 1 - old_year);
    expected.push_back((old ? "SHQT2026-" : "SHQT2027-") + std::string(6 - sequence.size(), '0') + sequence);
  }
  EXPECT_EQ(in_order, expected);
  for (const auto& [number, time] : issued_at)
    EXPECT_EQ(time < "2026-12-31T16:00:00.000Z", number.starts_with("SHQT2026-")) << number << " " << time;
  auto checked = w.organisation->verify_log(w.auditor, "{}");
  ASSERT_TRUE(checked) << checked.error().detail;
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
}

TEST(Organisation, ManyClientsLeaveNoGap) {
  World w;
  constexpr std::size_t clients = 4, each = 8;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;  // index, sequence
  for (std::size_t c = 0; c < clients; ++c)
    threads.emplace_back([&, c] {
      for (std::size_t i = 0; i < each; ++i) {
        // Every third is refused while being numbered, and must leave no hole.
        if (i % 3 == 2) {
          EXPECT_FALSE(
              w.issue("bad" + std::to_string(c * 100 + i), World::quote("1.00", R"(, "issue_date": "2026-11-23")")));
        }
        auto issued = w.issue("k" + std::to_string(c * 100 + i));
        ASSERT_TRUE(issued) << issued.error().code;
        std::lock_guard lock(mutex);
        seen.emplace_back(issued->body.at("ledger").at("index").as_uint64(), issued->body.at("sequence").as_uint64());
      }
    });
  for (auto& thread : threads) thread.join();
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), clients * each);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i].second, i + 1);
  auto checked = w.organisation->verify_log(w.auditor, "{}");
  ASSERT_TRUE(checked) << checked.error().detail;
  EXPECT_TRUE(checked->body.at("ok").as_bool()) << json::serialize(checked->body);
}

TEST(Organisation, SameKeyAtOnceIsOneQuote) {
  World w;
  std::vector<std::string> answers(3);
  std::vector<std::thread> threads;
  for (auto& answer : answers) threads.emplace_back([&] { answer = json::serialize(w.issue("same")->body); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(answers[0], answers[2]);
  EXPECT_EQ(w.organisation->list_quotes(w.rep, {})->body.at("items").as_array().size(), 1u);
}

TEST(Organisation, ListsLookAtABoundedNumberOfQuotesAPage) {
  World w;
  w.config.list_looked_at_max = 5;
  w.reopen();
  for (int i = 0; i < 12; ++i) {
    w.clock->set(i < 5 ? "2026-11-24T02:03:04.567Z" : "2026-11-25T02:03:04.567Z");
    ASSERT_TRUE(w.issue("k-" + std::to_string(i)));
  }
  const auto numbers_of = [&](QuoteFilter filter, std::size_t& pages) {
    std::vector<std::string> numbers;
    for (pages = 1;; ++pages) {
      const auto page = w.organisation->list_quotes(w.finance, filter);
      EXPECT_TRUE(page);
      for (const auto& item : page->body.at("items").as_array())
        numbers.push_back(std::string(item.at("number").as_string()));
      const auto* next = page->body.if_contains("next_cursor");
      if (!next || pages == 20) return numbers;
      filter.cursor = std::string(next->as_string());
    }
  };
  std::size_t pages = 0;
  QuoteFilter all;
  const auto every = numbers_of(all, pages);
  EXPECT_EQ(every.size(), 12u);
  EXPECT_EQ(pages, 3u);
  EXPECT_EQ(std::set<std::string>(every.begin(), every.end()).size(), every.size());

  QuoteFilter absent;
  absent.text = "nobody";
  EXPECT_TRUE(numbers_of(absent, pages).empty());
  EXPECT_EQ(pages, 3u);
  QuoteFilter part;
  part.text = "T2026-00000";
  EXPECT_EQ(numbers_of(part, pages).size(), 9u);
  QuoteFilter whole;
  whole.text = "SHQT2026-000001";  // the oldest, at once
  EXPECT_EQ(numbers_of(whole, pages), std::vector<std::string>{"SHQT2026-000001"});
  EXPECT_EQ(pages, 1u);
  QuoteFilter today;
  today.from = "2026-11-25";
  EXPECT_EQ(numbers_of(today, pages).size(), 7u);
  EXPECT_EQ(pages, 2u);
  QuoteFilter limited;
  limited.limit = 4;
  EXPECT_EQ(numbers_of(limited, pages).size(), 12u);
  EXPECT_EQ(pages, 3u);  // the last page is full and has no cursor
}

TEST(Organisation, APageHoldsOneToItsListsMost) {
  World w;
  const auto admin = Organisation::operator_principal();
  const auto code_at = [&](std::string_view list, std::uint64_t limit) {
    QuoteFilter quotes;
    VoidFilter voids;
    PageRequest page;
    quotes.limit = voids.limit = page.limit = limit;
    if (list == "quotes") return code_of(w.organisation->list_quotes(w.finance, quotes));
    if (list == "voids") return code_of(w.organisation->list_voids(w.finance, voids));
    if (list == "people") return code_of(w.organisation->list_people(admin, page));
    if (list == "series") return code_of(w.organisation->list_series(admin, page));
    return code_of(w.organisation->list_entries(w.auditor, 0, limit));
  };
  for (const std::string_view list : {"quotes", "voids", "people", "series", "entries"}) {
    const auto most = list == "entries" ? entries_page_max : list_items_max;
    for (const std::uint64_t refused : {std::uint64_t{0}, most + 1})
      EXPECT_EQ(code_at(list, refused), "bad_limit") << list << " " << refused;
    for (const std::uint64_t taken : {std::uint64_t{1}, most})
      EXPECT_EQ(code_at(list, taken), "") << list << " " << taken;
  }
}

// No call accepts a quote yet, so the state is put as an acceptance will leave it.
TEST(Organisation, VoidingAnAcceptedQuoteTakesARegionDirector) {
  World w;
  const auto number = text(*w.issue("k"), "number");
  const auto asked = w.organisation->request_void(w.rep, number, "", price_error);
  ASSERT_TRUE(asked) << asked.error().code;
  const auto id = text(*asked, "id");
  w.organisation.reset();
  {
    const auto store = open_rocks_store(w.config.data_directory + "/store", StoreMode::open).value();
    const std::string key = records::quote_key(number);
    auto quote = parse_json(store->get(Family::state, key).value().value()).value().as_object();
    quote["outcome"] = "accepted";
    const std::string accepted = json::serialize(quote);
    ASSERT_TRUE(store->write_synced({{Family::state, key, accepted}}));
  }
  w.reopen();
  const auto decide = [&](const Principal& who) {
    return w.organisation->decide_void(who, id, Organisation::Decision::approve, "", "{}");
  };
  EXPECT_EQ(text(*w.organisation->read_quote(w.rep, number), "status"), "accepted");
  EXPECT_EQ(code_of(decide(w.manager)), "higher_role_needed");
  EXPECT_EQ(decide(w.manager).error().kind, Errc::forbidden);
  const auto approved = decide(w.director);
  ASSERT_TRUE(approved) << approved.error().code << " " << approved.error().detail;
  EXPECT_EQ(text(*approved, "status"), "approved");
}

TEST(Organisation, VoidsWithFourEyes) {
  World w;
  auto issued = w.issue("k");
  ASSERT_TRUE(issued);
  auto number = text(*issued, "number");
  auto original = w.organisation->quote_pdf(w.rep, number)->bytes;
  EXPECT_EQ(code_of(w.organisation->request_void(w.rep2, number, "", price_error)), "quote_not_found");
  EXPECT_EQ(
      code_of(w.organisation->request_void(w.rep, number, "", R"({"reason_code": "no", "reason_text": "short"})")),
      "bad_reason_code");
  auto asked = w.organisation->request_void(w.rep, number, "", price_error);
  ASSERT_TRUE(asked) << asked.error().code;
  auto id = text(*asked, "id");
  EXPECT_EQ(code_of(w.organisation->request_void(w.rep, number, "", price_error)), "void_request_open");
  auto decide = [&](const Principal& who, const char* key) {
    return w.organisation->decide_void(who, id, Organisation::Decision::approve, key, "{}");
  };
  EXPECT_EQ(code_of(decide(w.rep, "")), "four_eyes");
  EXPECT_EQ(code_of(decide(w.rep2, "")), "void_request_not_found");
  EXPECT_EQ(code_of(decide(w.finance, "")), "role_not_allowed");
  EXPECT_EQ(code_of(decide(w.auditor, "")), "role_not_allowed");
  auto approved = decide(w.manager, "d-1");
  ASSERT_TRUE(approved) << approved.error().code << " " << approved.error().detail;
  EXPECT_EQ(text(*approved, "status"), "approved");
  auto again = decide(w.manager, "d-1");
  ASSERT_TRUE(again);
  EXPECT_EQ(json::serialize(again->body), json::serialize(approved->body));
  EXPECT_EQ(code_of(decide(w.manager, "")), "already_decided");
  EXPECT_EQ(code_of(w.organisation->request_void(w.rep, number, "", price_error)), "already_voided");
  EXPECT_EQ(w.organisation->quote_pdf(w.rep, number)->bytes, original);
  auto certificate = w.organisation->void_certificate(w.rep, id);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(sha256(certificate->bytes).hex(), certificate->sha256);

  auto verified = w.organisation->verify_bytes(original);
  ASSERT_TRUE(verified);
  EXPECT_EQ(text(*verified, "match"), "exact");
  EXPECT_EQ(text(*verified, "status"), "voided");
  auto history = w.organisation->quote_history(w.finance, number);
  ASSERT_TRUE(history);
  const auto& events = history->body.at("events").as_array();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].at("type").as_string(), "quote.issued");
  EXPECT_EQ(events[2].at("type").as_string(), "void.approved");
  auto report = w.organisation->voids_report(w.finance, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->body.at("rows").as_array().size(), 1u);
  auto csv = w.organisation->voids_report_csv(w.finance, {});
  ASSERT_TRUE(csv);
  EXPECT_NE(csv->bytes.find("SHQT2026-000001,"), std::string::npos);
}

TEST(Organisation, VoidRequestsAreWithdrawnRejectedOrLapse) {
  World w;
  auto number = text(*w.issue("k"), "number");
  auto ask = [&] { return text(*w.organisation->request_void(w.rep, number, "", price_error), "id"); };
  auto first = ask();
  EXPECT_EQ(code_of(w.organisation->decide_void(w.manager, first, Organisation::Decision::withdraw, "", "{}")),
            "not_requester");
  EXPECT_EQ(text(*w.organisation->decide_void(w.rep, first, Organisation::Decision::withdraw, "", "{}"), "status"),
            "withdrawn");
  auto second = ask();
  EXPECT_EQ(code_of(w.organisation->decide_void(w.manager, second, Organisation::Decision::reject, "", "{}")),
            "comment_missing");
  EXPECT_EQ(text(*w.organisation->decide_void(w.manager, second, Organisation::Decision::reject, "",
                                              R"({"comment": "价格无误"})"),
                 "status"),
            "rejected");
  auto third = ask();
  EXPECT_EQ(*w.organisation->run_due_events(), 0u);
  w.clock->set("2026-12-25T00:00:00.000Z");
  EXPECT_EQ(*w.organisation->run_due_events(), 2u);  // and November is sealed
  EXPECT_EQ(text(*w.organisation->read_void(w.manager, third), "status"), "lapsed");
  EXPECT_EQ(code_of(w.organisation->decide_void(w.manager, third, Organisation::Decision::approve, "", "{}")),
            "already_decided");
}

TEST(Organisation, VerifiesWithoutTellingMore) {
  World w;
  auto issued = w.issue("k");
  ASSERT_TRUE(issued);
  auto number = text(*issued, "number"), code = text(*issued, "verify_code");
  auto by_code = w.organisation->verify_number(number, code);
  ASSERT_TRUE(by_code);
  EXPECT_EQ(text(*by_code, "status"), "valid");
  for (const char* wrong : {"", "AAAA", "00000000000000000"}) {
    auto answer = w.organisation->verify_number(number, wrong);
    ASSERT_TRUE(answer);
    EXPECT_EQ(json::serialize(answer->body), R"({"match":"unknown"})");
  }
  auto pdf = w.organisation->quote_pdf(w.rep, number)->bytes;
  EXPECT_EQ(text(*w.organisation->verify_bytes(pdf + "% junk\n"), "match"), "altered");
  EXPECT_EQ(text(*w.organisation->verify_bytes(pdf.substr(0, pdf.size() - 1)), "match"), "altered");
  EXPECT_EQ(text(*w.organisation->verify_bytes("%PDF-1.7\n"), "match"), "unknown");
  EXPECT_EQ(text(*w.organisation->verify_sha256(sha256(pdf).hex()), "match"), "exact");
  w.clock->set("2027-06-30T16:00:00.000Z");
  EXPECT_EQ(text(*w.organisation->verify_number(number, code), "status"), "expired");
}

// The proof of a public answer may be a minute old; what it says of the quote may not.
TEST(Organisation, PublicProofsAgeButHoldAndStatusesDoNot) {
  World w;
  auto issued = w.issue("k");
  ASSERT_TRUE(issued);
  auto number = text(*issued, "number");
  auto hex = std::string(issued->body.at("document").at("sha256").as_string());
  auto key = signing::open_vkey(w.organisation->vkey().substr(0, w.organisation->vkey().size() - 1));
  ASSERT_TRUE(key);
  auto ask = [&] {
    auto answer = w.organisation->verify_sha256(hex);
    EXPECT_TRUE(answer);
    const auto& place = answer->body.at("ledger");
    auto proof = check_proof(std::string_view(place.at("proof").as_string()), **key);
    EXPECT_TRUE(proof);
    EXPECT_EQ(place.at("tree_size").as_uint64(), proof->tree_size);
    return std::pair(proof->tree_size, text(*answer, "status"));
  };
  const auto size = w.organisation->ledger_state().tree_size;
  EXPECT_EQ(ask(), std::pair(size, std::string("valid")));
  auto asked = w.organisation->request_void(w.rep, number, "", price_error);
  ASSERT_TRUE(asked);
  ASSERT_TRUE(w.organisation->decide_void(w.manager, text(*asked, "id"), Organisation::Decision::approve, "", "{}"));
  EXPECT_EQ(ask(), std::pair(size, std::string("voided")));
  w.clock->set("2026-11-24T02:05:04.567Z");
  EXPECT_EQ(ask(), std::pair(size + 2, std::string("voided")));
}

// State is a fold: what the entries and their facts say, applied anew, is what the store holds.
TEST(Organisation, RebuiltStateEqualsLiveState) {
  World w("2026-12-31T15:59:00.000Z");
  auto number = text(*w.issue("a"), "number");
  auto request = text(*w.organisation->request_void(w.rep, number, "r", price_error), "id");
  ASSERT_TRUE(w.organisation->decide_void(w.manager, request, Organisation::Decision::approve, "d", "{}"));
  w.clock->set("2026-12-31T16:01:00.000Z");
  auto second = text(*w.issue("b"), "number");
  ASSERT_TRUE(w.issue("c", World::quote("3.00", R"(, "revision_of": ")" + second + R"(")")));
  ASSERT_TRUE(w.organisation->request_void(w.rep, second, "", price_error));
  w.organisation.reset();

  auto files = posix_file_system();
  auto keys = signing::KeyFolder::open(files, w.config.keys_directory);
  ASSERT_TRUE(keys);
  LedgerOptions options;
  options.directory = w.config.data_directory;
  LedgerPorts ports{files,
                    w.clock,
                    std::make_shared<SystemRandom>(),
                    &(*keys)->log_signer(),
                    &(*keys)->object_cipher(),
                    std::make_shared<RecordsFold>()};
  auto ledger = Ledger::open(options, ports);
  ASSERT_TRUE(ledger) << ledger.error().detail;
  quotary::testing::MapState rebuilt;
  for (std::uint64_t i = 0; i < (*ledger)->state().tree_size; ++i) {
    auto entry = (*ledger)->entry(i);
    ASSERT_TRUE(entry);
    auto facts = (*ledger)->object(*entry, "facts");
    auto applied = RecordsFold().apply(*entry, facts ? *facts : std::string(), rebuilt);
    ASSERT_TRUE(applied) << applied.error().detail;
  }
  std::map<std::string, std::string, std::less<>> live;
  auto read = [&](const StateReader& state, std::uint64_t, const Hash&) {
    return state.scan("", "", false, [&](std::string_view key, std::string_view value) {
      // The log's own links of subjects lie beside the fold's keys.
      if (!key.starts_with("~")) live.emplace(key, value);
      return true;
    });
  };
  ASSERT_TRUE((*ledger)->read_state(read));
  // Key by key, so that a failure names what differs.
  for (const auto& [key, value] : live) EXPECT_EQ(rebuilt.values[key], value) << key;
  EXPECT_EQ(rebuilt.values.size(), live.size());
}

TEST(Organisation, ARevisionSupersedes) {
  World w;
  auto old = text(*w.issue("a"), "number");
  auto next = w.issue("b", World::quote("2.00", R"(, "revision_of": ")" + old + R"(")"));
  ASSERT_TRUE(next) << next.error().code << " " << next.error().detail;
  auto read = w.organisation->read_quote(w.rep, old);
  ASSERT_TRUE(read);
  EXPECT_EQ(text(*read, "status"), "superseded");
  EXPECT_EQ(code_of(w.issue("c", World::quote("3.00", R"(, "revision_of": ")" + old + R"(")"))), "already_superseded");
  EXPECT_EQ(w.issue("d")->body.at("sequence").as_uint64(), 3u);
}

}  // namespace
}  // namespace quotary::api
