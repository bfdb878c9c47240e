#include "signing/document_check.h"

#include "signing/cms.h"

#include <algorithm>
#include <cctype>

namespace quotary::signing {

namespace {

constexpr std::size_t pdf_bytes_max = 64u << 20;
constexpr std::size_t text_bytes_max = 256;

// The value of `/Name (text)` after `from`, ASCII without escapes; empty when not there.
std::string literal_after(std::string_view pdf, std::string_view name, std::size_t from = 0) {
  std::size_t at = pdf.find(name, from);
  if (at == pdf.npos) return {};
  at += name.size();
  while (at < pdf.size() && std::isspace(static_cast<unsigned char>(pdf[at])) != 0) ++at;
  if (at >= pdf.size() || pdf[at] != '(') return {};
  const std::size_t end = pdf.find(')', at);
  if (end == pdf.npos || end - at > text_bytes_max) return {};
  return std::string(pdf.substr(at + 1, end - at - 1));
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace

std::vector<std::size_t> revision_ends(std::string_view pdf, std::size_t count_max) {
  std::vector<std::size_t> ends;
  for (std::size_t at = pdf.find("%%EOF"); at != pdf.npos && ends.size() < count_max; at = pdf.find("%%EOF", at + 5)) {
    std::size_t end = at + 5;
    if (end < pdf.size() && pdf[end] == '\r') ++end;
    if (end < pdf.size() && pdf[end] == '\n') ++end;
    ends.push_back(end);
  }
  return ends;
}

std::vector<Prefix> prefix_hashes(std::string_view pdf, std::size_t count_max) {
  std::vector<Prefix> prefixes;
  Sha256 hasher;
  std::size_t done = 0;
  for (const std::size_t end : revision_ends(pdf, count_max)) {
    hasher.update(pdf.substr(done, end - done));
    done = end;
    prefixes.push_back({end, hasher.peek()});
  }
  return prefixes;
}

std::optional<ClaimedIdentity> claimed_identity(std::string_view pdf) {
  ClaimedIdentity claimed{literal_after(pdf, "/QuotaryNumber"), literal_after(pdf, "/QuotaryCode")};
  if (claimed.number.empty() || claimed.code.empty()) return std::nullopt;
  return claimed;
}

Result<SealFinding> check_seal(std::string_view pdf, std::string_view trust_anchors_pem) {
  const auto foreign = [](const char* why) { return fail(Errc::invalid, "not_our_profile", std::string("not a document as Quotary seals it: ") + why); };
  if (pdf.size() > pdf_bytes_max) return fail(Errc::too_large, "pdf_too_large", "over 64 MB");
  if (!pdf.starts_with("%PDF-1.7")) return foreign("it does not begin with %PDF-1.7");
  // The seal is the last thing we wrote before its own %%EOF: the dictionary that holds the first ByteRange.
  static constexpr std::string_view range_key = "/ByteRange [";
  const std::size_t range_at = pdf.find(range_key);
  if (range_at == pdf.npos) return foreign("no signature");
  SealFinding finding;
  const auto invalid = [&](std::string why) {
    finding.valid = false;
    finding.reason = std::move(why);
    return finding;
  };
  const std::size_t object_at = pdf.rfind(" obj", range_at);
  const std::size_t object_end = pdf.find("endobj", range_at);
  if (object_at == pdf.npos || object_end == pdf.npos) return foreign("the signature is in no object");
  const std::string_view object = pdf.substr(object_at, object_end - object_at);
  if (object.find("/SubFilter /ETSI.CAdES.detached") == object.npos) return foreign("the signature is no PAdES signature");

  std::uint64_t range[4];
  std::size_t at = range_at + range_key.size();
  for (std::uint64_t& value : range) {
    while (at < pdf.size() && pdf[at] == ' ') ++at;
    std::size_t digits = 0;
    value = 0;
    for (; at < pdf.size() && std::isdigit(static_cast<unsigned char>(pdf[at])) != 0 && digits < 12; ++at, ++digits) value = value * 10 + static_cast<std::uint64_t>(pdf[at] - '0');
    if (digits == 0) return invalid("ByteRange is not four numbers");
  }
  if (at >= pdf.size() || pdf[at] != ']') return invalid("ByteRange is not four numbers");
  const auto [first, before, after, tail] = range;
  if (first != 0 || after <= before + 2 || after + tail > pdf.size() || before + 1 < object_at || after > object_end) {
    return invalid("ByteRange does not name this signature's own place");
  }
  finding.covered = after + tail;
  const std::size_t contents_at = pdf.find("/Contents <", object_at);
  if (contents_at == pdf.npos || contents_at + 10 != before || pdf[before] != '<' || pdf[after - 1] != '>') {
    return invalid("the gap in ByteRange is not Contents alone");
  }
  auto blob = from_hex(pdf.substr(before + 1, after - before - 2));
  if (!blob) return invalid("Contents is no hexadecimal string");
  const std::string signed_bytes = std::string(pdf.substr(0, before)) + std::string(pdf.substr(after, tail));
  auto cms = check_detached(*blob, signed_bytes, trust_anchors_pem);
  if (!cms) return invalid(cms.error().detail);
  if (blob->find_first_not_of('\0', cms->size) != blob->npos) return invalid("bytes hide behind the signature in Contents");
  finding.signer = cms->subject;
  finding.certificate_sha256 = cms->certificate_sha256;
  finding.algorithm = cms->algorithm;
  finding.trusted = cms->trusted;
  finding.claimed_time = literal_after(object, "/M");
  if (finding.covered != pdf.size()) return invalid("bytes follow the sealed revision: " + std::to_string(pdf.size() - finding.covered));
  if (!pdf.ends_with("%%EOF\n")) return invalid("the sealed revision does not end at %%EOF");
  if (count_of(pdf, "/TransformMethod /DocMDP") != 1 || object.find("/P 2 ") == object.npos) return invalid("it does not certify with DocMDP P 2, exactly once");
  if (count_of(pdf, "/Perms <</DocMDP ") != 1) return invalid("the catalogue does not name the certification");
  finding.valid = true;
  return finding;
}

}  // namespace quotary::signing
