#include "signing/validation_json.h"

namespace quotary::signing {

namespace {

void put_fault(json::object& row, const std::string& code, const std::string& reason) {
  if (code.empty()) return;
  row["code"] = code;
  row["reason"] = reason;
}

json::object row_of(const SignatureFinding& signature) {
  json::object row{{"field", signature.field},           {"kind", name_of(signature.kind)},
                   {"revision", signature.revision + 1}, {"sound", signature.sound},
                   {"trusted", signature.trusted},       {"foreign", signature.foreign},
                   {"covered", signature.covered},       {"later_changes_allowed", signature.later_changes_allowed}};
  if (!signature.signer.empty()) row["signer"] = signature.signer;
  if (!signature.names.empty()) {
    json::array names;
    for (const std::string& name : signature.names) names.emplace_back(name);
    row["names"] = std::move(names);
  }
  if (!signature.certificate_sha256.empty()) row["certificate_sha256"] = signature.certificate_sha256;
  if (!signature.claimed_time.empty()) row["claimed_time"] = signature.claimed_time;
  if (!signature.algorithm.empty()) row["algorithm"] = signature.algorithm;
  put_fault(row, signature.code, signature.reason);
  return row;
}

json::object row_of(const RevisionFinding& revision, std::size_t place) {
  json::array changes;
  for (const ObjectChange& change : revision.changes)
    changes.push_back(json::object{{"object", change.number}, {"added", change.added}, {"what", change.what}});
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

json::object json_of(const DocumentValidation& validation) {
  json::array signatures, revisions;
  for (const auto& each : validation.signatures) signatures.push_back(row_of(each));
  for (std::size_t i = 0; i < validation.revisions.size(); ++i) revisions.push_back(row_of(validation.revisions[i], i));
  json::object out{{"intact", validation.intact},
                   {"intact_bytes", validation.intact_bytes},
                   {"signatures", std::move(signatures)},
                   {"revisions", std::move(revisions)}};
  put_fault(out, validation.code, validation.reason);
  return out;
}

}  // namespace quotary::signing
