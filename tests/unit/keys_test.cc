// The log key's notes, the key folder, the subjects' keys and the password hash.
#include "signing/keys.h"
#include "signing/subject_keys.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/golden_seed.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

namespace quotary {
namespace {

using signing::KeyFolder;
using testing::golden_seed;
using testing::TemporaryFolder;

constexpr std::string_view origin = "ledger.example.com/quotes";
constexpr std::string_view golden_vkey =
    "ledger.example.com/quotes+95d4a173+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr std::string_view golden_text = "ledger.example.com/quotes\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
constexpr std::string_view golden_line =
    "\xe2\x80\x94 ledger.example.com/quotes ldShc/WG4YdpYyPsNsDL95hG+xLT1P58lsyrMXVqOWrjepBkm1Fi3CD+vlOaOIrZH/XzjhyijtN4tfquIKxlVCs4dw0=\n";
constexpr std::string_view witness_line =
    "\xe2\x80\x94 witness.example.com/w1 lpmAzwAAAABlU/EAMCAU0EqXc+1huZn85qtmLC/y8lcCUUsQkyC3wCU2m0gDM86vTFZ+vRTSw6oNkNGmRPVOmdXPENxbepJfDLgGDA==\n";

TEST(LogKey, WritesTheGoldenVector) {
  const auto signer = signing::signer_from_seed(origin, golden_seed(0));
  EXPECT_EQ(signer->name(), origin);
  EXPECT_EQ(signer->vkey(), golden_vkey);
  EXPECT_EQ(signer->signature_line(golden_text).value(), golden_line);
}

TEST(LogKey, OpensTheGoldenNote) {
  const auto verifier = signing::open_vkey(golden_vkey);
  ASSERT_TRUE(verifier);
  const std::string note = std::string(golden_text) + "\n" + std::string(golden_line);
  EXPECT_EQ((*verifier)->open_note(note).value(), golden_text);
  // The witness's key is unknown here: its line is passed over, in any place.
  EXPECT_EQ((*verifier)->open_note(note + std::string(witness_line)).value(), golden_text);
  EXPECT_EQ((*verifier)
                ->open_note(std::string(golden_text) + "\n" + std::string(witness_line) + std::string(golden_line))
                .value(),
            golden_text);
  std::string many = note;
  for (int i = 0; i < 16; ++i) many += witness_line;
  EXPECT_TRUE((*verifier)->open_note(many));
}

TEST(LogKey, RefusesBadNotes) {
  const auto verifier = signing::open_vkey(golden_vkey).value();
  const auto code = [&](const std::string& note) {
    const auto opened = verifier->open_note(note);
    return opened ? std::string("ok") : opened.error().code;
  };
  const std::string text(golden_text), line(golden_line), dash = "\xe2\x80\x94 ";
  EXPECT_EQ(code(text + "\n" + line), "ok");
  EXPECT_EQ(code(""), "bad_note");
  EXPECT_EQ(code(text), "bad_note");
  EXPECT_EQ(code(text + "\n"), "bad_note");
  EXPECT_EQ(code(text + line), "bad_note") << "no blank line";
  EXPECT_EQ(code(text + "\n" + line.substr(0, line.size() - 1)), "bad_note") << "no line end";
  EXPECT_EQ(code(text + "\nsigned by me\n"), "bad_note");
  EXPECT_EQ(code(text + "\n" + dash + "name\n"), "bad_note");
  EXPECT_EQ(code(text + "\n" + dash + "na+me AAAAAAAA\n"), "bad_note");
  EXPECT_EQ(code(text + "\n" + dash + "name not base64\n"), "bad_note");
  EXPECT_EQ(code("a\tb\n\n" + line), "bad_note") << "a control character";
  EXPECT_EQ(code(text + "\n" + std::string(witness_line)), "note_signature") << "no signature of this key";
  std::string other = text;
  other[other.find('8')] = '9';
  EXPECT_EQ(code(other + "\n" + line), "note_signature");
  // A pair that is known must hold, even beside one that does.
  EXPECT_EQ(
      code(text + "\n" + line + signing::signer_from_seed(origin, golden_seed(0))->signature_line("other\n").value()),
      "note_signature");
  EXPECT_EQ(code(text + "\n" + std::string(2u << 20, 'x')), "bad_note");
}

TEST(LogKey, RefusesBadVkeys) {
  const auto good = [](std::string_view vkey) { return signing::open_vkey(vkey).has_value(); };
  const std::string vkey(golden_vkey);
  EXPECT_TRUE(good(vkey));
  EXPECT_FALSE(good(""));
  EXPECT_FALSE(good("name"));
  EXPECT_FALSE(good("name+00000000"));
  EXPECT_FALSE(good(vkey.substr(0, vkey.size() - 1)));
  EXPECT_FALSE(good("other" + vkey)) << "the id is that of another name";
  EXPECT_FALSE(good("le dger" + vkey.substr(6)));
  EXPECT_FALSE(good(vkey.substr(0, 26) + "95D4A173" + vkey.substr(34)));
  // A cosignature key (type 4) is no log key.
  EXPECT_FALSE(good("witness.example.com/w1+969980cf+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"));
}

class KeyFolderTest : public ::testing::Test {
 protected:
  std::string open_code() const {
    const auto opened = KeyFolder::open(files_, folder_.file("keys"));
    return opened ? "ok" : opened.error().code;
  }

  TemporaryFolder folder_;
  std::shared_ptr<FileSystem> files_ = posix_file_system();
  SystemRandom random_;
};

TEST_F(KeyFolderTest, IsMadeOnceAndOpenedAgain) {
  const auto made = KeyFolder::create(files_, folder_.file("keys"), std::string(origin), random_);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ((*made)->log_signer().name(), origin);
  const auto opened = KeyFolder::open(files_, folder_.file("keys"));
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ((*opened)->log_signer().vkey(), (*made)->log_signer().vkey());
  EXPECT_EQ((*opened)->keyed_hash("token", "x"), (*made)->keyed_hash("token", "x"));
  EXPECT_NE((*opened)->keyed_hash("token", "x"), (*opened)->keyed_hash("toke", "nx"));
  const auto again = KeyFolder::create(files_, folder_.file("keys"), std::string(origin), random_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "keys_exist");
  using std::filesystem::perms;
  for (const char* name : {"log.key", "pepper.key", "subjects.keys"}) {
    EXPECT_EQ(std::filesystem::status(folder_.file("keys/") + name).permissions(),
              perms::owner_read | perms::owner_write)
        << name;
  }
  EXPECT_EQ(std::filesystem::status(folder_.file("keys")).permissions(), perms::owner_all);
}

TEST_F(KeyFolderTest, WhatWasBegunIsCompletedAndKeepsItsKeys) {
  const std::string keys = folder_.file("keys");
  const auto files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
  files->fail_from("subjects.keys");
  EXPECT_EQ(KeyFolder::create(files, keys, std::string(origin), random_).error().code, "injected");
  files->heal();
  const std::string log_key = read_file(*files_, keys + "/log.key").value(),
                    pepper = read_file(*files_, keys + "/pepper.key").value();
  EXPECT_EQ(KeyFolder::create(files, keys, std::string(origin), random_).error().code, "keys_exist");
  EXPECT_EQ(KeyFolder::complete(files, keys, "ledger.example.com/other", random_).error().code, "keys_exist");
  const auto completed = KeyFolder::complete(files, keys, std::string(origin), random_);
  ASSERT_TRUE(completed) << completed.error().detail;
  EXPECT_EQ(read_file(*files_, keys + "/log.key").value(), log_key);
  EXPECT_EQ(read_file(*files_, keys + "/pepper.key").value(), pepper);
}

TEST_F(KeyFolderTest, ADamagedPepperIsNoOtherPepper) {
  const Hash before =
      (*KeyFolder::create(files_, folder_.file("keys"), std::string(origin), random_))->keyed_hash("token", "x");
  const std::string path = folder_.file("keys/pepper.key");
  const std::string whole = read_file(*files_, path).value();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    ASSERT_TRUE(write_file_durably(*files_, path, changed));
    const std::string code = open_code();
    EXPECT_TRUE(code == "key_damaged" || code == "key_unreadable") << at << " " << code;
  }
  for (const std::size_t size : {129u, 100u, 66u, 63u, 0u}) {
    ASSERT_TRUE(write_file_durably(*files_, path, whole.substr(0, size)));
    EXPECT_NE(open_code(), "ok") << size;
  }
  // As it was written before it had a sum.
  for (const std::size_t size : {65u, 64u}) {
    ASSERT_TRUE(write_file_durably(*files_, path, whole.substr(0, size)));
    EXPECT_EQ((*KeyFolder::open(files_, folder_.file("keys")))->keyed_hash("token", "x"), before) << size;
  }
}

TEST_F(KeyFolderTest, NamesWhatIsWrong) {
  EXPECT_EQ(open_code(), "key_missing");
  ASSERT_TRUE(KeyFolder::create(files_, folder_.file("keys"), std::string(origin), random_));
  for (const char* name : {"log.key", "pepper.key", "subjects.keys"}) {
    const std::string path = folder_.file("keys/") + name;
    std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    EXPECT_EQ(open_code(), "key_permissions") << name;
    std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::remove);
    std::filesystem::rename(path, path + ".away");
    const auto opened = KeyFolder::open(files_, folder_.file("keys"));
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().code, "key_missing");
    EXPECT_NE(opened.error().detail.find(name), std::string::npos);
    std::filesystem::rename(path + ".away", path);
  }
  ASSERT_EQ(open_code(), "ok");
  for (const char* name : {"log.key", "pepper.key"}) {
    const std::string path = folder_.file("keys/") + name;
    const std::string bytes = read_file(*files_, path).value();
    ASSERT_TRUE(write_file_durably(*files_, path, "x"));
    EXPECT_EQ(open_code(), "key_unreadable") << name;
    ASSERT_TRUE(write_file_durably(*files_, path, bytes));
  }
}

class SubjectKeysTest : public ::testing::Test {
 protected:
  std::unique_ptr<signing::SubjectKeyring> open(bool create) const {
    return signing::open_subject_keys(*posix_file_system(), path_, create, std::make_shared<SystemRandom>()).value();
  }
  static std::string outcome(const Result<std::string>& result) { return result ? *result : result.error().code; }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("subjects.keys");
};

TEST_F(SubjectKeysTest, RoundTripAlsoAfterOpeningAgain) {
  auto keys = open(true);
  const std::string sealed = keys->encrypt("customer 1", "object 1", "plain").value();
  EXPECT_EQ(sealed.front(), 1);
  EXPECT_EQ(sealed.size(), 1 + 24 + 5 + 16u);
  EXPECT_NE(sealed, keys->encrypt("customer 1", "object 1", "plain").value());
  EXPECT_EQ(std::filesystem::file_size(path_), 16 + 96u) << "one record a subject";
  EXPECT_EQ(outcome(keys->decrypt("customer 1", "object 1", sealed)), "plain");
  keys = open(false);
  EXPECT_EQ(outcome(keys->decrypt("customer 1", "object 1", sealed)), "plain");
  EXPECT_EQ(outcome(keys->decrypt("customer 2", "object 1", sealed)), "subject_key_missing");
  EXPECT_EQ(outcome(keys->decrypt("customer 1", "empty", keys->encrypt("customer 1", "empty", "").value())), "");
}

TEST_F(SubjectKeysTest, AnyChangeIsFound) {
  const auto keys = open(true);
  const std::string sealed = keys->encrypt("customer", "object", "plain").value();
  EXPECT_EQ(outcome(keys->decrypt("customer", "other object", sealed)), "object_damaged");
  (void)keys->encrypt("other", "object", "x").value();
  EXPECT_EQ(outcome(keys->decrypt("other", "object", sealed)), "object_damaged");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(outcome(keys->decrypt("customer", "object", changed)), "object_damaged") << i;
    EXPECT_EQ(outcome(keys->decrypt("customer", "object", sealed.substr(0, i))), "object_damaged") << i;
  }
}

TEST_F(SubjectKeysTest, ErasureIsForEver) {
  auto keys = open(true);
  const std::string gone = keys->encrypt("gone", "object", "plain").value();
  const std::string kept = keys->encrypt("kept", "object", "plain").value();
  const std::string before = read_file(*posix_file_system(), path_).value();
  EXPECT_EQ(keys->erase("nobody").error().code, "subject_key_missing");
  ASSERT_TRUE(keys->erase("gone"));
  ASSERT_TRUE(keys->erase("gone"));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(outcome(keys->decrypt("gone", "object", gone)), "subject_key_erased");
    EXPECT_EQ(outcome(keys->encrypt("gone", "object", "more")), "subject_key_erased");
    EXPECT_EQ(outcome(keys->decrypt("kept", "object", kept)), "plain");
    keys = open(false);
  }
  const std::string after = read_file(*posix_file_system(), path_).value();
  EXPECT_EQ(after.size(), before.size() + 96) << "the mark";
  EXPECT_EQ(after.find(before.substr(16 + 32, 32)), std::string::npos) << "the key's bytes are still in the file";
}

// What opening these bytes says, and whether each subject's payload can still be read: "ok abc", or "code: detail".
class SubjectKeysDamageTest : public SubjectKeysTest {
 protected:
  void SetUp() override {
    const auto keys = open(true);
    for (const char* subject : {"a", "b", "c"}) sealed_[subject] = keys->encrypt(subject, "object", "x").value();
    whole_ = bytes();
  }
  std::string bytes() const { return read_file(*posix_file_system(), path_).value(); }
  std::string open_with(const std::string& content) {
    std::filesystem::remove(path_);  // a new file: file systems sync one that is written over
    std::ofstream(path_, std::ios::binary) << content;
    const auto opened =
        signing::open_subject_keys(*posix_file_system(), path_, false, std::make_shared<SystemRandom>());
    if (!opened) return opened.error().code + ": " + opened.error().detail;
    std::string readable = "ok ";
    for (const auto& [subject, sealed] : sealed_) {
      if ((*opened)->decrypt(subject, "object", sealed)) readable += subject;
    }
    return readable;
  }

  std::map<std::string, std::string> sealed_;
  std::string whole_;
};

TEST_F(SubjectKeysDamageTest, OnlyAnIncompleteRecordAtTheEndIsCut) {
  constexpr std::size_t head = 16;
  constexpr std::size_t record = 96;
  ASSERT_EQ(whole_.size(), head + 3 * record);
  for (std::size_t size = 0; size <= whole_.size(); ++size) {
    const std::string outcome = open_with(whole_.substr(0, size));
    if (size < head) {
      EXPECT_TRUE(outcome.starts_with("subject_keys_damaged: " + path_ + ", offset 0:")) << size << outcome;
      continue;
    }
    EXPECT_EQ(outcome, "ok " + std::string("abc").substr(0, (size - head) / record)) << size;
    // What comes next takes the place of the cut record.
    std::string sealed;
    {
      const auto keys = open(false);
      sealed = keys->encrypt("next", "object", "y").value();
    }
    EXPECT_EQ(open(false)->decrypt("next", "object", sealed).value(), "y") << size;
    EXPECT_EQ((bytes().size() - head) % record, 0u) << size;
  }
}

TEST_F(SubjectKeysDamageTest, EveryChangedByteIsNamedByFileAndOffset) {
  for (std::size_t at = 0; at < whole_.size(); ++at) {
    for (const int bits : {0x01, 0x80, 0xff}) {
      std::string changed = whole_;
      changed[at] = static_cast<char>(changed[at] ^ bits);
      const std::size_t offset = at < 16 ? 0 : at - (at - 16) % 96;
      const std::string outcome = open_with(changed);
      EXPECT_TRUE(outcome.starts_with("subject_keys_damaged: " + path_ + ", offset " + std::to_string(offset) + ":"))
          << at << outcome;
      EXPECT_NE(outcome.find("put back the last good copy"), std::string::npos);
      EXPECT_EQ(outcome.find("truncate --size=208 ") != std::string::npos, at >= 208)
          << "cutting is advised for the last record alone";
    }
  }
  std::string zeroed = whole_;
  zeroed.replace(16 + 32, 32, std::string(32, '\0'));
  EXPECT_TRUE(open_with(zeroed).starts_with("subject_keys_damaged")) << "a wiped key is no erasure without its mark";
  std::string doubled = whole_ + whole_.substr(16, 96);
  EXPECT_TRUE(open_with(doubled).starts_with("subject_keys_damaged")) << "two keys for one subject";
}

// After every crash inside an erasure the subject is readable and whole, or erased; the file is never refused.
TEST_F(SubjectKeysDamageTest, AnErasureIsDoneOrNotDone) {
  ASSERT_TRUE(open(false)->erase("b"));
  const std::string after = bytes();
  ASSERT_EQ(after.size(), whole_.size() + 96);
  const std::string mark = after.substr(whole_.size());
  for (std::size_t written = 0; written < 96; ++written) {
    EXPECT_EQ(open_with(whole_ + mark.substr(0, written)), "ok abc") << written;
    for (const bool from_behind : {false, true}) {
      std::string torn = whole_ + mark;
      if (from_behind) torn.replace(16 + 96 + 96 - written, written, mark.substr(96 - written));
      if (!from_behind) torn.replace(16 + 96, written, mark.substr(0, written));
      EXPECT_EQ(open_with(torn), "ok ac") << written;
      EXPECT_EQ(bytes(), after) << "the interrupted overwriting is finished: " << written;
    }
  }
  for (std::size_t at = 0; at < after.size(); ++at) {
    std::string changed = after;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    const std::string outcome = open_with(changed);
    EXPECT_TRUE(outcome.starts_with("subject_keys_damaged") || (outcome == "ok ac" && bytes() == after))
        << at << outcome;
  }
}

TEST_F(SubjectKeysTest, AKeyIsSyncedBeforeItIsUsed) {
  const auto files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
  auto keys = signing::open_subject_keys(*files, path_, true, std::make_shared<SystemRandom>()).value();
  const std::string sealed = keys->encrypt("first", "object", "plain").value();
  keys.reset();
  ASSERT_TRUE(files->lose_unsynced());
  keys = signing::open_subject_keys(*files, path_, false, std::make_shared<SystemRandom>()).value();
  EXPECT_EQ(outcome(keys->decrypt("first", "object", sealed)), "plain");
  EXPECT_TRUE(keys->can_write());
  // Its write, then its sync, fails: nothing is encrypted, and nothing is tried again before a restart.
  for (const std::uint64_t nth : {1, 2}) {
    files->fail_from(nth);
    EXPECT_EQ(outcome(keys->encrypt("second", "object", "plain")), "injected") << nth;
    EXPECT_FALSE(keys->can_write()) << nth;
    files->heal();
    EXPECT_EQ(outcome(keys->encrypt("second", "object", "plain")), "subject_keys_failed") << nth;
    EXPECT_EQ(outcome(keys->decrypt("first", "object", sealed)), "plain");
    keys.reset();
    ASSERT_TRUE(files->lose_unsynced());
    keys = signing::open_subject_keys(*files, path_, false, std::make_shared<SystemRandom>()).value();
  }
  EXPECT_TRUE(keys->encrypt("second", "object", "plain"));
  EXPECT_TRUE(keys->can_write());
}

// The next process reads the key from the machine's memory; the disk never got it, whatever is synced later.
TEST_F(SubjectKeysTest, AKeyWhoseSyncFailedIsWrittenAnewBeforeItIsUsed) {
  const auto files = std::make_shared<testing::FaultyFileSystem>(posix_file_system());
  const auto open_again = [&](bool create) {
    return signing::open_subject_keys(*files, path_, create, std::make_shared<SystemRandom>()).value();
  };
  auto keys = open_again(true);
  files->fail_from(2);
  EXPECT_EQ(outcome(keys->encrypt("subject", "object", "plain")), "injected");
  files->heal();
  keys.reset();
  keys = open_again(false);
  for (const std::uint64_t nth : {1, 2}) {  // nor is it used while it cannot be written
    files->fail_from(nth);
    EXPECT_EQ(outcome(keys->encrypt("subject", "object", "plain")), "injected") << nth;
    files->heal();
    EXPECT_EQ(outcome(keys->encrypt("subject", "object", "plain")), "subject_keys_failed") << nth;
    keys.reset();
    keys = open_again(false);
  }
  const std::string sealed = keys->encrypt("subject", "object", "plain").value();
  keys.reset();
  ASSERT_TRUE(files->lose_unsynced());
  keys = open_again(false);
  EXPECT_EQ(outcome(keys->decrypt("subject", "object", sealed)), "plain");
}

TEST_F(SubjectKeysTest, ThreadsShareOneKeyASubject) {
  const auto keys = open(true);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const std::string subject = "customer " + std::to_string(i);
        const auto sealed = keys->encrypt(subject, "object", "plain");
        EXPECT_EQ(outcome(sealed ? keys->decrypt(subject, "object", *sealed) : sealed), "plain");
      }
    });
  }
  threads.clear();
  EXPECT_EQ(std::filesystem::file_size(path_), 16 + 20 * 96u);
}

TEST(Secret, MovesAndComparesAndForgets) {
  signing::Secret one(std::string(32, 'k'));
  EXPECT_TRUE(one.equals(std::string(32, 'k')));
  EXPECT_FALSE(one.equals(std::string(32, 'j')));
  EXPECT_FALSE(one.equals("k"));
  const signing::Secret two = std::move(one);
  EXPECT_TRUE(two.equals(std::string(32, 'k')));
}

TEST(Password, MatchesOnlyItself) {
  const std::string stored = signing::hash_password("correct horse").value();
  EXPECT_TRUE(stored.starts_with("$argon2id$"));
  EXPECT_TRUE(signing::password_matches(stored, "correct horse"));
  EXPECT_FALSE(signing::password_matches(stored, "wrong horse"));
  EXPECT_FALSE(signing::password_matches("", "correct horse"));
  EXPECT_FALSE(signing::password_matches("$argon2id$nonsense", ""));
}

TEST(Vkey, ANameIsWellFormedTextWithoutSpaces) {
  for (const std::string& name : {std::string("ledger.example.com/\xe4\xb8\xad"), std::string("a")}) {
    EXPECT_TRUE(signing::open_vkey(signing::signer_from_seed(name, std::string(32, '\x01'))->vkey())) << name;
  }
  for (const std::string& name :
       {std::string("ledger\x80"),
        std::string("a\xe3\x80\x80"
                    "b"),
        std::string("a\xc2\xa0"), std::string("a b"), std::string("a+b"), std::string("\xe4\xb8")}) {
    EXPECT_EQ(signing::open_vkey(signing::signer_from_seed(name, std::string(32, '\x01'))->vkey()).error().code,
              "bad_vkey")
        << name;
  }
}

}  // namespace
}  // namespace quotary
