#include "ledger/index/subject_index.h"

#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace quotary {
namespace {

bool bit(const Hash& key, std::size_t at) { return (key.bytes[at / 8] >> (7 - at % 8) & 1) != 0; }

// The definition, word by word.
Hash root_of(const std::vector<SubjectRecord>& records, std::size_t depth) {
  if (records.empty()) return {};
  if (records.size() == 1) return subject_leaf(records[0]);
  std::vector<SubjectRecord> left, right;
  for (const auto& record : records) (bit(record.key, depth) ? right : left).push_back(record);
  return subject_node(root_of(left, depth + 1), root_of(right, depth + 1));
}

class Model {
 public:
  explicit Model(std::uint64_t seed) : engine_(seed) {}

  // Some that are there, some new; of the new ones some share long prefixes with one that is there.
  std::vector<SubjectRecord> changes(std::size_t count) {
    std::map<Hash, SubjectLast> out;
    while (out.size() < count) {
      Hash key = random_key();
      if (!records.empty() && engine_() % 2 == 0) {
        key = some_key();
        if (engine_() % 2 == 0) {
          const std::size_t at = engine_() % subject_key_bits;
          key.bytes[at / 8] ^= static_cast<unsigned char>(0x80u >> at % 8);
        }
      }
      out[key] = {engine_() >> 20, engine_() % 5 + 1};
    }
    std::vector<SubjectRecord> changed;
    for (const auto& [key, last] : out) {
      changed.push_back({key, last});
      records[key] = last;
    }
    std::shuffle(changed.begin(), changed.end(), engine_);
    return changed;
  }
  Hash random_key() {
    Hash key;
    for (auto& byte : key.bytes) byte = static_cast<unsigned char>(engine_());
    return key;
  }
  Hash some_key() { return std::next(records.begin(), static_cast<std::ptrdiff_t>(engine_() % records.size()))->first; }
  std::vector<SubjectRecord> all() const {
    std::vector<SubjectRecord> out;
    for (const auto& [key, last] : records) out.push_back({key, last});
    return out;
  }

  std::map<Hash, SubjectLast> records;

 private:
  std::mt19937_64 engine_;
};

void check_against(const SubjectIndex& index, Model& model) {
  const Hash root = root_of(model.all(), 0);
  ASSERT_EQ(index.root(), root);
  ASSERT_EQ(index.subjects(), model.records.size());
  for (int i = 0; i < 20; ++i) {
    const Hash key = i % 2 == 0 && !model.records.empty() ? model.some_key() : model.random_key();
    const auto known = model.records.find(key);
    const auto expected = known == model.records.end() ? std::nullopt : std::optional(known->second);
    ASSERT_EQ(index.find(key), expected);
    const auto said = check_subject_proof(key, index.prove(key), root);
    ASSERT_TRUE(said) << said.error().detail;
    ASSERT_EQ(*said, expected);
  }
}

TEST(SubjectIndex, IsTheTreeOfItsDefinitionAfterEveryChange) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Model model(seed);
    SubjectIndex index;
    for (int round = 0; round < 24; ++round) {
      auto update = index.prepare(model.changes(round % 5 == 0 ? 60 : round % 4 + 1));
      const Hash before = index.root();
      ASSERT_EQ(update.root(), root_of(model.all(), 0));
      ASSERT_EQ(index.root(), before);  // until it is put in
      index.put(std::move(update));
      ASSERT_NO_FATAL_FAILURE(check_against(index, model));
    }
    SubjectIndex made_at_once(model.all());
    ASSERT_NO_FATAL_FAILURE(check_against(made_at_once, model));
  }
}

TEST(SubjectIndex, NoChangeIsTheSameIndex) {
  Model model(5);
  SubjectIndex index(model.changes(30));
  const Hash root = index.root();
  index.change({});
  EXPECT_EQ(index.root(), root);
  EXPECT_EQ(index.subjects(), 30u);
}

TEST(SubjectIndex, AProofHoldsForNothingElse) {
  Model model(9);
  SubjectIndex index(model.changes(300));
  for (int i = 0; i < 200; ++i) {
    const Hash key = model.some_key(), other = model.some_key(), absent = model.random_key();
    const SubjectProof proof = index.prove(key);
    ASSERT_TRUE(proof.end && proof.siblings.size() > 2);
    const auto refused = [&](const Hash& of, const SubjectProof& changed) {
      const auto said = check_subject_proof(of, changed, index.root());
      return !said && said.error().code == "index_proof";
    };
    // Neither for another subject: it would say that this one is not there.
    ASSERT_TRUE(other == key || refused(other, proof));
    SubjectProof changed = proof;
    changed.end->last.count += 1;
    ASSERT_TRUE(refused(key, changed));
    changed = proof;
    changed.end->last.index -= 1;
    ASSERT_TRUE(refused(key, changed));
    changed = proof;
    changed.end.reset();
    ASSERT_TRUE(refused(key, changed));
    changed = proof;
    std::swap(changed.siblings[0], changed.siblings[1]);
    ASSERT_TRUE(changed.siblings == proof.siblings || refused(key, changed));
    changed = proof;
    changed.siblings.pop_back();
    ASSERT_TRUE(refused(key, changed));
    changed = proof;
    changed.siblings.insert(changed.siblings.begin(), empty_subtree);
    ASSERT_TRUE(refused(key, changed));
    changed = proof;
    changed.siblings.resize(subject_key_bits + 1);
    ASSERT_TRUE(refused(key, changed));
    changed = proof;
    changed.siblings[1].bytes[31] ^= 1;
    ASSERT_TRUE(refused(key, changed));
    // What shows that one is not there shows it of no subject that is.
    const SubjectProof absence = index.prove(absent);
    ASSERT_FALSE(*check_subject_proof(absent, absence, index.root()));
    ASSERT_TRUE(!absence.end || absence.end->key == key || refused(key, absence));
    ASSERT_TRUE(absence.end || refused(key, absence));
  }
}

// In a tree that somebody else made, a subject may stand where another one belongs: it must not show that one's
// absence.
TEST(SubjectIndex, ALeafInAnothersPlaceShowsNothing) {
  Hash low = sha256("low"), high = sha256("high");
  low.bytes[0] &= 0x7f;
  high.bytes[0] |= 0x80;
  const Hash low_leaf = subject_leaf({low, {4, 1}});
  const SubjectRecord high_record{high, {5, 2}};
  const Hash root = subject_node(subject_leaf(high_record), low_leaf);
  const auto said = check_subject_proof(low, {{low_leaf}, high_record}, root);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, "index_proof");
  // Nor may it stand deeper than it must.
  const Hash deeper = subject_node(low_leaf, empty_subtree);
  ASSERT_FALSE(check_subject_proof(low, {{empty_subtree}, SubjectRecord{low, {4, 1}}}, deeper));
}

TEST(SubjectIndex, AProofIsNoDeeperThanTheTree) {
  const Hash key = sha256("subject");
  SubjectProof proof;
  proof.siblings.assign(subject_key_bits + 1, sha256("sibling"));
  const auto said = check_subject_proof(key, proof, sha256("root"));
  ASSERT_FALSE(said);
  EXPECT_NE(said.error().detail.find("deeper"), std::string::npos);
}

// A node of the index must be no node of the log, nor a leaf of one a node of the other.
TEST(SubjectIndex, HashesAreTaggedApart) {
  const Hash left = sha256("left"), right = sha256("right");
  const SubjectRecord record{left, {1, 2}};
  std::string leaf_bytes(left.view());
  put_u64(leaf_bytes, 1);
  put_u64(leaf_bytes, 2);
  EXPECT_EQ(subject_leaf(record), sha256("\x02" + leaf_bytes));
  EXPECT_EQ(subject_node(left, right), sha256("\x03" + std::string(left.view()) + std::string(right.view())));
}

std::optional<SubjectRecord> record_in(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return SubjectRecord{*Hash::from_hex(value.at("key").as_string()),
                       {value.at("last").to_number<std::uint64_t>(), value.at("count").to_number<std::uint64_t>()}};
}

TEST(SubjectIndex, GoldenVectors) {
  const auto golden = testing::golden_json("index/subject_index.json");
  ASSERT_EQ(golden.at("algorithm").as_string(), std::string(subject_index_algorithm));
  ASSERT_GE(golden.at("cases").as_array().size(), 4u);
  for (const auto& one : golden.at("cases").as_array()) {
    SCOPED_TRACE(one.at("name").as_string().c_str());
    std::vector<SubjectRecord> records;
    for (const auto& subject : one.at("subjects").as_array())
      records.push_back(
          {subject_hash(subject.at("subject").as_string()),
           {subject.at("last").to_number<std::uint64_t>(), subject.at("count").to_number<std::uint64_t>()}});
    SubjectIndex one_by_one;
    for (const auto& record : records) one_by_one.change({record});
    const SubjectIndex index(records);
    const Hash root = *Hash::from_hex(one.at("root").as_string());
    EXPECT_EQ(index.root(), root);
    EXPECT_EQ(one_by_one.root(), root);
    for (const auto& expected : one.at("proofs").as_array()) {
      const Hash key = subject_hash(expected.at("subject").as_string());
      const SubjectProof proof = index.prove(key);
      EXPECT_EQ(proof.end, record_in(expected.at("end")));
      json::array siblings;
      for (const Hash& hash : proof.siblings) siblings.emplace_back(hash.hex());
      EXPECT_EQ(siblings, expected.at("siblings").as_array());
      EXPECT_TRUE(check_subject_proof(key, proof, root));
    }
  }
}

}  // namespace
}  // namespace quotary
