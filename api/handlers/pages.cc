#include "api/handlers/endpoint.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::object_of;
using records::text_of;

struct Words {
  std::string_view status, colour, chinese, english, meaning, meaning_english;
};

constexpr Words words[] = {
    {"valid", "good", "有效", "Valid", "本报价单由签发方签发，登记在不可篡改的账本中，目前有效。", "Issued by the seller, recorded in the ledger, and in force."},
    {"accepted", "good", "已接受", "Accepted", "客户已接受本报价单。", "The customer accepted this quote."},
    {"voided", "bad", "已作废", "Voided", "本报价单已作废，请勿再使用。", "This quote was voided. Do not rely on it."},
    {"superseded", "bad", "已被取代", "Superseded", "本报价单已被新的报价单取代。", "A newer quote replaces this one."},
    {"declined", "bad", "已谢绝", "Declined", "客户已谢绝本报价单。", "The customer declined this quote."},
    {"expired", "bad", "已过期", "Expired", "本报价单的有效期已过。", "The period of validity has passed."},
};

constexpr Words unknown_words{"", "bad", "查无此单", "Not found", "编号与校验码不匹配任何报价单。请核对后重试，或联系签发方。",
                              "Number and code do not match any quote. Check them, or ask the issuer."};

const Words& words_of(std::string_view status) {
  for (const auto& row : words)
    if (row.status == status) return row;
  return unknown_words;
}

constexpr std::string_view style =
    "*{box-sizing:border-box}body{margin:0;font:17px/1.5 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;color:#1c2126;"
    "background:#f4f6f8}main{max-width:36rem;margin:0 auto;padding:1.25rem}.card{background:#fff;border-radius:12px;padding:1.25rem;margin:1rem 0;"
    "border:1px solid #dde3e8}.status{text-align:center;border-top:8px solid}.good{border-top-color:#1a7f4b}.bad{border-top-color:#b3261e}"
    ".big{font-size:2.6rem;font-weight:700;line-height:1.2;margin:.25rem 0}.good .big{color:#1a7f4b}.bad .big{color:#b3261e}"
    ".en{color:#59636e;font-size:.95rem;margin:.15rem 0}dl{margin:0}dt{color:#59636e;font-size:.9rem;margin-top:.75rem}"
    "dd{margin:0;overflow-wrap:anywhere;font-weight:600}a{color:#0b57d0}ul{padding-left:1.2rem}"
    "code,pre{font:.88rem/1.45 ui-monospace,Consolas,monospace}pre{margin:0;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".call{font-size:1.05rem;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{background:#14181c;color:#e6eaee}.card{background:#1d2329;border-color:#333c44}.en,dt{color:#9aa5b1}"
    ".good .big{color:#4cc38a}.bad .big{color:#ff8a80}a{color:#8ab4f8}}";

std::string fact(std::string_view chinese, std::string_view english, const std::string& value) {
  if (value.empty()) return {};
  return "<dt>" + std::string(chinese) + " <span lang=\"en\">" + std::string(english) + "</span></dt><dd>" + escape_html(value) + "</dd>\n";
}

}  // namespace

std::string_view page_style() { return style; }

std::string begin_page(std::string_view title) {
  return "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<meta name=\"referrer\" content=\"no-referrer\"><title>" + escape_html(title) + "</title><style>" + std::string(style) +
         "</style></head><body><main>\n";
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string verify_page(const std::string& issuer, const json::object& answer) {
  const auto& w = words_of(text_of(answer, "status"));
  auto out = begin_page("报价单核验 Quote verification");
  out += "<p>" + escape_html(issuer) + "<br><span class=\"en\">报价单核验 <span lang=\"en\">Quote verification</span></span></p>\n";
  out += "<section class=\"card status " + std::string(w.colour) + "\"><p class=\"big\">" + std::string(w.chinese) + "</p><p class=\"big\" lang=\"en\">" +
         std::string(w.english) + "</p><p>" + std::string(w.meaning) + "</p><p class=\"en\" lang=\"en\">" + std::string(w.meaning_english) + "</p></section>\n";
  if (answer.contains("number")) {
    out += "<section class=\"card\"><dl>\n";
    out += fact("编号", "Number", text_of(answer, "number"));
    out += fact("签发方", "Issuer", text_of(answer, "issuer"));
    out += fact("签发时间", "Issued at (UTC)", text_of(answer, "issued_at"));
    out += fact("有效期至", "Valid to", text_of(answer, "valid_end"));
    auto voided = object_of(answer, "voided");
    out += fact("作废时间", "Voided at (UTC)", text_of(voided, "time"));
    out += fact("作废原因", "Reason", text_of(voided, "reason_code"));
    out += fact("取代者", "Superseded by", text_of(answer, "superseded_by"));
    out += fact("作废申请中", "Void requested at (UTC)", text_of(object_of(answer, "void_requested"), "time"));
    auto ledger = object_of(answer, "ledger");
    out += fact("账本位置", "Ledger entry", std::to_string(records::number_of(ledger, "index")) + " / " + std::to_string(records::number_of(ledger, "tree_size")));
    out += "</dl></section>\n";
    out +=
        "<section class=\"card\"><p>本页只核对编号与校验码。请核对您手中文件的内容，或请签发方按文件本身核验。</p>"
        "<p class=\"en\" lang=\"en\">This page checks number and code only. To check the file itself, send its bytes to /v1/verify.</p></section>\n";
  }
  return out + "</main></body></html>\n";
}

std::string index_page(const OrganisationProfile& profile, std::uint64_t tree_size) {
  auto out = begin_page("Quotary");
  out += "<h1>Quotary</h1><section class=\"card\"><dl>\n";
  out += fact("组织", "Organisation", profile.name);
  out += fact("账本", "Ledger", profile.origin);
  out += fact("记录数", "Entries", std::to_string(tree_size));
  out += fact("时区", "Time zone", profile.time_zone);
  out +=
      "</dl></section>\n<section class=\"card\"><ul>"
      "<li><a href=\"/docs\">接口说明 <span lang=\"en\">API</span></a></li>"
      "<li><a href=\"/openapi.json\">机器可读的接口说明 <span lang=\"en\">OpenAPI 3.1</span></a></li>"
      "<li><a href=\"/log/checkpoint\">检查点 <span lang=\"en\">Signed checkpoint</span></a></li>"
      "<li><a href=\"/log/vkey\">验证密钥 <span lang=\"en\">Verifier key</span></a></li>"
      "<li><a href=\"/readyz\">状态 <span lang=\"en\">Readiness</span></a></li></ul></section>\n";
  return out + "</main></body></html>\n";
}

}  // namespace quotary::api
