#include "tools/quotary_verify/certificates.h"

#include "ledger/log/entry.h"
#include "ledger/records/certificates.h"
#include "ledger/records/fields.h"
#include "signing/certificate_renewal.h"
#include "signing/signing_certificate.h"

#include <algorithm>

namespace quotary::offline {
namespace {

constexpr std::size_t certificate_bytes_max = 1u << 20;  // with its chain

const records::CertificateUse* use_of(std::string_view type) {
  for (const auto* use : {&records::sealing, &records::recording_signatures})
    if (type == use->type) return use;
  return nullptr;
}

const std::string* held(const Entry& entry, const std::vector<ExportedObject>& objects, std::string_view name) {
  for (std::size_t at = 0; at < objects.size(); ++at)
    if (entry.objects[at].name == name) return objects[at].bytes ? &*objects[at].bytes : nullptr;
  return nullptr;
}

}  // namespace

ExportedCertificates::ExportedCertificates(std::vector<std::string> names) : names_(std::move(names)) {
  watch_.wants = [](const EntryView& entry) { return use_of(entry.type) != nullptr; };
  watch_.bytes_max = certificate_bytes_max;
  watch_.see = [this](std::uint64_t, const EntryView&, std::string_view canonical, const auto& objects) {
    return see(canonical, objects);
  };
}

std::optional<std::string> ExportedCertificates::see(std::string_view canonical,
                                                     const std::vector<ExportedObject>& objects) {
  const auto entry = parse_entry(canonical);
  if (!entry) return std::nullopt;  // the check says so
  Adopted adopted;
  adopted.index = entry->index;
  adopted.use = use_of(entry->type)->name;
  adopted.time = format_rfc3339(entry->time);
  adopted.sha256 = records::text_of(entry->body, "certificate");
  adopted.before = records::text_of(entry->body, "before");
  adopted.first = !entry->body.contains("previous");
  std::optional<std::string> problem;
  if (const std::string* pem = held(*entry, objects, "certificate")) {
    const auto certificate = signing::signing_certificate(*pem);
    if (!certificate || certificate->sha256.hex() != adopted.sha256)
      problem = "the certificate that it holds is not the one that it names";
    else
      adopted.subject = signing::certificate_subject_of(*pem);
  }
  if (!adopted.before.empty()) {
    const std::string* renewal = held(*entry, objects, "renewal");
    adopted.renewal_withheld = renewal == nullptr;
    if (renewal != nullptr && !problem) problem = see_renewal(*renewal, adopted, entry->body);
  }
  if (adopted_.size() < certificates_told_max) adopted_.push_back(adopted);
  newest_[adopted.use] = std::move(adopted);
  return problem;
}

std::optional<std::string> ExportedCertificates::see_renewal(std::string_view text, const Adopted& adopted,
                                                             const json::object& body) const {
  const auto signed_terms = signing::read_renewal(text);
  if (!signed_terms) return signed_terms.error().detail;
  const auto last = newest_.find(adopted.use);
  const bool fits = last != newest_.end() && signed_terms->use == adopted.use &&
                    signed_terms->old_certificate.hex() == last->second.sha256 &&
                    signed_terms->adopted_by == last->second.index &&
                    signed_terms->adopted_by == records::number_of(body, "previous") &&
                    signed_terms->new_certificate.hex() == adopted.sha256 &&
                    certificate_end_name(signed_terms->end) == adopted.before;
  if (!fits) return "what the keys of two certificates signed is about another change than this one";
  if (std::find(names_.begin(), names_.end(), signed_terms->origin) != names_.end()) return std::nullopt;
  return "what the keys of two certificates signed is about another log, " + printable(signed_terms->origin);
}

std::string ExportedCertificates::Adopted::word() const {
  if (first) return "";
  if (renewal_withheld) return "; 新旧密钥的签署未附 what both keys signed is withheld";
  if (before == "revoked") return "; 新旧密钥共同签署，旧证书吊销 signed by both keys, which revokes the one before";
  if (before == "renewed") return "; 新旧密钥共同签署 signed by both keys";
  return "; 旧密钥未签署，仅由账本记录 not signed by the key before: the log's word alone";
}

void ExportedCertificates::tell(Verdict& verdict) const {
  json::array listed;
  for (const Adopted& each : adopted_) {
    const bool seal = each.use == records::sealing.name;
    json::object told{{"use", each.use}, {"entry", each.index}, {"time", each.time}, {"certificate", each.sha256}};
    if (!each.subject.empty()) told["subject"] = each.subject;
    if (!each.first) told["before"] = each.before.empty() ? "unsigned" : each.before;
    if (each.renewal_withheld) told["withheld"] = true;
    verdict.tell(seal ? "盖章证书" : "签署服务证书", seal ? "seal certificate" : "signing-service certificate",
                 (each.subject.empty() ? each.sha256 : each.subject) + ", 条目 entry " + std::to_string(each.index) +
                     ", " + each.time + each.word());
    listed.push_back(std::move(told));
  }
  if (!listed.empty()) verdict.facts["certificates"] = std::move(listed);
}

}  // namespace quotary::offline
