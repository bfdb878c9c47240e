// Carries out what the ledger says is erased: the keys of erased subjects are destroyed, and the files of their large
// contents are taken away.
#pragma once

#include "api/use_cases/kept_contents.h"
#include "signing/keys.h"

#include <mutex>
#include <string>
#include <string_view>

namespace quotary::api {

// Safe to call from any thread. Ledger and keys outlive it.
class ErasedKeys {
 public:
  ErasedKeys(const Ledger& ledger, signing::KeyFolder& keys, std::unique_ptr<KeptContents> contents)
      : ledger_(ledger), keys_(keys), contents_(std::move(contents)) {}

  // Destroys the key of every subject that was erased and still has one: at the start, since a crash may have come
  // between an erasure's entry and this, and a copy of the key folder from before may have been put back. A key can
  // never be had again, so only an entry that leads to the published root destroys one.
  void destroy_all();
  // One, as soon as its entry is durable. False: the key waits to be destroyed, and trouble() says why.
  bool destroy(std::string_view target);
  // destroy_all() again when something went wrong before.
  void retry();
  // The contents whose files go with an erasure.
  [[nodiscard]] KeptContents& contents() const { return *contents_; }
  // Why keys or files of erased subjects still stand; empty: none does.
  [[nodiscard]] std::string trouble() const;

 private:
  [[nodiscard]] Result<void> check_erasure(std::string_view target, std::uint64_t index) const;
  [[nodiscard]] Result<void> destroy_key(std::string_view target);
  void note(std::string_view target, const Error& error);

  const Ledger& ledger_;
  signing::KeyFolder& keys_;
  const std::unique_ptr<KeptContents> contents_;
  mutable std::mutex mutex_;
  std::string trouble_;
};

// Whether keys of new subjects can be made, and keys be destroyed: not after the disk refused one, until a restart.
[[nodiscard]] bool subject_keys_work(const Organisation::Parts& parts);

}  // namespace quotary::api
