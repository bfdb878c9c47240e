#include "ledger/records/seal_certificate.h"

#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

namespace quotary::records {

Found<SealCertificate> find_seal_certificate(const StateReader& state) {
  return read_record<SealCertificate>(state, seal_certificate_key(), [](const json::object& o) {
    return SealCertificate{text_of(o, "certificate"), number_of(o, "index")};
  });
}

Result<void> seal_adopted(const Entry& entry, StateWriter& state) {
  const auto refuse = [&](const char* code, const std::string& why) {
    return fail(Errc::conflict, code, entry.type + ": " + why);
  };
  const auto certificate = text_of(entry.body, "certificate");
  if (!Hash::from_hex(certificate)) return refuse("certificate_unnamed", "it names no certificate");
  QUOTARY_TRY(before, find_seal_certificate(state));
  if (before && before->sha256 == certificate) return refuse("certificate_again", "the same certificate seals already");
  const bool follows = before ? entry.body.contains("previous") && number_of(entry.body, "previous") == before->index
                              : !entry.body.contains("previous");
  if (!follows) return refuse("certificate_moved", "another entry about the seal came before it");
  state.put(seal_certificate_key(),
            json::serialize(json::object{{"certificate", certificate}, {"index", entry.index}}));
  return {};
}

}  // namespace quotary::records
