// Cosignatures, policies and add-checkpoint bodies against the published cases of tests/golden/witness, which other
// implementations made.
#include "ledger/base/file_system.h"
#include "ledger/base/json.h"
#include "ledger/log/add_checkpoint.h"
#include "ledger/log/policy.h"
#include "signing/cosigner.h"
#include "signing/keys.h"
#include "tests/support/golden.h"
#include "tests/support/golden_seed.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace quotary {
namespace {

using testing::golden_seed;

json::object golden(const std::string& name) { return testing::golden_json("witness/" + name).as_object(); }

std::string text_of(const json::object& from, std::string_view name) { return std::string(from.at(name).as_string()); }

// `name`, or `name`_hex where JSON cannot hold the bytes.
std::string bytes_of(const json::object& from, const std::string& name) {
  return from.contains(name) ? text_of(from, name) : *from_hex(text_of(from, name + "_hex"));
}

std::uint64_t number(const json::value& value) { return value.to_number<std::uint64_t>(); }

TEST(Cosignatures, ThePublishedCases) {
  const auto set = golden("cosignatures.json");
  const std::vector<Vkey> logs{*parse_vkey(text_of(set, "log"))};
  std::string policy_text, names;
  for (const auto& vkey : set.at("witnesses").as_array()) {
    const std::string name = "w" + std::to_string(names.size() / 3);
    policy_text += "witness " + name + " " + std::string(vkey.as_string()) + "\n";
    names += " " + name;
  }
  const auto policy = WitnessPolicy::parse(policy_text + "group g 2" + names + "\nquorum g\n");
  ASSERT_TRUE(policy) << policy.error().detail;
  for (const auto& each : set.at("cases").as_array()) {
    const auto& one = each.as_object();
    const auto name = text_of(one, "name");
    const auto checked = check_witnessed(bytes_of(one, "note"), logs, *policy, signing::ed25519_holds);
    if (one.contains("code")) {
      ASSERT_FALSE(checked) << name;
      EXPECT_EQ(checked.error().code, text_of(one, "code")) << name << ": " << checked.error().detail;
      continue;
    }
    ASSERT_TRUE(checked) << name << ": " << checked.error().detail;
    EXPECT_EQ(checked->enough, one.at("enough").as_bool()) << name;
    std::size_t count = 0;
    const auto& times = one.at("times").as_array();
    ASSERT_EQ(checked->cosignatures.size(), times.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
      ASSERT_EQ(checked->cosignatures[i].has_value(), !times[i].is_null()) << name << " witness " << i;
      if (times[i].is_null()) continue;
      ++count;
      EXPECT_EQ(checked->cosignatures[i]->time, number(times[i])) << name << " witness " << i;
      EXPECT_NE(bytes_of(one, "note").find(checked->cosignatures[i]->line), std::string::npos) << name;
    }
    EXPECT_EQ(checked->count, count) << name;
    EXPECT_EQ(checked->checkpoint.size, 8u) << name;
  }
}

TEST(Cosignatures, OursAreThoseOfOtherImplementations) {
  const auto cosigner = signing::cosigner_from_seed("witness.example.com/w1", golden_seed(32));
  const auto set = golden("cosignatures.json");
  EXPECT_EQ(vkey_text(cosigner->vkey()), std::string(set.at("witnesses").as_array()[0].as_string()));
  const std::string proof = testing::golden("log/eight.tlog-proof");
  const std::string note = proof.substr(proof.find("\n\n") + 2);
  const std::string text = note.substr(0, note.find("\n\n") + 1);
  EXPECT_TRUE(note.ends_with("\n" + *cosigner->cosignature_line(1700000000, text)));
}

TEST(Cosignatures, TheWorkedExampleOfTheFormatHolds) {
  const std::string format = *read_file(*posix_file_system(), QUOTARY_SOURCE_DIR "/ledger/FORMAT.md");
  const auto cosigner = signing::cosigner_from_seed("witness.example.com/w1", golden_seed(32));
  const auto log = signing::signer_from_seed("ledger.example.com/quotes", golden_seed(0));
  // The checkpoint of the worked example's one entry.
  const auto root = Hash::from_hex("70ba836ce4867de0166e5034ae14d6bc4b69dbdd884e3a6d8cd468c41dc801b8");
  const std::string text = checkpoint_text({"ledger.example.com/quotes", 1, *root});
  EXPECT_NE(format.find(*cosigner->cosignature_line(1700000000, text)), std::string::npos)
      << *cosigner->cosignature_line(1700000000, text);
  EXPECT_NE(format.find(add_checkpoint_body(0, {}, *sign_checkpoint(*log, 1, *root))), std::string::npos);
}

TEST(Policies, ThePublishedCases) {
  const auto set = golden("policies.json");
  for (const auto& each : set.at("cases").as_array()) {
    const auto& one = each.as_object();
    const auto name = text_of(one, "name");
    const auto policy = WitnessPolicy::parse(bytes_of(one, "policy"));
    if (one.contains("error_line")) {
      ASSERT_FALSE(policy) << name;
      EXPECT_EQ(policy.error().code, "bad_policy") << name;
      const std::string line = "line " + std::to_string(number(one.at("error_line"))) + ": ";
      EXPECT_TRUE(policy.error().detail.starts_with(line)) << name << ": " << policy.error().detail;
      continue;
    }
    ASSERT_TRUE(policy) << name << ": " << policy.error().detail;
    EXPECT_EQ(policy->required(), one.at("required").as_bool()) << name;
    const auto enough = [&](const json::value& cosigned) {
      std::vector<bool> flags(policy->witnesses().size());
      for (const auto& word : cosigned.as_array()) {
        std::string who(word.as_string());
        if (who.starts_with("0x")) who = *from_hex(who.substr(2));
        const auto& all = policy->witnesses();
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& witness) { return witness.name == who; });
        EXPECT_NE(found, all.end()) << name << " " << who;
        flags[static_cast<std::size_t>(found - all.begin())] = true;
      }
      return policy->enough(flags);
    };
    for (const auto& some : one.at("enough").as_array())
      EXPECT_TRUE(enough(some)) << name << " " << json::serialize(some);
    for (const auto& some : one.at("not_enough").as_array())
      EXPECT_FALSE(enough(some)) << name << " " << json::serialize(some);
  }
}

TEST(Policies, UrlsAndKeysAreKept) {
  const auto set = golden("policies.json");
  const auto& policies = set.at("cases").as_array();
  const auto found = std::find_if(policies.begin(), policies.end(), [](const auto& each) {
    return each.at("name").as_string() == "blanks, tabs, comments and empty lines";
  });
  ASSERT_NE(found, policies.end());
  const auto policy = *WitnessPolicy::parse(text_of(found->as_object(), "policy"));
  ASSERT_EQ(policy.witnesses().size(), 1u);
  EXPECT_EQ(policy.witnesses()[0].url, "https://w.example/p");
  EXPECT_NE(text_of(found->as_object(), "policy").find(vkey_text(policy.witnesses()[0].key)), std::string::npos);
}

TEST(AddCheckpointBody, IsReadAsItIsWritten) {
  const std::vector<Hash> proof{sha256("a"), sha256("b")};
  const std::string body = add_checkpoint_body(7, proof, "o\n9\nr\n\n\xe2\x80\x94 o AAAAAAA=\n");
  const auto parsed = parse_add_checkpoint(body);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->old_size, 7u);
  EXPECT_EQ(parsed->proof, proof);
  EXPECT_EQ(parsed->note, "o\n9\nr\n\n\xe2\x80\x94 o AAAAAAA=\n");
  EXPECT_EQ(*parse_size_body("18446744073709551615\n"), ~std::uint64_t{0});
  for (const char* bad : {"", "8", "8\n\n", " 8\n", "08\n", "8\r\n", "-1\n", "18446744073709551616\n"})
    EXPECT_FALSE(parse_size_body(bad)) << bad;
}

TEST(CosignerFile, IsMadeOnceAndForItsOwner) {
  const testing::TemporaryFolder folder;
  const auto files = posix_file_system();
  SystemRandom random;
  const std::string path = folder.file("witness.key");
  for (const char* bad : {"", "two words", "a+b", "nul\n"})
    EXPECT_EQ(signing::make_cosigner(*files, path, bad, random).error().code, "bad_witness_name") << bad;
  const auto made = signing::make_cosigner(*files, path, "witness.example.com/w9", random);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(signing::make_cosigner(*files, path, "witness.example.com/w9", random).error().code, "keys_exist");
  const auto opened = signing::open_cosigner(*files, path);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ((*opened)->vkey(), (*made)->vkey());
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_EQ(signing::open_cosigner(*files, path).error().code, "key_permissions");
  const std::string good = *read_file(*files, path);
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    ASSERT_TRUE(write_file_durably(*files, path, good.substr(0, cut)));
    EXPECT_EQ(signing::open_cosigner(*files, path).error().code, "key_unreadable") << cut;
  }
  std::filesystem::remove(path);
  EXPECT_EQ(signing::open_cosigner(*files, path).error().code, "key_missing");
}

}  // namespace
}  // namespace quotary
