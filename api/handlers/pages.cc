#include "api/handlers/endpoint.h"
#include "ledger/base/html.h"

namespace quotary::api {
namespace {

constexpr std::string_view style =
    ":root{color-scheme:light dark;--ink:#1c2126;--faint:#59636e;--back:#f4f6f8;--card:#fff;--edge:#dde3e8;--link:#0b57d0;"
    "--good:#1a7f4b;--warn:#8a5a00;--bad:#b3261e;--on:#fff}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaee;--faint:#9aa5b1;--back:#14181c;--card:#1d2329;--edge:#333c44;--link:#8ab4f8;"
    "--good:#4cc38a;--warn:#f0b849;--bad:#ff8a80;--on:#14181c}}"
    "*{box-sizing:border-box}body{margin:0;font:17px/1.5 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;"
    "color:var(--ink);background:var(--back)}main{max-width:38rem;margin:0 auto;padding:1.1rem}header{text-align:center;margin-bottom:.9rem}"
    ".card{background:var(--card);border-radius:12px;padding:1.1rem 1.2rem;margin:0 0 .9rem;border:1px solid var(--edge)}"
    ".good{--tone:var(--good)}.warn{--tone:var(--warn)}.bad{--tone:var(--bad)}"
    ".status{text-align:center;border-top:8px solid var(--tone);padding-top:1.2rem}"
    ".sign{width:3.4rem;height:3.4rem;line-height:3.4rem;border-radius:50%;margin:0 auto;font-size:2rem;font-weight:700;"
    "background:var(--tone);color:var(--on)}.status h1{color:var(--tone);font-size:2.3rem;line-height:1.25;margin:.5rem 0 .4rem}"
    ".status h1 span{font-size:1.35rem;font-weight:600;white-space:nowrap}h2{font-size:1.1rem;margin:0 0 .4rem}h2 span{color:var(--faint);font-size:.95rem}"
    "p{margin:.3rem 0;text-wrap:pretty}.status p{text-wrap:balance}.en{color:var(--faint);font-size:.92rem}dl{margin:0}dt{color:var(--faint);font-size:.88rem;margin-top:.65rem}dt:first-child{margin-top:0}"
    "dd{margin:0;overflow-wrap:anywhere;font-weight:600;font-variant-numeric:tabular-nums}a{color:var(--link)}ul{padding-left:1.2rem;margin:0}"
    "input{display:block;width:100%;font:inherit;margin:.7rem 0 0;padding:.5rem;min-height:2.75rem;border:1px dashed var(--edge);border-radius:8px}"
    ".finding{border-left:5px solid var(--tone,var(--edge))}div.finding{margin-top:.8rem;padding:.1rem 0 .1rem .8rem}div.finding p:first-child{color:var(--tone);font-weight:600}"
    "code,pre{font:.88rem/1.45 ui-monospace,Consolas,monospace}pre{margin:0;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".call{font-size:1.05rem;overflow-wrap:anywhere}";

}  // namespace

std::string_view page_style() { return style; }

std::string begin_page(std::string_view title) {
  return "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<meta name=\"referrer\" content=\"no-referrer\"><title>" +
         escape_html(title) + "</title><style>" + std::string(style) + "</style></head><body><main>\n";
}

std::string fact(std::string_view chinese, std::string_view english, const std::string& value) {
  if (value.empty()) return {};
  return "<dt>" + std::string(chinese) + " <span lang=\"en\">" + std::string(english) + "</span></dt><dd>" +
         escape_html(value) + "</dd>\n";
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
