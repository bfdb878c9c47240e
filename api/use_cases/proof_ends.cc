#include "api/use_cases/proof_ends.h"

#include "api/use_cases/document_findings.h"
#include "api/use_cases/long_term.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/records/fields.h"
#include "ledger/records/signing.h"
#include "ledger/records/signing_keys.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::QuoteRecord;
using records::text_of;
using signing::MaterialEnd;
using End = std::optional<MaterialEnd>;  // absent: nothing tells

// Of several that must all hold: an end that is not known may come at any time.
End first_of(const End& a, const End& b) {
  if (!a || !b) return std::nullopt;
  return b->time < a->time ? b : a;
}

// Of two of which either is proof enough.
End last_of(const End& a, const End& b) {
  if (!a || !b) return a ? a : b;
  return a->time < b->time ? b : a;
}

End end_in(const json::object& body) {
  const auto time = parse_rfc3339(text_of(body, "ends"));
  if (!time) return std::nullopt;
  return MaterialEnd{*time, text_of(body, "ends_with")};
}

// The certificates of one use, and from which entry on each was in use: few, however many documents there are.
class Certificates {
 public:
  static Result<Certificates> read(const Organisation::Parts& parts, const records::CertificateUse& use,
                                   const std::string& otherwise_pem) {
    Certificates out;
    QUOTARY_TRY(entries, adoptions(*parts.ledger, use));
    for (const Entry& entry : entries) {
      QUOTARY_TRY(pem, parts.ledger->object(entry, "certificate"));
      QUOTARY_TRY(end, signing::end_of_certificates(pem));
      out.from_.emplace_back(entry.index, std::move(end));
    }
    // A ledger that no server has served yet tells of none.
    if (!otherwise_pem.empty()) {
      QUOTARY_TRY(end, signing::end_of_certificates(otherwise_pem));
      out.otherwise_ = std::move(end);
    }
    return out;
  }

  // What was issued before the first entry about a certificate was so by that one.
  [[nodiscard]] End at(std::uint64_t index) const {
    const auto found = std::find_if(from_.begin(), from_.end(), [&](const auto& each) { return each.first < index; });
    if (found != from_.end()) return found->second;
    return from_.empty() ? otherwise_ : from_.back().second;
  }

 private:
  std::vector<std::pair<std::uint64_t, MaterialEnd>> from_;  // the newest first
  End otherwise_;
};

class Ends {
 public:
  static Result<Ends> read(const Organisation::Parts& parts) {
    QUOTARY_TRY(seals, Certificates::read(parts, records::sealing, parts.seal ? parts.seal->certificate_pem() : ""));
    QUOTARY_TRY(service, Certificates::read(parts, records::recording_signatures, parts.recording_pem));
    return Ends(parts, std::move(seals), std::move(service));
  }

  // Absent: it takes a reading of entries.
  [[nodiscard]] std::optional<End> by_state(const QuoteRecord& quote) const {
    const auto said = quote.long_term_ends ? End(MaterialEnd{*quote.long_term_ends, quote.long_term_ends_with}) : End();
    if (quote.revision == 1) return last_of(seals_.at(quote.index), said);
    if (said) return said;
    return std::nullopt;
  }

  // Back from its newest revision to what proved those before.
  Result<End> by_entries(const std::string& number) {
    QUOTARY_TRY(quote, parts_.read<std::optional<QuoteRecord>>(
                           [&](const StateReader& state) { return records::find_quote(state, number); }));
    if (!quote) return fail(Errc::corrupt, "state_damaged", "no quote " + number);
    std::vector<End> signatures;
    for (std::uint64_t at = quote->revision; at > 1; --at) {
      QUOTARY_TRY(revision, revision_of(parts_, *quote, at));
      QUOTARY_TRY(entry, parts_.ledger->entry(revision.index));
      if (entry.type == records::revision_added_type) return all(end_in(entry.body), signatures);
      const auto assurance = text_of(entry.body, "assurance");
      if (text_of(entry.body, "source") == records::signature_source_own_key) {
        QUOTARY_TRY(own, end_of_own_key(entry));
        signatures.push_back(std::move(own));
      } else if (assurance == records::assurance_buyer || assurance == records::assurance_trusted) {
        return by_document(*quote);  // no entry tells when a customer's own certificate ends
      } else if (assurance != records::assurance_unknown) {
        signatures.push_back(service_.at(entry.index));
      }
    }
    QUOTARY_TRY(issued, parts_.ledger->entry(quote->index));
    return all(last_of(seals_.at(quote->index), end_in(issued.body)), signatures);
  }

 private:
  Ends(const Organisation::Parts& parts, Certificates seals, Certificates service)
      : parts_(parts), seals_(std::move(seals)), service_(std::move(service)) {}

  static End all(End out, const std::vector<End>& signatures) {
    for (const End& each : signatures) out = first_of(out, each);
    return out;
  }

  Result<End> end_of_own_key(const Entry& signed_by) {
    const auto certificate = text_of(signed_by.body, "certificate");
    if (const auto known = own_keys_.find(certificate); known != own_keys_.end()) return known->second;
    QUOTARY_TRY(keys, parts_.read<std::vector<records::SigningKeyRecord>>([&](const StateReader& state) {
      return records::find_signing_keys(state, signed_by.actor_id);
    }));
    End out;
    for (const auto& key : keys) {
      if (key.certificate != certificate) continue;
      QUOTARY_TRY(added, parts_.ledger->entry(key.index));
      if (const auto time = parse_rfc3339(text_of(added.body, "not_after")))
        out = MaterialEnd{*time, "the certificate of " + parts_.person_name(signed_by.actor_id)};
    }
    if (out && signing::AlgorithmEnds{}.bits_128 < out->time)
      out = MaterialEnd{signing::AlgorithmEnds{}.bits_128, "elliptic curves and RSA, by the plan for algorithms"};
    own_keys_[certificate] = out;
    return out;
  }

  Result<End> by_document(const QuoteRecord& quote) const {
    auto bytes = document_bytes(parts_, quote, quote.revision);
    if (!bytes && bytes.error().kind == Errc::gone) return End();
    if (!bytes) return std::move(bytes).error();
    QUOTARY_TRY(own, signing_certificates_of(parts_, quote.owner));
    signing::LevelQuestion question;
    question.trust_anchors_pem = parts_.adopted_pem + parts_.signer_roots_pem + own;
    question.time_roots_pem = parts_.time_roots_pem;
    question.now = parts_.now();
    QUOTARY_TRY(levels, signing::judge_levels(*bytes, question));
    End out = levels.ends;
    for (const auto& each : levels.signatures)
      if (each.kind == signing::LevelFinding::Kind::approval && !signing::is_unknown_signer(each))
        out = first_of(out, each.ends);
    return out;
  }

  const Organisation::Parts& parts_;
  Certificates seals_, service_;
  std::map<std::string, End> own_keys_;  // by certificate
};

}  // namespace

void put_proof_end(json::object& body, const MaterialEnd& end) {
  body["ends"] = format_rfc3339(end.time);
  body["ends_with"] = end.what;
}

Result<json::object> unverifiable_by(const Organisation::Parts& parts, Timestamp time) {
  struct Ending {
    std::string number, level;
    End end;
  };
  QUOTARY_TRY(ends, Ends::read(parts));
  std::vector<Ending> named;
  std::uint64_t total = 0;
  std::size_t room = ending_named_max;  // the next pass has as much: both go by number, and the first of both count
  const auto count = [&](std::string number, std::string level, End end) {
    if (end && end->time >= time) return;
    ++total;
    if (room == 0) return;
    --room;
    named.push_back({std::move(number), std::move(level), std::move(end)});
  };
  std::vector<std::pair<std::string, std::string>> unread;  // number and level
  QUOTARY_TRY_VOID(parts.ledger->read_state([&](const StateReader& reader, std::uint64_t, const Hash&) {
    return records::for_each_quote(reader, [&](const QuoteRecord& quote) {
      if (auto end = ends.by_state(quote))
        count(quote.number, seal_level_of(quote), std::move(*end));
      else
        unread.emplace_back(quote.number, seal_level_of(quote));
    });
  }));
  room = ending_named_max;
  for (const auto& [number, level] : unread) {
    QUOTARY_TRY(end, ends.by_entries(number));
    count(number, level, std::move(end));
  }
  std::sort(named.begin(), named.end(), [](const Ending& a, const Ending& b) { return a.number < b.number; });
  json::array items;
  for (const Ending& each : named) {
    if (items.size() == ending_named_max) break;
    json::object row{{"number", each.number},
                     {"level", each.level},
                     {"ends", each.end ? json::value(format_rfc3339(each.end->time)) : json::value()}};
    if (each.end && !each.end->what.empty()) row["ends_with"] = each.end->what;
    items.push_back(std::move(row));
  }
  return json::object{{"total", total}, {"items", std::move(items)}};
}

}  // namespace quotary::api
