// The pages of the evidence about one quote: what it shows, in words and for machines, and an index of its files.
#pragma once

#include "api/use_cases/evidence_passkeys.h"
#include "api/use_cases/parts.h"

namespace quotary::api {

struct EvidencePage {
  std::string pdf;   // not sealed yet
  std::string json;  // canonical: the facts, and which provisions they are held against
};

struct EvidenceFacts {
  const std::vector<Entry>& entries;  // all about the quote, oldest first
  const std::vector<Entry>& behind;   // about other things, which those rest on
  const json::object& findings;       // on the newest revision, as judged (api/judging/judgement.h)
  std::optional<Timestamp> stamped;   // the trusted time that covers its first entry
};
[[nodiscard]] Result<EvidencePage> evidence_page(const Organisation::Parts& parts, const records::QuoteRecord& quote,
                                                 const EvidenceFacts& facts, Timestamp now);

// What each file is, and how to check it without us. HTML, whole.
[[nodiscard]] std::string evidence_index(const OrganisationProfile& profile, const records::QuoteRecord& quote,
                                         const std::vector<Entry>& entries, const std::vector<PasskeyProof>& passkeys,
                                         const NamedFiles& files);

}  // namespace quotary::api
