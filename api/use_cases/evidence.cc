#include "api/use_cases/evidence.h"

#include "api/signature/consent.h"
#include "api/use_cases/document_findings.h"
#include "api/use_cases/evidence_laws.h"
#include "api/use_cases/evidence_page.h"
#include "api/use_cases/evidence_passkeys.h"
#include "api/use_cases/in_words.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/log/merkle.h"
#include "ledger/log/proof_text.h"
#include "ledger/log/ustar.h"
#include "ledger/records/fields.h"
#include "ledger/records/signing_keys.h"
#include "signing/store_material.h"

#include <algorithm>
#include <map>
#include <set>

namespace quotary::api {
namespace {

using records::QuoteRecord;
using records::text_of;

// The folder as it grows; names in the order of adding.
class Folder {
 public:
  Result<void> add(std::string name, std::string bytes) {
    QUOTARY_CHECK(name.size() < ustar_name_bytes_max);
    total_ += bytes.size();
    if (total_ > evidence_bytes_max)
      return fail(Errc::too_large, "evidence_too_large",
                  "the evidence comes to more than 96 MB: export the ledger instead");
    files_.emplace_back(std::move(name), std::move(bytes));
    return {};
  }
  // With SHA256SUMS as its last member.
  [[nodiscard]] std::string archive(Timestamp time) {
    std::string sums;
    for (const auto& [name, bytes] : files_) sums += sha256(bytes).hex() + "  " + name + "\n";
    files_.emplace_back("SHA256SUMS", std::move(sums));
    std::string out;
    out.reserve(total_ + files_.size() * 2 * ustar_block_bytes);
    for (const auto& [name, bytes] : files_) {
      out += ustar_header({name, bytes.size(), static_cast<std::uint64_t>(time.unix_ms / 1000)});
      out += bytes;
      out.append(ustar_padding(bytes.size()), '\0');
    }
    out.append(ustar_end_bytes, '\0');
    return out;
  }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& files() const { return files_; }

 private:
  std::vector<std::pair<std::string, std::string>> files_;
  std::size_t total_ = 0;
};

// Oldest first.
Result<std::vector<Entry>> entries_about(const Organisation::Parts& parts, const QuoteRecord& quote) {
  std::vector<Entry> out;
  std::optional<std::uint64_t> at = quote.last_index;
  while (at) {
    if (out.size() == evidence_entries_max)
      return fail(Errc::too_large, "evidence_too_large", "there are more than 1,000 entries about the quote");
    QUOTARY_TRY(entry, parts.ledger->entry(*at));
    at = entry.subject_prev;
    out.push_back(std::move(entry));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

// Entries about other things on which those about the quote rest: the certificates that sign, the seller's own keys,
// and passkeys that signers registered at an earlier quote. By index.
Result<std::vector<Entry>> entries_behind(const Organisation::Parts& parts, const QuoteRecord& quote,
                                          const std::vector<Entry>& about, const std::vector<PasskeyProof>& passkeys) {
  std::map<std::uint64_t, Entry> found;
  for (const auto* use : {&records::sealing, &records::recording_signatures}) {
    QUOTARY_TRY(adopted, adoptions(*parts.ledger, *use));
    for (Entry& entry : adopted) found.emplace(entry.index, std::move(entry));
  }
  QUOTARY_TRY(keys, parts.read<std::vector<records::SigningKeyRecord>>(
                        [&](const StateReader& state) { return records::find_signing_keys(state, quote.owner); }));
  std::set<std::uint64_t> further;
  for (const auto& key : keys) further.insert(key.index);
  for (const PasskeyProof& passkey : passkeys) further.insert(passkey.registered);
  for (const std::uint64_t index : further) {
    QUOTARY_TRY(entry, parts.ledger->entry(index));
    found.emplace(index, std::move(entry));
  }
  for (const Entry& entry : about) found.erase(entry.index);
  std::vector<Entry> out;
  out.reserve(found.size());
  for (auto& [index, entry] : found) out.push_back(std::move(entry));
  return out;
}

std::string_view ending_of(std::string_view media_type) {
  return media_type == "application/json"         ? ".json"
         : media_type == "application/pdf"        ? ".pdf"
         : media_type == "image/jpeg"             ? ".jpg"
         : media_type == "image/png"              ? ".png"
         : media_type == "application/x-pem-file" ? ".pem"
         : media_type == "text/plain"             ? ".txt"
                                                  : ".bin";
}

// Entries with their proofs, and what private objects say. Documents and their revisions stand in a folder of their
// own.
Result<void> add_entries(const Organisation::Parts& parts, const std::vector<Entry>& entries, Folder& folder) {
  for (const Entry& entry : entries) {
    const std::string index = std::to_string(entry.index);
    QUOTARY_TRY(proof, parts.best_proof(entry.index));
    QUOTARY_TRY_VOID(folder.add("entries/" + index + ".json", entry.canonical));
    QUOTARY_TRY_VOID(folder.add("entries/" + index + ".tlog-proof", std::move(proof)));
    for (const ObjectRef& object : entry.objects) {
      const bool elsewhere = object.name == "pdf" || object.name == "revision";
      if (elsewhere) continue;
      auto bytes = parts.payload(entry, object.name);
      if (!bytes && bytes.error().kind == Errc::gone) continue;
      if (!bytes) return std::move(bytes).error();
      QUOTARY_TRY_VOID(folder.add("payloads/" + index + "-" + object.name + std::string(ending_of(object.media_type)),
                                  std::move(*bytes)));
    }
  }
  return {};
}

// Each revision is a front of the newest one.
Result<void> add_documents(const Organisation::Parts& parts, const QuoteRecord& quote, std::string_view newest,
                           Folder& folder) {
  for (std::uint64_t at = 1; at <= quote.revision; ++at) {
    QUOTARY_TRY(revision, revision_of(parts, quote, at));
    const auto front = newest.substr(0, revision.document_size);
    QUOTARY_TRY_VOID(require_revision(quote, revision, front));
    QUOTARY_TRY_VOID(
        folder.add("document/" + quote.number + "-revision-" + std::to_string(at) + ".pdf", std::string(front)));
  }
  return {};
}

// The certificates that signed here, and the revocation data that the newest revision brings along.
Result<void> add_certificates(const Organisation::Parts& parts, const QuoteRecord& quote, std::string_view newest,
                              Folder& folder) {
  QUOTARY_TRY_VOID(folder.add("certificates/organisation.pem", parts.adopted_pem));
  if (!parts.signer_roots_pem.empty())
    QUOTARY_TRY_VOID(folder.add("certificates/signer-roots.pem", parts.signer_roots_pem));
  if (!parts.time_roots_pem.empty()) QUOTARY_TRY_VOID(folder.add("certificates/time-roots.pem", parts.time_roots_pem));
  QUOTARY_TRY(own, signing_certificates_of(parts, quote.owner));
  if (!own.empty()) QUOTARY_TRY_VOID(folder.add("certificates/seller.pem", std::move(own)));
  // A store that another program wrote stays in the document, where its own reader finds it.
  const auto found = signing::store_material(newest);
  if (!found) return {};
  const auto& material = *found;
  const auto add_all = [&](const std::vector<std::string>& items, const char* kind,
                           const char* ending) -> Result<void> {
    for (std::size_t i = 0; i < items.size(); ++i)
      QUOTARY_TRY_VOID(folder.add("revocation/" + std::string(kind) + "-" + std::to_string(i + 1) + ending, items[i]));
    return {};
  };
  QUOTARY_TRY_VOID(add_all(material.certificates, "certificate", ".der"));
  QUOTARY_TRY_VOID(add_all(material.revocation_lists, "list", ".crl"));
  return add_all(material.ocsp_answers, "answer", ".ocsp");
}

Result<void> add_consents(const std::vector<Entry>& entries, Folder& folder) {
  std::set<std::string> named;
  for (const Entry& entry : entries)
    if (auto id = text_of(entry.body, "consent"); !id.empty()) named.insert(std::move(id));
  for (const std::string& id : named) {
    const auto* consent = signature::find_consent(id);
    if (consent == nullptr) continue;
    QUOTARY_TRY_VOID(folder.add("consent/" + id + ".json", consent->canonical()));
  }
  return {};
}

// The newest trusted time, and proofs of the quote's first and newest entry under the checkpoint that it is over.
Result<std::optional<Timestamp>> add_time(const Organisation::Parts& parts, const std::vector<Entry>& entries,
                                          Folder& folder) {
  QUOTARY_TRY(stamped, time_stamping::newest_stamped(*parts.ledger));
  if (!stamped || stamped->size <= entries.front().index) return std::optional<Timestamp>();
  QUOTARY_TRY_VOID(folder.add("time/checkpoint", stamped->note));
  QUOTARY_TRY_VOID(folder.add("time/token.tst", stamped->token.der));
  for (const Entry* entry : {&entries.front(), &entries.back()}) {
    if (entry->index >= stamped->size || (entry == &entries.back() && entries.size() == 1)) continue;
    QUOTARY_TRY(path, inclusion_proof(entry->index, stamped->size, parts.ledger->nodes()));
    QUOTARY_TRY_VOID(folder.add("time/" + std::to_string(entry->index) + ".tlog-proof",
                                proof_text(entry->index, path, entry->canonical, stamped->note)));
  }
  return std::optional<Timestamp>(stamped->token.time);
}

}  // namespace

Result<Bytes> quote_evidence(Organisation& organisation, const Principal& caller, std::string_view number) {
  auto& parts = organisation.parts();
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_signatures));
  QUOTARY_TRY(quote, parts.quote_for(caller, Call::read_signatures, number));
  QUOTARY_TRY_VOID(parts.note_read(caller, "quote.evidence", "quote:" + quote.number));
  QUOTARY_TRY(entries, entries_about(parts, quote));
  QUOTARY_TRY(newest, document_bytes(parts, quote, quote.revision));
  const auto now = parts.now();
  Folder folder;
  QUOTARY_TRY_VOID(add_documents(parts, quote, newest, folder));
  QUOTARY_TRY(passkeys, passkey_proofs(parts, entries));
  QUOTARY_TRY(behind, entries_behind(parts, quote, entries, passkeys));
  QUOTARY_TRY_VOID(add_entries(parts, entries, folder));
  QUOTARY_TRY_VOID(add_entries(parts, behind, folder));
  for (const PasskeyProof& passkey : passkeys)
    for (auto& [name, bytes] : files_of(passkey)) QUOTARY_TRY_VOID(folder.add(name, bytes));
  if (auto status = organisation.quote_status_proof(caller, quote.number))
    QUOTARY_TRY_VOID(folder.add("status.status-proof", std::move(*status)));
  QUOTARY_TRY_VOID(add_certificates(parts, quote, newest, folder));
  QUOTARY_TRY_VOID(add_consents(entries, folder));
  QUOTARY_TRY_VOID(folder.add("keys/vkey", organisation.vkey()));
  if (auto succession = organisation.succession())
    QUOTARY_TRY_VOID(folder.add("keys/succession", std::move(*succession)));
  QUOTARY_TRY(stamped, add_time(parts, entries, folder));
  QUOTARY_TRY(judged, judge_document(parts, newest, &quote));
  QUOTARY_TRY(page, evidence_page(parts, quote, {entries, behind, judged->told, stamped}, now));
  QUOTARY_TRY(sealed, parts.seal_statement(page.pdf, "Evidence " + quote.number, now));
  QUOTARY_TRY_VOID(folder.add("summary.pdf", std::move(sealed)));
  QUOTARY_TRY_VOID(folder.add("summary.json", std::move(page.json)));
  QUOTARY_TRY_VOID(folder.add("README.html", evidence_index(parts.profile, quote, entries, passkeys, folder.files())));
  auto bytes = folder.archive(now);
  auto hash = sha256(bytes).hex();
  return Bytes{std::move(bytes), "application/x-tar", std::move(hash), quote.number + "-evidence.tar"};
}

}  // namespace quotary::api
