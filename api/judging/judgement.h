// What the bytes of a document show by themselves: judged in this process, or told by one that judged them.
// Pure; safe on hostile bytes and from any thread.
#pragma once

#include "ledger/base/json.h"
#include "signing/document_check.h"
#include "signing/verdict.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::judging {

struct Question {
  std::string_view pdf;
  std::string signer_roots_pem;  // of seals and approvals; may be empty: then none is trusted
  std::string time_roots_pem;    // of time-stamps; may be empty
  Timestamp now;
};

struct Judgement {
  signing::DocumentFinding finding = signing::DocumentFinding::unreadable;
  std::optional<signing::ProofAtEnd> proof;  // that an intact document ends with
  std::string code;                          // why it is not intact; empty when it is
  std::optional<signing::ClaimedIdentity> claimed;
  json::object told;  // signatures, revisions and the rest, as machines read them (signing/validation_json.h); of an
                      // intact document with "level", "proved_time" and "level_fault" of each signature
};

// Errors of signing::validate_document().
[[nodiscard]] Result<Judgement> judge(const Question& question);

// What could not be judged within the limits: unreadable, with that code and sentence.
[[nodiscard]] Judgement not_judged(std::string code, std::string reason);
inline constexpr std::string_view judging_stopped = "judging_stopped";

// An outcome of judge() as bytes between processes, and back. Errc::internal `judgement_malformed` for what encode()
// does not write.
[[nodiscard]] std::string encode(const Result<Judgement>& outcome);
[[nodiscard]] Result<Judgement> decode(std::string_view text);

}  // namespace quotary::judging
