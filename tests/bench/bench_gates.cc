// quotary_bench_gates: how long it takes to tell how a case stands, from what the state holds of it: an ordinary
// demonstration, and a case with as much as may be in one.
#include "ledger/base/hash.h"
#include "ledger/gates/limits.h"
#include "ledger/records/cases.h"
#include "ledger/records/fold.h"
#include "tests/support/gate_fixture.h"
#include "tests/support/map_state.h"

#include <chrono>
#include <cstdio>

namespace quotary {
namespace {

constexpr std::uint64_t entries_about_a_case = 1'000;
constexpr unsigned rounds = 2'000;

// A ledger with one policy and one open case.
struct BenchCase {
  testing::MapState state;
  RecordsFold fold;
  std::uint64_t size = 0;
  std::chrono::steady_clock::duration folding{};

  void add(std::string_view type, std::string_view subject, json::object body, const json::object& facts) {
    Entry entry;
    entry.index = size;
    entry.time = Timestamp{testing::received.unix_ms + static_cast<std::int64_t>(size)};
    entry.type = type;
    entry.actor_id = "p1";
    entry.actor_role = "rep";
    entry.subject = subject;
    entry.body = std::move(body);
    const auto began = std::chrono::steady_clock::now();
    const auto done = fold.apply(entry, json::serialize(facts), state);
    folding += std::chrono::steady_clock::now() - began;
    if (!done) std::fprintf(stderr, "%s\n", done.error().code.c_str());
    QUOTARY_CHECK(done.has_value());
    ++size;
  }
  explicit BenchCase(const gates::Policy& policy) {
    const std::string text = gates::canonical(policy);
    add("policy.published", "policy:demonstration",
        {{"policy", "demonstration"}, {"version", 1}, {"sha256", sha256(text).hex()}}, parse_json(text)->as_object());
    add("case.opened", "case:c1",
        {{"case", "c1"},
         {"policy", "demonstration"},
         {"policy_version", 1},
         {"action_type", "demonstration"},
         {"month", "2026-11"}},
        {{"owner", "p1"}, {"team", "east"}, {"region", "china"}});
  }
  void evidence(const std::string& item, std::string_view kind, std::uint64_t version, const json::object& facts) {
    add("evidence.added", "case:c1",
        {{"case", "c1"},
         {"item", item},
         {"kind", kind},
         {"version", version},
         {"content", sha256(item + std::to_string(version)).hex()},
         {"size", 1'000}},
        facts);
  }
  void measure(const char* what) const {
    const auto found = records::find_case(state, "c1").value().value();
    const auto began = std::chrono::steady_clock::now();
    std::uint64_t met = 0;
    for (unsigned i = 0; i < rounds; ++i)
      for (const auto& each : records::gate_of(state, found).value().requirements)
        met += each.standing == gates::Standing::met;
    const auto spent = std::chrono::steady_clock::now() - began;
    const auto us = [](auto time, std::uint64_t of) {
      return std::chrono::duration<double, std::micro>(time).count() / static_cast<double>(of);
    };
    std::printf("%-44s %8.1f us; %4llu of its requirements met; its entries folded in %.1f us each\n", what,
                us(spent, rounds), static_cast<unsigned long long>(met / rounds), us(folding, size));
  }
};

json::object photo_facts() { return {{"captured_at", format_rfc3339(testing::received)}, {"geo", true}}; }

void an_ordinary_case() {
  BenchCase of(testing::demonstration());
  of.evidence("photo-1", "photo", 1, photo_facts());
  of.evidence("deck-1", "deck", 1, {{"version_label", true}});
  of.evidence("deck-1", "deck", 2, {{"version_label", true}, {"change_note", true}});
  of.evidence("confirmation-1", "confirmation", 1,
              {{"signature", "recorded"}, {"target", json::object{{"item", "deck-1"}, {"version", 2}}}});
  of.measure("a demonstration, 4 versions of 3 items");
}

// All items are of one kind, and count for every requirement.
void the_largest_case() {
  auto policy = testing::demonstration();
  const auto one = policy.requirements.front();
  policy.requirements.clear();
  for (std::size_t i = 0; i < gates::limits::requirements_max; ++i) {
    policy.requirements.push_back(one);
    policy.requirements.back().id = "photo_" + std::to_string(i);
    policy.requirements.back().min_count = records::case_items_max;
  }
  BenchCase of(policy);
  std::uint64_t added = 0;
  for (std::uint64_t version = 1; added < entries_about_a_case; ++version)
    for (std::uint64_t i = 0; i < records::case_items_max && added < entries_about_a_case; ++i, ++added) {
      auto facts = photo_facts();
      if (version > 1) facts["change_note"] = true;
      of.evidence("photo-" + std::to_string(i), "photo", version, facts);
    }
  of.measure("32 requirements, 1,000 versions of 100 items");
}

}  // namespace
}  // namespace quotary

int main() {
  quotary::an_ordinary_case();
  quotary::the_largest_case();
  return 0;
}
