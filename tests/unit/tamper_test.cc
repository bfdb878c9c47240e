// Someone writes to every file of the data folder, and has none of the keys: whatever he does, verification names it,
// by kind and by entry.
#include "ledger/log/entry.h"
#include "ledger/log/index_root.h"
#include "ledger/log/ledger_impl.h"
#include "ledger/log/slots.h"
#include "ledger/log/stored_tree.h"
#include "ledger/log/walk.h"
#include "tests/support/log_fixture.h"
#include "tests/support/numbering_fold.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

namespace quotary {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t genesis_entries = 1, quotes = 12, size = genesis_entries + quotes;
constexpr std::uint64_t at = 5;  // where most of it is done

// Changes a stopped ledger's store as its own programs would, but for signing.
class Forger {
 public:
  explicit Forger(const std::string& directory)
      : directory_(directory), store_(open_rocks_store(store_path(directory), StoreMode::open).value()) {
    for (std::uint64_t index = 0; index < size; ++index) {
      entries.push_back(parse_entry(get(Family::entries, index_key(index))).value());
      salts_.push_back(parse_json(entries.back().canonical).value().at("salt").as_string().c_str());
    }
  }

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string get(Family family, const std::string& key) const {
    return store_->get(family, key).value().value();
  }
  void put(Family family, const std::string& key, const std::string& value) {
    QUOTARY_CHECK(store_->write_synced({{family, key, value}}));
  }
  void erase(Family family, const std::string& key) {
    QUOTARY_CHECK(store_->write_synced({{family, key, std::nullopt}}));
  }
  void swap(Family family, const std::string& one, const std::string& other) {
    const std::string kept = get(family, one);
    put(family, one, get(family, other));
    put(family, other, kept);
  }

  // Chains `entries` from `from` on anew, with all that follows from them: bytes, leaves, links and tree.
  void chain_anew(std::uint64_t from) {
    for (std::uint64_t index = from; index < entries.size(); ++index) {
      Entry& entry = entries[index];
      entry.index = index;
      entry.prev = index == 0 ? Hash{} : entries[index - 1].leaf;
      QUOTARY_CHECK(encode_entry(entry, from_hex(salts_[std::min<std::size_t>(index, size - 1)]).value()));
      put(Family::entries, index_key(index), entry.canonical);
    }
    record_tree();
  }
  // Each entry's place among those about its subject, in their order of now.
  void link_anew() {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> last;  // number and index
    for (std::uint64_t index = 0; index < entries.size(); ++index) {
      Entry& entry = entries[index];
      const auto before = last.find(entry.subject);
      entry.subject_prev.reset();
      entry.subject_seq = 1;
      if (before != last.end()) {
        entry.subject_seq = before->second.first + 1;
        entry.subject_prev = before->second.second;
      }
      last[entry.subject] = {entry.subject_seq, index};
    }
  }
  // The tree's records, one entry a batch, as the ledger of this test wrote them.
  void record_tree() {
    Spine spine;
    for (std::uint64_t index = 0; index < entries.size(); ++index) {
      std::string hashes(entries[index].leaf.view());
      spine.add({0, index, entries[index].leaf},
                [&](unsigned, std::uint64_t, const Hash& hash) { hashes += hash.view(); });
      put(Family::batches, index_key(index + 1), batch_value(index, hashes));
    }
  }
  void facts_of(std::uint64_t index, const std::string& facts) {
    put(Family::objects, object_key(index, 0), facts);
    entries[index].objects[0].sha256 = sha256(facts);
    entries[index].objects[0].size = facts.size();
  }

  std::vector<Entry> entries;

 private:
  const std::string directory_;
  const std::unique_ptr<Store> store_;
  std::vector<std::string> salts_;
};

struct Way {
  const char* name;
  const char* kind;
  std::uint64_t index;
  std::function<void(Forger&)> go;
};

// What is done to the store.
const Way ways[] = {
    {"an entry replaced", "leaf", at, [](Forger& f) { f.put(Family::entries, index_key(at), "{}"); }},
    {"one byte of an entry", "leaf", at,
     [](Forger& f) {
       std::string bytes = f.get(Family::entries, index_key(at));
       bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
       f.put(Family::entries, index_key(at), bytes);
     }},
    {"an entry with a blank that changes nothing", "leaf", at,
     [](Forger& f) {
       std::string bytes = f.get(Family::entries, index_key(at));
       f.put(Family::entries, index_key(at), bytes.insert(1, " "));
     }},
    {"an entry taken out", "leaf", at, [](Forger& f) { f.erase(Family::entries, index_key(at)); }},
    {"an entry written over by its neighbour", "reorder", at,
     [](Forger& f) { f.put(Family::entries, index_key(at), f.get(Family::entries, index_key(at + 1))); }},
    {"two entries swapped", "reorder", at,
     [](Forger& f) { f.swap(Family::entries, index_key(at), index_key(at + 1)); }},
    {"an entry put behind the end", "leaf", size,
     [](Forger& f) { f.put(Family::entries, index_key(size), f.get(Family::entries, index_key(size - 1))); }},
    {"facts changed", "payload", at, [](Forger& f) { f.put(Family::objects, object_key(at, 0), "6"); }},
    {"a private payload changed", "payload", at,
     [](Forger& f) {
       std::string bytes = f.get(Family::objects, object_key(at, 1));
       bytes.back() = static_cast<char>(bytes.back() ^ 1);
       f.put(Family::objects, object_key(at, 1), bytes);
     }},
    {"a payload taken out", "payload", at, [](Forger& f) { f.erase(Family::objects, object_key(at, 1)); }},
    {"a payload emptied", "payload", at, [](Forger& f) { f.put(Family::objects, object_key(at, 0), ""); }},
    {"a payload too many", "payload", at, [](Forger& f) { f.put(Family::objects, object_key(at, 2), "surplus"); }},
    {"a payload behind the end", "payload", size,
     [](Forger& f) { f.put(Family::objects, object_key(size, 0), "surplus"); }},
    {"two payloads swapped", "payload", at,
     [](Forger& f) { f.swap(Family::objects, object_key(at, 0), object_key(at, 1)); }},
    {"the private payload of another entry", "payload", at,
     [](Forger& f) { f.put(Family::objects, object_key(at, 1), f.get(Family::objects, object_key(at + 1, 1))); }},
    {"a leaf changed", "node", at,
     [](Forger& f) { f.put(Family::batches, index_key(at + 1), batch_value(at, std::string(64, 'x'))); }},
    {"a leaf's record cut", "node", at,
     [](Forger& f) { f.put(Family::batches, index_key(at + 1), batch_value(at, std::string(32, 'x'))); }},
    {"a leaf's record emptied", "node", at, [](Forger& f) { f.put(Family::batches, index_key(at + 1), ""); }},
    {"a leaf's record taken out", "node", at, [](Forger& f) { f.erase(Family::batches, index_key(at + 1)); }},
    {"a node above changed", "node", 7,
     [](Forger& f) {
       std::string bytes = f.get(Family::batches, index_key(8));
       bytes.back() = static_cast<char>(bytes.back() ^ 1);
       f.put(Family::batches, index_key(8), bytes);
     }},
    {"the end cut off", "truncation", size - 1,
     [](Forger& f) {
       f.erase(Family::batches, index_key(size));
       f.erase(Family::entries, index_key(size - 1));
     }},
    {"the end cut off, its entry left", "leaf", size - 1, [](Forger& f) { f.erase(Family::batches, index_key(size)); }},
    {"an entry changed with its leaf and tree", "link", at + 1,
     [](Forger& f) {
       f.entries[at].actor_id = "another";
       QUOTARY_CHECK(encode_entry(f.entries[at], std::string(16, 's')));
       f.put(Family::entries, index_key(at), f.entries[at].canonical);
       f.record_tree();
     }},
    {"all from an entry on chained anew: another person", "checkpoint", size - 1,
     [](Forger& f) {
       f.entries[at].actor_id = "another";
       f.chain_anew(at);
     }},
    {"chained anew: another type", "checkpoint", size - 1,
     [](Forger& f) {
       f.entries[at].type = "quote.forgotten";
       f.chain_anew(at);
     }},
    {"chained anew: an earlier time than the one before", "clock", at,
     [](Forger& f) {
       f.entries[at].time.unix_ms -= 86'400'000;
       f.chain_anew(at);
     }},
    {"chained anew: another entry before it about its subject", "link", at,
     [](Forger& f) {
       f.entries[at].subject_prev = at - 2;
       f.chain_anew(at);
     }},
    {"chained anew: a place left out among its subject's", "link", at,
     [](Forger& f) {
       ++f.entries[at].subject_seq;
       f.chain_anew(at);
     }},
    {"chained anew: two entries in the other order", "checkpoint", size - 1,
     [](Forger& f) {
       std::swap(f.entries[at], f.entries[at + 1]);
       f.link_anew();
       f.chain_anew(at);
     }},
    {"chained anew: one entry less", "truncation", size - 1,
     [](Forger& f) {
       f.entries.erase(f.entries.begin() + at);
       f.erase(Family::entries, index_key(size - 1));
       f.erase(Family::batches, index_key(size));
       f.link_anew();
       f.chain_anew(at);
     }},
    {"chained anew: one entry more", "checkpoint", size - 1,
     [](Forger& f) {
       f.entries.insert(f.entries.begin() + at, f.entries[at]);
       f.link_anew();
       f.chain_anew(at);
     }},
    {"chained anew: other facts", "checkpoint", size - 1,
     [](Forger& f) {
       f.facts_of(0, "forged");
       f.chain_anew(0);
     }},
    {"chained anew: a number twice", "number_duplicate", at,
     [](Forger& f) {
       f.facts_of(at, std::to_string(at - 1));
       f.chain_anew(at);
     }},
    {"chained anew: a number left out", "number_gap", at,
     [](Forger& f) {
       f.facts_of(at, std::to_string(at + 1));
       f.chain_anew(at);
     }},
    {"chained anew: the first entry", "link", 0,
     [](Forger& f) {
       f.chain_anew(0);
       f.entries[0].prev = f.entries[at].leaf;
       QUOTARY_CHECK(encode_entry(f.entries[0], std::string(16, 's')));
       f.put(Family::entries, index_key(0), f.entries[0].canonical);
       f.record_tree();
     }},
    {"state changed", "state", size - 1, [](Forger& f) { f.put(Family::state, "series/A", "40"); }},
    {"a series' last number set back", "number_gap", size - 1,
     [](Forger& f) { f.put(Family::state, "series/A", "3"); }},
    {"state taken out", "state", size - 1, [](Forger& f) { f.erase(Family::state, "series/A"); }},
    {"state put in", "state", size - 1, [](Forger& f) { f.put(Family::state, "series/B", "1"); }},
    {"the state's size set back", "state", size - 1,
     [](Forger& f) { f.put(Family::state, "~size", index_key(size - 2)); }},
};

class TamperTest : public testing::LogFixture {
 protected:
  TamperTest() {
    ports.fold = std::make_shared<testing::NumberingFold>();
    options.publish_to = {folder.file("elsewhere.slots")};
    fill(ports);
    fs::copy(options.directory, honest(), fs::copy_options::recursive);
    fs::copy(folder.file("elsewhere.slots"), folder.file("elsewhere.kept"));
  }
  void fill(const LedgerPorts& with) {
    auto ledger = Ledger::create(options, with, draft("organisation.created", "organisation")).value();
    for (std::uint64_t number = 1; number <= quotes; ++number) {
      clock->set(Timestamp{clock->now().unix_ms + 1000});
      QUOTARY_CHECK(ledger->append(one(draft("quote.issued", "q", std::to_string(number)))));
    }
  }
  [[nodiscard]] std::string honest() const { return folder.file("honest"); }
  void put_back() {
    fs::remove_all(options.directory);
    fs::copy(honest(), options.directory, fs::copy_options::recursive);
    fs::copy(folder.file("elsewhere.kept"), folder.file("elsewhere.slots"), fs::copy_options::overwrite_existing);
  }
  // Whether verification names it, and a start refuses to write; else what it says instead.
  void expect_named(const std::string& kind, std::uint64_t index) {
    const VerifyReport report = verify();
    std::string said;
    bool named = false;
    for (const auto& problem : report.problems) {
      named = named || (problem.kind == kind && problem.index == index);
      said += "\n  #" + std::to_string(problem.index) + " " + problem.kind + ": " + problem.detail;
    }
    EXPECT_TRUE(named) << "not named: " << kind << " at " << index << said;
  }
  void damage(const std::string& path, const std::function<void(std::string&)>& change) {
    std::string bytes = read_file(*ports.files, path).value();
    change(bytes);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
};

TEST_F(TamperTest, EveryWayIntoTheStoreIsNamed) {
  ASSERT_GE(std::size(ways), 30u);
  EXPECT_EQ(verify().problems_total, 0u);
  for (const Way& way : ways) {
    SCOPED_TRACE(way.name);
    put_back();
    {
      Forger forger(options.directory);
      way.go(forger);
    }
    expect_named(way.kind, way.index);
  }
  put_back();
  EXPECT_EQ(verify().problems_total, 0u);
}

TEST_F(TamperTest, AWholeLedgerUnderAnotherKeyIsNotThisOne) {
  const auto strangers = signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x02'));
  fs::remove_all(options.directory);
  fs::remove(folder.file("elsewhere.slots"));
  LedgerPorts forged = ports;
  forged.signer = strangers.get();
  clock->set("2026-11-24T02:03:04.567Z");
  fill(forged);
  expect_named("checkpoint", size - 1);
  EXPECT_EQ(verify().problems.front().detail.find("the published checkpoint is not this log's"), 0u)
      << verify().problems.front().detail;
  // With the honest slots, and with those of the folder alone.
  fs::copy(folder.file("elsewhere.kept"), folder.file("elsewhere.slots"), fs::copy_options::overwrite_existing);
  expect_named("checkpoint", size - 1);
}

TEST_F(TamperTest, AnOlderCopyOfTheFolderIsBehindWhatWasPublishedElsewhere) {
  auto ledger = Ledger::open(options, ports).value();
  ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q", std::to_string(quotes + 1)))));
  ledger.reset();
  const std::string elsewhere = read_file(*ports.files, folder.file("elsewhere.slots")).value();
  put_back();
  std::ofstream(folder.file("elsewhere.slots"), std::ios::binary | std::ios::trunc) << elsewhere;
  expect_named("truncation", size);
  EXPECT_EQ(Ledger::open(options, ports).error().code, "rolled_back");
}

TEST_F(TamperTest, PublishedSlotsThatWereWipedForgedOrDamagedAreNamed) {
  options.publish_to.clear();
  const std::string slots = slots_path(options.directory);
  fs::remove(slots);
  EXPECT_EQ(verify_folder(options, ports, {}, *key).error().code, "no_ledger");
  put_back();
  fs::remove(slots);
  ASSERT_TRUE(Slots::create(*ports.files, slots));
  expect_named("checkpoint", 0);
  put_back();
  damage(slots, [](std::string& bytes) { bytes.assign(bytes.size(), 'x'); });
  expect_named("checkpoint", 0);
  put_back();
  damage(slots, [](std::string& bytes) { bytes.resize(10); });
  expect_named("checkpoint", 0);
  put_back();
  const auto strangers = signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x02'));
  const Published honest_slot = Slots::read(*ports.files, slots).value().value();
  ASSERT_TRUE(Slots::open(*ports.files, slots)
                  ->publish(sign_checkpoint(*strangers, honest_slot.size, honest_slot.root).value()));
  expect_named("checkpoint", size - 1);
}

TEST_F(TamperTest, AnIndexRootThatIsNotTheEntriesIsNamed) {
  constexpr std::uint64_t last = 4;
  fs::remove_all(options.directory);
  fs::remove(folder.file("elsewhere.slots"));
  auto ledger = Ledger::create(options, ports, draft("organisation.created", "organisation")).value();
  for (std::uint64_t number = 1; number < last; ++number)
    ASSERT_TRUE(ledger->append(one(draft("quote.issued", "q", std::to_string(number)))));
  IndexRoot forged{last, read_root(last, ledger->nodes()).value(), sha256("no such index"), 2};
  ASSERT_TRUE(ledger->append(one(index_root_draft(forged))));
  ledger.reset();
  expect_named("index", last);
}

}  // namespace
}  // namespace quotary
