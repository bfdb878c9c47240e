#include "ledger/records/certificates.h"

#include "ledger/records/record_json.h"

#include <algorithm>

namespace quotary::records {

namespace {

// Who says that the one before signed the change has its word, and the other way round.
bool renewal_told(const Entry& entry) {
  const bool held = std::any_of(entry.objects.begin(), entry.objects.end(),
                                [](const ObjectRef& each) { return each.name == "renewal"; });
  if (!entry.body.contains("before")) return !held;
  const auto before = text_of(entry.body, "before");
  return held && entry.body.contains("previous") && (before == "renewed" || before == "revoked");
}

}  // namespace

Found<AdoptedCertificate> find_certificate(const StateReader& state, const CertificateUse& use) {
  return read_record<AdoptedCertificate>(state, std::string(use.state_key), [](const json::object& o) {
    return AdoptedCertificate{text_of(o, "certificate"), number_of(o, "index")};
  });
}

Result<void> certificate_adopted(const Entry& entry, const CertificateUse& use, StateWriter& state) {
  const auto refuse = [&](const char* code, const std::string& why) {
    return fail(Errc::conflict, code, entry.type + ": " + why);
  };
  const auto certificate = text_of(entry.body, "certificate");
  if (!Hash::from_hex(certificate)) return refuse("certificate_unnamed", "it names no certificate");
  QUOTARY_TRY(before, find_certificate(state, use));
  if (before && before->sha256 == certificate) return refuse("certificate_again", "it is the one in use already");
  const bool follows = before ? entry.body.contains("previous") && number_of(entry.body, "previous") == before->index
                              : !entry.body.contains("previous");
  if (!follows) return refuse("certificate_moved", "another entry about this use came before it");
  if (!renewal_told(entry)) return refuse("renewal_unnamed", "body and facts differ about what the keys signed");
  state.put(std::string(use.state_key),
            json::serialize(json::object{{"certificate", certificate}, {"index", entry.index}}));
  return {};
}

}  // namespace quotary::records
