// A log's surroundings for tests: a set clock, seeded randomness, a cipher and a fold of no secrets, a throw-away
// folder.
#pragma once

#include "ledger/log/sequencer.h"
#include "tests/support/temporary_folder.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <random>

namespace quotary::testing {

// Set from the test while other threads read it.
class SetClock final : public Clock {
 public:
  explicit SetClock(Timestamp start) : now_(start.unix_ms) {}
  explicit SetClock(std::string_view start) : SetClock(*parse_rfc3339(start)) {}
  Timestamp now() const override { return Timestamp{now_.load()}; }
  std::int64_t steady_ms() const override { return now_.load(); }
  void set(Timestamp now) { now_ = now.unix_ms; }
  void set(std::string_view now) { set(*parse_rfc3339(now)); }

 private:
  std::atomic<std::int64_t> now_;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(void* out, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) static_cast<char*>(out)[i] = static_cast<char>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

// Not a cipher: marks the bytes with their id, so that a wrong id or a changed mark is refused.
class MarkingCipher final : public ObjectCipher {
 public:
  Result<std::string> encrypt(std::string_view subject, std::string_view id, std::string_view plain) override {
    return mark(subject, id) + std::string(plain);
  }
  Result<std::string> decrypt(std::string_view subject, std::string_view id, std::string_view sealed) const override {
    const std::string expected = mark(subject, id);
    if (!sealed.starts_with(expected)) return fail(Errc::corrupt, "object_damaged", "the mark differs");
    return std::string(sealed.substr(expected.size()));
  }

 private:
  static std::string mark(std::string_view subject, std::string_view id) {
    return std::string(subject) + "|" + std::string(id) + "|";
  }
};

// Counts entries of each type, which is enough of a fold to compare.
class CountingFold final : public Fold {
 public:
  Result<void> apply(const Entry& entry, std::string_view facts, StateWriter& state) const override {
    if (facts == "refuse") return fail(Errc::invalid, "refused", "the facts say so");
    const std::string key = "count/" + entry.type;
    auto before = state.get(key);
    if (!before) return std::move(before).error();
    const int count = *before ? std::stoi(**before) : 0;
    state.put(key, std::to_string(count + 1));
    return {};
  }
};

}  // namespace quotary::testing
