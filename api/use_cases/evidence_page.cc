#include "api/use_cases/evidence_page.h"

#include "api/use_cases/evidence_laws.h"
#include "api/use_cases/in_words.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/base/html.h"
#include "ledger/records/fields.h"
#include "ledger/records/signing.h"
#include "pdfgen/evidence_summary.h"

#include <algorithm>

namespace quotary::api {
namespace {

using pdfgen::EvidenceSection;
using records::object_of;
using records::QuoteRecord;
using records::text_of;

constexpr CodeInWords events[] = {
    {"quote.issued", "签发", "Issued"},
    {"quote.superseded", "被新报价单取代", "Superseded"},
    {"quote.revision_added", "附加长期证明", "Long-term proof added"},
    {"void.requested", "申请作废", "Void requested"},
    {"void.approved", "批准作废", "Voided"},
    {"void.rejected", "驳回作废", "Void rejected"},
    {"void.withdrawn", "撤回作废申请", "Void request withdrawn"},
    {"void.lapsed", "作废申请逾期失效", "Void request lapsed"},
    {"signature.requested", "发起签署", "Signature requested"},
    {"signature.sent", "发送签署链接", "Link sent"},
    {"signature.reminded", "提醒签署", "Signer reminded"},
    {"signature.link_renewed", "更换签署链接", "Link renewed"},
    {"signature.viewed", "阅读完毕", "Read to its end"},
    {"signature.passkey_registered", "创建通行密钥", "Passkey made"},
    {"signature.signed", "签署", "Signed"},
    {"signature.added", "记录签名", "Signature recorded"},
    {"signature.scanned", "留存纸质签署件扫描", "Scan of signed paper kept"},
    {"signature.declined", "谢绝签署", "Declined"},
    {"signature.revoked", "撤回签署请求", "Request revoked"},
    {"signature.expired", "签署请求到期", "Request expired"},
    {"seal.certificate_adopted", "启用盖章证书", "Certificate adopted for sealing"},
    {"signing.certificate_adopted", "启用签署服务证书", "Certificate adopted for recording signatures"},
    {"person.signing_key_added", "卖方人员登记本人密钥", "The seller's own key registered"},
};
constexpr CodeInWords kinds[] = {{"recorded", "由签署服务记录", "Recorded by the signing service"},
                                 {"passkey", "由签署服务记录，经通行密钥确认", "Recorded, confirmed by a passkey"},
                                 {"buyer", "载明买方的受信任证书", "Trusted certificate that names the buyer"},
                                 {"trusted", "受信任证书，未载明买方", "Trusted certificate of somebody else"},
                                 {"unknown", "不受信任的证书", "Certificate that nothing vouches for"},
                                 {"seller_key", "卖方人员本人的密钥", "The seller's own key"}};

std::string_view code_of(SigningKind kind) { return kinds[static_cast<std::size_t>(kind)].code; }

// How well signatures can be proved in the newest revision, by PAdES. Empty: it was not judged.
struct SignatureLevel {
  std::string level, proved_time, fault;
};

// The lowest of those fields, as the findings tell.
SignatureLevel level_in(const json::object& findings, const std::vector<std::string>& fields) {
  constexpr std::string_view rising[] = {"none", "B-B", "B-T", "B-LT", "B-LTA"};
  const auto rank = [&](const std::string& level) {
    return std::find(std::begin(rising), std::end(rising), level) - std::begin(rising);
  };
  SignatureLevel out;
  const auto* rows = findings.if_contains("signatures");
  if (!rows || !rows->is_array()) return out;
  for (const auto& value : rows->get_array()) {
    if (!value.is_object()) continue;
    const auto& row = value.get_object();
    SignatureLevel each{text_of(row, "level"), text_of(row, "proved_time"), text_of(row, "level_fault")};
    const bool of_these = std::find(fields.begin(), fields.end(), text_of(row, "field")) != fields.end();
    if (!of_these || each.level.empty()) continue;
    if (out.level.empty() || rank(each.level) < rank(out.level)) out = std::move(each);
  }
  return out;
}

// One signature of the quote's document.
struct Signature {
  SigningKind kind = SigningKind::recorded;
  std::uint64_t index = 0;
  std::string who, signed_at, displayed_sha256, document_sha256;
  std::vector<std::string> fields, factors;
  SignatureLevel level;
};

SigningKind kind_of_assurance(const std::string& assurance) {
  return assurance == records::assurance_buyer     ? SigningKind::buyer
         : assurance == records::assurance_trusted ? SigningKind::trusted
                                                   : SigningKind::unknown;
}

SigningKind kind_of(const Entry& entry) {
  if (entry.type == records::signature_added_type)
    return text_of(entry.body, "source") == records::signature_source_own_key
               ? SigningKind::seller_key
               : kind_of_assurance(text_of(entry.body, "assurance"));
  if (text_of(entry.body, "method") == "certificate") return kind_of_assurance(text_of(entry.body, "assurance"));
  const auto factors = records::texts_of(entry.body, "factors");
  const bool passkey = std::find(factors.begin(), factors.end(), "passkey") != factors.end();
  return passkey ? SigningKind::passkey : SigningKind::recorded;
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : between) + part;
  return out;
}

// Who signed, as the evidence tells it: by the sender's words or by the certificate's.
std::string signer_in(const json::object& evidence) {
  const auto who = object_of(evidence, "signer");
  std::string out = text_of(who, "name");
  if (const auto role = text_of(who, "role"); !role.empty()) out += "，" + role;
  if (const auto organisation = text_of(who, "organisation"); !organisation.empty()) out += " (" + organisation + ")";
  const auto* rows = evidence.if_contains("signatures");
  if (!rows || !rows->is_array()) return out;
  for (const auto& row : rows->get_array())
    if (row.is_object()) out += (out.empty() ? "" : "；") + text_of(row.get_object(), "signer");
  return out;
}

std::vector<std::string> factors_in(const Organisation::Parts& parts, const json::object& evidence) {
  std::vector<std::string> out;
  const auto* rows = evidence.if_contains("factors");
  if (!rows || !rows->is_array()) return out;
  for (const auto& value : rows->get_array()) {
    if (!value.is_object()) continue;
    const auto& row = value.get_object();
    const auto time = text_of(row, row.contains("proven_at") ? "proven_at" : "sent_at");
    out.push_back(in_words(signing_factors, text_of(row, "kind")) + " " + text_of(row, "address") +
                  (time.empty() ? "" : " " + local_time(parts, time)));
  }
  return out;
}

Result<Signature> signature_of(const Organisation::Parts& parts, const Entry& entry, const json::object& findings) {
  Signature out;
  out.kind = kind_of(entry);
  out.index = entry.index;
  out.document_sha256 = text_of(entry.body, "document_sha256");
  out.fields = entry.body.contains("fields") ? records::texts_of(entry.body, "fields")
                                             : std::vector<std::string>{text_of(entry.body, "field")};
  out.level = level_in(findings, out.fields);
  out.signed_at = parts.zone->format_local(entry.time);
  auto stored = parts.payload(entry, "evidence");
  if (!stored && stored.error().kind == Errc::gone) {
    out.who = erased_text;
    return out;
  }
  if (!stored) return std::move(stored).error();
  QUOTARY_TRY(value, parse_json(*stored));
  if (!value.is_object())
    return fail(Errc::corrupt, "payload_damaged", "evidence of entry " + std::to_string(entry.index));
  out.who = signer_in(value.get_object());
  out.factors = factors_in(parts, value.get_object());
  out.displayed_sha256 = text_of(object_of(value.get_object(), "displayed"), "sha256");
  return out;
}

EvidenceSection section_of(const char* chinese, const char* english, std::span<const LegalPoint> points) {
  EvidenceSection out{chinese, english, {}};
  for (const LegalPoint& point : points)
    out.rows.push_back(
        {std::string(point.provision_chinese), "",
         std::string(point.chinese) + "\n" + std::string(point.provision_english) + ": " + std::string(point.english)});
  return out;
}

std::string level_in_words(const Organisation::Parts& parts, const SignatureLevel& level) {
  if (level.level.empty()) return "未判定 not judged";
  return level.level +
         (level.proved_time.empty() ? "：时间未经证明 its time is not proved"
                                    : "：不晚于 not later than " + local_time(parts, level.proved_time)) +
         (level.fault.empty() ? "" : "；存在问题 at fault: " + level.fault);
}

EvidenceSection facts_section(const QuoteRecord& quote, const NumberedQuote& stored, const std::string& seller,
                              const std::string& seal_level, const std::optional<std::string>& stamped) {
  EvidenceSection out{"报价单", "Quotation", {}};
  out.rows = {
      {"报价编号", "Quotation No.", quote.number},
      {"卖方", "Seller", stored.quote.seller.name},
      {"买方", "Buyer", stored.quote.buyer.name},
      {"签发人", "Issued by", seller},
      {"价税合计", "Total with tax", quote.currency + " " + quote.tax_inclusive},
      {"盖章原件 SHA-256", "Sealed document", quote.document_sha256},
      {"最新修订", "Newest revision", "#" + std::to_string(quote.revision) + "  " + quote.newest_sha256()},
      {"盖章的证明级别", "Proof level of the seal", seal_level},
      {"账本条目", "Ledger entries", "#" + std::to_string(quote.index) + " – #" + std::to_string(quote.last_index)},
      {"可信时间戳", "Trusted time",
       stamped ? "不晚于 not later than " + *stamped
               : "未附：时间以服务器时钟为准 none enclosed: times are of the server's clock"}};
  return out;
}

EvidenceSection events_section(const Organisation::Parts& parts, EvidenceSection out,
                               const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    const std::string who = entry.actor_role == "signer"   ? "签署人 signer"
                            : entry.actor_role == "system" ? "系统 system"
                                                           : parts.person_name(entry.actor_id);
    out.rows.push_back({"#" + std::to_string(entry.index), "",
                        parts.zone->format_local(entry.time) + "  " + in_words(events, entry.type) + "  " + who});
  }
  return out;
}

EvidenceSection signature_section(const Organisation::Parts& parts, const Signature& signature) {
  EvidenceSection out{"签名", "Signature", {}};
  out.rows = {{"签署人", "Signer", signature.who},
              {"签字栏", "Field", joined(signature.fields, ", ")},
              {"方式", "Method", in_words(kinds, code_of(signature.kind))},
              {"身份验证", "Proof of identity", joined(signature.factors, "；")},
              {"时间与条目", "Time, entry", signature.signed_at + "  #" + std::to_string(signature.index)},
              {"所签文件 SHA-256", "Document signed", signature.displayed_sha256},
              {"签署后 SHA-256", "With the signature", signature.document_sha256},
              {"证明级别（PAdES）", "Proof level", level_in_words(parts, signature.level)}};
  return out;
}

json::array points_json(std::span<const LegalPoint> points) {
  json::array out;
  for (const LegalPoint& point : points)
    out.push_back(
        json::object{{"provision", json::object{{"zh-CN", point.provision_chinese}, {"en", point.provision_english}}},
                     {"shows", json::object{{"zh-CN", point.chinese}, {"en", point.english}}}});
  return out;
}

void put_level(json::object& out, const SignatureLevel& level) {
  if (!level.level.empty()) out["level"] = level.level;
  if (!level.proved_time.empty()) out["proved_time"] = level.proved_time;
  if (!level.fault.empty()) out["level_fault"] = level.fault;
}

json::object signature_json(const Signature& signature) {
  json::object out{{"entry", signature.index},
                   {"fields", joined(signature.fields, ", ")},
                   {"kind", code_of(signature.kind)},
                   {"displayed_sha256", signature.displayed_sha256},
                   {"document_sha256", signature.document_sha256},
                   {"chinese_law", points_json(points_on_chinese_signature(signature.kind))},
                   {"eidas", points_json(points_on_european_signature(signature.kind))}};
  put_level(out, signature.level);
  return out;
}

json::array indices_of(const std::vector<Entry>& entries) {
  json::array out;
  for (const Entry& entry : entries) out.push_back(json::object{{"index", entry.index}, {"type", entry.type}});
  return out;
}

struct Explained {
  std::string_view prefix, chinese, english;
};
// The first that fits a file's name.
constexpr Explained explained[] = {
    {"summary.pdf", "盖章的证据摘要：事实与法律条款逐条对照", "Sealed summary: the facts against each provision"},
    {"summary.json", "同上，机器可读", "The same for machines"},
    {"document/", "报价单 PDF 的每一修订；后一修订以前一修订的全部字节开头",
     "Each revision of the quote's PDF; each begins with all bytes of the one before"},
    {"entries/", "关于该报价单及其所依据的证书、密钥与通行密钥的账本记录（规范 JSON）及其包含证明（C2SP tlog-proof）",
     "Ledger entries about the quote, and about the certificates, keys and passkeys behind it (canonical JSON), each with "
     "its proof of inclusion (C2SP tlog-proof)"},
    {"payloads/", "记录所指的内容，其 SHA-256 在记录中", "What entries refer to; their SHA-256 stands in the entry"},
    {"status.status-proof", "截至某记录，关于该报价单别无其他记录的证明",
     "Proof that there is no other entry about the quote as of a named one"},
    {"certificates/", "盖章、签署服务、签署人与时间戳的证书",
     "Certificates of seal, signing service, signers and time-stamps"},
    {"revocation/", "签名时间的证书链、吊销列表与 OCSP 应答",
     "Chains, revocation lists and OCSP answers as of the signatures"},
    {"passkeys/", "通行密钥所确认的内容、其签名与公钥，取自签署记录所指的内容",
     "What passkeys confirmed, their signatures and public keys, out of what the signings' entries refer to"},
    {"consent/", "签署人同意的文本，其哈希在签署记录中",
     "The texts that signers accepted; their hash stands in the signing's entry"},
    {"keys/", "账本公钥及其更换记录；请与另行取得的公钥核对",
     "The log's key and how it came to be; compare it with one that you have from elsewhere"},
    {"time/", "可信时间戳（RFC 3161）及其所覆盖的检查点，与该检查点下的包含证明",
     "Trusted time (RFC 3161), the checkpoint that it is over, and proofs under that checkpoint"},
};

}  // namespace

Result<EvidencePage> evidence_page(const Organisation::Parts& parts, const QuoteRecord& quote,
                                   const EvidenceFacts& facts, Timestamp now) {
  const std::vector<Entry>& entries = facts.entries;
  const auto& stamped = facts.stamped;
  QUOTARY_TRY(stored, parts.stored_quote(entries.front()));
  const auto seal_level = level_in(facts.findings, {"Seal"});
  const auto status = status_at(quote, now);
  std::optional<std::string> stamped_at;
  if (stamped) stamped_at = parts.zone->format_local(*stamped);
  pdfgen::EvidenceSummary page;
  page.number = quote.number;
  page.seller_name = stored.quote.seller.name;
  page.buyer_name = stored.quote.buyer.name;
  page.status = in_words(statuses, status);
  page.verify_url = stored.numbering.verify_url;
  page.made_at = parts.zone->format_local(now);
  page.created = now;
  page.sections.push_back(
      facts_section(quote, stored, parts.person_name(quote.owner), level_in_words(parts, seal_level), stamped_at));
  page.sections.push_back(events_section(parts, {"经过", "What happened", {}}, entries));
  page.sections.push_back(section_of("电子签名法：文件与记录", "Electronic Signature Law of China: document and record",
                                     points_on_the_document()));
  json::array signatures;
  for (const Entry& entry : entries) {
    if (entry.type != records::signature_signed_type && entry.type != records::signature_added_type) continue;
    QUOTARY_TRY(signature, signature_of(parts, entry, facts.findings));
    page.sections.push_back(signature_section(parts, signature));
    page.sections.push_back(section_of("该签名：电子签名法", "Of this signature: Electronic Signature Law of China",
                                       points_on_chinese_signature(signature.kind)));
    page.sections.push_back(section_of("该签名：欧盟 eIDAS 条例", "Of this signature: eIDAS (EU) 910/2014",
                                       points_on_european_signature(signature.kind)));
    signatures.push_back(signature_json(signature));
  }
  if (!signatures.empty())
    page.sections.push_back(section_of("美国 ESIGN 法", "ESIGN (United States)", points_on_american_record()));
  if (!facts.behind.empty())
    page.sections.push_back(events_section(
        parts, {"所依据的证书与密钥的登记", "Entries about the certificates and keys behind it", {}}, facts.behind));
  EvidencePage out;
  QUOTARY_TRY(pdf, pdfgen::evidence_summary(parts.fonts, page));
  out.pdf = std::move(pdf);
  json::object seal;
  put_level(seal, seal_level);
  json::object told{{"number", quote.number},
                    {"origin", parts.profile.origin},
                    {"status", status},
                    {"made_at", format_rfc3339(now)},
                    {"document_sha256", quote.document_sha256},
                    {"revision", quote.revision},
                    {"newest_sha256", quote.newest_sha256()},
                    {"entries", indices_of(entries)},
                    {"entries_behind", indices_of(facts.behind)},
                    {"seal", std::move(seal)},
                    {"signatures", std::move(signatures)},
                    {"document_law", points_json(points_on_the_document())}};
  if (stamped) told["trusted_time"] = format_rfc3339(*stamped);
  const auto canonical = canonical_json(told);
  QUOTARY_CHECK(canonical.has_value());
  out.json = *canonical;
  return out;
}

std::string evidence_index(const OrganisationProfile& profile, const QuoteRecord& quote,
                           const std::vector<Entry>& entries, const std::vector<PasskeyProof>& passkeys,
                           const NamedFiles& files) {
  std::uint64_t brought = quote.index;  // by which entry the newest revision came
  for (const Entry& entry : entries)
    if (text_of(entry.body, "document_sha256") == quote.newest_sha256() && entry.body.contains("base_sha256"))
      brought = entry.index;
  const auto holds = [&](std::string_view name) {
    return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.first == name; });
  };
  const std::string number = escape_html(quote.number);
  const std::string newest = "document/" + quote.number + "-revision-" + std::to_string(quote.revision) + ".pdf";
  std::string out =
      "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>证据 Evidence " + number +
      "</title><style>body{font:16px/1.6 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
      "td{padding:.2rem .8rem .2rem 0;vertical-align:top}code,pre{font-size:.9em;overflow-wrap:anywhere;"
      "white-space:pre-wrap}</style></head><body>\n<h1>证据 Evidence: " +
      number + "</h1>\n<p>" + escape_html(profile.name) + " · " + escape_html(profile.origin) + "</p>\n<table>\n";
  std::string_view last;
  for (const auto& file : files) {
    const std::string& name = file.first;
    const auto* found = std::find_if(std::begin(explained), std::end(explained),
                                     [&](const Explained& each) { return name.starts_with(each.prefix); });
    if (found == std::end(explained)) continue;
    const bool first = found->prefix != last;
    last = found->prefix;
    out += "<tr><td><a href=\"" + escape_html(name) + "\">" + escape_html(name) + "</a></td><td>" +
           (first ? std::string(found->chinese) + "<br>" + std::string(found->english) : std::string()) +
           "</td></tr>\n";
  }
  out +=
      "</table>\n<h2>核对 How to check it</h2>\n<pre>sha256sum -c SHA256SUMS\nquotary-verify document " +
      escape_html(newest) + " --proof entries/" + std::to_string(brought) +
      ".tlog-proof --vkey \"$(cat keys/vkey)\"\n"
      "printf '%s\\n' entries/*.tlog-proof | xargs -I{} quotary-verify proof {} --vkey \"$(cat keys/vkey)\"\n"
      // A proof holds its entry: the file beside it must be the same.
      "printf '%s\\n' entries/*.json | xargs -I{} basename {} .json | xargs -I{} sh -c "
      "'grep -qF \"extra $(base64 -w0 entries/{}.json)\" entries/{}.tlog-proof'\n" +
      (holds("status.status-proof") ? "quotary-verify status status.status-proof --vkey \"$(cat keys/vkey)\"\n" : "") +
      (holds("time/token.tst") && holds("certificates/time-roots.pem")
           ? "openssl ts -verify -token_in -in time/token.tst -data time/checkpoint -CAfile certificates/time-roots.pem\n"
           : "") +
      "pdfsig " + escape_html(newest) + "</pre>\n";
  if (!passkeys.empty())
    out +=
        "<h2>核对通行密钥的确认 How to check what passkeys confirmed</h2>\n"
        "<p>每行成立时以 0 退出，需 bash、coreutils 与 openssl。依次核对：所读文件在所确认的陈述中；陈述的哈希即浏览器所签的挑战；"
        "其类型与来源；验证器属于该网站，使用者在场且经验证；所签字节；签名；签名与公钥均在账本记录所指的内容中。 "
        "Each line ends with 0 where it holds; it takes bash, coreutils and openssl. In turn: the document that was read is "
        "in the statement; the statement's hash is the challenge that the browser signed; its type and origin; the "
        "authenticator is this site's, its user there and verified; the bytes that were signed; the signature; signature "
        "and key stand in what the ledger's entries refer to.</p>\n";
  for (const PasskeyProof& passkey : passkeys)
    out += "<pre>" + escape_html(commands_of(passkey, quote.number, profile, files)) + "</pre>\n";
  out +=
      "<p>公钥应取自签发方网站、合同或审计方，而非本文件夹。"
      " Take the key from the issuer's site, a contract or an auditor, not from this folder.</p>\n</body></html>\n";
  return out;
}

}  // namespace quotary::api
