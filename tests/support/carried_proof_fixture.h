// A sealed document that carries its proof, and the tools of someone who wants to pass off another for it.
#pragma once

#include "ledger/log/ports.h"
#include "signing/cms.h"
#include "tests/support/seal_fixture.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace quotary::testing {

inline constexpr std::string_view carried_origin = "ledger.example.com/quotes";
// Of the entries in proof_of's log: another second than the seal's.
inline constexpr Timestamp proved_time{seal_time.unix_ms + 2'567};

// A log of three entries, the second of which names `document` as its payload "pdf"; answers that one's .tlog-proof.
// The log's key is that of `signer`.
[[nodiscard]] std::string proof_of(const CheckpointSigner& signer, std::string_view document,
                                   std::string_view media_type = "application/pdf");

// The organisation's seal and key, and the document: as it was sealed, and with its proof.
struct CarriedFixture {
  CarriedFixture();

  // What an update to the sealed document may be: each part as it should be, unless the forger changes it. The tables,
  // the ranges and the signature are always made to fit, with the organisation's own key: only form can give it away.
  struct Forgery {
    std::function<void(std::string& objects)> objects = {};  // the text of the update's objects
    std::function<void(std::string& trailer)> trailer = {};  // from "trailer" to before "startxref"
    std::function<void(std::string& table)> table = {};      // from "xref" to before "trailer"
    std::optional<std::string> proof = {};                   // another one to carry; empty: a CMS without
    const TemporaryFolder* by = nullptr;                     // whose key signs: a folder with a seal in it
  };
  [[nodiscard]] std::string forged(const Forgery& forgery) const;
  // `pdf` with one more revision of these objects (number, body), as an editor would append it.
  [[nodiscard]] static std::string with_revision(const std::string& pdf, const std::map<int, std::string>& objects);

  TemporaryFolder folder;
  std::shared_ptr<const signing::Seal> seal = development_seal(folder);
  std::unique_ptr<CheckpointSigner> signer;
  std::unique_ptr<CheckpointVerifier> key;
  std::string sealed, proof, carried;
};

// One for all tests of a program.
[[nodiscard]] const CarriedFixture& carried_fixture();

// `text` with the last `from` in it changed; one must be there.
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);

}  // namespace quotary::testing
