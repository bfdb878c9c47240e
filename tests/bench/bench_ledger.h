// The surroundings of a ledger that is measured: the machine's own files, clock and randomness.
#pragma once

#include "ledger/log/sequencer.h"
#include "signing/keys.h"
#include "tests/support/fake_log.h"

#include <memory>
#include <string>
#include <utility>

namespace quotary::testing {

// Changes nothing, so that the log itself is measured.
class NoFold final : public Fold {
 public:
  Result<void> apply(const Entry&, std::string_view, StateWriter&) const override { return {}; }
};

// What ledgers of one key stand on; outlives them. Safe to share between threads, as its ports are.
class BenchLedger {
 public:
  BenchLedger() = default;
  BenchLedger(const BenchLedger&) = delete;
  BenchLedger& operator=(const BenchLedger&) = delete;

  [[nodiscard]] const std::string& vkey() const { return signer_->vkey(); }
  [[nodiscard]] const LedgerPorts& ports() const { return ports_; }
  // A new ledger of one entry; aborts where there is one.
  [[nodiscard]] std::unique_ptr<Ledger> make(const LedgerOptions& options) const {
    Draft genesis;
    genesis.type = "bench.created";
    genesis.subject = "bench:0";
    auto made = Ledger::create(options, ports_, std::move(genesis));
    QUOTARY_CHECK(made.has_value());
    return std::move(*made);
  }

 private:
  const std::unique_ptr<CheckpointSigner> signer_ =
      signing::signer_from_seed("bench.example.com/log", std::string(32, '\x01'));
  MarkingCipher cipher_;
  const LedgerPorts ports_{posix_file_system(),
                           std::make_shared<SystemClock>(),
                           std::make_shared<SystemRandom>(),
                           signer_.get(),
                           &cipher_,
                           std::make_shared<NoFold>()};
};

}  // namespace quotary::testing
