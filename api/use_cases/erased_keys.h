// Carries out what the ledger says is erased: the keys of erased subjects are destroyed.
#pragma once

#include "ledger/log/sequencer.h"
#include "signing/keys.h"

#include <mutex>
#include <string>
#include <string_view>

namespace quotary::api {

// Safe to call from any thread. `ledger` and `keys` outlive it.
class ErasedKeys {
 public:
  ErasedKeys(const Ledger& ledger, signing::KeyFolder& keys) : ledger_(ledger), keys_(keys) {}

  // Destroys the key of every subject that was erased and still has one: at the start, since a crash may have come
  // between an erasure's entry and this, and a copy of the key folder from before may have been put back. A key can
  // never be had again, so only an entry that leads to the published root destroys one.
  void destroy_all();
  // One, as soon as its entry is durable. False: it waits, and trouble() says why.
  bool destroy(std::string_view target);
  // destroy_all() again when something went wrong before.
  void retry();
  // Why keys of erased subjects still stand; empty: none does.
  [[nodiscard]] std::string trouble() const;

 private:
  [[nodiscard]] Result<void> check_erasure(std::string_view target, std::uint64_t index) const;
  [[nodiscard]] Result<void> destroy_key(std::string_view target);

  const Ledger& ledger_;
  signing::KeyFolder& keys_;
  mutable std::mutex mutex_;
  std::string trouble_;
};

}  // namespace quotary::api
