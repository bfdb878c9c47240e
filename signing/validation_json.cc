#include "signing/validation_json.h"

#include "ledger/base/canonical_scan.h"

#include <algorithm>

namespace quotary::signing {

namespace {

// Names stand in findings as they are in the file: what is no UTF-8 would make no JSON.
std::string text_of(std::string_view found) {
  std::string out;
  while (!found.empty()) {
    const std::size_t taken = utf8_length(found);
    taken == 0 ? (void)out.push_back('?') : (void)out.append(found.substr(0, taken));
    found.remove_prefix(std::max<std::size_t>(taken, 1));
  }
  return out;
}

void put_fault(json::object& row, const std::string& code, const std::string& reason) {
  if (code.empty()) return;
  row["code"] = code;
  row["reason"] = text_of(reason);
}

json::object row_of(const CertificateFinding& certificate) {
  json::object revocation{{"state", revocation_state_name(certificate.revocation.state)}};
  if (certificate.revocation.revoked_at) revocation["revoked_at"] = format_rfc3339(*certificate.revocation.revoked_at);
  if (!certificate.revocation.reason.empty()) revocation["reason"] = certificate.revocation.reason;
  return {{"subject", text_of(certificate.subject)},
          {"sha256", certificate.sha256},
          {"not_after", format_rfc3339(certificate.not_after)},
          {"revocation", std::move(revocation)}};
}

void put_level(json::object& row, const LevelFinding* found) {
  if (!found) return;
  row["level"] = seal_level_name(found->level);
  if (found->best) row["proved_time"] = format_rfc3339(found->best->time);
  if (found->fault) row["level_fault"] = found->fault->code;
  row["judged_at"] = format_rfc3339(found->judged_at);
  json::array chain;
  for (const CertificateFinding& each : found->chain.certificates) chain.push_back(row_of(each));
  row["chain"] = std::move(chain);
}

json::object row_of(const SignatureFinding& signature) {
  json::object row{{"field", text_of(signature.field)},  {"kind", name_of(signature.kind)},
                   {"revision", signature.revision + 1}, {"sound", signature.sound},
                   {"trusted", signature.trusted},       {"foreign", signature.foreign},
                   {"covered", signature.covered},       {"later_changes_allowed", signature.later_changes_allowed}};
  if (!signature.signer.empty()) row["signer"] = text_of(signature.signer);
  if (!signature.names.empty()) {
    json::array names;
    for (const std::string& name : signature.names) names.emplace_back(text_of(name));
    row["names"] = std::move(names);
  }
  if (!signature.certificate_sha256.empty()) row["certificate_sha256"] = signature.certificate_sha256;
  if (!signature.claimed_time.empty()) row["claimed_time"] = text_of(signature.claimed_time);
  if (!signature.algorithm.empty()) row["algorithm"] = text_of(signature.algorithm);
  put_fault(row, signature.code, signature.reason);
  return row;
}

json::object row_of(const RevisionFinding& revision, std::size_t place) {
  json::array changes;
  for (const ObjectChange& change : revision.changes)
    changes.push_back(json::object{{"object", change.number}, {"added", change.added}, {"what", text_of(change.what)}});
  json::object row{{"revision", place + 1},
                   {"begin", revision.begin},
                   {"end", revision.end},
                   {"allowed", revision.allowed},
                   {"changed_objects", revision.changed_objects},
                   {"changes", std::move(changes)}};
  put_fault(row, revision.code, revision.reason);
  return row;
}

}  // namespace

json::object json_of(const DocumentValidation& validation, const DocumentLevels* levels) {
  json::array signatures, revisions;
  for (const auto& each : validation.signatures) {
    json::object row = row_of(each);
    if (levels) put_level(row, level_of(*levels, each.field));
    signatures.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < validation.revisions.size(); ++i) revisions.push_back(row_of(validation.revisions[i], i));
  json::object out{{"intact", validation.intact},
                   {"intact_bytes", validation.intact_bytes},
                   {"signatures", std::move(signatures)},
                   {"revisions", std::move(revisions)}};
  put_fault(out, validation.code, validation.reason);
  return out;
}

}  // namespace quotary::signing
